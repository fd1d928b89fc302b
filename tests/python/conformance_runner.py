"""Runs a case of tests/conformance through whatever answers the requests of the line protocol.

That is the Python package in this process, or the driver of a language in its own: the logic of the
cases is here, once. The protocol is described in tests/conformance/README.md.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import driver
import spinkv
from conformance_cases import (
    EXPECTED,
    OPERATIONS,
    Case,
    Step,
    to_bytes,
    to_keys,
    to_pairs,
)
from conformance_sql import Sql
from driver import optional_bytes, to_word

HEADER = (Path(__file__).parents[2] / "core/include/spinkv.h").read_text(encoding="utf-8")

# The name of each status, with that of the error of Spin's interface that it belongs to.
SPIN_NAMES = {
    name: base.lower().replace("_", "-")
    for base, name in re.findall(r'X\([A-Z_]+, \d+, ([A-Z_]+), "([a-z-]+)"', HEADER)
}

# From so many times on, the steps of a repeat are asked for together, and so many times at once.
MANY = 1000
TIMES_AT_ONCE = 50
NOT_ALONE = {"repeat", "sql", "write_file", "file_exists", "new_app"}

# What fills the buffer of a get_into before.
UNTOUCHED = b"\xa5"


class Subject(Protocol):
    """What answers requests."""

    without: Mapping[str, str]
    """The flags that it does not meet, each with the reason."""
    kinds: Mapping[str, str]
    """The language's own name for the error of each status."""

    def ask(self, line: str) -> str:
        """The answer to one request."""
        ...

    def ask_all(self, lines: Sequence[str]) -> Iterable[str]:
        """The answers to many small requests."""
        ...


class InProcess:
    """The Python package in this process."""

    without: Mapping[str, str] = driver.WITHOUT
    kinds: Mapping[str, str] = {code: kind.__name__ for code, kind in spinkv.errors.BY_CODE.items()}

    def ask(self, line: str) -> str:
        """The answer to one request."""
        return driver.answer(line)

    def ask_all(self, lines: Sequence[str]) -> Iterable[str]:
        """The answers to many requests."""
        return map(driver.answer, lines)


class Recorded:
    """A subject with a record of what it was asked and has answered."""

    def __init__(self, subject: Subject) -> None:
        self.without = subject.without
        self.kinds = subject.kinds
        self.record: list[tuple[str, str]] = []
        self.subject = subject

    def ask(self, line: str) -> str:
        """The answer to one request."""
        answer = self.subject.ask(line)
        self.record.append((line, answer))
        return answer

    def ask_all(self, lines: Sequence[str]) -> Iterable[str]:
        """The answers to many requests."""
        return map(self.ask, lines)


