"""What somebody says is committed can be read at once, by every thread and every process."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
import spinkv

SPAWN = multiprocessing.get_context("spawn")
ROUNDS = 3000


def open_store(path: Path, cache_bytes: int = 8 << 20) -> spinkv.Store:
    return spinkv.open(
        "test", path=path, durability="normal", max_entries=0, cache_bytes=cache_bytes
    )


def read_what_is_told(path: Path, told: Connection) -> None:
    """In a process of its own: reads each round that is told, twice, and tells what it met."""
    with open_store(path) as store:
        while (number := told.recv()) >= 0:
            met = [int(store.get("key")) for _ in range(2)]
            met += [int(value or -1) for value in store.get_many(["key", "also"]).values()]
            told.send((store.exists("key"), min(met) >= number, met))


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Connection]:
    here, there = SPAWN.Pipe()
    process = SPAWN.Process(target=read_what_is_told, args=(tmp_path / "store.db", there))
    process.start()
    yield here
    here.send(-1)
    process.join(60)
    assert process.exitcode == 0


def test_another_process_reads_what_is_told(tmp_path: Path, reader: Connection) -> None:
    with open_store(tmp_path / "store.db") as store:
        for number in range(ROUNDS):
            store.set_many({"key": str(number), "also": str(number)})
            reader.send(number)
            assert reader.recv() == (True, True, [number] * 4)


def test_plain_sqlite_is_seen_at_once(tmp_path: Path) -> None:
    """Another program writes with SQLite alone, checkpoints and vacuums."""
    update = "UPDATE spin_key_value SET value = CAST(? AS BLOB) WHERE key = 'key'"
    after = ["PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint", "ANALYZE"]
    with open_store(tmp_path / "store.db") as store:
        store.set("key", "-1")
        other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
        for number in range(ROUNDS):
            assert store.get("key") == store.get("key") == str(number - 1).encode()
            other.execute(update, (str(number),))
            if number % 100 == 0:
                other.execute(after[number // 100 % len(after)]).fetchall()
            assert store.get("key") == str(number).encode()
        other.execute("DELETE FROM spin_key_value")
        assert not store.exists("key")
        assert store.get("key", default=None) is None
        other.close()


@pytest.mark.parametrize("cache_bytes", [0, 4096, 8 << 20])
def test_threads_read_what_is_told(tmp_path: Path, cache_bytes: int) -> None:
    stores = [open_store(tmp_path / "store.db", cache_bytes=cache_bytes) for _ in range(2)]
    committed = [0]
    stale: list[tuple[int, int]] = []

    def read() -> None:
        while committed[0] < ROUNDS:
            told = committed[0]
            met = int(stores[0].get("key", default=b"0"))
            if met < told:
                stale.append((told, met))

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    # Reads of what is remembered do not let go of the interpreter, so each set waits for its turn.
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    for number in range(1, ROUNDS + 1):
        stores[1].set("key", str(number))
        committed[0] = number
    sys.setswitchinterval(interval)
    for thread in threads:
        thread.join()
    assert stale == []
    for store in stores:
        store.close()


def test_memory_stays_within_cache_bytes(tmp_path: Path) -> None:
    """Far more is read than fits, in a process that holds nothing else."""
    program = """
import os, sys, spinkv
store = spinkv.open("test", path=sys.argv[1], cache_bytes=4 << 20, max_entries=0)
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
for key in range(2000):
    store.get(f"key/{key:06d}")
before = resident()
for key in range(40000):
    store.get(f"key/{key:06d}")
print(resident() - before)
"""
    if not Path("/proc/self/statm").exists():
        pytest.skip("the memory of a process is read from /proc")
    path = tmp_path / "store.db"
    with open_store(path) as store:
        store.set_many((f"key/{key:06d}", os.urandom(1000)) for key in range(40000))
    run = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    # SQLite's own cache of pages is another 2 MB a connection.
    assert int(run.stdout) < 8 << 20
