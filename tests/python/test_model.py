"""Random sequences of everything a user can do, over several apps, stores and handles in a file and
in memory, beside a plain sqlite3 connection, compared step by step with dicts that know the rules.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import struct
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import spinkv
from conftest import examples
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, rule

MAX_OPEN = 5
COUNTER_RANGE = range(-(2**63), 2**63)

KEYS = ["", "a", "ab", "abc", "b", "é", "a\0", "😀", "a%", "a_", "eight by", "nine byte"]
VALUES = [
    b"",
    b"1",
    b"null",
    b'[1, "\xc3\xa9"]',
    b"{oops",
    b"\xff\0",
    bytes(8),
    struct.pack("<q", 2**63 - 1),
    b"v" * 24,
    b"v" * 25,
]
DOCUMENTS: list[Any] = [None, 0, [], {"a": "é", "b": 1.5}, "x" * 22, "x" * 23, [[1, 2], 3]]

keys = st.sampled_from(KEYS)
values = st.sampled_from(VALUES)
some_keys = st.lists(keys, max_size=4)
pairs = st.lists(st.tuples(keys, values), max_size=6)


@dataclass(frozen=True)
class Limits:
    """What a store takes; 0 is no limit."""

    key_bytes: int
    value_bytes: int
    entries: int


SMALL = Limits(key_bytes=8, value_bytes=24, entries=4)
NONE = Limits(0, 0, 0)


@dataclass(frozen=True)
class Spot:
    """A store of an app, and where its tuples are: in the file, or in memory of that app."""

    app: int
    label: str
    limits: Limits
    in_file: bool

    @property
    def place(self) -> tuple[int | None, str]:
        """The same for two stores that share their tuples."""
        return (None if self.in_file else self.app, self.label)


SPOTS = [
    Spot(0, "default", SMALL, in_file=True),
    Spot(0, "other", SMALL, in_file=True),
    Spot(0, "memory", SMALL, in_file=False),
    Spot(1, "default", NONE, in_file=True),
    Spot(1, "memory", NONE, in_file=False),
]


@dataclass(eq=False)
class Handle:
    """An open or closed store and what the model knows of it."""

    spot: Spot
    store: spinkv.Store
    closed: bool = False


def _parsed(value: bytes) -> Any:
    """Raises ValueError for what is not JSON."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    return json.loads(value.decode(), parse_constant=refuse)


def _in_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=str.encode)


