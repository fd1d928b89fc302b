"""Errors as a user meets them: which class, which code, what the message says, and that they travel
between processes.
"""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import spinkv

HEADER = Path(__file__).resolve().parents[2] / "core" / "include" / "spinkv.h"

MIB = 1024 * 1024


class Status(NamedTuple):
    """A line of the header's list of statuses."""

    constant: str
    base: str
    name: str

    @property
    def class_name(self) -> str:
        """What the class of this status is called in Python."""
        return "".join(word.capitalize() for word in self.name.split("-"))


def _statuses() -> list[Status]:
    line = re.compile(r'\bX\((\w+), \d+, (\w+), "([a-z-]+)",[\s\\]+"[^"]+"\)')
    return [Status(*match.groups()) for match in line.finditer(HEADER.read_text())]


STATUSES = [status for status in _statuses() if status.constant != "OK"]

# What each class is besides an Error, so that code that knows nothing of spinkv can catch it.
ALSO: dict[str, type[Exception]] = {
    "NoSuchKey": KeyError,
    "InvalidArgument": ValueError,
    "KeyTooLarge": ValueError,
    "ValueTooLarge": ValueError,
    "InvalidJson": ValueError,
    "NotACounter": ValueError,
    "InvalidConfig": ValueError,
    "NoMemory": MemoryError,
}

each_status = pytest.mark.parametrize("status", STATUSES, ids=lambda status: status.name)


def _class_of(status: Status) -> type[spinkv.Error]:
    found: type[spinkv.Error] = getattr(spinkv, status.class_name)
    return found


# ---- Classes -----------------------------------------------------------------------------------


def test_the_header_lists_the_statuses_this_file_relies_on() -> None:
    assert len(STATUSES) == 18
    assert set(ALSO) < {status.class_name for status in STATUSES}


@each_status
def test_every_status_has_a_class_with_its_code(status: Status) -> None:
    kind = _class_of(status)
    error: Any = kind("what happened")
    assert error.code == status.name
    assert str(error) == "what happened"
    assert status.class_name in spinkv.__all__


@each_status
def test_every_class_stands_where_its_status_stands(status: Status) -> None:
    kind = _class_of(status)
    parent = spinkv.Error if status.base == status.constant else spinkv.Io
    assert kind.__bases__[0] is parent
    also = ALSO.get(status.class_name)
    assert kind.__bases__[1:] == (() if also is None else (also,))


def test_no_error_class_lacks_a_status() -> None:
    kinds = {
        name
        for name, value in vars(spinkv).items()
        if isinstance(value, type) and issubclass(value, spinkv.Error) and name[0] != "_"
    }
    assert kinds == {"Error", *(status.class_name for status in STATUSES)}


def test_error_is_an_exception_and_nothing_else() -> None:
    assert spinkv.Error.__bases__ == (Exception,)


# ---- What raises which -------------------------------------------------------------------------


def _store(**options: Any) -> spinkv.Store:
    return spinkv.open("shelf", path=None, **options)


def _table_full() -> None:
    app = spinkv.App(max_open_stores=1)
    app.add_store("a")
    kept = app.open("a")
    app.open("a")
    kept.close()


def _invalid_store() -> None:
    store = _store()
    store.close()
    store.get("k")


def _store_full() -> None:
    _store(max_entries=2).set_many({"a": b"", "b": b"", "c": b""})


def _not_a_counter() -> None:
    store = _store()
    store.set("visits", b"12345")
    store.increment("visits")


def _read_only() -> None:
    spinkv.open("x", path="x.db").close()
    spinkv.open("x", path="x.db", read_only=True).set("k", b"v")


def _corrupt() -> None:
    Path("x.db").write_bytes(b"not a database" * 100)
    spinkv.open("x", path="x.db")


def _missing() -> None:
    spinkv.open("x", path="missing.db", read_only=True)


def _invalid_config() -> None:
    app: Any = spinkv.App()
    app.add_store("a", type="floppy")


CAUSES: dict[str, Callable[[], object]] = {
    "StoreTableFull": _table_full,
    "NoSuchStore": lambda: spinkv.open("cache"),
    "InvalidStore": _invalid_store,
    "NoSuchKey": lambda: _store().get("missing"),
    "Io": _missing,
    "InvalidArgument": lambda: _store().get(b"\xff"),
    "KeyTooLarge": lambda: _store().set("k" * 257, b""),
    "ValueTooLarge": lambda: _store().set("k", bytes(MIB + 1)),
    "StoreFull": _store_full,
    "InvalidJson": lambda: _store().set_json("k", float("nan")),
    "NotACounter": _not_a_counter,
    "InvalidConfig": _invalid_config,
    "ReadOnly": _read_only,
    "Corrupt": _corrupt,
}

each_cause = pytest.mark.parametrize("name", CAUSES)


def _raised(name: str) -> spinkv.Error:
    with pytest.raises(spinkv.Error) as caught:
        CAUSES[name]()
    return caught.value


@each_cause
def test_an_error_is_exactly_of_its_class(name: str) -> None:
    error = _raised(name)
    assert type(error).__name__ == name
    assert type(error) is getattr(spinkv, name)
    assert error.code == re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower()


@each_cause
def test_a_message_is_one_line_that_says_something(name: str) -> None:
    message = str(_raised(name))
    assert len(message) > 10
    assert message.isprintable()
    assert _raised(name).args == (message,)


# ---- Messages ----------------------------------------------------------------------------------


