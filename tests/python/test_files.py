"""The file on disk: it is Spin's file, plain sqlite3 can read and write it beside us, locks of
others are waited for and never lie in a reader's way, a read-only store leaves all as it was.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import struct
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import spinkv
from conftest import (
    AS_NOBODY,
    OPERATIONS,
    SPIN_TABLE,
    Conversation,
    Operation,
    PlainSqlite,
    assert_sound,
    error_of,
    file_rows,
    fill,
    in_thread,
    make_spin_file,
    name_of,
    run_script,
    run_sql,
)

MIB = 1024 * 1024

READS = [operation for operation in OPERATIONS if not operation.writes]
WRITES = [operation for operation in OPERATIONS if operation.writes]

# What Spin itself sends to SQLite.
SPIN_GET = "SELECT value FROM spin_key_value WHERE store = ? AND key = ?"
SPIN_SET = """INSERT INTO spin_key_value (store, key, value) VALUES (?, ?, ?)
    ON CONFLICT(store, key) DO UPDATE SET value = excluded.value"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file of a test is going to be, in a folder of its own."""
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder" / "x.db"


def _snapshot(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def _use_everything(path: Path) -> None:
    with spinkv.open("x", path=path) as store:
        fill(store)
        for operation in OPERATIONS:
            operation.call(store)


# ---- What we write -----------------------------------------------------------------------------


def test_the_file_holds_spins_table_and_nothing_else(path: Path) -> None:
    _use_everything(path)
    schema = run_sql(path, "SELECT type, name, tbl_name FROM sqlite_schema ORDER BY type")
    assert schema == [
        ("index", "sqlite_autoindex_spin_key_value_1", "spin_key_value"),
        ("table", "spin_key_value", "spin_key_value"),
    ]


def test_the_table_has_spins_shape(path: Path) -> None:
    _use_everything(path)
    assert run_sql(path, "PRAGMA table_xinfo(spin_key_value)") == [
        (0, "store", "TEXT", 1, None, 1, 0),
        (1, "key", "TEXT", 1, None, 2, 0),
        (2, "value", "BLOB", 1, None, 0, 0),
    ]
    [(sql,)] = run_sql(path, "SELECT sql FROM sqlite_schema WHERE type = 'table'")
    assert "".join(sql.lower().split()) == "".join(SPIN_TABLE.lower().split())


def test_the_file_claims_nothing_that_is_not_spins(path: Path) -> None:
    _use_everything(path)
    assert run_sql(path, "PRAGMA user_version") == [(0,)]
    assert run_sql(path, "PRAGMA application_id") == [(0,)]
    assert run_sql(path, "PRAGMA encoding") == [("UTF-8",)]
    assert run_sql(path, "PRAGMA auto_vacuum") == [(0,)]


def test_every_write_stores_a_blob_under_a_text(path: Path) -> None:
    with spinkv.open("x", path=path) as store:
        store.set("set", "text")
        store.set(b"bytes key", b"bytes")
        store.set_json("json", {"a": 1})
        store.set_many({"many": "text"})
        store.increment("counter")
        store.compare_and_swap("swap", None, "text")
        store.compare_and_swap("swap", "text", "more text")
    rows = run_sql(
        path,
        "SELECT DISTINCT typeof(store), typeof(key), typeof(value), count(*) FROM spin_key_value",
    )
    assert rows == [("text", "text", "blob", 6)]


@pytest.mark.parametrize("value", [b"", "", bytearray(), memoryview(b"")], ids=name_of)
def test_an_empty_value_is_a_blob_of_no_bytes_and_not_null(path: Path, value: Any) -> None:
    with spinkv.open("x", path=path) as store:
        store.set("set", value)
        store.set_many([("many", value)])
        store.compare_and_swap("swap", None, value)
        store.set("", value)
    rows = run_sql(path, "SELECT typeof(value), length(value), value IS NULL FROM spin_key_value")
    assert rows == [("blob", 0, 0)] * 4


def test_keys_and_values_are_in_the_file_byte_for_byte(path: Path) -> None:
    with spinkv.open("é", path=path) as store:
        store.set("a\0b😀", bytes(range(256)))
    rows = run_sql(
        path,
        "SELECT CAST(store AS BLOB), CAST(key AS BLOB), value FROM spin_key_value",
    )
    assert rows == [("é".encode(), "a\0b😀".encode(), bytes(range(256)))]


def test_the_file_is_in_wal_mode(path: Path) -> None:
    with spinkv.open("x", path=path) as store:
        store.set("k", b"v")
        assert run_sql(path, "PRAGMA journal_mode") == [("wal",)]
    assert path.read_bytes()[18:20] == b"\2\2"


def test_a_closed_store_is_one_file_that_can_be_copied(path: Path, tmp_path: Path) -> None:
    app = spinkv.App()
    app.add_store("x", path=path)
    app.add_store("y", path=path)
    stores = [app.open("x"), app.open("y"), app.open("x")]
    for number, store in enumerate(stores):
        store.set(f"{number}", b"v" * 10_000)
    for store in stores:
        store.close()
    assert [file.name for file in path.parent.iterdir()] == ["x.db"]
    shutil.copy(path, tmp_path / "copy.db")
    assert [key for _, key, _ in file_rows(tmp_path / "copy.db")] == ["0", "2", "1"]


def test_opening_alone_makes_the_table(path: Path) -> None:
    spinkv.open("x", path=path).close()
    assert file_rows(path) == []


# ---- What others wrote -------------------------------------------------------------------------


def test_rows_of_spin_and_of_the_shell_are_read(path: Path) -> None:
    make_spin_file(
        path,
        [
            ("x", "blob", b"a\0b"),
            ("x", "text", "naïve"),
            ("x", "text with NUL", "a\0b"),
            ("x", "empty blob", b""),
            ("x", "empty text", ""),
            ("x", "k\0ey", b"v"),
            ("y", "other", b"v"),
        ],
    )
    expected = {
        "blob": b"a\0b",
        "empty blob": b"",
        "empty text": b"",
        "k\0ey": b"v",
        "text": "naïve".encode(),
        "text with NUL": b"a\0b",
    }
    with spinkv.open("x", path=path) as store:
        assert {key: store.get(key) for key in store} == expected
        assert store.get_many(expected) == expected
        assert store.count() == len(expected)
        assert store.list_keys("k") == ["k\0ey"]


def test_a_value_that_is_text_is_compared_and_replaced_as_its_bytes(path: Path) -> None:
    make_spin_file(path, [("x", "k", "naïve")])
    with spinkv.open("x", path=path) as store:
        assert store.compare_and_swap("k", "other", b"new") is False
        assert store.compare_and_swap("k", "naïve", b"new") is True
        assert store.get("k") == b"new"
    assert run_sql(path, "SELECT typeof(value) FROM spin_key_value") == [("blob",)]


def test_what_lies_beyond_the_limits_can_be_read_and_deleted(path: Path) -> None:
    long_key, large = "k" * 5000, os.urandom(2 * MIB)
    rows: list[tuple[str, str, object]] = [("x", f"{number:04}", b"") for number in range(1100)]
    make_spin_file(path, [*rows, ("x", long_key, b"long"), ("x", "large", large)])
    with spinkv.open("x", path=path) as store:
        assert store.count() == 1102
        assert len(store.get_keys()) == 1102
        assert store.get(long_key) == b"long"
        assert store.get("large") == large
        assert store.get_many([long_key, "large"]) == {long_key: b"long", "large": large}
        assert store.list_keys("k") == [long_key]
        with pytest.raises(spinkv.StoreFull):
            store.set("new", b"")
        with pytest.raises(spinkv.KeyTooLarge):
            store.set(long_key, b"")
        store.set("0000", b"overwritten")
        store.set("large", b"small")
        store.delete(long_key)
        store.delete_many([f"{number:04}" for number in range(77)])
        assert store.count() == 1024
        with pytest.raises(spinkv.StoreFull):
            store.set("new", b"")
        del store["large"]
        store.set("new", b"fits")


def test_a_database_with_other_tables_gets_ours_beside_them(path: Path) -> None:
    run_sql(path, "CREATE TABLE people (name TEXT)")
    run_sql(path, "INSERT INTO people VALUES ('Ada')")
    with spinkv.open("x", path=path) as store:
        store.set("k", b"v")
    assert run_sql(path, "SELECT name FROM people") == [("Ada",)]
    assert file_rows(path) == [("x", "k", b"v")]


@pytest.mark.parametrize("page_size", [512, 65536])
def test_files_of_any_page_size_are_taken(path: Path, page_size: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA page_size = {page_size}")
        connection.execute(SPIN_TABLE)
    with spinkv.open("x", path=path) as store:
        store.set_many({f"{number}": os.urandom(1000) for number in range(100)})
        store.set("large", bytes(MIB))
        assert len(store.get("large")) == MIB
    assert_sound(path)
    assert run_sql(path, "PRAGMA page_size") == [(page_size,)]


def test_a_transaction_that_a_killed_writer_left_behind_is_rolled_back(path: Path) -> None:
    make_spin_file(path, [("x", f"{number}", b"right" * 200) for number in range(300)])
    with PlainSqlite(path) as plain:
        plain.sql("PRAGMA cache_size = 2")
        plain.sql("BEGIN")
        plain.sql("UPDATE spin_key_value SET value = zeroblob(1000)")
        plain.kill()
        assert (path.parent / "x.db-journal").stat().st_size > 0
        with spinkv.open("x", path=path) as store:
            assert set(store.get_many(store.get_keys()).values()) == {b"right" * 200}
            store.set("k", b"v")
    assert_sound(path)


# ---- Side by side with others ------------------------------------------------------------------


def test_spin_and_we_see_each_others_writes(path: Path) -> None:
    make_spin_file(path)
    with closing(sqlite3.connect(path)) as spin, spinkv.open("x", path=path) as store:
        for number in range(50):
            with spin:
                spin.execute(SPIN_SET, ("x", "spin", b"%d" % number))
            assert store.get("spin") == b"%d" % number
            store.set("ours", b"%d" % number)
            assert spin.execute(SPIN_GET, ("x", "ours")).fetchall() == [(b"%d" % number,)]
            with spin:
                spin.execute("DELETE FROM spin_key_value WHERE key = 'spin'")
            assert not store.exists("spin")
            store.delete("ours")
            assert spin.execute(SPIN_GET, ("x", "ours")).fetchall() == []
    assert_sound(path)


def test_a_connection_from_before_we_came_keeps_working(path: Path) -> None:
    make_spin_file(path, [("x", "k", b"0")])
    with PlainSqlite(path) as plain:
        assert plain.sql("SELECT count(*) FROM spin_key_value") == [[1]]
        with spinkv.open("x", path=path) as store:
            for number in range(20):
                plain.sql(f"UPDATE spin_key_value SET value = CAST('{number}' AS BLOB)")
                assert store.get("k") == b"%d" % number
                store.set("k", b"-%d" % number)
                rows = plain.sql("SELECT CAST(value AS TEXT) FROM spin_key_value")
                assert rows == [[f"-{number}"]]
        plain.sql("UPDATE spin_key_value SET value = x'00'")
    assert file_rows(path) == [("x", "k", b"\0")]
    assert_sound(path)


def test_what_was_just_read_is_never_old(path: Path) -> None:
    """Reads twice, so that any memory of values is warm, then lets another process write."""
    with spinkv.open("x", path=path) as store, PlainSqlite(path) as plain:
        store.set("k", b"first")
        store.set("other", b"")
        for number in range(100):
            text = f"{number}" * (number + 1)
            plain.sql(f"UPDATE spin_key_value SET value = CAST('{text}' AS BLOB) WHERE key = 'k'")
            assert store.get("k") == text.encode()
            assert store.get("k") == text.encode()
            assert store.get_many(["k"]) == {"k": text.encode()}
            if number % 10 == 0:
                plain.sql("PRAGMA wal_checkpoint(TRUNCATE)")
                assert store.get("k") == text.encode()
            if number % 10 == 5:
                plain.sql("DELETE FROM spin_key_value WHERE key = 'k'")
                assert store.get("k", None) is None
                assert not store.exists("k")
                plain.sql("INSERT INTO spin_key_value VALUES ('x', 'k', x'00')")
                assert store.get("k") == b"\0"


def test_the_tuple_limit_counts_what_others_wrote_and_deleted(path: Path) -> None:
    with spinkv.open("x", path=path, max_entries=3) as store, PlainSqlite(path) as plain:
        store.set("a", b"")
        store.set("b", b"")
        plain.sql("INSERT INTO spin_key_value VALUES ('x', 'c', x''), ('y', 'c', x'')")
        with pytest.raises(spinkv.StoreFull):
            store.set("d", b"")
        assert len(store) == 3
        plain.sql("DELETE FROM spin_key_value WHERE key = 'a'")
        store.set("d", b"")
        with pytest.raises(spinkv.StoreFull):
            store.increment("e")
        assert store.get_keys() == ["b", "c", "d"]


def test_a_file_that_others_emptied_or_vacuumed_is_read_anew(path: Path) -> None:
    with spinkv.open("x", path=path) as store, PlainSqlite(path) as plain:
        store.set_many({f"{number}": bytes(5000) for number in range(100)})
        plain.sql("DELETE FROM spin_key_value WHERE key <> '7'")
        plain.sql("VACUUM")
        assert store.get_keys() == ["7"]
        assert store.get("7") == bytes(5000)
        store.set("new", b"v")
        assert plain.sql("SELECT count(*) FROM spin_key_value") == [[2]]
    assert_sound(path)


def test_two_labels_share_one_file_and_nothing_else(path: Path) -> None:
    app = spinkv.App()
    app.add_store("x", path=path, max_entries=2)
    app.add_store("X", path=path, max_entries=2)
    one, two = app.open("x"), app.open("X")
    one.set_many({"a": b"1", "b": b"1"})
    two.set_many({"b": b"2", "c": b"2"})
    assert (one.get_keys(), two.get_keys()) == (["a", "b"], ["b", "c"])
    assert (one.get("b"), two.get("b")) == (b"1", b"2")
    assert (one.exists("c"), two.exists("c")) == (False, True)
    assert one.get_many(["a", "c"]) == {"a": b"1", "c": None}
    assert (one.count(), two.count()) == (2, 2)
    assert two.list_keys(after="a") == ["b", "c"]
    two.delete_many(["a", "b"])
    two.delete("c")
    assert two.increment("a") == 1
    assert two.compare_and_swap("b", b"1", b"x") is False
    assert one.get_many(["a", "b"]) == {"a": b"1", "b": b"1"}
    one.close()
    two.close()
    counter = struct.pack("<q", 1)
    assert file_rows(path) == [("X", "a", counter), ("x", "a", b"1"), ("x", "b", b"1")]


# ---- Locks of others ---------------------------------------------------------------------------


@pytest.mark.parametrize("operation", WRITES, ids=str)
def test_a_writer_is_busy_after_its_timeout(path: Path, operation: Operation) -> None:
    with spinkv.open("x", path=path, busy_timeout_ms=120) as store, PlainSqlite(path) as plain:
        fill(store)
        keys = store.get_keys()
        plain.sql("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(spinkv.Busy):
            operation.call(store)
        took = time.monotonic() - began
        assert 0.1 <= took < 5
        assert store.get_keys() == keys
        assert store.get("key") == b"value"
        plain.sql("COMMIT")
        operation.call(store)


def test_a_timeout_of_zero_does_not_wait(path: Path) -> None:
    with spinkv.open("x", path=path, busy_timeout_ms=0) as store, PlainSqlite(path) as plain:
        plain.sql("BEGIN IMMEDIATE")
        began = time.monotonic()
        for _ in range(10):
            with pytest.raises(spinkv.Busy):
                store.set("k", b"v")
        assert time.monotonic() - began < 5
        plain.sql("COMMIT")
        store.set("k", b"v")


@pytest.mark.parametrize("operation", WRITES, ids=str)
def test_a_writer_waits_for_a_lock_that_ends_in_time(path: Path, operation: Operation) -> None:
    with spinkv.open("x", path=path, busy_timeout_ms=30_000) as store, PlainSqlite(path) as plain:
        fill(store)
        plain.sql("BEGIN IMMEDIATE")
        plain.sql("INSERT INTO spin_key_value VALUES ('x', 'theirs', x'01')")
        writer = in_thread(lambda: operation.call(store))
        writer.join(0.1)
        assert writer.is_alive()
        plain.sql("COMMIT")
        writer.join_or_raise()
        assert store.get("theirs") == b"\1"


@pytest.mark.parametrize("operation", READS, ids=str)
@pytest.mark.parametrize("begin", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_reader_does_not_wait_for_a_writer(path: Path, begin: str, operation: Operation) -> None:
    with spinkv.open("x", path=path, busy_timeout_ms=60_000) as store, PlainSqlite(path) as plain:
        fill(store)
        expected = operation.call(store)
        plain.sql(begin)
        plain.sql("DELETE FROM spin_key_value")
        began = time.monotonic()
        assert operation.call(store) == expected
        assert time.monotonic() - began < 10
        plain.sql("ROLLBACK")


def test_a_store_is_opened_and_read_while_another_writes(path: Path) -> None:
    with spinkv.open("x", path=path) as store:
        store.set("k", b"v")
    with PlainSqlite(path) as plain:
        plain.sql("BEGIN IMMEDIATE")
        plain.sql("DELETE FROM spin_key_value")
        for read_only in (False, True):
            began = time.monotonic()
            with spinkv.open("x", path=path, read_only=read_only, busy_timeout_ms=60_000) as store:
                assert store.get("k") == b"v"
                assert store.get_keys() == ["k"]
            assert time.monotonic() - began < 10
        plain.sql("ROLLBACK")


def test_a_file_in_rollback_mode_is_read_while_another_writes(path: Path) -> None:
    make_spin_file(path, [("x", "k", b"v")])
    with PlainSqlite(path) as plain:
        plain.sql("BEGIN IMMEDIATE")
        plain.sql("UPDATE spin_key_value SET value = x'00'")
        with spinkv.open("x", path=path, busy_timeout_ms=100) as store:
            assert store.get("k") == b"v"
            with pytest.raises(spinkv.Busy):
                store.set("k", b"ours")
            plain.sql("COMMIT")
            assert store.get("k") == b"\0"
            store.set("k", b"ours")
            assert store.get("k") == b"ours"
    assert file_rows(path) == [("x", "k", b"ours")]
    assert_sound(path)


def test_a_file_in_rollback_mode_is_used_as_it_is_while_another_reads(path: Path) -> None:
    make_spin_file(path, [("x", "k", b"v")])
    with PlainSqlite(path) as plain:
        plain.sql("BEGIN")
        plain.sql("SELECT * FROM spin_key_value WHERE value IS NULL")
        with spinkv.open("x", path=path, busy_timeout_ms=100) as store:
            assert store.get("k") == b"v"
            with pytest.raises(spinkv.Busy):
                store.set("k", b"new")
            assert store.get("k") == b"v"
            plain.sql("COMMIT")
            store.set("k", b"new")
            assert store.get("k") == b"new"
            rows = plain.sql("SELECT CAST(value AS TEXT) FROM spin_key_value")
            assert rows == [["new"]]


def test_a_file_that_is_wholly_locked_is_busy(path: Path) -> None:
    make_spin_file(path, [("x", "k", b"v")])
    with PlainSqlite(path) as plain:
        plain.sql("BEGIN EXCLUSIVE")
        for read_only in (False, True):
            with pytest.raises(spinkv.Busy):
                spinkv.open("x", path=path, busy_timeout_ms=50, read_only=read_only).get("k")
        plain.sql("COMMIT")
    assert spinkv.open("x", path=path).get("k") == b"v"


def test_a_new_file_that_another_is_writing_to_is_busy_and_not_broken(path: Path) -> None:
    with PlainSqlite(path) as plain:
        plain.sql("BEGIN IMMEDIATE")
        plain.sql("CREATE TABLE people (name TEXT)")
        with pytest.raises(spinkv.Busy):
            spinkv.open("x", path=path, busy_timeout_ms=50)
        plain.sql("COMMIT")
    with spinkv.open("x", path=path) as store:
        store.set("k", b"v")
    assert_sound(path)


def test_a_long_read_of_another_does_not_stop_writes(path: Path) -> None:
    with spinkv.open("x", path=path, busy_timeout_ms=0) as store, PlainSqlite(path) as plain:
        store.set("k", b"before")
        plain.sql("BEGIN")
        assert plain.sql("SELECT CAST(value AS TEXT) FROM spin_key_value") == [["before"]]
        for number in range(100):
            store.set("k", b"%d" % number)
        assert plain.sql("SELECT CAST(value AS TEXT) FROM spin_key_value") == [["before"]]
        plain.sql("COMMIT")
        assert plain.sql("SELECT CAST(value AS TEXT) FROM spin_key_value") == [["99"]]


# ---- Read-only ---------------------------------------------------------------------------------


def _wal_file(path: Path) -> Path:
    with spinkv.open("x", path=path) as store:
        fill(store)
    return path


def _rollback_file(path: Path) -> Path:
    rows: list[tuple[str, str, object]] = [
        ("x", "key", b"value"),
        ("x", "json", b'{"a":1}'),
        ("x", "counter", struct.pack("<q", 1)),
    ]
    return make_spin_file(path, rows)


def _killed_writer_file(path: Path) -> Path:
    """A file whose newest tuples are only in the -wal that a killed process left behind."""
    run_script(
        "import os, spinkv, sys\n"
        "store = spinkv.open('x', path=sys.argv[1])\n"
        "store.set('key', b'value')\n"
        "store.set_json('json', {'a': 1})\n"
        "store.increment('counter')\n"
        "sys.stdout.flush()\n"
        "os._exit(0)\n",
        path,
    )
    assert (path.parent / (path.name + "-wal")).stat().st_size > 0
    return path


FILES: dict[str, Callable[[Path], Path]] = {
    "WAL": _wal_file,
    "rollback": _rollback_file,
    "WAL left over": _killed_writer_file,
}

every_file = pytest.mark.parametrize("make", FILES.values(), ids=FILES.keys())


@every_file
def test_a_read_only_store_reads_everything(path: Path, make: Callable[[Path], Path]) -> None:
    make(path)
    with spinkv.open("x", path=path, read_only=True) as store:
        assert store.get("key") == b"value"
        assert store.get_keys() == ["counter", "json", "key"]
        for operation in READS:
            operation.call(store)


@every_file
def test_a_read_only_store_refuses_every_write(path: Path, make: Callable[[Path], Path]) -> None:
    make(path)
    with spinkv.open("x", path=path, read_only=True) as store:
        for operation in WRITES:
            error_of(partial(operation.call, store), spinkv.ReadOnly, operation)
        assert store.get("key") == b"value"
        assert store.get_keys() == ["counter", "json", "key"]
    with spinkv.open("x", path=path) as store:
        assert store.get_keys() == ["counter", "json", "key"]


@every_file
def test_a_read_only_store_leaves_the_file_as_it_was(
    path: Path, make: Callable[[Path], Path]
) -> None:
    """Beside a file in WAL mode there may be -wal and -shm, which SQLite takes to read it."""
    make(path)
    os.utime(path, (1, 1))
    before = _snapshot(path.parent)
    with spinkv.open("x", path=path, read_only=True) as store:
        for operation in READS:
            operation.call(store)
        with pytest.raises(spinkv.ReadOnly):
            store.set("k", b"v")
    after = _snapshot(path.parent)
    assert after["x.db"] == before["x.db"]
    assert after.get("x.db-wal", b"") == before.get("x.db-wal", b"")
    assert set(after) - set(before) <= (
        set() if make is _rollback_file else {"x.db-wal", "x.db-shm"}
    )
    assert path.stat().st_mtime == 1


def test_a_read_only_store_makes_no_file(path: Path) -> None:
    for missing in (path, path.parent / "no" / "such" / "folder.db"):
        with pytest.raises(spinkv.Io) as caught:
            spinkv.open("x", path=missing, read_only=True)
        assert type(caught.value) is spinkv.Io
    assert list(path.parent.iterdir()) == []


def test_a_read_only_store_of_a_file_without_the_table_is_empty_or_corrupt(path: Path) -> None:
    run_sql(path, "CREATE TABLE people (name TEXT)")
    before = _snapshot(path.parent)
    try:
        with spinkv.open("x", path=path, read_only=True) as store:
            assert store.get_keys() == []
            assert store.get("k", None) is None
    except spinkv.Corrupt:
        pass
    assert _snapshot(path.parent) == before


READ_ALL = """
with spinkv.open('x', path=sys.argv[1], read_only=True) as store:
    print(store.get('key'), store.get_keys(), store.get_json('json'), len(store))
    for write in (lambda: store.set('key', b''), lambda: store.increment('counter'),
                  lambda: store.delete('key'), lambda: store.set_many({'a': b''})):
        try:
            write()
        except spinkv.ReadOnly:
            print('read-only')
"""


@pytest.mark.parametrize("make", [_wal_file, _rollback_file])
def test_a_read_only_store_works_in_a_read_only_folder(
    public_folder: Path, make: Callable[[Path], Path]
) -> None:
    path = make(public_folder / "x.db")
    path.chmod(0o444)
    public_folder.chmod(0o555)
    before = _snapshot(public_folder)
    said = run_script(AS_NOBODY + READ_ALL, path)
    assert said.splitlines() == [
        "b'value' ['counter', 'json', 'key'] {'a': 1} 3",
        *["read-only"] * 4,
    ]
    assert _snapshot(public_folder) == before


@pytest.mark.parametrize("with_index", [True, False], ids=["with -shm", "without -shm"])
def test_what_a_killed_writer_left_in_a_read_only_folder_is_read_or_refused(
    public_folder: Path, with_index: bool
) -> None:
    """Where it cannot be read, there must be an error: old data would be a lie."""
    path = _killed_writer_file(public_folder / "x.db")
    if not with_index:
        (public_folder / "x.db-shm").unlink()
    for file in public_folder.iterdir():
        file.chmod(0o444)
    public_folder.chmod(0o555)
    said = run_script(
        AS_NOBODY
        + "try:\n"
        + "    with spinkv.open('x', path=sys.argv[1], read_only=True) as store:\n"
        + "        print(store.get_keys())\n"
        + "except spinkv.Io:\n"
        + "    print('refused')\n",
        path,
    )
    assert said.strip() in {"['counter', 'json', 'key']", "refused"}


def test_a_file_one_may_not_write_is_read_only_or_io_without_the_option(
    public_folder: Path,
) -> None:
    path = _rollback_file(public_folder / "x.db")
    path.chmod(0o444)
    public_folder.chmod(0o555)
    said = run_script(
        AS_NOBODY
        + "try:\n"
        + "    spinkv.open('x', path=sys.argv[1]).set('k', b'v')\n"
        + "except (spinkv.ReadOnly, spinkv.Io) as error:\n"
        + "    print(error.code)\n",
        path,
    )
    assert said.strip() in {"read-only", "io"}


READ_ON_DEMAND = """
store = spinkv.open('x', path=sys.argv[1], read_only=True)
for line in sys.stdin:
    print(json.dumps(store.get('key').decode()), flush=True)
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can write where the reader cannot")
@pytest.mark.parametrize("make", [_wal_file, _rollback_file])
def test_a_reader_in_a_read_only_folder_sees_what_a_mightier_process_writes(
    public_folder: Path, make: Callable[[Path], Path]
) -> None:
    path = make(public_folder / "x.db")
    path.chmod(0o444)
    public_folder.chmod(0o555)
    with Conversation(AS_NOBODY + READ_ON_DEMAND, path) as reader:
        assert reader.ask("?") == "value"
        for number in range(10):
            with PlainSqlite(path) as plain:
                plain.sql(f"UPDATE spin_key_value SET value = CAST('{number}' AS BLOB)")
                assert reader.ask("?") == f"{number}"
            assert reader.ask("?") == f"{number}"


@every_file
def test_a_read_only_store_sees_what_another_process_writes(
    path: Path, make: Callable[[Path], Path]
) -> None:
    make(path)
    with spinkv.open("x", path=path, read_only=True) as store:
        assert store.get("key") == b"value"
        assert store.get("key") == b"value"
        with PlainSqlite(path) as plain:
            for number in range(20):
                plain.sql(f"UPDATE spin_key_value SET value = CAST('{number}' AS BLOB)")
                assert store.get("key") == b"%d" % number
                assert store.get_keys() == ["counter", "json", "key"]
        assert store.get("key") == b"19"
    assert_sound(path)


@pytest.mark.parametrize("reader_first", [True, False])
def test_a_reader_and_a_writer_of_one_file_live_in_one_process(
    path: Path, reader_first: bool
) -> None:
    _wal_file(path)
    app = spinkv.App()
    app.add_store("x", path=path, read_only=True)
    other = spinkv.App()
    other.add_store("x", path=path)
    if reader_first:
        reader = app.open("x")
        assert reader.get("key") == b"value"
        writer = other.open("x")
    else:
        writer = other.open("x")
        reader = app.open("x")
    for number in range(20):
        writer.set("key", b"%d" % number)
        assert reader.get("key") == b"%d" % number
        with pytest.raises(spinkv.ReadOnly):
            reader.set("key", b"x")
    writer.close()
    assert reader.get("key") == b"19"
    reader.close()
    assert_sound(path)


# ---- Durability --------------------------------------------------------------------------------


@pytest.mark.parametrize("durability", ["full", "normal"])
def test_data_of_a_process_that_ended_abruptly_is_there(path: Path, durability: str) -> None:
    said = run_script(
        "import json, os, spinkv, sys\n"
        f"store = spinkv.open('x', path=sys.argv[1], durability={durability!r})\n"
        "for number in range(100):\n"
        "    store.set(f'{number}', b'v')\n"
        "print(json.dumps(store.get_keys()), flush=True)\n"
        "os._exit(0)\n",
        path,
    )
    with spinkv.open("x", path=path) as store:
        assert store.get_keys() == json.loads(said)
        assert store.count() == 100
    assert_sound(path)


def test_limits_of_the_disk_are_an_error_and_not_a_loss(path: Path) -> None:
    """The file may grow to 256 KiB only; what was acknowledged before must survive."""
    said = run_script(
        "import json, resource, signal, spinkv, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (262144, 262144))\n"
        "store = spinkv.open('x', path=sys.argv[1])\n"
        "number = 0\n"
        "try:\n"
        "    while number < 1000:\n"
        "        store.set(f'{number}', b'v' * 5000)\n"
        "        number += 1\n"
        "except spinkv.Io as error:\n"
        "    print(json.dumps([error.code, number, store.count(), len(store.get('0'))]))\n",
        path,
    )
    code, number, count, size = json.loads(said)
    assert (code, size) == ("io", 5000)
    assert 0 < number == count < 1000
    with spinkv.open("x", path=path) as store:
        assert store.count() == number
        assert all(value == b"v" * 5000 for value in store.get_many(store.get_keys()).values())
        store.set("more", b"v")
    assert_sound(path)
