"""Reads the cases of tests/conformance, and what their notations stand for.

tests/conformance/README.md describes the format that is read here. Everything in a case file that
this module does not know is a ValueError: a case that is only half understood must never pass.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SCHEMA = 1
VARIANTS = ("memory", "file")

# Every flag a case may need.
FLAGS = (
    *("sqlite-file", "second-app", "current-directory", "environment"),
    *("raw-text", "raw-handles", "json-text", "get-into"),
)

# What new_app may be told of the app to make.
NEW_APP_FIELDS = (
    *("manifest", "component", "runtime_config", "stores"),
    *("state_dir", "max_open_stores"),
)

# Every operation: the fields it must have, those it may have, and what "returns" may be on it.
OPERATIONS: dict[str, tuple[set[str], set[str], str]] = {
    "new_app": (set(), {"app", "warning_has", *NEW_APP_FIELDS}, "nothing"),
    "add_store": ({"label"}, {"app", "options"}, "nothing"),
    "free_app": (set(), {"app"}, "nothing"),
    "grant": ({"label"}, {"app"}, "nothing"),
    "seed": ({"pairs"}, {"app"}, "nothing"),
    "list_stores": (set(), {"app", "summary_has", "summary_lacks"}, "list"),
    "set_environment": ({"name", "value"}, set(), "nothing"),
    "open": ({"label"}, {"app", "store"}, "nothing"),
    "open_default": (set(), {"app", "store"}, "nothing"),
    "use_handle": ({"number"}, {"store"}, "nothing"),
    "close": (set(), {"store"}, "nothing"),
    "get": ({"key"}, {"store"}, "bytes"),
    "get_into": ({"key", "capacity"}, {"store"}, "into"),
    "set": ({"key", "value"}, {"store"}, "nothing"),
    "delete": ({"key"}, {"store"}, "nothing"),
    "exists": ({"key"}, {"store"}, "boolean"),
    "get_keys": (set(), {"store"}, "list"),
    "list_keys": (set(), {"store", "prefix", "after", "limit"}, "list"),
    "count": (set(), {"store"}, "number"),
    "get_many": ({"keys"}, {"store"}, "list"),
    "set_many": ({"pairs"}, {"store"}, "nothing"),
    "delete_many": ({"keys"}, {"store"}, "nothing"),
    "increment": ({"key"}, {"store", "delta"}, "number"),
    "compare_and_swap": ({"key", "expected", "value"}, {"store"}, "boolean"),
    "set_json": ({"key", "json"}, {"store"}, "nothing"),
    "get_json": ({"key"}, {"store"}, "json"),
    "sql": ({"file", "sql"}, {"connection"}, "rows"),
    "write_file": ({"file", "content"}, set(), "nothing"),
    "file_exists": ({"file"}, set(), "boolean"),
    "repeat": ({"times", "steps"}, set(), "nothing"),
}

# Those that may leave out what they return, which is then not looked at.
RETURNS_OPTIONAL = {"increment", "sql"}
NEEDS_FLAG = {
    "sql": "sqlite-file",
    "write_file": "sqlite-file",
    "file_exists": "sqlite-file",
    "set_environment": "environment",
}

Step = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One case of a file, checked as far as that goes without running it."""

    file: str
    name: str
    about: str
    needs: tuple[str, ...]
    steps: tuple[Step, ...]
    files: dict[str, Any] = field(default_factory=dict)

    @property
    def variants(self) -> tuple[str, ...]:
        """Where the case runs: in memory and in a file, or in a file alone."""
        return ("file",) if "sqlite-file" in self.needs else VARIANTS

    def skip_reason(self, without: Mapping[str, str]) -> str | None:
        """Why the case cannot run where those flags are not met, each for its reason, or None."""
        return next((without[flag] for flag in self.needs if flag in without), None)

    def all_steps(self) -> Iterator[Step]:
        """The steps, those inside of a repeat too."""
        return _flatten(self.steps)


