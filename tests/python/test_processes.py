"""Processes: several work on one file, some made by fork while stores are open and threads write,
some killed, some ending in odd ways; what was acknowledged is there and the file is sound.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
import spinkv
from conftest import (
    PATIENCE_S,
    Forked,
    PlainSqlite,
    Task,
    all_at_once,
    assert_sound,
    file_rows,
    in_thread,
    run_script,
)

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    # Python itself warns of fork with threads, which is what these tests are about.
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]

each_method = pytest.mark.parametrize("method", ["spawn", "fork"])


def _open(path: Path) -> spinkv.Store:
    return spinkv.open("x", path=path, durability="normal", max_entries=0, busy_timeout_ms=30_000)


def _counter(store: spinkv.Store, key: str = "n") -> int:
    [number] = struct.unpack("<q", store.get(key))
    return int(number)


# ---- multiprocessing ---------------------------------------------------------------------------


def _count_up(path: Path, name: str, times: int) -> list[int]:
    with _open(path) as store:
        numbers = [store.increment("n") for _ in range(times)]
        store.set(name, b"done")
        return numbers


@each_method
def test_counters_of_many_processes_add_up(tmp_path: Path, method: str) -> None:
    path = tmp_path / "x.db"
    keeper = _open(path)
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context(method)) as pool:
        parts = [pool.submit(_count_up, path, f"p{number}", 100) for number in range(8)]
        numbers = [number for part in parts for number in part.result(PATIENCE_S)]
    assert sorted(numbers) == list(range(1, 801))
    assert _counter(keeper) == 800
    assert keeper.list_keys("p") == [f"p{number}" for number in range(8)]
    assert_sound(path)


def _swap_up(path: Path, times: int) -> int:
    lost = 0
    with _open(path) as store:
        for _ in range(times):
            while True:
                before = store.get("swapped", None)
                after = b"%d" % (int(before or b"0") + 1)
                if store.compare_and_swap("swapped", before, after):
                    break
                lost += 1
            store.increment("n")
            store.set_many({"a": after, "b": after})
    return lost


def test_read_modify_write_never_fails_because_of_another_process(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        for part in [pool.submit(_swap_up, path, 60) for _ in range(4)]:
            part.result(PATIENCE_S)
    with _open(path) as store:
        assert store.get("swapped") == b"240"
        assert _counter(store) == 240
        assert store.get("a") == store.get("b")
    assert_sound(path)


_inherited: dict[str, spinkv.Store] = {}


def _use_inherited(number: int) -> int:
    store = _inherited["store"]
    store.set(f"p{number}", b"v")
    assert store.get(f"p{number}") == b"v"
    return store.increment("n")


def test_a_pool_of_forked_processes_may_use_an_open_store(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with _open(path) as store:
        store.set("before", b"v")
        _inherited["store"] = store
        with multiprocessing.get_context("fork").Pool(3) as pool:
            numbers = pool.map(_use_inherited, range(60), chunksize=5)
        del _inherited["store"]
        assert sorted(numbers) == list(range(1, 61))
        assert store.count() == 62
    assert_sound(path)


# ---- fork --------------------------------------------------------------------------------------


def test_parent_and_child_both_keep_working(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    app = spinkv.App()
    app.add_store("x", path=path)
    app.add_store("y", path=path)
    one, two = app.open("x"), app.open("y")
    one.set("k", b"parent")
    two.set("k", b"parent")

    def child() -> None:
        assert one.get("k") == b"parent"
        one.set("k", b"child")
        two.set("child", b"v")
        assert one.get("k") == b"child"
        with app.open("x") as third:
            assert third.get("k") == b"child"
            third.increment("n")
        one.close()

    for turn in range(5):
        one.set("k", b"parent")
        Forked(child).join()
        assert one.get("k") == b"child"
        assert two.get_keys() == ["child", "k"]
        assert one.increment("n") == 2 * turn + 2
    assert_sound(path)


def test_a_child_of_a_child_keeps_working(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = _open(path)

    def generation(number: int) -> None:
        assert store.increment("n") == number
        if number < 6:
            Forked(lambda: generation(number + 1)).join()
        assert store.get(f"{number + 1}", None) == (b"v" if number < 6 else None)
        store.set(f"{number}", b"v")

    generation(1)
    assert store.get_keys() == ["1", "2", "3", "4", "5", "6", "n"]
    assert _counter(store) == 6
    assert_sound(path)


def test_a_child_outlives_its_parent(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    run_script(
        "import os, spinkv, sys\n"
        "store = spinkv.open('x', path=sys.argv[1])\n"
        "store.set('parent', b'v')\n"
        "read_end, write_end = os.pipe()\n"
        "if os.fork() == 0:\n"
        "    os.close(write_end)\n"
        "    os.read(read_end, 1)\n"
        "    assert store.get('parent') == b'v'\n"
        "    store.set('child', b'v')\n"
        "    print('done')\n",
        path,
    )
    assert [key for _, key, _ in file_rows(path)] == ["child", "parent"]
    assert_sound(path)


def test_a_child_that_ends_cleanly_takes_nothing_from_its_parent(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    said = run_script(
        "import os, spinkv, sys\n"
        "store = spinkv.open('x', path=sys.argv[1])\n"
        "for turn in range(5):\n"
        "    store.set(f'parent {turn}', b'v')\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        store.set(f'child {turn}', b'v')\n"
        "        if turn % 2:\n"
        "            store.close()\n"
        "        sys.exit(0)\n"
        "    assert os.waitpid(child, 0)[1] == 0\n"
        "    assert store.get(f'child {turn}') == b'v'\n"
        "    assert store.get(f'parent {turn}') == b'v'\n"
        "print(len(store))\n",
        path,
    )
    assert said == "10\n"
    assert len(file_rows(path)) == 10
    assert_sound(path)


@pytest.mark.parametrize("used_before", [True, False])
def test_a_child_shares_the_file_with_those_who_come_after_its_parent(
    tmp_path: Path, used_before: bool
) -> None:
    """The parent closes, which may end the log that it had; another opens the file and writes."""
    path = tmp_path / "x.db"
    store = _open(path)
    store.set("parent", b"v")
    from_parent, to_child = os.pipe()
    from_child, to_parent = os.pipe()

    def child() -> None:
        os.close(to_child)
        if used_before:
            assert store.get("parent") == b"v"
        os.write(to_parent, b"1")
        os.read(from_parent, 1)
        assert store.get("theirs", None) == b"v"
        store.set("child", b"v")
        os.write(to_parent, b"2")
        os.read(from_parent, 1)
        assert store.get("theirs again", None) == b"v"

    running = Forked(child)
    os.close(to_parent)
    assert os.read(from_child, 1) == b"1"
    store.close()
    with PlainSqlite(path) as plain:
        plain.sql("INSERT INTO spin_key_value VALUES ('x', 'theirs', x'76')")
        os.write(to_child, b"1")
        if os.read(from_child, 1) == b"2":
            keys = [["child"], ["parent"], ["theirs"]]
            assert plain.sql("SELECT key FROM spin_key_value ORDER BY key") == keys
            plain.sql("INSERT INTO spin_key_value VALUES ('x', 'theirs again', x'76')")
        os.close(to_child)
        running.join()
    os.close(from_parent)
    os.close(from_child)
    assert [key for _, key, _ in file_rows(path)] == ["child", "parent", "theirs", "theirs again"]
    assert_sound(path)


def test_closing_in_the_child_leaves_locks_and_log_of_the_parent(tmp_path: Path) -> None:
    """A third process must still find the parent's lock and its uncheckpointed tuples."""
    path = tmp_path / "x.db"
    store = _open(path)
    store.set("k", b"v")
    Forked(store.close).join()
    assert not store.closed
    with PlainSqlite(path, timeout_s=0) as plain:
        assert plain.sql("SELECT key FROM spin_key_value") == [["k"]]
        plain.sql("INSERT INTO spin_key_value VALUES ('x', 'theirs', x'00')")
        assert store.get("theirs") == b"\0"
        store.set("k", b"w")
        assert plain.sql("SELECT CAST(value AS TEXT) FROM spin_key_value") == [["w"], ["\0"]]
    assert (tmp_path / "x.db-wal").exists()
    assert_sound(path)


