"""Every language of bindings/: the conformance cases through its driver, its sample, its memory,
and what it reads and counts together with the others. bindings/README.md says what is expected."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conformance_cases import FLAGS, Case
from conformance_runner import Run, ask
from conformance_sql import Sql
from driver import optional_bytes, to_bytes, to_word
from driver_process import BUILD, LANGUAGES, DriverProcess, Drivers, lacks
from test_conformance import CASES

pytestmark = pytest.mark.only_if_changed(
    *("core", "swig", "CMakeLists.txt", "bindings/CMakeLists.txt", "tests/conformance"),
    *("tests/python/test_bindings.py", "tests/python/driver_process.py", "tests/python/driver.py"),
    *(f"tests/python/conformance_{part}.py" for part in ("cases", "runner", "sql")),
)

BUILT = [language for language in LANGUAGES if lacks(language) is None]
# Python's driver is a process as any other; its cases run in this process, in test_conformance.
ALL = ["python", *BUILT]

# The programs with a language's own tests.
CHECKS = [
    f"{language}/{path.name}"
    for language in BUILT
    for path in sorted((BUILD / language).glob("check*"))
    if path.is_file() and os.access(path, os.X_OK)
]

# What a driver may be without that no case needs.
TRAITS = {"json-order"}

PROCESSES = 8
INCREMENTS = 1000
LEAK_CALLS = 100_000
CALLS_A_ROUND = 3
MAX_GROWTH_BYTES = 5_000_000

VALUES = {
    b"": b"an empty key",
    b"empty": b"",
    b"every byte": bytes(range(256)),
    b"nul\0key": b"\0",
    "\U0001f511 key".encode(): b"\xff\0\xff",
    b"large": bytes(range(256)) * 4096,
}
# Members in byte order, as languages write them whose objects have no order of their own.
DOCUMENT = {
    "a<b>&'c": "\u00e9 \u2028 \U0001f511",
    "big": 2**53 - 1,
    "list": [1, -2, True, False, None, {}, []],
    "text": 'a "quoted" \\ line\n',
}
DOCUMENT_TEXT = json.dumps(DOCUMENT, ensure_ascii=False, separators=(",", ":")).encode()


@pytest.fixture(scope="session")
def drivers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drivers]:
    """The drivers, which serve many tests and must end well."""
    pool = Drivers(tmp_path_factory.mktemp("drivers"))
    yield pool
    pool.stop()


@pytest.fixture(scope="session")
def sql() -> Iterator[Sql]:
    """The other program, one for all cases."""
    program = Sql()
    yield program
    program.stop()


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory, where the machine has that: the cases need no disk."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="spinkv-", dir=memory) as folder:
        yield Path(folder)


def open_file(process: DriverProcess, path: Path, store: str, **options: str) -> None:
    """Opens the store "shared" in a file."""
    given = {"path": to_word(os.fsencode(path)), **options}
    words = [word for name, value in given.items() for word in (to_word(name), value)]
    ask(process, "new_app", store, "-", "-", "-", "-", "-")
    ask(process, "add_store", store, to_word("shared"), str(len(given)), *words)
    ask(process, "open", store, store, to_word("shared"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_is_built(language: str) -> None:
    """Lists the languages that are not tested here, with the reason."""
    if reason := lacks(language):
        if os.environ.get("SPINKV_BINDINGS_REQUIRED") == "1":
            pytest.fail(f"{language}: {reason}")
        pytest.skip(f"{language}: {reason}")


@pytest.mark.parametrize("language", ALL)
def test_knows_what_it_is_without(language: str, drivers: Drivers) -> None:
    """A flag that a driver names is one, and has a reason."""
    without = drivers.get(language).without
    assert without.keys() - set(FLAGS) - TRAITS == set()
    assert [flag for flag, reason in without.items() if len(reason.split()) < 3] == []


@pytest.mark.parametrize("language", ALL)
def test_says_what_it_does_not_know(language: str, drivers: Drivers) -> None:
    """An unknown request and an unknown store are broken, and the driver goes on."""
    process = drivers.get(language)
    for line in ("fly 1", "get nowhere x6b"):
        assert process.ask(line).startswith("broken x")
    assert process.ask(f"reset {to_word(os.fsencode(Path.cwd()))}") == "ok"


@pytest.mark.parametrize("language", BUILT)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_conformance(
    language: str, case: Case, quick_folder: Path, sql: Sql, drivers: Drivers
) -> None:
    """Each step of the case does what the case says, in a file where it can be.

    In a file and in memory differ in the core alone; C and Python run the cases in both.
    """
    process = drivers.get(language)
    if reason := case.skip_reason(process.without):
        pytest.skip(reason)
    Run(case, case.variants[-1], quick_folder, sql, process).run()


@pytest.mark.parametrize("language", BUILT)
def test_sample(language: str, tmp_path: Path, drivers: Drivers) -> None:
    """The sample prints what the samples of all languages print, and stores what they store."""
    run = subprocess.run([BUILD / language / "basic"], capture_output=True, timeout=60, check=False)
    assert (run.stdout, run.stderr, run.returncode) == (b"myvalue\n", b"", 0)
    reader = drivers.get("python")
    ask(reader, "reset", to_word(os.fsencode(tmp_path)))
    ask(reader, "open_default", "of-sample", "-")
    assert ask(reader, "get", "of-sample", to_word("mykey")) == [to_word("myvalue")]
    ask(reader, "reset", to_word(os.fsencode(tmp_path)))


@pytest.mark.parametrize("program", CHECKS)
def test_own_checks(program: str) -> None:
    """What only this language can do wrong: its own programs say that it does not."""
    command = [BUILD / program]
    run = subprocess.run(command, capture_output=True, timeout=120, check=False, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("writer", ALL)
@pytest.mark.parametrize("reader", ALL)
def test_reads_what_another_writes(
    writer: str, reader: str, tmp_path: Path, drivers: Drivers
) -> None:
    """Values, JSON and counters, byte for byte, both ways, while both have the file open."""
    processes = [drivers.start(writer), drivers.start(reader)]
    one, other = processes
    for process in processes:
        open_file(process, tmp_path / "shared.db", "s")
    pairs = [to_word(part) for pair in VALUES.items() for part in pair]
    ask(one, "set_many", "s", *pairs)
    for key, value in VALUES.items():
        assert to_bytes(ask(other, "get", "s", to_word(key))[0]) == value
    keys = [to_bytes(word) for word in ask(other, "iterate", "s")]
    assert keys == sorted(VALUES)
    asked = [*VALUES, b"missing"]
    found = ask(other, "get_many", "s", *map(to_word, asked))
    assert [optional_bytes(word) for word in found] == [*VALUES.values(), None]

    ask(one, "set_json", "s", to_word("json"), to_word(DOCUMENT_TEXT))
    assert to_bytes(ask(other, "get", "s", to_word("json"))[0]) == DOCUMENT_TEXT
    assert json.loads(to_bytes(ask(other, "get_json", "s", to_word("json"))[0])) == DOCUMENT

    for number in (-(2**62), 5):
        ask(one, "increment", "s", to_word("counter"), str(number))
    assert ask(other, "increment", "s", to_word("counter"), "-1") == [str(-(2**62) + 4)]
    counter = to_bytes(ask(one, "get", "s", to_word("counter"))[0])
    assert counter == struct.pack("<q", -(2**62) + 4)
    for process in processes:
        process.stop()


@pytest.mark.only_if_changed("core", "swig", "bindings", "python", "tests/python", "CMakeLists.txt")
def test_counts_together(tmp_path: Path, drivers: Drivers) -> None:
    """Processes of all languages increment one counter at the same time, and none is lost."""
    languages = [ALL[index % len(ALL)] for index in range(max(PROCESSES, len(ALL)))]
    processes = [drivers.start(language) for language in languages]
    for process in processes:
        open_file(
            *(process, tmp_path / "shared.db", "s"),
            durability=to_word("normal"),
            busy_timeout_ms="60000",
        )
    request = f"increment s {to_word('counter')} -"

    def count(process: DriverProcess) -> set[str]:
        return set(process.ask_all([request] * INCREMENTS))

    with ThreadPoolExecutor(len(processes)) as threads:
        answers = list(threads.map(count, processes))
    total = len(processes) * INCREMENTS
    assert set.union(*answers) == {f"ok {number}" for number in range(1, total + 1)}
    for process in processes:
        process.stop()


@pytest.mark.parametrize("language", ALL)
def test_does_not_leak(language: str, tmp_path: Path, drivers: Drivers) -> None:
    """Setting, getting and failing again and again takes no more memory than a few times."""
    process = drivers.start(language)
    open_file(process, tmp_path / "store.db", "s", durability=to_word("normal"))
    rounds = LEAK_CALLS // CALLS_A_ROUND + 1
    ask(process, "repeat", "s", str(rounds // 3))
    before = process.resident_bytes()
    ask(process, "repeat", "s", str(rounds))
    growth = process.resident_bytes() - before
    process.stop()
    assert growth < MAX_GROWTH_BYTES