class Failure(Exception):
    """An operation failed with a status."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


def ask(subject: Subject, operation: str, *words: str) -> list[str]:
    """The words of the answer to a request; Failure if it is an error of the library."""
    outcome, *met = subject.ask(" ".join([operation, *words])).split(" ")
    if outcome == "ok":
        return met
    if outcome != "error" or len(met) != 4:
        text = to_text(met[-1]) if met else ""
        raise AssertionError(f"{operation} is answered with {outcome}: {text}")
    code, spin_name, kind, message = met
    assert spin_name == SPIN_NAMES[code], f"{code} is said to be {spin_name} in Spin"
    assert kind == subject.kinds[code], f"{code} is a {kind}, and not a {subject.kinds[code]}"
    raise Failure(code, to_text(message))


def to_text(word: str) -> str:
    """The text that a word stands for."""
    return driver.to_bytes(word).decode()


def to_optional_word(value: bytes | str | int | None) -> str:
    """A value as a word, also where it is a notation of bytes or a number in a text."""
    return to_word(to_bytes(value) if isinstance(value, dict) else value)


@dataclass
class Run:
    """One case on its way: what it has opened, and where."""

    case: Case
    variant: str
    directory: Path
    sql: Sql
    subject: Subject = field(default_factory=InProcess)
    apps: dict[str, str] = field(default_factory=dict)
    stores: dict[str, str] = field(default_factory=dict)
    names: int = 0
    environment: dict[str, str | None] = field(default_factory=dict)

    def run(self) -> None:
        """Runs the steps in the case's own folder; AssertionError for the first one not met."""
        before = Path.cwd()
        for path, content in self.case.files.items():
            self._write_file(path, content)
        try:
            self._ask("reset", to_word(os.fsencode(self.directory)))
            self._steps(self.case.steps, "step")
            for name, value in self.environment.items():
                self._ask("set_environment", to_word(name), to_word(value))
        finally:
            self.sql.end_case()
            self._ask("reset", to_word(os.fsencode(before)))

    def _steps(self, steps: tuple[Step, ...] | list[Step], where: str) -> None:
        for number, step in enumerate(steps, 1):
            if step["op"] == "repeat":
                self._repeat(step, f"{where} {number}")
            else:
                self._step(step, f"{self.case.file}: {self.case.name}: {where} {number}")

    def _repeat(self, step: Step, where: str) -> None:
        """Runs steps many times; where that takes long, without waiting for each answer."""
        times: int = step["times"]
        times_asked = 0
        if times >= MANY and _leaves_nothing_open(step["steps"]):
            times_asked = times - 1
            self._ask_many_times(step["steps"], times_asked, where)
        for time in range(times_asked + 1, times + 1):
            self._steps(step["steps"], f"{where}, time {time}, step")

    def _ask_many_times(self, steps: list[Step], times: int, where: str) -> None:
        """Runs steps twice, then asks the same over and over, which must be answered the same."""
        names, rounds = self.names, []
        for time in (1, 2):
            self.names = names
            recorded = self.subject = Recorded(self.subject)
            self._steps(steps, f"{where}, time {time}, step")
            self.subject = recorded.subject
            rounds.append(recorded.record)
        assert rounds[0] == rounds[1], f"{where}: time 2 is answered in another way than time 1"
        lines, wanted = zip(*rounds[0], strict=True)
        for time in range(3, times + 1, TIMES_AT_ONCE):
            count = min(TIMES_AT_ONCE, times + 1 - time)
            answers = list(self.subject.ask_all(lines * count))
            if answers != [*wanted * count]:
                failed = next(i for i, met in enumerate(answers) if met != wanted[i % len(wanted)])
                again, step = divmod(failed, len(wanted))
                met = answers[failed]
                raise AssertionError(
                    f"{where}, time {time + again}: {lines[step]} is answered with {_short(met)}, "
                    f"and before with {_short(wanted[step])}"
                )

    def _step(self, step: Step, where: str) -> None:
        action: Callable[[Step], Any] = getattr(self, f"_op_{step['op']}")
        try:
            met = action(step)
        except Failure as failure:
            self._failed(step, failure, where)
            return
        line = f"{where} ({step['op']})"
        assert "error" not in step, f"{line}: expected {step['error']}, met {_short(met)}"
        if "returns" in step:
            returns = OPERATIONS[step["op"]][2]
            wanted = EXPECTED[returns](step["returns"])
            if returns == "json" and not self._is_text:
                met, wanted = self._as_data(met), self._as_data(wanted)
            assert type(met) is type(wanted), f"{line}: met a {type(met).__name__}"
            assert met == wanted, f"{line}: expected {_short(wanted)}, met {_short(met)}"

    def _failed(self, step: Step, failure: Failure, where: str) -> None:
        line = f"{where} ({step['op']})"
        wanted = step.get("error", f"{_short(step.get('returns', 'success'))}")
        message = failure.message
        assert failure.code == step.get("error"), (
            f"{line}: expected {wanted}, met {failure.code}: {message}"
        )
        assert message, f"{line}: no message"
        assert "\n" not in message, f"{line}: a message of more than one line"
        for part in step.get("message_has", []):
            assert part in message, f"{line}: no {part!r} in the message {message!r}"
        for part in step.get("message_lacks", []):
            assert part not in message, f"{line}: {part!r} is in the message {message!r}"

    # -- Words

    def _ask(self, operation: str, *words: str) -> list[str]:
        return ask(self.subject, operation, *words)

    def _ask_one(self, operation: str, *words: str) -> str:
        met = self._ask(operation, *words)
        assert len(met) == 1, f"{operation} is answered with {len(met)} words"
        return met[0]

    def _new_name(self) -> str:
        self.names += 1
        return str(self.names)

    def _app(self, step: Step) -> str:
        name = step.get("app", "main")
        if name is None:
            return "-"
        if name not in self.apps:
            self._op_new_app({"op": "new_app", "app": name})
        return self.apps[name]

    def _store(self, step: Step) -> str:
        return self.stores[step.get("store", "main")]

    def _on_key(self, step: Step) -> tuple[str, str]:
        return self._store(step), to_word(to_bytes(step["key"]))

    @property
    def _is_text(self) -> bool:
        """Whether JSON is compared as text, and not as the language's own data."""
        return "json-text" in self.case.needs

    def _as_data(self, text: bytes) -> str:
        """JSON as text that tells 1 from true and, mostly, one order of members from another."""
        return json.dumps(json.loads(text), sort_keys="json-order" in self.subject.without)

    def _options(self, label: str, given: dict[str, Any]) -> list[str]:
        """A store with its options, where those in memory have no path."""
        options = {
            to_word(name): to_optional_word(value)
            for name, value in given.items()
            if name != "path" or self.variant != "memory"
        }
        words = [word for option in options.items() for word in option]
        return [to_word(label), str(len(options)), *words]

    # -- Apps and opening

    def _op_new_app(self, step: Step) -> None:
        state_dir = "" if self.variant == "memory" else step.get("state_dir", "state")
        given = [step.get(name) for name in ("manifest", "component", "runtime_config")]
        words = [to_optional_word(value) for value in (*given, state_dir)]
        words.append(to_word(step.get("max_open_stores")))
        for label, options in step.get("stores", {}).items():
            words += self._options(label, options)
        name, alias = self._new_name(), step.get("app", "main")
        texts = [to_text(word) for word in self._ask("new_app", name, *words)]
        if alias in self.apps:
            self._ask("free_app", self.apps[alias])
        self.apps[alias] = name
        wanted = step.get("warning_has", [])
        missing = [part for part in wanted if not any(part in text for text in texts)]
        assert not missing, f"no {missing} in the warnings {texts}"
        assert bool(wanted) == bool(texts), f"unexpected warnings: {texts}"

    def _op_add_store(self, step: Step) -> None:
        self._ask(
            "add_store", self._app(step), *self._options(step["label"], step.get("options", {}))
        )

    def _op_grant(self, step: Step) -> None:
        self._ask("grant", self._app(step), to_word(step["label"]))

    def _op_seed(self, step: Step) -> None:
        self._ask("seed", self._app(step), *_pair_words(step))

    def _op_list_stores(self, step: Step) -> list[bytes]:
        texts = [to_text(word) for word in self._ask("list_stores", self._app(step))]
        summaries = dict(zip(texts[::2], texts[1::2], strict=True))
        for label, parts in step.get("summary_has", {}).items():
            for part in parts:
                assert part in summaries[label], f"no {part!r} in {summaries[label]!r}"
        for part in step.get("summary_lacks", []):
            assert not any(part in text for text in summaries.values()), f"{part!r} is in a summary"
        return [label.encode() for label in summaries]

    def _op_set_environment(self, step: Step) -> None:
        name: str = step["name"]
        self.environment.setdefault(name, os.environ.get(name))
        self._ask("set_environment", to_word(name), to_word(step["value"]))

    def _op_free_app(self, step: Step) -> None:
        self._ask("free_app", self.apps.pop(step.get("app", "main")))

    def _op_open(self, step: Step) -> None:
        app, name = self._app(step), self._new_name()
        self._ask("open", name, app, to_word(step["label"]))
        self.stores[step.get("store", "main")] = name

    def _op_open_default(self, step: Step) -> None:
        app, name = self._app(step), self._new_name()
        self._ask("open_default", name, app)
        self.stores[step.get("store", "main")] = name

    def _op_use_handle(self, step: Step) -> None:
        name = self._new_name()
        self._ask("use_handle", name, str(step["number"]))
        self.stores[step.get("store", "main")] = name

    def _op_close(self, step: Step) -> None:
        self._ask("close", self._store(step))

    # -- Operations

    def _with_find(self, operation: str, find: str, step: Step) -> bytes:
        """What a reading operation gives, and its form for keys that may be missing gives too."""
        words = self._on_key(step)
        try:
            found = self._ask_one(operation, *words)
        except Failure as failure:
            self._find_fails(failure.code, find, *words)
            raise
        assert self._ask_one(find, *words) == found, f"{find} differs from {operation}"
        return driver.to_bytes(found)

    def _find_fails(self, code: str, find: str, *words: str) -> None:
        try:
            met = self._ask_one(find, *words)
        except Failure as failure:
            met = failure.code
        wanted = "-" if code == "no-such-key" else code
        assert met == wanted, f"{find} gives {met}, expected {wanted}"

    def _op_get(self, step: Step) -> bytes:
        return self._with_find("get", "find", step)

    def _op_get_into(self, step: Step) -> tuple[int, bytes | None]:
        capacity: int = step["capacity"]
        number, word = self._ask("get_into", *self._on_key(step), str(capacity))
        size, buffer = int(number), driver.to_bytes(word)
        assert len(buffer) == capacity, "the buffer has changed its size"
        written = size if size <= capacity else 0
        untouched = UNTOUCHED * (capacity - written)
        assert buffer[written:] == untouched, "the buffer beyond the value was written to"
        return size, buffer[:size] if size <= capacity else None

    def _op_set(self, step: Step) -> None:
        self._ask("set", *self._on_key(step), to_word(to_bytes(step["value"])))

    def _op_delete(self, step: Step) -> None:
        self._ask("delete", *self._on_key(step))

    def _op_exists(self, step: Step) -> bool:
        return _boolean(self._ask_one("exists", *self._on_key(step)))

    def _op_get_keys(self, step: Step) -> list[bytes]:
        words = self._ask("get_keys", self._store(step))
        assert self._ask("iterate", self._store(step)) == words, "iterate differs from get_keys"
        return [driver.to_bytes(word) for word in words]

    def _op_list_keys(self, step: Step) -> list[bytes]:
        texts = [
            to_word(to_bytes(step[name])) if name in step else "-" for name in ("prefix", "after")
        ]
        words = self._ask("list_keys", self._store(step), *texts, to_word(step.get("limit")))
        return [driver.to_bytes(word) for word in words]

    def _op_count(self, step: Step) -> int:
        return int(self._ask_one("count", self._store(step)))

    def _op_get_many(self, step: Step) -> list[bytes | None]:
        keys = [to_word(key) for key in to_keys(step["keys"])]
        return [optional_bytes(word) for word in self._ask("get_many", self._store(step), *keys)]

    def _op_set_many(self, step: Step) -> None:
        self._ask("set_many", self._store(step), *_pair_words(step))

    def _op_delete_many(self, step: Step) -> None:
        keys = [to_word(key) for key in to_keys(step["keys"])]
        self._ask("delete_many", self._store(step), *keys)

    def _op_increment(self, step: Step) -> int:
        delta = str(step["delta"]) if "delta" in step else "-"
        return int(self._ask_one("increment", *self._on_key(step), delta))

    def _op_compare_and_swap(self, step: Step) -> bool:
        expected = None if step["expected"] is None else to_bytes(step["expected"])
        values = to_word(expected), to_word(to_bytes(step["value"]))
        return _boolean(self._ask_one("compare_and_swap", *self._on_key(step), *values))

    def _op_set_json(self, step: Step) -> None:
        operation = "set_json_text" if self._is_text else "set_json"
        self._ask(operation, *self._on_key(step), to_word(to_bytes(step["json"])))

    def _op_get_json(self, step: Step) -> bytes:
        if self._is_text:
            return driver.to_bytes(self._ask_one("get_json_text", *self._on_key(step)))
        return self._with_find("get_json", "find_json", step)

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


def _leaves_nothing_open(steps: list[Step]) -> bool:
    """Whether the driver alone runs the steps, with no more stores after them than before."""
    operations = [step["op"] for step in steps]
    opened = sum(operation.startswith("open") for operation in operations)
    return opened == operations.count("close") and not {*operations} & NOT_ALONE


def _pair_words(step: Step) -> list[str]:
    return [to_word(part) for pair in to_pairs(step["pairs"]) for part in pair]


def _boolean(word: str) -> bool:
    assert word in ("true", "false"), f"{word!r} is no boolean"
    return word == "true"


def _short(met: Any) -> str:
    text = repr(met)
    return text if len(text) <= 200 else f"{text[:200]}... ({len(text)} characters)"
