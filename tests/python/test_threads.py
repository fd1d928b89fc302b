"""Threads: they may share a handle or have their own, writers lose nothing, readers never see the
past or half of a write, close and garbage collection may come at any moment, and nobody holds up
the interpreter.
"""

from __future__ import annotations

import contextlib
import gc
import os
import random
import struct
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import spinkv
from conftest import PlainSqlite, all_at_once, assert_sound, file_rows, in_thread


@pytest.fixture(params=["memory", "file"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> spinkv.App:
    """An app whose store "x" has no limit of tuples, once in memory and once in a file."""
    app = spinkv.App()
    path = None if request.param == "memory" else tmp_path / "x.db"
    app.add_store("x", path=path, durability="normal", max_entries=0, busy_timeout_ms=30_000)
    return app


def _opener(app: spinkv.App, shared: bool) -> Callable[[], spinkv.Store]:
    one = app.open("x")
    return (lambda: one) if shared else (lambda: app.open("x"))


shared_or_own = pytest.mark.parametrize("shared", [True, False], ids=["one handle", "own handles"])


@shared_or_own
def test_every_thread_finds_what_it_wrote(app: spinkv.App, shared: bool) -> None:
    """Each thread compares all its answers with a dict of its own."""
    opener = _opener(app, shared)

    def work(name: str) -> dict[str, bytes]:
        store, mine, dice = opener(), dict[str, bytes](), random.Random(name)
        for number in range(150):
            key, value = f"{name}{dice.randrange(20)}", b"%d" % number * dice.randrange(50)
            choice = dice.randrange(8)
            if choice <= 2:
                store.set(key, value)
                mine[key] = value
            elif choice == 3:
                store.delete(key)
                mine.pop(key, None)
            elif choice == 4:
                pairs = {f"{name}{dice.randrange(20)}": value for _ in range(5)}
                store.set_many(pairs)
                mine.update(pairs)
            elif choice == 5:
                assert store.compare_and_swap(key, mine.get(key), value)
                mine[key] = value
            elif choice == 6:
                assert store.list_keys(name) == sorted(mine)
            assert store.get(key, None) == mine.get(key)
            assert store.exists(key) is (key in mine)
            assert store.get_many([key, "-"]) == {key: mine.get(key), "-": None}
        return mine

    everything: dict[str, bytes] = {}
    tasks = [partial(work, name) for name in "abcdef"]
    for part in all_at_once(tasks):
        assert isinstance(part, dict)
        everything.update(part)
    with app.open("x") as store:
        assert store.get_many(store.get_keys()) == everything
        assert store.count() == len(everything)


@shared_or_own
def test_increments_add_up(app: spinkv.App, shared: bool) -> None:
    opener = _opener(app, shared)

    def count() -> set[int]:
        store = opener()
        return {store.increment("visits") for _ in range(200)}

    seen: set[int] = set()
    for numbers in all_at_once([count] * 6):
        assert isinstance(numbers, set)
        assert len(numbers) == 200
        assert not seen & numbers
        seen |= numbers
    assert seen == set(range(1, 1201))
    assert app.open("x").increment("visits", 0) == 1200


@shared_or_own
def test_swaps_add_up(app: spinkv.App, shared: bool) -> None:
    opener = _opener(app, shared)

    def count() -> None:
        store = opener()
        for _ in range(50):
            while True:
                before = store.get("n", None)
                after = b"%d" % (int(before or b"0") + 1)
                if store.compare_and_swap("n", before, after):
                    break

    all_at_once([count] * 4)
    assert app.open("x").get("n") == b"200"


@shared_or_own
def test_a_number_that_only_grows_is_never_seen_to_fall(app: spinkv.App, shared: bool) -> None:
    opener = _opener(app, shared)
    done = threading.Event()
    opener().increment("n")

    def write() -> None:
        store = opener()
        try:
            for _ in range(1000):
                acknowledged = store.increment("n")
                assert struct.unpack("<q", store.get("n")) == (acknowledged,)
        finally:
            done.set()

    def read() -> int:
        store, last, reads = opener(), 0, 0
        while not done.is_set():
            [value] = store.get_many(["n"]).values() if reads % 5 == 0 else [store.get("n")]
            assert value is not None
            [number] = struct.unpack("<q", value)
            assert number >= last
            last = number
            reads += 1
        return reads

    reads = all_at_once([write, read, read])[1:]
    assert all(isinstance(count, int) and count > 0 for count in reads)


@shared_or_own
def test_a_value_that_grows_and_shrinks_is_read_whole(app: spinkv.App, shared: bool) -> None:
    opener = _opener(app, shared)
    sizes = [0, 1, 100, 8191, 8192, 8193, 20_000, 300_000]
    opener().set("k", b"")
    done = threading.Event()

    def write() -> None:
        store, dice = opener(), random.Random(5)
        try:
            for number in range(400):
                store.set("k", bytes([number % 256]) * dice.choice(sizes))
        finally:
            done.set()

    def read() -> None:
        store = opener()
        while not done.is_set():
            for value in (store.get("k"), store["k"], store.get_many(["k"])["k"]):
                assert value is not None
                assert len(value) in sizes
                assert value == value[:1] * len(value)

    all_at_once([write, read, read])


@shared_or_own
def test_a_reader_never_sees_half_of_a_set_many(app: spinkv.App, shared: bool) -> None:
    opener = _opener(app, shared)
    keys = [f"key-{number}" for number in range(30)]
    opener().set_many(dict.fromkeys(keys, b"0"))
    done = threading.Event()

    def write(name: bytes) -> None:
        store = opener()
        try:
            for number in range(150):
                store.set_many(dict.fromkeys(keys, name + b"%d" % number))
                if number % 10 == 0:
                    store.delete_many(keys)
        finally:
            done.set()

    def read() -> None:
        store = opener()
        while not done.is_set():
            assert len(set(store.get_many(keys).values())) == 1
            assert len(store.get_keys()) in {0, len(keys)}
            assert store.count() in {0, len(keys)}

    all_at_once([lambda: write(b"a"), read, read])


def test_the_tuple_limit_holds_under_threads(tmp_path: Path) -> None:
    app = spinkv.App()
    app.add_store("m", max_entries=50)
    app.add_store("f", path=tmp_path / "x.db", max_entries=50, durability="normal")
    for label in ("m", "f"):
        opened = app.open(label)

        def fill(name: str, store: spinkv.Store = opened) -> int:
            taken = 0
            for number in range(40):
                with contextlib.suppress(spinkv.StoreFull):
                    store.set(f"{name}{number}", b"")
                    taken += 1
            return taken

        taken = all_at_once([partial(fill, name) for name in "abcd"])
        assert sum(count for count in taken if isinstance(count, int)) == 50
        assert opened.count() == 50


# ---- Closing and collecting at any moment ------------------------------------------------------


def test_close_may_come_while_others_are_calling(app: spinkv.App) -> None:
    keeper = app.open("x")
    keeper.set("n", bytes(8))
    for _ in range(25):
        store = app.open("x")
        started = threading.Barrier(5)

        def use(store: spinkv.Store = store, started: threading.Barrier = started) -> int:
            calls = 0
            started.wait(60)
            try:
                while True:
                    store.get("n")
                    store.get_keys()
                    store.increment("n")
                    calls += 1
            except spinkv.InvalidStore:
                assert store.closed
                return calls

        users = [in_thread(use) for _ in range(4)]
        started.wait(60)
        store.close()
        for user in users:
            user.join_or_raise()
        with pytest.raises(spinkv.InvalidStore):
            store.get("n")
    assert keeper.increment("n") > 0


def test_close_does_not_wait_for_the_lock_of_another_process(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = spinkv.open("x", path=path, busy_timeout_ms=30_000)
    store.set("k", b"old")
    with PlainSqlite(path) as plain:
        plain.sql("BEGIN IMMEDIATE")
        writer = in_thread(lambda: store.set("k", b"new"))
        writer.join(0.1)
        assert writer.is_alive()
        began = time.monotonic()
        store.close()
        assert time.monotonic() - began < 10
        with pytest.raises(spinkv.InvalidStore):
            store.get("k")
        plain.sql("COMMIT")
        with contextlib.suppress(spinkv.InvalidStore):
            writer.join_or_raise()
    [(_, _, value)] = file_rows(path)
    assert value in {b"old", b"new"}
    assert_sound(path)


def test_many_threads_close_the_same_store(app: spinkv.App) -> None:
    for _ in range(50):
        store = app.open("x")
        all_at_once([store.close] * 4)
        assert store.closed


def test_stores_are_collected_in_any_thread(app: spinkv.App) -> None:
    app.open("x").set("k", b"v")

    def churn() -> None:
        for number in range(60):
            holder: list[Any] = [app.open("x")]
            holder.append(holder)
            assert holder[0].get("k") == b"v"
            del holder
            if number % 20 == 0:
                gc.collect()

    all_at_once([churn] * 4)
    gc.collect()
    stores = [app.open("x") for _ in range(256)]
    with pytest.raises(spinkv.StoreTableFull):
        app.open("x")
    assert stores[-1].get("k") == b"v"


def test_apps_are_collected_while_their_stores_are_used(tmp_path: Path) -> None:
    def work(number: int) -> None:
        for turn in range(20):
            app = spinkv.App()
            app.add_store("m")
            app.add_store("f", path=tmp_path / f"{turn % 3}.db", durability="normal")
            memory, file = app.open("m"), app.open("f")
            del app
            memory.set("k", b"v")
            file.increment("n")
            assert memory.get("k") == b"v"
            assert file.get(f"thread-{number}", None) in {None, b"v"}
            file.set(f"thread-{number}", b"v")

    all_at_once([partial(work, number) for number in range(5)])
    gc.collect()
    total = 0
    for turn in range(3):
        with spinkv.open("f", path=tmp_path / f"{turn}.db") as store:
            total += store.increment("n", 0)
        assert_sound(tmp_path / f"{turn}.db")
    assert total == 100


@pytest.mark.parametrize("turn", range(5))
def test_threads_that_open_a_missing_file_at_once_all_succeed(tmp_path: Path, turn: int) -> None:
    path = tmp_path / "sub" / "folder" / "x.db"

    def work(number: int) -> None:
        with spinkv.open("x", path=path) as store:
            store.set(f"{number}", b"v")
            assert store.get(f"{number}") == b"v"

    all_at_once([partial(work, number) for number in range(16)])
    assert len(file_rows(path)) == 16
    assert_sound(path)


def test_opening_and_closing_at_once_uses_nothing_up(app: spinkv.App) -> None:
    keeper = app.open("x")

    def churn() -> None:
        for _ in range(200):
            with app.open("x") as store:
                assert not store.exists("k")

    files = len(os.listdir("/proc/self/fd"))
    all_at_once([churn] * 4)
    assert len(os.listdir("/proc/self/fd")) <= files + 8
    stores = [app.open("x") for _ in range(255)]
    assert not stores[-1].exists("k")
    keeper.close()


def test_adding_stores_while_others_open_them() -> None:
    app = spinkv.App(max_open_stores=10_000)

    def add() -> None:
        for number in range(200):
            app.add_store(f"{number}")

    def open_all() -> None:
        for number in range(200):
            while True:
                try:
                    app.open(f"{number}").increment("n")
                    break
                except spinkv.NoSuchStore:
                    continue

    all_at_once([add, open_all, open_all, open_all])
    assert [app.open(f"{number}").increment("n") for number in range(200)] == [4] * 200


# ---- Waiting -----------------------------------------------------------------------------------


def test_others_run_while_a_thread_waits_for_a_lock(tmp_path: Path) -> None:
    """One writer waits; the same handle still reads, other files are still written."""
    path = tmp_path / "x.db"
    app = spinkv.App()
    app.add_store("x", path=path, busy_timeout_ms=60_000)
    app.add_store("y", path=path, busy_timeout_ms=60_000)
    app.add_store("other", path=tmp_path / "other.db")
    store, neighbour, other = app.open("x"), app.open("y"), app.open("other")
    store.set("k", b"old")
    with PlainSqlite(path) as plain:
        plain.sql("BEGIN IMMEDIATE")
        writer = in_thread(lambda: store.set("k", b"new"))
        writer.join(0.1)
        assert writer.is_alive()
        began = time.monotonic()
        for number in range(20):
            assert store.get("k") == b"old"
            assert store.get_keys() == ["k"]
            assert not neighbour.exists("k")
            assert app.open("x").get_many(["k"]) == {"k": b"old"}
            other.set("k", b"%d" % number)
        assert time.monotonic() - began < 10
        assert writer.is_alive()
        plain.sql("COMMIT")
        writer.join_or_raise()
    assert store.get("k") == b"new"


def test_several_writers_wait_for_one_lock_and_all_succeed(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = spinkv.open("x", path=path, busy_timeout_ms=60_000)
    store.set("k", b"")
    with PlainSqlite(path) as plain:
        plain.sql("BEGIN IMMEDIATE")
        writers = [in_thread(lambda: store.increment("n")) for _ in range(8)]
        writers[-1].join(0.1)
        assert all(writer.is_alive() for writer in writers)
        plain.sql("COMMIT")
        results = {writer.join_or_raise() for writer in writers}
    assert results == set(range(1, 9))


def test_waiting_writers_are_busy_each_after_its_own_timeout(tmp_path: Path) -> None:
    """Those behind another waiting writer do not add its patience to theirs."""
    path = tmp_path / "x.db"
    store = spinkv.open("x", path=path, busy_timeout_ms=600)
    store.set("k", b"")

    def wait() -> float:
        began = time.monotonic()
        with pytest.raises(spinkv.Busy):
            store.set("k", b"new")
        return time.monotonic() - began

    with PlainSqlite(path) as plain:
        plain.sql("BEGIN IMMEDIATE")
        for took in all_at_once([wait] * 8):
            assert isinstance(took, float)
            assert 0.5 <= took < 4
        plain.sql("COMMIT")
    store.set("k", b"new")


@pytest.mark.parametrize("one_by_one", [True, False])
def test_a_value_that_is_changed_during_the_call_is_stored_whole(
    app: spinkv.App, one_by_one: bool
) -> None:
    """Another thread keeps emptying and filling the buffer, which may not move under our feet."""
    store = app.open("x")
    content = bytes(range(256)) * 256
    buffer = bytearray(content)
    done = threading.Event()

    def write() -> None:
        try:
            for _ in range(300):
                if one_by_one:
                    store.set("k", buffer)
                else:
                    store.set_many([("j", buffer), ("k", buffer)])
                assert store.get("k") in {content, b""}
        finally:
            done.set()

    def change() -> None:
        while not done.is_set():
            with contextlib.suppress(BufferError):
                if buffer:
                    buffer.clear()
                else:
                    buffer.extend(content)

    all_at_once([write, change])
