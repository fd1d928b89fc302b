"""Files from strangers: whatever a file holds, each call gives a right answer or a spinkv.Error, no
code from the file is run, nothing is lost silently, and the process lives on.
"""

from __future__ import annotations

import random
import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import spinkv
from conftest import SPIN_TABLE, Conversation, examples, make_spin_file, run_sql, thinned
from hypothesis import given
from hypothesis import strategies as st

PROPER_COLUMNS = "store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL"


def _make(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    return path


def _snapshot(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def _assert_refused(path: Path, *kinds: type[spinkv.Error]) -> None:
    """Neither way of opening takes the file, and it stays as it is."""
    before = _snapshot(path.parent)
    for read_only in (False, True):
        with pytest.raises(kinds or spinkv.Corrupt) as caught:
            spinkv.open("x", path=path, read_only=read_only).get("k")
        assert len(str(caught.value)) > 10
        assert str(caught.value).isprintable()
    assert _snapshot(path.parent) == before


# ---- Not a database ----------------------------------------------------------------------------

MAGIC = b"SQLite format 3\0"

CONTENTS: dict[str, bytes] = {
    "one byte": b"x",
    "one NUL": b"\0",
    "two bytes": b"x\n",
    "two NULs": b"\0\0",
    "a line": b"not a database\n",
    "text": b"The quick brown fox. " * 500,
    "zeros": bytes(8192),
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    "magic alone": MAGIC,
    "magic and zeros": MAGIC + bytes(8176),
    "magic and text": MAGIC + b"\x10\0\1\1" + b"x" * 8172,
    "SQLite 2": b"** This file contains an SQLite 2.1 database **\0" + bytes(4000),
    "noise": random.Random(3).randbytes(10_000),
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_what_is_not_a_database_is_corrupt_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(content)
    _assert_refused(path)


def test_an_empty_file_is_an_empty_store(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"")
    with spinkv.open("x", path=path) as store:
        assert store.get_keys() == []
        store.set("k", b"v")
    assert spinkv.open("x", path=path).get("k") == b"v"


def test_a_stranger_does_not_spoil_what_comes_after(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.db", tmp_path / "bad.db"
    with spinkv.open("x", path=good) as store:
        store.set("k", b"v")
        bad.write_bytes(b"not a database" * 100)
        with pytest.raises(spinkv.Corrupt):
            spinkv.open("x", path=bad)
        assert store.get("k") == b"v"
        bad.unlink()
        with spinkv.open("x", path=bad) as other:
            other.set("k", b"now a database")


# ---- A table of another shape ------------------------------------------------------------------

# Never to be taken for the table: reading or writing it would be wrong.
REFUSED: dict[str, list[str]] = {
    "one column more": [f"CREATE TABLE spin_key_value ({PROPER_COLUMNS}, extra, "
                        "PRIMARY KEY (store, key))"],
    "no value": ["CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, "
                 "PRIMARY KEY (store, key))"],
    "other names": ["CREATE TABLE spin_key_value (store TEXT NOT NULL, name TEXT NOT NULL, "
                    "content BLOB NOT NULL, PRIMARY KEY (store, name))"],
    "no store": ["CREATE TABLE spin_key_value (key TEXT NOT NULL PRIMARY KEY, "
                 "value BLOB NOT NULL)"],
    "no primary key": [f"CREATE TABLE spin_key_value ({PROPER_COLUMNS})"],
    "key alone is primary": [f"CREATE TABLE spin_key_value ({PROPER_COLUMNS}, PRIMARY KEY (key))"],
    "store alone is primary": [f"CREATE TABLE spin_key_value ({PROPER_COLUMNS}, "
                               "PRIMARY KEY (store))"],
    "all is primary": [f"CREATE TABLE spin_key_value ({PROPER_COLUMNS}, "
                       "PRIMARY KEY (store, key, value))"],
    "value is generated": ["CREATE TABLE spin_key_value (store TEXT NOT NULL, "
                           "key TEXT NOT NULL, value BLOB AS (zeroblob(5)), "
                           "PRIMARY KEY (store, key))"],
    "a hidden generated column": [f"CREATE TABLE spin_key_value ({PROPER_COLUMNS}, "
                                  "twice AS (value || value), PRIMARY KEY (store, key))"],
    "view": ["CREATE VIEW spin_key_value AS SELECT 'x' AS store, 'k' AS key, x'00' AS value"],
    "view with a way to write": [
        "CREATE TABLE secret (store, key, value)",
        "CREATE VIEW spin_key_value AS SELECT store, key, value FROM secret",
        "CREATE TRIGGER t INSTEAD OF INSERT ON spin_key_value BEGIN "
        "INSERT INTO secret VALUES ('written', NEW.key, NEW.value); END",
    ],
    "view that loads code": ["CREATE VIEW spin_key_value AS SELECT 'x' AS store, 'k' AS key, "
                             "load_extension('/tmp/evil.so') AS value"],
    "full-text table": ["CREATE VIRTUAL TABLE spin_key_value USING fts5(store, key, value)"],
    "r-tree": ["CREATE VIRTUAL TABLE spin_key_value USING rtree(id, store, key)"],
    "index of that name": ["CREATE TABLE other (value)",
                           "CREATE INDEX spin_key_value ON other (value)"],
}  # fmt: skip


@pytest.mark.parametrize("statements", REFUSED.values(), ids=REFUSED.keys())
def test_a_table_of_another_shape_is_corrupt_and_left_alone(
    tmp_path: Path, statements: list[str]
) -> None:
    _assert_refused(_make(tmp_path / "x.db", *statements))


@pytest.mark.parametrize("statements", REFUSED.values(), ids=REFUSED.keys())
def test_a_table_of_another_shape_in_a_wal_file_is_corrupt(
    tmp_path: Path, statements: list[str]
) -> None:
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    _make(path, *statements)
    with pytest.raises(spinkv.Corrupt):
        spinkv.open("x", path=path)


def _table(columns: str, constraints: str = "PRIMARY KEY (store, key)", after: str = "") -> str:
    return f"CREATE TABLE spin_key_value ({columns}, {constraints}) {after}"


# Near enough that taking them may be right; if they are taken, everything must work.
DOUBTFUL: dict[str, list[str]] = {
    "as Spin makes it": [SPIN_TABLE],
    "upper case": [SPIN_TABLE.upper()],
    "key first": [_table(PROPER_COLUMNS, "PRIMARY KEY (key, store)")],
    "columns in another order": [
        _table("value BLOB NOT NULL, key TEXT NOT NULL, store TEXT NOT NULL")
    ],
    "unique": [_table(PROPER_COLUMNS, "UNIQUE (store, key)")],
    "descending": [_table(PROPER_COLUMNS, "PRIMARY KEY (store DESC, key DESC)")],
    "WITHOUT ROWID": [_table(PROPER_COLUMNS, after="WITHOUT ROWID")],
    "STRICT": [_table(PROPER_COLUMNS, after="STRICT")],
    "no NOT NULL": [_table("store TEXT, key TEXT, value BLOB")],
    "no types": [_table("store, key, value")],
    "varchar": [_table("store VARCHAR NOT NULL, key VARCHAR(255) NOT NULL, value BLOB NOT NULL")],
    "key is INTEGER": [_table("store TEXT NOT NULL, key INTEGER NOT NULL, value BLOB NOT NULL")],
    "key is NUMERIC": [_table("store TEXT NOT NULL, key NUMERIC NOT NULL, value BLOB NOT NULL")],
    "key is BLOB": [_table("store TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL")],
    "value is TEXT": [_table("store TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL")],
    "value is INTEGER": [_table("store TEXT NOT NULL, key TEXT NOT NULL, value INTEGER NOT NULL")],
    "key folds case": [
        _table("store TEXT NOT NULL, key TEXT NOT NULL COLLATE NOCASE, value BLOB NOT NULL")
    ],
    "key ignores spaces": [
        _table("store TEXT NOT NULL, key TEXT NOT NULL COLLATE RTRIM, value BLOB NOT NULL")
    ],
    "store folds case": [
        _table("store TEXT NOT NULL COLLATE NOCASE, key TEXT NOT NULL, value BLOB NOT NULL")
    ],
    "primary key folds case": [_table(PROPER_COLUMNS, "PRIMARY KEY (store, key COLLATE NOCASE)")],
    "conflicts are ignored": [
        _table(PROPER_COLUMNS, "PRIMARY KEY (store, key) ON CONFLICT IGNORE")
    ],
    "null is ignored": [
        _table("store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL ON CONFLICT IGNORE")
    ],
    "default value": [
        _table("store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL DEFAULT (zeroblob(9))")
    ],
    "check of type": [_table(PROPER_COLUMNS, "PRIMARY KEY (store, key), CHECK (key <> 'none')")],
    "check that says no": [_table(PROPER_COLUMNS, "PRIMARY KEY (store, key), CHECK (key = 'no')")],
    "check that loads code": [
        _table(PROPER_COLUMNS, "PRIMARY KEY (store, key), CHECK (load_extension('/tmp/evil.so'))")
    ],
    "value is unique": [_table(PROPER_COLUMNS, "PRIMARY KEY (store, key), UNIQUE (value)")],
    "value refers to another table": [
        "CREATE TABLE other (id PRIMARY KEY)",
        _table(PROPER_COLUMNS, "PRIMARY KEY (store, key), FOREIGN KEY (key) REFERENCES other (id)"),
    ],
    "further index": [SPIN_TABLE, "CREATE INDEX by_value ON spin_key_value (value)"],
    "further unique index": [SPIN_TABLE, "CREATE UNIQUE INDEX u ON spin_key_value (store)"],
    "index over a function": [SPIN_TABLE, "CREATE INDEX f ON spin_key_value (upper(key))"],
    "trigger that swallows": [
        SPIN_TABLE,
        "CREATE TRIGGER t BEFORE INSERT ON spin_key_value BEGIN SELECT RAISE(IGNORE); END",
    ],
    "trigger that refuses": [
        SPIN_TABLE,
        "CREATE TRIGGER t BEFORE DELETE ON spin_key_value BEGIN SELECT RAISE(ABORT, 'no'); END",
    ],
    "trigger that changes": [
        SPIN_TABLE,
        "CREATE TRIGGER t AFTER INSERT ON spin_key_value BEGIN "
        "UPDATE spin_key_value SET value = x'00'; END",
    ],
    "broken view beside": [SPIN_TABLE, "CREATE VIEW v AS SELECT * FROM missing"],
}


def _work_through(path: Path) -> None:
    """Uses a store in every way and checks each answer."""
    pairs = {key: key.encode() + b"!" for key in ["", "1", "01", "1.0", "A", "a", "a ", "é"]}
    with spinkv.open("x", path=path) as store, spinkv.open("X", path=path) as other:
        assert store.get_keys() == []
        for key, value in pairs.items():
            assert not store.exists(key)
            store.set(key, value)
        store.set("a", b"new")
        pairs["a"] = b"new"
        other.set_many({"a": b"theirs", "b": b"theirs"})
        assert store.get_keys() == sorted(pairs)
        assert store.get_many(pairs) == pairs
        assert store.count() == len(pairs)
        assert store.compare_and_swap("a", b"new", b"newer")
        assert not store.compare_and_swap("A", None, b"x")
        assert store.increment("n") == 1
        assert store.increment("n") == 2
        store.delete("A")
        store.delete_many(["1", "n"])
    with spinkv.open("limited", path=path, max_entries=2) as limited:
        limited.set("a", b"a!!")
        limited.set("b", b"b!!")
        with pytest.raises(spinkv.StoreFull):
            limited.set("c", b"c!!")
        with pytest.raises(spinkv.StoreFull):
            limited.set_many({"c": b"c!!"})
        assert limited.get_keys() == ["a", "b"]
    for key in ("A", "1"):
        del pairs[key]
    pairs["a"] = b"newer"
    with spinkv.open("x", path=path) as store, spinkv.open("X", path=path) as other:
        assert {key: store.get(key) for key in store} == pairs
        assert other.get_keys() == ["a", "b"]
        assert other.get("a") == b"theirs"


@pytest.mark.parametrize("statements", DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_a_table_of_nearly_the_shape_works_wholly_or_is_refused(
    tmp_path: Path, statements: list[str]
) -> None:
    path = _make(tmp_path / "x.db", *statements)
    refusal: spinkv.Error | None = None
    try:
        _work_through(path)
    except spinkv.Io as error:
        refusal = error
    assert type(refusal) in {type(None), spinkv.Corrupt, spinkv.Unsupported, spinkv.Io}
    assert refusal is None or statements != [SPIN_TABLE]


def test_a_trigger_of_a_stranger_is_not_run(tmp_path: Path) -> None:
    path = _make(
        tmp_path / "x.db",
        SPIN_TABLE,
        "CREATE TABLE seen (what)",
        *(
            f"CREATE TRIGGER t{event} AFTER {event} ON spin_key_value BEGIN "
            f"INSERT INTO seen VALUES ('{event}'); END"
            for event in ("INSERT", "UPDATE", "DELETE")
        ),
    )
    try:
        with spinkv.open("x", path=path) as store:
            store.set("k", b"v")
            store.set("k", b"w")
            store.set_many({"a": b"1", "b": b"2"})
            store.increment("n")
            store.delete("k")
            store.delete_many(["a"])
            assert store.get_keys() == ["b", "n"]
    except spinkv.Corrupt:
        pass
    assert run_sql(path, "SELECT * FROM seen") == []


def test_functions_of_a_stranger_are_not_needed_to_read(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.create_function("their_own", 1, lambda _: 1, deterministic=True)
        connection.execute(
            _table(PROPER_COLUMNS, "PRIMARY KEY (store, key), CHECK (their_own(value))")
        )
        connection.execute("INSERT INTO spin_key_value VALUES ('x', 'k', x'76')")
    try:
        with spinkv.open("x", path=path) as store:
            assert store.get("k") == b"v"
            assert store.get_keys() == ["k"]
            with pytest.raises(spinkv.Error):
                store.set("k", b"w")
            assert store.get("k") == b"v"
    except spinkv.Corrupt:
        pass


# ---- Rows that no store writes -----------------------------------------------------------------

READERS: dict[str, Callable[[spinkv.Store], object]] = {
    "get": lambda store: store.get("odd"),
    "get with default": lambda store: store.get("odd", None),
    "store[key]": lambda store: store["odd"],
    "get_json": lambda store: store.get_json("odd"),
    "get_many": lambda store: store.get_many(["good", "odd"]),
    "compare_and_swap": lambda store: store.compare_and_swap("odd", b"5", b"x"),
    "increment": lambda store: store.increment("odd"),
}


def _file_with_null(path: Path, column: str) -> Path:
    """A file whose table says NOT NULL and holds a NULL all the same."""
    store, key, value = (
        "NULL" if name == column else text
        for name, text in (("store", "'x'"), ("key", "'odd'"), ("value", "x'00'"))
    )
    loose = SPIN_TABLE.replace(" NOT NULL", "")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(loose)
        connection.execute("INSERT INTO spin_key_value VALUES ('x', 'good', x'00')")
        connection.execute(f"INSERT INTO spin_key_value VALUES ({store}, {key}, {value})")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET sql = ? WHERE type = 'table'", (SPIN_TABLE.strip(),)
        )
    return path


def _odd_value(path: Path, value: str) -> Path:
    if value == "NULL":
        return _file_with_null(path, "value")
    return _make(
        path,
        SPIN_TABLE,
        "INSERT INTO spin_key_value VALUES ('x', 'good', x'00')",
        f"INSERT INTO spin_key_value VALUES ('x', 'odd', {value})",
    )


@pytest.mark.parametrize("value", ["5", "0", "1.5", "9223372036854775807", "NULL"])
@pytest.mark.parametrize("read", READERS.values(), ids=READERS.keys())
def test_a_value_that_is_a_number_or_null_is_corrupt(
    tmp_path: Path, read: Callable[[spinkv.Store], object], value: str
) -> None:
    path = _odd_value(tmp_path / "x.db", value)
    with spinkv.open("x", path=path) as store:
        with pytest.raises(spinkv.Corrupt, match="odd"):
            read(store)
        assert store.get("good") == b"\0"


@pytest.mark.parametrize("value", ["5", "1.5", "NULL"])
def test_a_value_that_is_corrupt_can_be_replaced_and_deleted(tmp_path: Path, value: str) -> None:
    path = _odd_value(tmp_path / "x.db", value)
    with spinkv.open("x", path=path) as store:
        assert store.get_keys() == ["good", "odd"]
        assert store.exists("odd")
        assert store.count() == 2
        store.set("odd", b"healed")
        assert store.get("odd") == b"healed"
        store.close()
    (tmp_path / "other").mkdir()
    path = _odd_value(tmp_path / "other" / "x.db", value)
    with spinkv.open("x", path=path) as store:
        store.delete("odd")
        assert store.get_keys() == ["good"]


def test_a_key_that_is_null_is_corrupt_or_not_there(tmp_path: Path) -> None:
    path = _file_with_null(tmp_path / "x.db", "key")
    with spinkv.open("x", path=path) as store:
        try:
            listed = store.get_keys()
        except spinkv.Corrupt:
            listed = None
        assert listed is None or listed == ["good"]
        assert listed is None or store.count() == len(listed)
        assert store.get("good") == b"\0"


@pytest.mark.parametrize("key", ["x'6f6464'", "x'ff'", "CAST(x'ff' AS TEXT)"])
def test_a_key_that_is_no_text_makes_listings_corrupt(tmp_path: Path, key: str) -> None:
    path = _make(
        tmp_path / "x.db",
        SPIN_TABLE,
        "INSERT INTO spin_key_value VALUES ('x', 'good', x'00')",
        f"INSERT INTO spin_key_value VALUES ('x', {key}, x'01')",
    )
    listings: list[Callable[[spinkv.Store], object]] = [
        lambda store: store.get_keys(),
        lambda store: store.list_keys(),
        lambda store: list(store),
    ]
    with spinkv.open("x", path=path) as store:
        for listing in listings:
            with pytest.raises(spinkv.Corrupt):
                listing(store)
        assert store.get("good") == b"\0"
        assert store.list_keys("good", limit=1) == ["good"]
        store.set("new", b"v")
        assert store.get("new") == b"v"
        with pytest.raises((spinkv.NoSuchKey, spinkv.Corrupt)):
            store.get("odd")


def test_other_labels_do_not_suffer_from_a_strange_row(tmp_path: Path) -> None:
    path = _make(
        tmp_path / "x.db",
        SPIN_TABLE,
        "INSERT INTO spin_key_value VALUES ('y', x'ff', 5), (x'78', 'k', x'00'), ('x', 'k', x'76')",
    )
    with spinkv.open("x", path=path) as store:
        assert store.get_keys() == ["k"]
        assert store.get("k") == b"v"
        assert store.count() == 1


def test_a_null_label_belongs_to_nobody(tmp_path: Path) -> None:
    path = _file_with_null(tmp_path / "x.db", "store")
    with spinkv.open("x", path=path) as store:
        assert store.get_keys() == ["good"]


# ---- Headers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["UTF-16le", "UTF-16be"])
def test_a_database_in_utf_16_is_unsupported(tmp_path: Path, encoding: str) -> None:
    path = _make(tmp_path / "x.db", f"PRAGMA encoding = '{encoding}'", SPIN_TABLE)
    _assert_refused(path, spinkv.Unsupported)


@pytest.mark.parametrize("encoding", ["UTF-16le", "UTF-16be"])
def test_a_database_in_utf_16_with_other_tables_is_unsupported(
    tmp_path: Path, encoding: str
) -> None:
    path = _make(tmp_path / "x.db", f"PRAGMA encoding = '{encoding}'", "CREATE TABLE other (a)")
    with pytest.raises(spinkv.Unsupported):
        spinkv.open("x", path=path)


def _patched(path: Path, offset: int, patch: bytes) -> Path:
    make_spin_file(path, [("x", "k", b"v")])
    content = bytearray(path.read_bytes())
    content[offset : offset + len(patch)] = patch
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("version", [3, 4, 255])
def test_a_file_that_only_a_newer_sqlite_can_read_is_unsupported(
    tmp_path: Path, version: int
) -> None:
    _assert_refused(_patched(tmp_path / "x.db", 18, bytes([version] * 2)), spinkv.Unsupported)


@pytest.mark.parametrize("version", [3, 255])
def test_a_file_that_only_a_newer_sqlite_can_write_is_not_written(
    tmp_path: Path, version: int
) -> None:
    path = _patched(tmp_path / "x.db", 18, bytes([version]))
    before = path.read_bytes()
    try:
        with spinkv.open("x", path=path) as store:
            assert store.get("k") == b"v"
            with pytest.raises((spinkv.ReadOnly, spinkv.Unsupported)):
                store.set("k", b"w")
    except (spinkv.ReadOnly, spinkv.Unsupported):
        pass
    assert path.read_bytes() == before


@pytest.mark.parametrize("schema_format", [5, 255, 0xFFFFFFFF])
def test_a_newer_schema_format_is_unsupported(tmp_path: Path, schema_format: int) -> None:
    path = _patched(tmp_path / "x.db", 44, struct.pack(">I", schema_format))
    _assert_refused(path, spinkv.Unsupported)


# ---- Damage ------------------------------------------------------------------------------------

PROBER = """
import json, sys, traceback
import spinkv

def attempt(said, action):
    try:
        action()
        said.append("ok")
    except spinkv.Error as error:
        said.append(error.code)
    except BaseException:
        said.append("UNEXPECTED " + traceback.format_exc())

def actions(store):
    keys = [f"key-{number:03}" for number in range(0, 200, 17)] + ["large", "missing"]
    yield lambda: store.get_keys()
    yield lambda: store.count()
    yield lambda: store.list_keys("key-1", limit=10)
    for key in keys:
        yield lambda: store.get(key, None)
    yield lambda: store.get_many(keys)
    yield lambda: store.exists("large")
    yield lambda: store.set("large", b"x" * 20000)
    yield lambda: store.set("new", b"x" * 100)
    yield lambda: store.set_many({f"new-{number}": b"x" * 500 for number in range(30)})
    yield lambda: store.increment("counter")
    yield lambda: store.compare_and_swap("key-001", None, b"x")
    yield lambda: store.delete_many(keys)
    yield lambda: store.delete("key-002")
    yield lambda: store.get_keys()

def probe(path, read_only):
    said = []
    try:
        store = spinkv.open("x", path=path, busy_timeout_ms=0, read_only=read_only)
    except spinkv.Error as error:
        return [error.code]
    for action in actions(store):
        attempt(said, action)
    attempt(said, store.close)
    return said

for line in sys.stdin:
    path, good = json.loads(line)
    answers = []
    for read_only in (True, False):
        try:
            answers += probe(path, read_only)
        except BaseException:
            answers.append("UNEXPECTED " + traceback.format_exc())
    with spinkv.open("x", path=good) as store:
        answers.append(str(store.increment("probes") > 0))
    print(json.dumps(answers), flush=True)
"""

CODES = {"ok", "True", "io", "corrupt", "unsupported", "read-only", "no-memory", "busy"}
# Only of what damaged values may look like.
CODES |= {"not-a-counter", "store-full", "no-such-key", "invalid-argument"}


class Prober:
    """Another process that opens damaged files; a file that ends it fails the test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = Conversation(PROBER)

    def close(self) -> None:
        """Ends the process."""
        self._process.__exit__(None, None, None)

    def probe(self, content: bytes, wal: bytes | None = None, index: bytes | None = None) -> None:
        """Lets the process use a file with this content, and one with nothing wrong after it."""
        path = self._folder / "damaged.db"
        for suffix, part in (("", content), ("-wal", wal), ("-shm", index), ("-journal", None)):
            file = path.with_name(path.name + suffix)
            file.unlink(missing_ok=True)
            if part is not None:
                file.write_bytes(part)
        try:
            answers = self._process.ask([str(path), str(self._folder / "good.db")])
        except BaseException:
            self._process.kill()
            self._process = Conversation(PROBER)
            raise
        assert set(answers) <= CODES, [text for text in answers if text not in CODES]


@pytest.fixture(scope="module")
def prober(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prober]:
    """One process for all the damaged files of this module."""
    prober = Prober(tmp_path_factory.mktemp("damaged"))
    yield prober
    prober.close()


def _rows() -> list[tuple[str, str, object]]:
    rows: list[tuple[str, str, object]] = [
        ("x", f"key-{number:03}", bytes([number]) * (number * 3)) for number in range(200)
    ]
    return [*rows, ("x", "large", b"large" * 4000), ("x", "counter", bytes(8))]


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database of many small pages: inner pages, leaves, overflow, free pages."""
    path = tmp_path_factory.mktemp("healthy") / "x.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA page_size = 1024")
        connection.execute(SPIN_TABLE)
        connection.executemany("INSERT INTO spin_key_value VALUES (?, ?, ?)", _rows())
        connection.execute("INSERT INTO spin_key_value VALUES ('x', 'freed', zeroblob(20000))")
        connection.commit()
        connection.execute("DELETE FROM spin_key_value WHERE key = 'freed'")
    return path.read_bytes()


@pytest.fixture(scope="module")
def left_over(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes, bytes]:
    """A database, its -wal and its -shm as a killed process leaves them."""
    path = tmp_path_factory.mktemp("left") / "x.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA page_size = 1024")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        with connection:
            connection.execute(SPIN_TABLE)
            connection.executemany("INSERT INTO spin_key_value VALUES (?, ?, ?)", _rows()[:50])
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with connection:
            connection.executemany("INSERT INTO spin_key_value VALUES (?, ?, ?)", _rows()[50:])
        parts = [path.with_name("x.db" + suffix).read_bytes() for suffix in ("", "-wal", "-shm")]
    return parts[0], parts[1], parts[2]


def test_a_healthy_file_passes_the_prober(prober: Prober, healthy: bytes) -> None:
    prober.probe(healthy)


def test_a_file_cut_off_anywhere_is_answered(prober: Prober, healthy: bytes) -> None:
    pages = [page * 1024 + shift for page in range(len(healthy) // 1024) for shift in (-1, 0, 1)]
    early = [1, 15, 16, 17, 50, 99, 100, 101, 107, 108, 109, 511, 512, 513]
    for size in sorted({size for size in [*early, *pages] if 0 <= size < len(healthy)}):
        prober.probe(healthy[:size])


def test_every_byte_of_the_header_may_be_wrong(prober: Prober, healthy: bytes) -> None:
    patches = [(offset, byte) for offset in range(112) for byte in (0x00, 0x01, 0x7F, 0xFF)]
    for offset, byte in thinned(patches):
        if healthy[offset] != byte:
            prober.probe(healthy[:offset] + bytes([byte]) + healthy[offset + 1 :])


PATCHES = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.binary(min_size=1, max_size=8) | st.sampled_from([b"\xff" * 4, bytes(4), bytes(64)]),
    ),
    min_size=1,
    max_size=12,
)


def _damage(content: bytes, patches: list[tuple[float, bytes]]) -> bytes:
    damaged = bytearray(content)
    for place, patch in patches:
        offset = int(place * len(content))
        damaged[offset : offset + len(patch)] = patch
    return bytes(damaged)


@examples(100)
@given(patches=PATCHES)
def test_damage_anywhere_is_answered(
    prober: Prober, healthy: bytes, patches: list[tuple[float, bytes]]
) -> None:
    prober.probe(_damage(healthy, patches))


@examples(60)
@given(pages=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=6))
def test_pages_in_the_wrong_place_are_answered(
    prober: Prober, healthy: bytes, pages: list[tuple[int, int]]
) -> None:
    damaged = bytearray(healthy)
    count = len(healthy) // 1024
    for source, target in pages:
        here, there = source % count * 1024, target % count * 1024
        damaged[there : there + 1024] = healthy[here : here + 1024]
    prober.probe(bytes(damaged))


@examples(60)
@given(part=st.integers(0, 2), patches=PATCHES, cut=st.none() | st.floats(0, 1))
def test_damage_to_what_a_killed_process_left_is_answered(
    prober: Prober,
    left_over: tuple[bytes, bytes, bytes],
    part: int,
    patches: list[tuple[float, bytes]],
    cut: float | None,
) -> None:
    parts: list[Any] = list(left_over)
    parts[part] = _damage(parts[part], patches)
    if cut is not None:
        parts[part] = parts[part][: int(cut * len(parts[part]))]
    prober.probe(*parts)


@pytest.mark.parametrize(
    "constraint",
    ["UNIQUE (value)", "UNIQUE (store) ON CONFLICT IGNORE", "UNIQUE (value) ON CONFLICT REPLACE"],
)
def test_a_further_unique_is_refused(tmp_path: Path, constraint: str) -> None:
    """It could drop a write, or other tuples with it, and say nothing."""
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, "
            f"value BLOB NOT NULL, PRIMARY KEY (store, key), {constraint})"
        )
    with pytest.raises(spinkv.Corrupt, match="UNIQUE"):
        spinkv.open("x", path=path)
