"""The benchmark in Python, suites: runs over a store of their own, phase by phase, with the names
of the C program's. Stores are smaller than there where a run in Python would take long.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter_ns

from measurements import Calls, Comparison
from peers import Durability, Peer, load
from python_store import Store, Values, filling, numbered_keys
from settings import Settings

FILL_TUPLES = 1000
LIMIT_LEAST_MS = 200

Call = Callable[[], int]
"""A call that is timed; it tells how many operations it was."""


@dataclass(frozen=True)
class Plan:
    """What a phase's calls are made from. pair_count is how many tuples a call writes."""

    peer: Peer
    keys: Sequence[str]
    values: Values
    random: random.Random
    count: int
    pair_count: int


@dataclass(frozen=True)
class Phase:
    """A part of a suite.

    calls: how many are made, 0 for one for each key; pair_count: tuples that a call writes, 0 for
    all; durability: None where it only reads; is_fresh: begins with an empty store; is_filled:
    fills it first.
    """

    name: str
    what: str
    make: Callable[[Plan], list[Call]]
    calls: int = 0
    durability: Durability | None = None
    is_fresh: bool = False
    is_filled: bool = False
    threads: int = 1
    pair_count: int = 1


@dataclass(frozen=True)
class Suite:
    """Phases over a store with so many keys."""

    name: str
    key_bytes: int
    value_bytes: int
    entries: int
    phases: tuple[Phase, ...]
    limit_ms: int = 1000


def _set_call(peer: Peer, key: str, value: bytes) -> Call:
    pairs = ((key, value),)

    def call() -> int:
        peer.set(pairs)
        return 1

    return call


def _set_next(plan: Plan) -> list[Call]:
    keys = (plan.keys[index % len(plan.keys)] for index in range(plan.count))
    return [_set_call(plan.peer, key, plan.values.next()) for key in keys]


def _set_any(plan: Plan) -> list[Call]:
    keys = plan.random.choices(plan.keys, k=plan.count)
    return [_set_call(plan.peer, key, plan.values.next()) for key in keys]


def _set_many_call(peer: Peer, keys: Sequence[str], values: Values) -> Call:
    pairs = values.pairs(keys)

    def call() -> int:
        peer.set_many(pairs)
        return len(pairs)

    return call


def _set_many_next(plan: Plan) -> list[Call]:
    count = min(plan.pair_count or len(plan.keys), len(plan.keys))
    starts = (index * count % len(plan.keys) for index in range(plan.count))
    return [
        _set_many_call(plan.peer, plan.keys[start : start + count], plan.values) for start in starts
    ]


def _set_many_any(plan: Plan) -> list[Call]:
    return [
        _set_many_call(plan.peer, plan.random.choices(plan.keys, k=plan.pair_count), plan.values)
        for _ in range(plan.count)
    ]


def _get_call(peer: Peer, key: str) -> Call:
    keys = (key,)

    def call() -> int:
        peer.get(keys)
        return 1

    return call


def _get_any(plan: Plan) -> list[Call]:
    return [_get_call(plan.peer, key) for key in plan.random.choices(plan.keys, k=plan.count)]


def _delete_call(peer: Peer, key: str) -> Call:
    keys = (key,)

    def call() -> int:
        peer.delete(keys)
        return 1

    return call


def _delete_next(plan: Plan) -> list[Call]:
    return [_delete_call(plan.peer, key) for key in plan.keys[: plan.count]]


def _read_all(plan: Plan) -> list[Call]:
    return [plan.peer.read_all] * plan.count


def _get_keys(plan: Plan) -> list[Call]:
    return [plan.peer.get_keys] * plan.count


# ---- The table -------------------------------------------------------------------------------


def _spin(size: str, value_bytes: int, entries: int) -> Suite:
    key = "any key, " + size
    return Suite(
        f"spin_{size}",
        16,
        value_bytes,
        entries,
        (
            Phase(f"spin_fill_{size}", f"a new key, {size}", _set_next, 0, "full", is_fresh=True),
            Phase(f"spin_get_{size}", key, _get_any),
            Phase(f"spin_get_keys_{size}", "all keys, per key", _get_keys, 10),
            Phase(f"spin_set_{size}", f"overwriting {key}", _set_any, 0, "full"),
            Phase(f"spin_delete_{size}", "a key that is there", _delete_next, 0, "full"),
        ),
    )


def _set_by(threads: int) -> Phase:
    first = threads == 1
    what = f"100 bytes, overwriting, {threads} threads"
    name = f"set_threads_{threads}"
    return Phase(name, what, _set_any, 1000, "full", first, first, threads)


def _get_by(name: str, what: str, threads: int) -> Phase:
    what = f"{what}, {threads} threads"
    return Phase(f"{name}_{threads}", what, _get_any, 10_000, threads=threads)


