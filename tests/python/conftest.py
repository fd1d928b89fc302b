"""What the Python tests share: a clean folder for each test, stores to try things on, the list of
all operations, and other processes (plain sqlite3 connections, scripts, forked children).

Nothing here knows how spinkv works inside; whoever reads a test should find its whole story in the
test itself and only the machinery here.
"""

from __future__ import annotations

import faulthandler
import json
import os
import re
import select
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import hypothesis
import pytest
import spinkv
import unchanged

# SPINKV_EFFORT=20 tries twenty times as many random cases. Up to THOROUGH, which is what continuous
# integration takes, they are the same in every run; beyond, other ones.
EFFORT = int(os.environ.get("SPINKV_EFFORT", "1"))
THOROUGH = 4
# A test that hangs ends the run with every thread's stack after this long.
HANG_S = 150 * EFFORT
# How long one answer of another process or thread may take before the test gives up on it.
PATIENCE_S = 60

# The table as Spin has made it in every version.
SPIN_TABLE = """
    CREATE TABLE spin_key_value (
        store TEXT NOT NULL,
        key TEXT NOT NULL,
        value BLOB NOT NULL,
        PRIMARY KEY (store, key)
    )
"""

_watch = {"stderr": 2}

Case = TypeVar("Case")


def examples(count: int) -> hypothesis.settings:
    """So many random cases, or more if that was asked for."""
    return hypothesis.settings(
        deadline=None,
        database=None,
        derandomize=EFFORT <= THOROUGH,
        max_examples=count * EFFORT,
        print_blob=True,
    )


def thinned(cases: Sequence[Case]) -> Sequence[Case]:
    """Every third of many cases that are much alike, or all where continuous integration asks."""
    return cases if EFFORT >= THOROUGH else cases[::3]


hypothesis.settings.register_profile("spinkv", examples(100))
hypothesis.settings.load_profile("spinkv")


def pytest_configure(config: pytest.Config) -> None:
    """Keeps the real stderr, for the stacks of a test that hangs, and the list of what passes."""
    _watch["stderr"] = os.dup(2)
    config.addinivalue_line("markers", "only_if_changed(*paths): see unchanged.py")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(unchanged.Passed(config))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what need not run again, but where continuous integration asks for everything."""
    if EFFORT < THOROUGH:
        unchanged.leave_out(config, items)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Every test runs in an empty current directory and may not take for ever."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RUNTIME_CONFIG_FILE", raising=False)
    faulthandler.dump_traceback_later(HANG_S, exit=True, file=_watch["stderr"])
    yield tmp_path
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[spinkv.Store]:
    """An empty store with the default limits, once in memory and once in a file."""
    path = None if request.param == "memory" else tmp_path / "store.db"
    with spinkv.open("shelf", path=path) as opened:
        yield opened


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that other users can enter, which those below tmp_path are not."""
    folder = Path(tempfile.mkdtemp(prefix="spinkv-"))
    folder.chmod(0o755)
    yield folder
    for inner in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        inner.chmod(0o755)
    shutil.rmtree(folder)


def name_of(value: object) -> str:
    """What a test is called after a value: its repr, but for an address that changes by process."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


@dataclass(frozen=True)
class Operation:
    """One way to use a store, with arguments that are right."""

    name: str
    call: Callable[[spinkv.Store], object]
    writes: bool = False

    def __str__(self) -> str:
        return self.name


def _contains(store: spinkv.Store) -> object:
    return "key" in store


def _set_item(store: spinkv.Store) -> None:
    store["key"] = b"value"


def _delete_item(store: spinkv.Store) -> None:
    del store["key"]


# Everything that can be done with a store but close. Run on a store that holds "key", a JSON
# document in "json" and a counter in "counter", none of them fails.
OPERATIONS = [
    Operation("get", lambda store: store.get("key")),
    Operation("get_json", lambda store: store.get_json("json")),
    Operation("exists", lambda store: store.exists("key")),
    Operation("get_keys", lambda store: store.get_keys()),
    Operation("list_keys", lambda store: store.list_keys("k", limit=2)),
    Operation("get_many", lambda store: store.get_many(["key", "other"])),
    Operation("count", lambda store: store.count()),
    Operation("__getitem__", lambda store: store["key"]),
    Operation("__contains__", _contains),
    Operation("__len__", len),
    Operation("__iter__", lambda store: list(store)),
    Operation("set", lambda store: store.set("key", b"value"), writes=True),
    Operation("set_json", lambda store: store.set_json("json", [1]), writes=True),
    Operation("set_many", lambda store: store.set_many({"a": b"1", "b": b"2"}), writes=True),
    Operation("increment", lambda store: store.increment("counter"), writes=True),
    Operation(
        "compare_and_swap", lambda store: store.compare_and_swap("new", None, b"x"), writes=True
    ),
    Operation("__setitem__", _set_item, writes=True),
    Operation("__delitem__", _delete_item, writes=True),
    Operation("delete", lambda store: store.delete("json"), writes=True),
    Operation("delete_many", lambda store: store.delete_many(["counter"]), writes=True),
]


def fill(store: spinkv.Store) -> None:
    """Puts in what OPERATIONS expect."""
    store.set("key", b"value")
    store.set_json("json", {"a": 1})
    store.increment("counter")


def error_of(
    call: Callable[[], object],
    kinds: type[Exception] | tuple[type[Exception], ...],
    what: object = "the call",
) -> Exception:
    """The error that a call must raise; what names the call where there are several."""
    try:
        call()
    except kinds as error:
        return error
    pytest.fail(f"{what} was taken")


def make_spin_file(path: Path, rows: Sequence[tuple[str, str, object]] = ()) -> Path:
    """A file as Spin makes it: rollback journal, one table, rows of (store, key, value)."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(SPIN_TABLE)
        connection.executemany("INSERT INTO spin_key_value VALUES (?, ?, ?)", rows)
    return path