def _message(call: Callable[[], object]) -> str:
    """The message, numbers without separators of thousands."""
    with pytest.raises(spinkv.Error) as caught:
        call()
    return re.sub(r"(?<=\d),(?=\d)", "", str(caught.value))


def test_no_such_key_names_the_key_and_has_no_quotes_around() -> None:
    message = _message(lambda: _store().get("my-key"))
    assert "my-key" in message
    assert not message.startswith(("'", '"'))


@pytest.mark.parametrize(
    "call",
    [
        lambda store, key: store.get(key),
        lambda store, key: store[key],
        lambda store, key: store.__delitem__(key),
        lambda store, key: store.get_json(key),
        lambda store, key: store.set(key, b"secret value"),
        lambda store, key: store.set_many([("k", b"secret value"), (key, b"secret value")]),
        lambda store, key: store.increment(key),
    ],
)
def test_a_long_key_is_shortened(call: Callable[[spinkv.Store, str], object]) -> None:
    key = "0123456789" * 3 + "abcdefghij" * 30
    message = _message(lambda: call(_store(), key))
    assert key[:30] in message
    assert key[:50] not in message
    assert len(message) < 200
    assert "secret" not in message


@pytest.mark.parametrize("key", ["é" * 200, "x" + "é" * 200, "😀" * 100, "xx" + "😀" * 100])
def test_a_key_is_shortened_between_characters(key: str) -> None:
    message = _message(lambda: _store().get(key))
    assert key[:8] in message
    assert "\ufffd" not in message
    message.encode()


@pytest.mark.parametrize("key", ["two\nlines", "tab\there", "nul\0here", "\x1b[31mred", "\x7f"])
def test_a_strange_key_does_not_break_the_message(key: str) -> None:
    message = _message(lambda: _store().get(key))
    assert message.isprintable()
    assert key[:3].strip("\x1b[\x7f") in message
    assert len(message) > 10


def test_an_empty_key_has_a_message_too() -> None:
    assert len(_message(lambda: _store().get(""))) > 10


def test_key_too_large_names_key_size_and_limit() -> None:
    message = _message(lambda: _store().set("some-key" + "k" * 249, b""))
    assert "some-key" in message
    assert re.search(r"\b257\b", message)
    assert re.search(r"\b256\b", message)


def test_sizes_are_told_in_bytes() -> None:
    message = _message(lambda: _store(max_key_bytes=5).set("ééé", b""))
    assert re.search(r"\b6\b", message)
    assert re.search(r"\b5\b", message)


def test_value_too_large_names_key_size_and_limit() -> None:
    message = _message(lambda: _store().set("some-key", bytes(MIB + 1)))
    assert "some-key" in message
    assert re.search(r"\b1048577\b", message)
    assert re.search(r"\b1048576\b", message)


def test_store_full_names_key_and_limit() -> None:
    message = _message(_store_full)
    assert re.search(r"\b2\b", message)
    store = _store()
    store.set_many({f"{number}": b"" for number in range(1024)})
    message = _message(lambda: store.set("some-key", b""))
    assert "some-key" in message
    assert re.search(r"\b1024\b", message)


def test_store_table_full_names_the_limit() -> None:
    assert re.search(r"\b1\b", _message(_table_full))


def test_not_a_counter_names_key_and_size() -> None:
    message = _message(_not_a_counter)
    assert "visits" in message
    assert re.search(r"\b5\b", message)


def test_a_counter_that_overflows_is_named() -> None:
    store = _store()
    store.increment("visits", 2**63 - 1)
    assert "visits" in _message(lambda: store.increment("visits"))


def test_invalid_json_names_the_key() -> None:
    store = _store()
    store.set("document", b"{oops}")
    message = _message(lambda: store.get_json("document"))
    assert "document" in message
    assert "oops" not in message


def test_no_such_store_names_the_label() -> None:
    assert "my-cache" in _message(lambda: spinkv.open("my-cache"))


def test_errors_of_files_name_the_file() -> None:
    assert "missing.db" in _message(_missing)
    assert "x.db" in _message(_corrupt)


def test_set_many_names_the_tuple_that_was_refused() -> None:
    message = _message(lambda: _store().set_many({"fine": b"", "guilty": bytes(MIB + 1)}))
    assert "guilty" in message
    assert "fine" not in message


# ---- Travelling --------------------------------------------------------------------------------


@each_cause
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_survives_pickling(name: str, protocol: int) -> None:
    error = _raised(name)
    again: spinkv.Error = pickle.loads(pickle.dumps(error, protocol))
    assert type(again) is type(error)
    assert again.code == error.code
    assert str(again) == str(error)
    assert again.args == error.args


@each_cause
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_an_error_survives_copying(
    name: str, copied: Callable[[spinkv.Error], spinkv.Error]
) -> None:
    error = _raised(name)
    again = copied(error)
    assert (type(again), again.code, str(again)) == (type(error), error.code, str(error))


def _fail_in_another_process() -> None:
    _store().set("some-key", bytes(MIB + 1))


def test_an_error_arrives_from_another_process() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        failed = pool.submit(_fail_in_another_process)
        with pytest.raises(spinkv.ValueTooLarge, match="some-key") as caught:
            failed.result()
    assert caught.value.code == "value-too-large"


def test_an_error_does_not_keep_the_store_open() -> None:
    app = spinkv.App(max_open_stores=1)
    app.add_store("a")
    error: spinkv.Error | None = None

    def fail() -> None:
        nonlocal error
        store = app.open("a")
        try:
            store.get("missing")
        except spinkv.NoSuchKey as caught:
            error = caught.with_traceback(None)

    fail()
    assert error is not None
    app.open("a").close()