def test_the_tuple_limit_holds_in_parent_and_child(tmp_path: Path) -> None:
    """What either has counted is worth nothing once the other has written."""
    store = spinkv.open("x", path=tmp_path / "x.db", max_entries=4)
    store.set("a", b"")

    def child(key: str) -> None:
        store.set(key, b"")
        assert store.get_many([key]) == {key: b""}

    def refused() -> None:
        with pytest.raises(spinkv.StoreFull):
            store.set("too many", b"")

    for key in "bcd":
        Forked(partial(child, key)).join()
    refused()
    Forked(refused).join()
    Forked(lambda: store.delete("a")).join()
    store.set("e", b"")
    Forked(refused).join()
    refused()
    assert store.get_keys() == ["b", "c", "d", "e"]


def test_a_store_in_memory_is_the_childs_own_after_fork() -> None:
    store = spinkv.open("x", path=None)
    store.set("k", b"parent")

    def child() -> None:
        assert store.get("k") == b"parent"
        store.set("k", b"child")
        store.increment("n")
        assert store.get("k") == b"child"

    Forked(child).join()
    assert store.get("k") == b"parent"
    assert not store.exists("n")


def test_a_read_only_store_works_in_the_child(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with _open(path) as writer:
        writer.set("k", b"v")
    reader = spinkv.open("x", path=path, read_only=True)
    assert reader.get("k") == b"v"

    def child() -> None:
        assert reader.get("k") == b"v"
        with _open(path) as writer:
            writer.set("k", b"w")
        assert reader.get("k") == b"w"

    Forked(child).join()
    assert reader.get("k") == b"w"


def _load(store: spinkv.Store, name: str, times: int) -> None:
    """Writes of each kind, every one of which can be found again."""
    for number in range(times):
        store.set(f"{name} set {number}", name.encode() * 20)
        store.increment("n")
        store.set_many({f"{name} many {number}": b"", f"{name} more {number}": b""})
        assert store.get(f"{name} set {number}") == name.encode() * 20


def test_writers_in_parent_and_children_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = _open(path)
    times, children = 40, 6
    go_on = threading.Event()
    done: list[int] = []

    def write(name: str) -> int:
        turns = 0
        while not go_on.is_set():
            _load(store, f"{name}.{turns}", 5)
            turns += 1
        return turns

    writers = [in_thread(partial(write, f"thread {name}")) for name in "abc"]
    running = [
        Forked(partial(_load, store, f"child {number}", times)) for number in range(children)
    ]
    for child in running:
        child.join()
    go_on.set()
    for writer in writers:
        turns = writer.join_or_raise()
        assert isinstance(turns, int)
        assert turns > 0
        done.append(turns)
    loads = sum(done) * 5 + children * times
    assert _counter(store) == loads
    assert store.count() == loads * 3 + 1
    for number in range(children):
        assert len(store.list_keys(f"child {number} ")) == times * 3
    store.close()
    assert len(file_rows(path)) == loads * 3 + 1
    assert_sound(path)


def test_fork_amid_reads_writes_opens_and_closes(tmp_path: Path) -> None:
    """Threads do everything while the process forks again and again; each child works at once."""
    path = tmp_path / "x.db"
    app = spinkv.App()
    app.add_store("x", path=path, durability="normal", max_entries=0, busy_timeout_ms=30_000)
    store = app.open("x")
    store.set("k", b"v")
    go_on = threading.Event()

    def until_told(action: Callable[[], object]) -> Callable[[], None]:
        def loop() -> None:
            while not go_on.is_set():
                action()

        return loop

    def open_and_close() -> None:
        with app.open("x") as another:
            assert another.get("k") == b"v"

    def other_apps() -> None:
        with spinkv.open("y", path=tmp_path / "y.db", durability="normal") as another:
            another.increment("n")

    actions: list[Callable[[], object]] = [
        lambda: store.get("k"),
        lambda: store.increment("n"),
        open_and_close,
        other_apps,
    ]

    def child() -> None:
        assert store.get("k") == b"v"
        store.increment("child")
        open_and_close()
        other_apps()

    tasks: list[Task] = [in_thread(until_told(action)) for action in actions]
    for _ in range(30):
        Forked(child).join()
    go_on.set()
    for task in tasks:
        task.join_or_raise()
    assert _counter(store, "child") == 30
    store.close()
    assert_sound(path)
    assert_sound(tmp_path / "y.db")


def test_fork_does_not_wait_for_a_lock_that_another_process_holds(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = spinkv.open("x", path=path, busy_timeout_ms=60_000)
    store.set("k", b"v")

    def child() -> None:
        assert store.get("k") == b"v"
        with spinkv.open("y", path=path) as other:
            assert other.get_keys() == []

    with PlainSqlite(path) as plain:
        plain.sql("BEGIN IMMEDIATE")
        writer = in_thread(lambda: store.set("k", b"new"))
        writer.join(0.1)
        assert writer.is_alive()
        for _ in range(10):
            began = time.monotonic()
            forked = Forked(child)
            assert time.monotonic() - began < 5
            forked.join()
            assert time.monotonic() - began < 20
        assert writer.is_alive()
        plain.sql("COMMIT")
        writer.join_or_raise()
    assert store.get("k") == b"new"
    assert_sound(path)


def test_a_child_does_not_share_the_parents_waiting_write(tmp_path: Path) -> None:
    """What a thread of the parent had asked for is done once, by the parent."""
    path = tmp_path / "x.db"
    store = spinkv.open("x", path=path, busy_timeout_ms=60_000)
    store.increment("n")
    with PlainSqlite(path) as plain:
        plain.sql("BEGIN IMMEDIATE")
        writers = [in_thread(lambda: store.increment("n")) for _ in range(3)]
        writers[-1].join(0.1)
        children = [Forked(lambda: store.increment("n", 100)) for _ in range(3)]
        plain.sql("COMMIT")
        for child in children:
            child.join()
        for writer in writers:
            writer.join_or_raise()
    assert _counter(store) == 304


# ---- Many at one missing file ------------------------------------------------------------------

OPEN_AT_ONCE = """
import os, sys
import spinkv
print('ready', flush=True)
os.read(0, 1)
with spinkv.open('x', path=sys.argv[1]) as store:
    store.set(sys.argv[2], b'v')
    assert store.get(sys.argv[2]) == b'v'
"""


def test_50_processes_open_a_missing_file_at_once(tmp_path: Path) -> None:
    """They all wait for the end of one pipe, which tells them all to go at the same moment."""
    path = tmp_path / "sub" / "x.db"
    gate, hold = os.pipe()
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_AT_ONCE, str(path), f"{number:02}"],
            stdin=gate,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(50)
    ]
    os.close(gate)
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    os.close(hold)
    ends = [(process.communicate(timeout=PATIENCE_S), process.returncode) for process in processes]
    assert [error for (_, error), _ in ends if error] == []
    assert [code for _, code in ends] == [0] * 50
    assert [key for _, key, _ in file_rows(path)] == [f"{number:02}" for number in range(50)]
    assert_sound(path)