def run_sql(path: Path, statement: str, parameters: Sequence[object] = ()) -> list[Any]:
    """One statement in a connection of its own, committed; gives all rows."""
    with closing(sqlite3.connect(path, timeout=PATIENCE_S)) as connection, connection:
        return connection.execute(statement, parameters).fetchall()


def file_rows(path: Path) -> list[tuple[str, str, bytes]]:
    """What plain sqlite3 finds in the table, in order of store and key."""
    return run_sql(path, "SELECT store, key, value FROM spin_key_value ORDER BY store, key")


def assert_sound(path: Path) -> None:
    """SQLite itself finds nothing wrong with the file."""
    assert run_sql(path, "PRAGMA integrity_check") == [("ok",)]


def run_script(source: str, *arguments: object, cwd: Path | None = None) -> str:
    """Runs Python source in a process of its own; it must end well and say nothing on stderr."""
    done = subprocess.run(
        [sys.executable, "-c", source, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        cwd=cwd,
        check=False,
    )
    assert done.returncode == 0, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert done.stderr == ""
    return done.stdout


# Put before a script that must not have root's rights; everything it imports must be in here.
AS_NOBODY = """
import json, os, pathlib, sqlite3, sys
import spinkv
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
"""


Self = TypeVar("Self", bound="Conversation")


class Conversation:
    """Another process that answers each line of JSON with one line of JSON."""

    def __init__(self, source: str, *arguments: object) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", source, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def ask(self, question: object) -> Any:
        """Sends a question and gives the answer; fails if the process died or keeps silent."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question).encode() + b"\n")
        self._process.stdin.flush()
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE_S)
        assert ready, f"no answer to {question!r}"
        line = self._process.stdout.readline()
        assert line, f"the process ended at {question!r} with code {self._process.wait()}"
        return json.loads(line)

    def kill(self) -> None:
        """Ends the process as abruptly as a process can end."""
        self._process.kill()
        self._process.wait()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        if kind is not None:
            self._process.kill()
        self._process.wait(PATIENCE_S)


PLAIN_SQLITE = """
import json, sqlite3, sys

connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=float(sys.argv[2]))
for line in sys.stdin:
    try:
        answer = {"rows": connection.execute(json.loads(line)).fetchall()}
    except sqlite3.Error as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
"""


class PlainSqlite(Conversation):
    """Another process with one ordinary sqlite3 connection to a file, and no spinkv in it."""

    def __init__(self, path: Path, timeout_s: float = PATIENCE_S) -> None:
        super().__init__(PLAIN_SQLITE, path, timeout_s)

    def sql(self, statement: str) -> list[Any]:
        """Runs one statement; gives its rows, which must be what JSON can carry."""
        answer = self.ask(statement)
        assert "error" not in answer, f"{statement}: {answer['error']}"
        rows: list[Any] = answer["rows"]
        return rows


class Task(threading.Thread):
    """A thread whose exception is not lost: join_or_raise raises it again."""

    def __init__(self, target: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._task = target
        self._error: BaseException | None = None
        self.result: object = None

    def run(self) -> None:
        """Calls the target."""
        try:
            self.result = self._task()
        except BaseException as error:
            self._error = error

    def join_or_raise(self) -> object:
        """Waits for the end; gives what the target returned."""
        self.join(PATIENCE_S)
        assert not self.is_alive(), "a thread does not come to its end"
        if self._error is not None:
            raise self._error
        return self.result


def in_thread(target: Callable[[], object]) -> Task:
    """Starts a thread."""
    task = Task(target)
    task.start()
    return task


def all_at_once(targets: Sequence[Callable[[], object]]) -> list[object]:
    """Runs each target in a thread, all let go at the same moment; gives what they returned."""
    gate = threading.Barrier(len(targets))

    def behind_gate(target: Callable[[], object]) -> Callable[[], object]:
        def start() -> object:
            gate.wait(PATIENCE_S)
            return target()

        return start

    tasks = [in_thread(behind_gate(target)) for target in targets]
    return [task.join_or_raise() for task in tasks]


class Forked:
    """A child made by os.fork that runs one function and ends without cleaning up."""

    def __init__(self, target: Callable[[], object]) -> None:
        self._report, write_end = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                os.close(self._report)
                target()
                code = 0
            except BaseException:
                os.write(write_end, traceback.format_exc().encode())
            finally:
                os._exit(code)
        os.close(write_end)

    def join(self) -> None:
        """Waits for the end; the function must have returned."""
        with open(self._report, "rb") as report:
            text = report.read().decode()
        _, status = os.waitpid(self.pid, 0)
        assert status == 0, f"wait status {status}\n{text}"