def _flatten(steps: tuple[Step, ...] | list[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _flatten(step.get("steps", []))


# ---- Reading -----------------------------------------------------------------------------------


def load_file(path: Path) -> list[Case]:
    """The cases of one file; ValueError for anything in it that is not known."""
    document = json.loads(path.read_text(encoding="utf-8"))
    _expect_fields(path.name, document, {"schema", "about", "cases"}, set())
    if document["schema"] != SCHEMA:
        raise ValueError(f"{path.name}: schema {document['schema']}, known is {SCHEMA}")
    return [_load_case(path.name, entry) for entry in document["cases"]]


def _load_case(file: str, entry: dict[str, Any]) -> Case:
    where = f"{file}: {entry.get('name')}"
    _expect_fields(where, entry, {"name", "about", "steps"}, {"needs", "files"})
    needs = tuple(_strings(where, entry.get("needs", [])))
    _strings(where, [entry["name"], entry["about"]])
    if unknown := set(needs) - set(FLAGS):
        raise ValueError(f"{where}: unknown flag {', '.join(sorted(unknown))}")
    files: dict[str, Any] = entry.get("files", {})
    case = Case(file, entry["name"], entry["about"], needs, tuple(entry["steps"]), files)
    for step in case.all_steps():
        _check_step(where, step, needs)
    return case


def _check_step(where: str, step: Step, needs: tuple[str, ...]) -> None:
    operation = step.get("op")
    if operation not in OPERATIONS:
        raise ValueError(f"{where}: unknown operation {operation!r}")
    required, optional, returns = OPERATIONS[operation]
    allowed = optional | {"op", "error"}
    if "error" in step:
        allowed |= {"message_has", "message_lacks"}
    if returns != "nothing":
        allowed |= {"returns"}
    _expect_fields(f"{where}: {operation}", step, required, allowed)
    _strings(where, [step.get("error", "")])
    for texts in ("message_has", "message_lacks", "warning_has", "summary_lacks"):
        _strings(where, step.get(texts, []))
    for parts in step.get("summary_has", {}).values():
        _strings(where, parts)
    demanded = step.keys() & {"returns", "error"}
    if len(demanded) == 2:
        raise ValueError(f"{where}: {operation} both returns and fails")
    if returns != "nothing" and operation not in RETURNS_OPTIONAL and not demanded:
        raise ValueError(f"{where}: {operation} says neither what it returns nor its error")
    if (flag := NEEDS_FLAG.get(operation)) and flag not in needs:
        raise ValueError(f"{where}: {operation} needs the flag {flag}")


def _strings(where: str, found: Any) -> list[str]:
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise ValueError(f"{where}: not a list of strings: {found!r}")
    return found


def _expect_fields(
    where: str, found: dict[str, Any], required: set[str], optional: set[str]
) -> None:
    if missing := required - found.keys():
        raise ValueError(f"{where}: no field {', '.join(sorted(missing))}")
    if unknown := found.keys() - required - optional:
        raise ValueError(f"{where}: unknown field {', '.join(sorted(unknown))}")


# ---- Notations ---------------------------------------------------------------------------------


def to_bytes(notation: Any) -> bytes:
    """The bytes that text, {"hex"}, {"repeat", "times"}, {"join"} or {"lines"} stands for."""
    if isinstance(notation, str):
        return notation.encode()
    if isinstance(notation, dict):
        if notation.keys() == {"hex"}:
            return bytes.fromhex(notation["hex"])
        if notation.keys() == {"repeat", "times"}:
            times: int = notation["times"]
            return to_bytes(notation["repeat"]) * times
        if notation.keys() == {"join"}:
            return b"".join(to_bytes(part) for part in notation["join"])
        if notation.keys() == {"lines"}:
            return b"".join(to_bytes(line) + b"\n" for line in notation["lines"])
    raise ValueError(f"unknown notation of bytes: {notation!r}")


def _numbered(notation: dict[str, Any], *, value: bool) -> Iterator[bytes]:
    if notation.keys() - {"start"} != ({"numbered", "value"} if value else {"numbered"}):
        raise ValueError(f"unknown notation of a list: {notation!r}")
    start: int = notation.get("start", 0)
    return (b"k%04d" % number for number in range(start, start + notation["numbered"]))


def to_keys(notation: Any) -> list[bytes]:
    """A list of keys."""
    if isinstance(notation, dict):
        return list(_numbered(notation, value=False))
    return [to_bytes(key) for key in notation]


def to_pairs(notation: Any) -> list[tuple[bytes, bytes]]:
    """A list of keys with their values."""
    if isinstance(notation, dict):
        value = to_bytes(notation["value"])
        return [(key, value) for key in _numbered(notation, value=True)]
    return [(to_bytes(key), to_bytes(value)) for key, value in notation]


def to_list(notation: Any) -> list[bytes | None]:
    """A list of keys, or of values that may be missing, as a step expects it."""
    if isinstance(notation, dict):
        return list(_numbered(notation, value=False))
    return [None if item is None else to_bytes(item) for item in notation]


def to_row(cells: list[Any]) -> list[Any]:
    """A row of a table: a text is TEXT, any other notation of bytes a BLOB."""
    return [to_bytes(cell) if isinstance(cell, dict) else cell for cell in cells]


def to_into(notation: dict[str, Any]) -> tuple[int, bytes | None]:
    """The size of a value, and the value if it fitted."""
    return notation["size"], to_bytes(notation["value"]) if "value" in notation else None


EXPECTED: dict[str, Callable[[Any], Any]] = {
    "bytes": to_bytes,
    "boolean": lambda flag: flag,
    "number": int,
    "list": to_list,
    "into": to_into,
    "rows": lambda rows: [to_row(row) for row in rows],
    "json": to_bytes,
}
"""What a step expects, by what its operation returns."""