class Stores(RuleBasedStateMachine):
    """The machine: spinkv on one side, dicts on the other."""

    handles: Bundle[Handle] = Bundle("handles")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="spinkv-"))
        self.path = self.folder / "x.db"
        self.data: dict[tuple[int | None, str], dict[str, bytes]] = {}
        self.live: list[Handle] = []
        self.apps = self._new_apps()
        with self.apps[0].open("default"):
            self.plain = sqlite3.connect(self.path, isolation_level=None)

    def teardown(self) -> None:
        """Closes everything; then the file alone must hold what the model holds."""
        for handle in self.live:
            handle.store.close()
        rows = self.plain.execute("SELECT store, key, CAST(value AS BLOB) FROM spin_key_value")
        found: dict[str, dict[str, bytes]] = {}
        for label, key, value in rows:
            found.setdefault(label, {})[key] = value
        expected = {
            label: tuples for (app, label), tuples in self.data.items() if app is None and tuples
        }
        sound = self.plain.execute("PRAGMA integrity_check").fetchall()
        self.plain.close()
        shutil.rmtree(self.folder)
        assert found == expected
        assert sound == [("ok",)]

    def _new_apps(self) -> list[spinkv.App]:
        apps = [spinkv.App(max_open_stores=MAX_OPEN) for _ in range(2)]
        for spot in SPOTS:
            self.data.setdefault(spot.place, {})
            apps[spot.app].add_store(
                spot.label,
                path=self.path if spot.in_file else None,
                durability="normal",
                max_key_bytes=spot.limits.key_bytes,
                max_value_bytes=spot.limits.value_bytes,
                max_entries=spot.limits.entries,
                cache_bytes=0 if spot.label == "other" else 4096,
            )
        return apps

    def _tuples(self, handle: Handle) -> dict[str, bytes]:
        return self.data[handle.spot.place]

    def _check(
        self,
        handle: Handle,
        call: Callable[[], object],
        errors: set[type[spinkv.Error]],
        expected: Callable[[], object] = lambda: None,
    ) -> None:
        """Without errors, the call gives what is expected, which is only then worked out (and may
        change the model); with several, one of them comes.
        """
        if handle.closed:
            errors = {spinkv.InvalidStore}
        if errors:
            with pytest.raises(spinkv.Error) as caught:
                call()
            assert type(caught.value) in errors
        else:
            assert call() == expected()

    def _key_errors(self, handle: Handle, key: str) -> set[type[spinkv.Error]]:
        limit = handle.spot.limits.key_bytes
        return {spinkv.KeyTooLarge} if 0 < limit < len(key.encode()) else set()

    def _value_errors(self, handle: Handle, value: bytes) -> set[type[spinkv.Error]]:
        limit = handle.spot.limits.value_bytes
        return {spinkv.ValueTooLarge} if 0 < limit < len(value) else set()

    def _room_errors(self, handle: Handle, names: Iterable[str]) -> set[type[spinkv.Error]]:
        tuples, limit = self._tuples(handle), handle.spot.limits.entries
        new = set(names) - set(tuples)
        return {spinkv.StoreFull} if limit and new and len(tuples) + len(new) > limit else set()

    def _write_errors(self, handle: Handle, key: str, value: bytes) -> set[type[spinkv.Error]]:
        return (
            self._key_errors(handle, key)
            | self._value_errors(handle, value)
            | self._room_errors(handle, [key])
        )

    # ---- Handles ----

    @rule(target=handles, spot=st.sampled_from(SPOTS))
    def open_store(self, spot: Spot) -> Any:
        """Opens one more handle, as long as the app has room."""
        of_app = [handle for handle in self.live if handle.spot.app == spot.app]
        if len(of_app) == MAX_OPEN:
            with pytest.raises(spinkv.StoreTableFull):
                self.apps[spot.app].open(spot.label)
            return of_app[0]
        handle = Handle(spot, self.apps[spot.app].open(spot.label))
        self.live.append(handle)
        return handle

    @rule(handle=handles)
    def close_store(self, handle: Handle) -> None:
        """Closes a handle, maybe again."""
        handle.store.close()
        handle.closed = True
        assert handle.store.closed
        if handle in self.live:
            self.live.remove(handle)

    @rule(handle=consumes(handles))
    def forget(self, handle: Handle) -> None:
        """Drops a handle without closing it, unless it is needed elsewhere."""
        if handle in self.live:
            self.live.remove(handle)
            handle.closed = True
            handle.store = spinkv.open("closed", path=None)
            handle.store.close()

    @rule()
    def start_again(self) -> None:
        """A new process in small: every store closed, new apps; what was in memory is gone."""
        for handle in list(self.live):
            self.close_store(handle)
        self.data = {place: tuples for place, tuples in self.data.items() if place[0] is None}
        self.apps = self._new_apps()

    # ---- One key ----

    @rule(handle=handles, key=keys, value=values)
    def write(self, handle: Handle, key: str, value: bytes) -> None:
        """Set."""

        def apply() -> None:
            self._tuples(handle)[key] = value

        errors = self._write_errors(handle, key, value)
        self._check(handle, lambda: handle.store.set(key, value), errors, apply)

    @rule(handle=handles, key=keys)
    def read(self, handle: Handle, key: str) -> None:
        """Get, with and without a default, and by brackets."""
        tuples = self._tuples(handle)
        missing: set[type[spinkv.Error]] = set() if key in tuples else {spinkv.NoSuchKey}
        self._check(handle, lambda: handle.store.get(key), missing, lambda: tuples[key])
        self._check(handle, lambda: handle.store[key], missing, lambda: tuples[key])
        self._check(handle, lambda: handle.store.get(key, 5), set(), lambda: tuples.get(key, 5))
        self._check(handle, lambda: handle.store.exists(key), set(), lambda: key in tuples)
        self._check(handle, lambda: key in handle.store, set(), lambda: key in tuples)

    @rule(handle=handles, key=keys, strictly=st.booleans())
    def delete(self, handle: Handle, key: str, strictly: bool) -> None:
        """Delete, or del, which minds a missing key."""
        tuples = self._tuples(handle)

        def apply() -> None:
            tuples.pop(key, None)

        if strictly:
            errors: set[type[spinkv.Error]] = set() if key in tuples else {spinkv.NoSuchKey}
            self._check(handle, lambda: handle.store.__delitem__(key), errors, apply)
        else:
            self._check(handle, lambda: handle.store.delete(key), set(), apply)

    @rule(
        handle=handles,
        key=keys,
        delta=st.sampled_from([1, -1, 0, 1000, 2**63 - 1, -(2**63)]),
    )
    def increment(self, handle: Handle, key: str, delta: int) -> None:
        """Increment."""
        tuples = self._tuples(handle)
        before = tuples.get(key, bytes(8))
        errors = self._write_errors(handle, key, bytes(8))
        number = 0
        if len(before) == 8:
            number = struct.unpack("<q", before)[0] + delta
        if len(before) != 8 or number not in COUNTER_RANGE:
            errors |= {spinkv.NotACounter}

        def apply() -> int:
            tuples[key] = struct.pack("<q", number)
            return number

        self._check(handle, lambda: handle.store.increment(key, delta), errors, apply)

    @rule(handle=handles, key=keys, expected=st.none() | values, right=st.booleans(), value=values)
    def compare_and_swap(
        self, handle: Handle, key: str, expected: bytes | None, right: bool, value: bytes
    ) -> None:
        """Compare-and-swap, half of the time with what is really there."""
        tuples = self._tuples(handle)
        if right:
            expected = tuples.get(key)
        errors = self._key_errors(handle, key) | self._value_errors(handle, value)
        swapped = tuples.get(key) == expected
        if swapped:
            errors |= self._room_errors(handle, [key])

        def apply() -> bool:
            if swapped:
                tuples[key] = value
            return swapped

        self._check(
            handle, lambda: handle.store.compare_and_swap(key, expected, value), errors, apply
        )

    @rule(handle=handles, key=keys, document=st.sampled_from(DOCUMENTS))
    def set_json(self, handle: Handle, key: str, document: Any) -> None:
        """Set JSON, whose limit counts the compact text."""
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()

        def apply() -> None:
            self._tuples(handle)[key] = text

        errors = self._write_errors(handle, key, text)
        self._check(handle, lambda: handle.store.set_json(key, document), errors, apply)

    @rule(handle=handles, key=keys)
    def get_json(self, handle: Handle, key: str) -> None:
        """Get JSON."""
        tuples = self._tuples(handle)
        missing: set[type[spinkv.Error]] = set() if key in tuples else {spinkv.NoSuchKey}
        errors: set[type[spinkv.Error]] = set()
        document: Any = 5
        if key in tuples:
            try:
                document = _parsed(tuples[key])
            except ValueError:
                errors = {spinkv.InvalidJson}
        store = handle.store
        self._check(handle, lambda: store.get_json(key), errors | missing, lambda: document)
        self._check(handle, lambda: store.get_json(key, 5), errors, lambda: document)

    # ---- Many keys ----

    @rule(handle=handles, tuples=pairs, as_mapping=st.booleans())
    def set_many(self, handle: Handle, tuples: list[tuple[str, bytes]], as_mapping: bool) -> None:
        """Set many, all or nothing."""
        if as_mapping:
            tuples = list(dict(tuples).items())
        errors: set[type[spinkv.Error]] = self._room_errors(handle, [key for key, _ in tuples])
        for key, value in tuples:
            errors |= self._key_errors(handle, key) | self._value_errors(handle, value)

        def apply() -> None:
            self._tuples(handle).update(tuples)

        argument: Any = dict(tuples) if as_mapping else tuples
        self._check(handle, lambda: handle.store.set_many(argument), errors, apply)

    @rule(handle=handles, names=some_keys)
    def get_many(self, handle: Handle, names: list[str]) -> None:
        """Get many, in the order asked."""
        tuples = self._tuples(handle)
        self._check(
            handle,
            lambda: list(handle.store.get_many(names).items()),
            set(),
            lambda: [(name, tuples.get(name)) for name in dict.fromkeys(names)],
        )

    @rule(handle=handles, names=some_keys)
    def delete_many(self, handle: Handle, names: list[str]) -> None:
        """Delete many."""

        def apply() -> None:
            for name in names:
                self._tuples(handle).pop(name, None)

        self._check(handle, lambda: handle.store.delete_many(names), set(), apply)

    # ---- Listings ----

    @rule(handle=handles)
    def list_all(self, handle: Handle) -> None:
        """All keys, in every way of asking for them."""
        tuples = self._tuples(handle)
        for listing in (handle.store.get_keys, lambda: list(handle.store), handle.store.list_keys):
            self._check(handle, listing, set(), lambda: _in_order(tuples))
        for counting in (handle.store.count, lambda: len(handle.store)):
            self._check(handle, counting, set(), lambda: len(tuples))

    @rule(
        handle=handles,
        prefix=st.sampled_from(["", "a", "é", "a%", "eight", "zz"]),
        after=st.none() | keys,
        limit=st.none() | st.integers(0, 5),
    )
    def list_page(self, handle: Handle, prefix: str, after: str | None, limit: int | None) -> None:
        """One page."""

        def page() -> list[str]:
            names = [
                name
                for name in _in_order(self._tuples(handle))
                if name.startswith(prefix) and (after is None or name.encode() > after.encode())
            ]
            return names[:limit]

        self._check(handle, lambda: handle.store.list_keys(prefix, after, limit), set(), page)

    @rule(handle=handles, size=st.integers(1, 3))
    def list_by_pages(self, handle: Handle, size: int) -> None:
        """Page after page until there is none."""

        def walk() -> list[str]:
            names: list[str] = []
            while page := handle.store.list_keys("", names[-1] if names else None, size):
                names += page
            return names

        self._check(handle, walk, set(), lambda: _in_order(self._tuples(handle)))

    # ---- Somebody else ----

    @rule(
        label=st.sampled_from(["default", "other"]),
        tuples=pairs,
        as_text=st.booleans(),
        deleted=some_keys,
    )
    def plain_sqlite_writes(
        self, label: str, tuples: list[tuple[str, bytes]], as_text: bool, deleted: list[str]
    ) -> None:
        """A program that knows of no limits writes (also TEXT values) and deletes rows."""
        model = self.data[None, label]
        self.plain.execute("BEGIN IMMEDIATE")
        for key, value in tuples:
            stored: str | bytes = value
            if as_text and b"\xff" not in value:
                stored = value.decode()
            self.plain.execute(
                "INSERT OR REPLACE INTO spin_key_value VALUES (?, ?, ?)", (label, key, stored)
            )
            model[key] = value
        for key in deleted:
            self.plain.execute(
                "DELETE FROM spin_key_value WHERE store = ? AND key = ?", (label, key)
            )
            model.pop(key, None)
        self.plain.execute("COMMIT")

    @rule()
    def plain_sqlite_checkpoints(self) -> None:
        """The log is emptied into the file behind our back."""
        self.plain.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


Stores.TestCase.settings = settings(examples(40), stateful_step_count=40)
TestStores = Stores.TestCase