# ---- Killed ------------------------------------------------------------------------------------

WRITE_UNTIL_KILLED = """
import sys
import spinkv
path, durability, name = sys.argv[1:]
store = spinkv.open('x', path=path, durability=durability, max_entries=0)
number = 0
while True:
    store.set(f'{name} {number}', b'v' * 3000)
    print('set', number, flush=True)
    print('count', store.increment(f'{name} n'), flush=True)
    store.set_many({f'{name} a': b'%d' % number, f'{name} b': b'%d' % number})
    number += 1
"""


@pytest.mark.parametrize("durability", ["full", "normal"])
def test_what_a_killed_writer_was_told_is_there(tmp_path: Path, durability: str) -> None:
    path = tmp_path / "x.db"
    for turn in range(4):
        name = f"writer {turn}"
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITE_UNTIL_KILLED, str(path), durability, name],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        with closing(writer.stdout):
            lines = [writer.stdout.readline() for _ in range(60 + 37 * turn)]
            writer.kill()
            lines += writer.stdout.readlines()
            writer.wait()
        told = [line.split() for line in lines if line.endswith("\n")]
        sets = [int(number) for what, number in told if what == "set"]
        counts = [int(number) for what, number in told if what == "count"]
        assert len(sets) >= 30
        with spinkv.open("x", path=path, durability="normal", max_entries=0) as store:
            values = store.get_many([f"{name} {number}" for number in sets]).values()
            assert set(values) == {b"v" * 3000}
            assert counts[-1] <= _counter(store, f"{name} n") <= counts[-1] + 1
            assert store.get(f"{name} a") == store.get(f"{name} b")
        assert_sound(path)


