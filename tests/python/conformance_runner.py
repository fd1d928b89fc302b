"""Runs the cases of tests/conformance against the spinkv package.

tests/conformance/README.md describes the format that is read here. Everything in a case file that
this module does not know is a ValueError: a case that is only half understood must never pass.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import spinkv
from conformance_sql import Sql

SCHEMA = 1
VARIANTS = ("memory", "file")

# Every flag a case may need, with the reason if its cases are skipped here.
FLAGS: dict[str, str | None] = {
    "sqlite-file": None,
    "second-app": None,
    "current-directory": None,
    "environment": None,
    "raw-text": None,
    "raw-handles": "in Python a store is an object and not a number",
    "json-text": None,
    "get-into": "in Python there is no get_into",
}

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

    @property
    def skip_reason(self) -> str | None:
        """Why the case cannot run here, or None."""
        return next((reason for flag in self.needs if (reason := FLAGS[flag])), None)

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
    if unknown := set(needs) - FLAGS.keys():
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


def to_key(notation: Any) -> str | bytes:
    """A key as a user would pass it: text, or bytes where the case gives bytes."""
    return notation if isinstance(notation, str) else to_bytes(notation)


def _numbered(notation: dict[str, Any], *, value: bool) -> Iterator[str]:
    if notation.keys() - {"start"} != ({"numbered", "value"} if value else {"numbered"}):
        raise ValueError(f"unknown notation of a list: {notation!r}")
    start: int = notation.get("start", 0)
    return (f"k{number:04}" for number in range(start, start + notation["numbered"]))


def to_keys(notation: Any) -> list[str | bytes]:
    """A list of keys."""
    if isinstance(notation, dict):
        return list(_numbered(notation, value=False))
    return [to_key(key) for key in notation]


def to_pairs(notation: Any) -> list[tuple[str | bytes, bytes]]:
    """A list of keys with their values."""
    if isinstance(notation, dict):
        value = to_bytes(notation["value"])
        return [(key, value) for key in _numbered(notation, value=True)]
    return [(to_key(key), to_bytes(value)) for key, value in notation]


def to_list(notation: Any) -> list[bytes | None]:
    """A list of keys, or of values that may be missing, as a step expects it."""
    if isinstance(notation, dict):
        return [key.encode() for key in _numbered(notation, value=False)]
    return [None if item is None else to_bytes(item) for item in notation]


def to_row(cells: list[Any]) -> list[Any]:
    """A row of a table: a text is TEXT, any other notation of bytes a BLOB."""
    return [to_bytes(cell) if isinstance(cell, dict) else cell for cell in cells]


EXPECTED: dict[str, Callable[[Any], Any]] = {
    "bytes": to_bytes,
    "boolean": lambda flag: flag,
    "number": int,
    "list": to_list,
    "rows": lambda rows: [to_row(row) for row in rows],
    # Data is compared as text, which tells 1 from True and one order of members from another.
    "json": lambda text: json.dumps(json.loads(to_bytes(text))),
}


# ---- Running -----------------------------------------------------------------------------------


@dataclass
class Run:
    """One case on its way: what it has opened, and where."""

    case: Case
    variant: str
    directory: Path
    sql: Sql
    apps: dict[str, spinkv.App] = field(default_factory=dict)
    stores: dict[str, spinkv.Store] = field(default_factory=dict)
    opened: list[spinkv.Store] = field(default_factory=list)
    environment: dict[str, str | None] = field(default_factory=dict)

    def run(self) -> None:
        """Runs the steps in the case's own folder; AssertionError for the first one not met."""
        before = Path.cwd()
        os.chdir(self.directory)
        try:
            for path, content in self.case.files.items():
                self._write_file(path, content)
            self._steps(self.case.steps, "step")
        finally:
            os.chdir(before)
            for name, value in self.environment.items():
                _set_environment(name, value)
            for store in self.opened:
                store.close()
            self.sql.end_case()

    def _steps(self, steps: tuple[Step, ...] | list[Step], where: str) -> None:
        for number, step in enumerate(steps, 1):
            if step["op"] == "repeat":
                for time in range(step["times"]):
                    self._steps(step["steps"], f"{where} {number}, time {time + 1}, step")
            else:
                self._step(step, f"{self.case.file}: {self.case.name}: {where} {number}")

    def _step(self, step: Step, where: str) -> None:
        action: Callable[[Step], Any] = getattr(self, f"_op_{step['op']}")
        try:
            met = action(step)
        except spinkv.Error as error:
            self._failed(step, error, where)
            return
        line = f"{where} ({step['op']})"
        assert "error" not in step, f"{line}: expected {step['error']}, met {_short(met)}"
        if "returns" in step:
            returns = OPERATIONS[step["op"]][2]
            wanted = EXPECTED["bytes" if self._as_text(returns) else returns](step["returns"])
            assert type(met) is type(wanted), f"{line}: met a {type(met).__name__}"
            assert met == wanted, f"{line}: expected {_short(wanted)}, met {_short(met)}"

    def _failed(self, step: Step, error: spinkv.Error, where: str) -> None:
        line = f"{where} ({step['op']})"
        wanted = step.get("error", f"{_short(step.get('returns', 'success'))}")
        assert error.code == step.get("error"), (
            f"{line}: expected {wanted}, met {error.code}: {error}"
        )
        message = str(error)
        assert message, f"{line}: no message"
        assert "\n" not in message, f"{line}: a message of more than one line"
        for part in step.get("message_has", []):
            assert part in message, f"{line}: no {part!r} in the message {message!r}"
        for part in step.get("message_lacks", []):
            assert part not in message, f"{line}: {part!r} is in the message {message!r}"

    # -- Apps and opening

    def _op_new_app(self, step: Step) -> None:
        options = {name: step[name] for name in NEW_APP_FIELDS if name in step}
        state_dir = options.get("state_dir", "state")
        options["state_dir"] = None if state_dir is None else os.fsdecode(to_bytes(state_dir))
        for name in ("manifest", "runtime_config"):
            if options.get(name) is not None:
                options[name] = os.fsdecode(to_bytes(options[name]))
        stores = options.get("stores", {})
        options["stores"] = {label: self._options(given) for label, given in stores.items()}
        if self.variant == "memory":
            options["state_dir"] = ""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            app = spinkv.App(**options)
        self.apps[step.get("app", "main")] = app
        texts = [str(warning.message) for warning in caught]
        wanted = step.get("warning_has", [])
        missing = [part for part in wanted if not any(part in text for text in texts)]
        assert not missing, f"no {missing} in the warnings {texts}"
        assert bool(wanted) == bool(texts), f"unexpected warnings: {texts}"

    def _options(self, given: dict[str, Any]) -> dict[str, Any]:
        """Options of a store as a user would pass them."""
        options = dict(given)
        if isinstance(options.get("path"), dict):
            options["path"] = os.fsdecode(to_bytes(options["path"]))
        if self.variant == "memory":
            options.pop("path", None)
        return options

    def _op_add_store(self, step: Step) -> None:
        self._app(step).add_store(step["label"], **self._options(step.get("options", {})))

    def _op_grant(self, step: Step) -> None:
        self._app(step).grant(step["label"])

    def _op_seed(self, step: Step) -> None:
        self._app(step).seed(to_pairs(step["pairs"]))

    def _op_list_stores(self, step: Step) -> list[bytes]:
        summaries = self._app(step).stores()
        for label, parts in step.get("summary_has", {}).items():
            for part in parts:
                assert part in summaries[label], f"no {part!r} in {summaries[label]!r}"
        for part in step.get("summary_lacks", []):
            assert not any(part in text for text in summaries.values()), f"{part!r} is in a summary"
        return [label.encode() for label in summaries]

    def _op_set_environment(self, step: Step) -> None:
        name: str = step["name"]
        self.environment.setdefault(name, os.environ.get(name))
        _set_environment(name, step["value"])

    def _op_free_app(self, step: Step) -> None:
        del self.apps[step.get("app", "main")]

    def _op_open(self, step: Step) -> None:
        if "app" in step and step["app"] is None:
            self._bind(step, spinkv.open(step["label"]))
        else:
            self._bind(step, self._app(step).open(step["label"]))

    def _op_open_default(self, step: Step) -> None:
        if "app" in step and step["app"] is None:
            self._bind(step, spinkv.open_default())
        else:
            self._bind(step, self._app(step).open_default())

    def _app(self, step: Step) -> spinkv.App:
        name = step.get("app", "main")
        if name not in self.apps:
            self._op_new_app({"op": "new_app", "app": name})
        return self.apps[name]

    def _bind(self, step: Step, store: spinkv.Store) -> None:
        self.stores[step.get("store", "main")] = store
        self.opened.append(store)

    def _store(self, step: Step) -> spinkv.Store:
        return self.stores[step.get("store", "main")]

    def _op_close(self, step: Step) -> None:
        self._store(step).close()

    # -- Operations

    def _op_get(self, step: Step) -> bytes:
        return self._store(step).get(to_key(step["key"]))

    def _op_set(self, step: Step) -> None:
        self._store(step).set(to_key(step["key"]), to_bytes(step["value"]))

    def _op_delete(self, step: Step) -> None:
        self._store(step).delete(to_key(step["key"]))

    def _op_exists(self, step: Step) -> bool:
        return self._store(step).exists(to_key(step["key"]))

    def _op_get_keys(self, step: Step) -> list[bytes]:
        return [key.encode() for key in self._store(step).get_keys()]

    def _op_list_keys(self, step: Step) -> list[bytes]:
        options: dict[str, Any] = {
            name: to_key(step[name]) for name in ("prefix", "after") if name in step
        }
        if "limit" in step:
            options["limit"] = step["limit"]
        return [key.encode() for key in self._store(step).list_keys(**options)]

    def _op_count(self, step: Step) -> int:
        return self._store(step).count()

    def _op_get_many(self, step: Step) -> list[bytes | None]:
        keys = to_keys(step["keys"])
        found = self._store(step).get_many(keys)
        texts = [key if isinstance(key, str) else key.decode() for key in keys]
        assert list(found) == list(dict.fromkeys(texts)), "get_many lost the order asked"
        return [found[text] for text in texts]

    def _op_set_many(self, step: Step) -> None:
        self._store(step).set_many(to_pairs(step["pairs"]))

    def _op_delete_many(self, step: Step) -> None:
        self._store(step).delete_many(to_keys(step["keys"]))

    def _op_increment(self, step: Step) -> int:
        key = to_key(step["key"])
        if "delta" in step:
            return self._store(step).increment(key, int(step["delta"]))
        return self._store(step).increment(key)

    def _op_compare_and_swap(self, step: Step) -> bool:
        expected = None if step["expected"] is None else to_bytes(step["expected"])
        key, value = to_key(step["key"]), to_bytes(step["value"])
        return self._store(step).compare_and_swap(key, expected, value)

    def _as_text(self, returns: str) -> bool:
        """Whether JSON is text here: the methods that the public ones are built on take that."""
        return returns == "json" and "json-text" in self.case.needs

    def _op_set_json(self, step: Step) -> None:
        store, key, text = self._store(step), to_key(step["key"]), to_bytes(step["json"])
        if self._as_text("json"):
            store._set_json(key, text)
        else:
            store.set_json(key, json.loads(text))

    def _op_get_json(self, step: Step) -> str | bytes:
        store, key = self._store(step), to_key(step["key"])
        if self._as_text("json"):
            return store._get_json(key)
        return json.dumps(store.get_json(key))

    # -- The other program and its files

    def _op_sql(self, step: Step) -> list[list[Any]]:
        path = self.directory / step["file"]
        return self.sql.run(path, step["sql"], step.get("connection"))

    def _op_write_file(self, step: Step) -> None:
        self._write_file(step["file"], step["content"])

    def _write_file(self, file: str, content: Any) -> None:
        path = self.directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(to_bytes(content))

    def _op_file_exists(self, step: Step) -> bool:
        file: str = step["file"]
        return (self.directory / file).exists()


def _set_environment(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def _short(met: Any) -> str:
    text = repr(met)
    return text if len(text) <= 200 else f"{text[:200]}... ({len(text)} characters)"