SUITES = (
    Suite(
        "threads",
        16,
        100,
        1000,
        (
            *map(_set_by, (1, 8)),
            *(_get_by("get_threads", "100 bytes", threads) for threads in (1, 8)),
        ),
    ),
    Suite(
        "checkpoints",
        16,
        100,
        1000,
        (
            Phase(
                "long_run",
                "20,000 sets one after the other",
                _set_any,
                20_000,
                "normal",
                is_fresh=True,
                is_filled=True,
            ),
        ),
        3000,
    ),
    Suite(
        "db_bench",
        16,
        100,
        20_000,
        (
            Phase("fillseq", "keys in order", _set_next, 0, "normal", is_fresh=True),
            Phase("readseq", "all tuples in order, per tuple", _read_all, 3),
            Phase("readrandom", "any key", _get_any),
            Phase(
                "fillbatch",
                "keys in order, 1,000 a batch, per tuple",
                _set_many_next,
                20,
                "normal",
                is_fresh=True,
                pair_count=1000,
            ),
            Phase("fillrandom", "any key", _set_any, 0, "normal", is_fresh=True),
            Phase("overwrite", "any key", _set_any, 0, "normal"),
            Phase("fillsync", "any key, synced", _set_any, 500, "full", is_fresh=True),
        ),
    ),
    Suite(
        "db_bench_100k",
        16,
        100_000,
        200,
        (
            Phase("fill100K", "any key, 100 kB", _set_any, 0, "normal", is_fresh=True),
            Phase("readrandom100K", "any key, 100 kB", _get_any),
        ),
    ),
    Suite(
        "redb",
        24,
        150,
        20_000,
        (
            Phase(
                "bulk_load",
                "all keys in one commit, per tuple",
                _set_many_next,
                1,
                "full",
                is_fresh=True,
                pair_count=0,
            ),
            Phase("individual_writes", "a commit each", _set_any, 500, "full"),
            Phase(
                "batch_writes",
                "1,000 a commit, per tuple",
                _set_many_any,
                10,
                "full",
                pair_count=1000,
            ),
            *(_get_by("random_reads", "24 and 150 bytes", threads) for threads in (1, 2, 4, 8)),
        ),
    ),
    _spin("100b", 100, 1024),
    _spin("10kb", 10_000, 1024),
    _spin("1mb", 1 << 20, 64),
)

# ---- Running them ----------------------------------------------------------------------------


@dataclass
class _Thread:
    """A thread's calls, and when it began and ended."""

    calls: list[Call]
    durations: list[tuple[int, int]]
    began_ns: int = 0
    ended_ns: int = 0

    def run(self, start: threading.Barrier, limit_ns: int) -> None:
        """Make the calls, and note of each how long it took and how many operations it was."""
        durations = self.durations
        start.wait()
        self.began_ns = last = perf_counter_ns()
        end = last + limit_ns
        for call in self.calls:
            operations = call()
            now = perf_counter_ns()
            durations.append((now - last, operations))
            last = now
            if last > end:
                break
        self.ended_ns = last


class _Session:
    """A peer's store in the course of a suite."""

    def __init__(self, suite: Suite, peer: type[Peer], folder: Path, settings: Settings) -> None:
        self._suite = suite
        self._settings = settings
        self._keys = numbered_keys(settings.scale(suite.entries), suite.key_bytes)
        self._random = random.Random(42)
        self._values = Values(suite.value_bytes)
        written: list[Durability] = [p.durability for p in suite.phases if p.durability]
        self._peer_class, self._folder = peer, folder
        durability = written[0] if written else filling(peer)
        self._store = Store(peer, folder, durability, len(self._keys))

    def _prepare(self, phase: Phase) -> None:
        """Bring the store into the state that a phase begins with."""
        if phase.is_fresh:
            assert phase.durability
            self._store.close()
            self._store = Store(self._peer_class, self._folder, phase.durability, len(self._keys))
        elif phase.durability and phase.durability != self._store.durability:
            self._store.reopen(phase.durability)
        if phase.is_filled:
            self._fill()

    def _fill(self) -> None:
        for first in range(0, len(self._keys), FILL_TUPLES):
            keys = self._keys[first : first + FILL_TUPLES]
            self._store.peer.set_many(self._values.pairs(keys))

    def run(self, phase: Phase, calls: Calls) -> float:
        """Run a phase, and return how many nanoseconds passed for each operation."""
        self._prepare(phase)
        count = self._settings.scale(phase.calls or self._suite.entries) // phase.threads + 1
        if phase.threads == 1:
            count -= 1
        peer = self._store.peer
        plan = Plan(peer, self._keys, self._values, self._random, count, phase.pair_count)
        limit_ns = max(LIMIT_LEAST_MS, self._suite.limit_ms // self._settings.divisor) * 1_000_000
        parts = [_Thread(phase.make(plan), []) for _ in range(phase.threads)]
        start = threading.Barrier(phase.threads)
        threads = [threading.Thread(target=part.run, args=(start, limit_ns)) for part in parts[1:]]
        for thread in threads:
            thread.start()
        parts[0].run(start, limit_ns)
        for thread in threads:
            thread.join()
        total = 0
        for ns, operations in (each for part in parts for each in part.durations):
            calls.add(ns // operations)
            total += operations
        if phase.is_fresh:
            # Keys were chosen at random, or time was up: whoever reads next finds all of them.
            self._fill()
        passed = max(part.ended_ns for part in parts) - min(part.began_ns for part in parts)
        return passed / total

    def close(self) -> None:
        self._store.close()


def entered(suite: Suite) -> list[type[Peer]]:
    """Return the peers that offer every durability which a suite writes with."""
    asked = {phase.durability for phase in suite.phases if phase.durability}
    return [peer for peer in load()[0] if asked <= set(peer.durabilities)]


def run(
    suite: Suite, folder: Path, settings: Settings, progress: Callable[[str], None]
) -> list[Comparison]:
    """Run a suite with all peers, each round another one first."""
    comparisons = [
        Comparison("Python", suite.name, phase.name, phase.what, phase.durability or "", 1)
        for phase in suite.phases
    ]
    peers = entered(suite)
    for round_number in range(settings.suite_rounds):
        for index in range(len(peers)):
            peer = peers[(index + round_number) % len(peers)]
            session = _Session(suite, peer, folder, settings)
            for phase, comparison in zip(suite.phases, comparisons, strict=True):
                calls = Calls()
                ns = session.run(phase, calls)
                comparison.add_round(peer.name, [ns]).calls.merge(calls.counts.items(), calls.worst)
                progress(f"Python {phase.name} {phase.durability or ''}")
            session.close()
    return comparisons