# ---- The end of the interpreter ----------------------------------------------------------------

ENDINGS: dict[str, str] = {
    "open in a global": "store.set('k', b'v')",
    "app gone first": "store.set('k', b'v'); del app",
    "store gone first": "store.set('k', b'v'); del store",
    "in a cycle": "cycle = [app, store]; cycle.append(cycle); store.set('k', b'v'); del app, store",
    "inside with": """
with store:
    store.set('k', b'v')
    sys.exit(0)
""",
    "in an exit handler": """
import atexit
atexit.register(lambda: store.set('k', b'v'))
""",
    "in the end of an object": """
class Last:
    def __init__(self):
        self.store = store
    def __del__(self):
        self.store.set('k', b'v')
        self.store.close()
last = Last()
del store
""",
    "hidden in sys": "sys.hidden = store; store.set('k', b'v')",
    "a thread that goes on": """
import threading
store.set('k', b'v')
def work():
    for _ in range(200):
        store.increment('n')
threading.Thread(target=work).start()
""",
    "daemon threads amid calls": """
import threading
store.set('k', b'v')
started = threading.Barrier(5)
def work():
    started.wait()
    while True:
        store.increment('n')
        store.get('k')
        store.get_keys()
for _ in range(4):
    threading.Thread(target=work, daemon=True).start()
started.wait()
""",
    "daemon threads that open and close": """
import threading
store.set('k', b'v')
started = threading.Barrier(4)
def work():
    started.wait()
    while True:
        with app.open('x') as other:
            other.get('k')
for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
started.wait()
""",
    "a generator that was not finished": """
def keys():
    with app.open('x') as other:
        yield from other
store.set('k', b'v')
store.set('l', b'v')
unfinished = keys()
next(unfinished)
""",
    "an iterator alone": """
store.set('k', b'v')
alone = iter(store)
del store
""",
    "the module gone": """
store.set('k', b'v')
for name in [name for name in sys.modules if name.startswith('spinkv')]:
    del sys.modules[name]
del spinkv
""",
    "an error in flight": """
store.set('k', b'v')
try:
    store.get('missing')
except KeyError as error:
    kept = error
""",
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
@pytest.mark.parametrize("place", ["file", "memory"])
def test_the_interpreter_may_end_in_any_order(tmp_path: Path, place: str, ending: str) -> None:
    path = tmp_path / "x.db"
    said = run_script(
        "import sys, spinkv\n"
        "app = spinkv.App()\n"
        "app.add_store('x', path=sys.argv[1] or None)\n"
        "store = app.open('x')\n" + ending,
        path if place == "file" else "",
    )
    assert said == ""
    if place == "file":
        assert "k" in [key for _, key, _ in file_rows(path)]
        assert_sound(path)


def test_an_import_alone_leaves_no_trace(tmp_path: Path) -> None:
    run_script("import spinkv", cwd=tmp_path)
    run_script("import spinkv; spinkv.App()", cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_forgets_to_close_leaves_one_file(tmp_path: Path) -> None:
    run_script("import spinkv; store = spinkv.open('x', path='x.db'); store.set('k', b'v')",
               cwd=tmp_path)  # fmt: skip
    assert [key for _, key, _ in file_rows(tmp_path / "x.db")] == ["k"]
    with spinkv.open("x", path=tmp_path / "x.db") as store:
        assert store.get("k") == b"v"
    assert os.listdir(tmp_path) == ["x.db"]


def test_processes_and_threads_together(tmp_path: Path) -> None:
    """Four processes of three threads each on one file and one counter."""
    path = tmp_path / "x.db"
    script = (
        "import json, sys, threading\n"
        "import spinkv\n"
        "store = spinkv.open('x', path=sys.argv[1], durability='normal', max_entries=0)\n"
        "seen = []\n"
        "def work():\n"
        "    for _ in range(50):\n"
        "        seen.append(store.increment('n'))\n"
        "threads = [threading.Thread(target=work) for _ in range(3)]\n"
        "for thread in threads: thread.start()\n"
        "for thread in threads: thread.join()\n"
        "print(json.dumps(seen))\n"
    )
    parts = all_at_once([lambda: json.loads(run_script(script, path))] * 4)
    numbers = [number for part in parts if isinstance(part, list) for number in part]
    assert sorted(numbers) == list(range(1, 601))
    assert_sound(path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_closed_store_is_one_file_also_after_a_fork(tmp_path: Path) -> None:
    with spinkv.open("x", path=tmp_path / "x.db") as store:
        store.set("key", b"value")
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
    assert os.listdir(tmp_path) == ["x.db"]
    with spinkv.open("x", path=tmp_path / "x.db") as store:
        assert store.get("key") == b"value"


FORKS_BESIDE_SQLITE = """
import os, sqlite3, sys, threading
import spinkv

done = threading.Event()

def work():
    while not done.is_set():
        database = sqlite3.connect(":memory:")
        database.execute("CREATE TABLE t (a)")
        database.executemany("INSERT INTO t VALUES (?)", [(str(n) * 50,) for n in range(50)])
        database.close()

thread = threading.Thread(target=work)
thread.start()
with spinkv.open("x", path=sys.argv[1], durability="normal") as store:
    for number in range(60):
        child = os.fork()
        if child == 0:
            store.increment("n")
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    done.set()
    thread.join()
    print(store.increment("n", 0))
"""


def test_fork_while_another_thread_is_inside_sqlite(tmp_path: Path) -> None:
    """SQLite's own locks may be held by that thread, which the child does not have."""
    done = subprocess.run(
        [sys.executable, "-c", FORKS_BESIDE_SQLITE, str(tmp_path / "x.db")],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("60\n", "")
