"""The same few workloads in every language, each against what is usual there.

The peers of a language take turns batch by batch, and so do the floor of its calls and the library
in C, so that what a language adds is a difference of numbers that were taken moments apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from language_program import LANGUAGES, C, Language, Program, build
from measurements import Calls, Comparison, PeerFacts, Results, slot_ns
from python_store import remove
from settings import Settings
from turns import BATCHES_LEAST, run_round, warm_up

GROUP = "languages"
KEY_COUNT = 1000
WARM_UPS = 2
"""Rounds for which a workload is warmed up, as virtual machines compile what is run often."""

CALLS_SHARE = 8
"""One turn of so many is run again call by call."""

IN_C = "spinkv in C"


@dataclass(frozen=True)
class Workload:
    """A request of the program, and how often a batch repeats it. is_whole: a batch is a call.

    is_cold: the library is opened with its cache off. has_floor: what a call takes at least, and
    the library in C, are measured with it.
    """

    name: str
    what: str
    operation: str
    durability: str
    operations: int
    is_cold: bool = False
    is_whole: bool = False
    has_floor: bool = False


WORKLOADS = (
    Workload("get", "100 bytes, hot", "get", "", 200, has_floor=True),
    Workload("get_cold", "100 bytes, spinkv's cache off", "get", "", 200, is_cold=True),
    Workload("set", "100 bytes, overwriting", "set", "normal", 100),
    Workload("set", "100 bytes, overwriting", "set", "full", 1),
    Workload("set_many", "1,000 tuples, per tuple", "set_many", "normal", KEY_COUNT, is_whole=True),
)


class LanguageSubject:
    """A peer's store under a workload, in a process of its own."""

    def __init__(self, program: Program, name: str, workload: Workload, path: Path) -> None:
        self.name = name
        self._program = program
        self._workload = workload
        self._path = path
        remove(path)
        self._open()
        if not program.is_floor:
            # As in the C program: closing merges the log of writes, and one write begins a new one.
            program.ask("fill")
            program.ask("close")
            self._open()
            program.ask("batch", "set", 1)

    def _open(self) -> None:
        durability = self._workload.durability or ("normal" if self._program.normal else "full")
        cache = "uncached" if self._workload.is_cold else "cached"
        self._program.ask("open", durability, cache, self._path)

    def time_batch(self) -> float:
        count = self._workload.operations
        return int(self._program.ask("batch", self._workload.operation, count)) / count

    def time_calls(self, calls: Calls) -> None:
        answer = self._program.ask("calls", self._workload.operation, self._workload.operations)
        ns = list(map(int, answer.split()))
        calls.merge(Counter(map(slot_ns, ns)).items(), max(ns))

    def contents(self) -> str | None:
        """Return the values of all keys, or None for a floor."""
        return None if self._program.is_floor else self._program.ask("values")

    def close(self) -> None:
        self._program.ask("close")
        remove(self._path)


@contextmanager
def _started(language: Language, results: Results) -> Iterator[list[Program]]:
    """Start the programs of a language's peers; note those and what is missing."""
    wanted = [*language.peers, language.floor] if language.floor else list(language.peers)
    with ExitStack() as ending:
        programs = []
        for peer in wanted:
            program = Program(language, peer)
            ending.callback(program.end)
            if program.missing:
                results.missing[f"{language.name}: {peer}"] = program.missing
                continue
            programs.append(program)
            if not program.is_floor:
                results.add_peer(
                    PeerFacts(language.name, peer, program.version, program.full, program.normal)
                )
            results.runtimes[language.name] = program.runtime
        yield programs


def _run_workload(
    language: Language,
    workload: Workload,
    programs: list[Program],
    folder: Path,
    settings: Settings,
    progress: Callable[[str], None],
) -> Comparison:
    """Run one workload with the peers that take part; the last of the programs is the one in C."""
    names = [program.name for program in programs]
    if language != C:
        names[-1] = IN_C
    subjects = [
        LanguageSubject(program, name, workload, folder / f"{language.folder}-{index}.db")
        for index, (program, name) in enumerate(zip(programs, names, strict=True))
        if program.offers(workload.durability)
        and (workload.has_floor or not (program.is_floor or name == IN_C))
    ]
    comparison = Comparison(
        language.name,
        GROUP,
        workload.name,
        workload.what,
        workload.durability,
        workload.operations,
    )
    turns = warm_up(subjects, WARM_UPS * settings.round_ms) // WARM_UPS
    turns = max(BATCHES_LEAST, turns)
    is_call = workload.is_whole or workload.operations == 1
    call_turns = 0 if is_call else max(BATCHES_LEAST, turns // CALLS_SHARE)
    for _ in range(settings.rounds):
        run_round(subjects, turns, call_turns, comparison)
        progress(f"{language.name} {workload.name} {workload.durability}")
    held = {contents for subject in subjects if (contents := subject.contents()) is not None}
    if len(held) != 1:
        raise SystemExit(f"error: {language.name}, {workload.name}: the peers differ in the end")
    for subject in subjects:
        subject.close()
    return comparison


def ticks(settings: Settings) -> int:
    """How often progress is called for a language."""
    return len(WORKLOADS) * settings.rounds


def run(
    language: Language,
    folder: Path,
    settings: Settings,
    results: Results,
    progress: Callable[[str], None],
) -> None:
    """Run all workloads in one language, or note why they cannot be run."""
    reason = build(language)
    if reason:
        results.missing[f"{language.name}: all"] = reason
        for _ in range(ticks(settings)):
            progress(f"{language.name} is left out")
        return
    with ExitStack() as ending:
        programs = ending.enter_context(_started(language, results))
        if language != C:
            programs.append(Program(C, C.peers[0]))
            ending.callback(programs[-1].end)
        for workload in WORKLOADS:
            results.languages.append(
                _run_workload(language, workload, programs, folder, settings, progress)
            )


def build_all() -> dict[str, str]:
    """Build every language's program, and return why some are left out."""
    reasons = {language.name: build(language) for language in LANGUAGES}
    return {name: reason for name, reason in reasons.items() if reason}
