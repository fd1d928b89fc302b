"""The benchmark in Python: workloads of the C program, as a user of the package runs them.

The peers and the loop in C take turns batch by batch in one process, so that what Python adds to C
is a difference of numbers that were taken moments apart.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter_ns
from typing import Protocol

from c_loops import CSubject
from measurements import Comparison
from python_peer import Durability, PythonPeer
from python_peer_spinkv import SpinkvPeer
from python_peer_sqlite3 import Sqlite3Peer

PEERS: tuple[type[PythonPeer], ...] = (SpinkvPeer, Sqlite3Peer)

BATCHES_LEAST = 3
BATCHES_MOST = 2000

Keys = Sequence[str]
Pairs = Sequence[tuple[str, bytes]]


@dataclass(frozen=True)
class Case:
    """A workload by its name in the C program, its data, and which loop of a peer it times."""

    workload: str
    what: str
    durability: Durability | None
    key_count: int
    value_bytes: int
    read: Callable[[PythonPeer, Keys], None] | None = None
    write: Callable[[PythonPeer, Pairs], None] | None = None


def _get(peer: PythonPeer, keys: Keys) -> None:
    peer.get(keys)


def _exists(peer: PythonPeer, keys: Keys) -> None:
    peer.exists(keys)


def _set(peer: PythonPeer, pairs: Pairs) -> None:
    peer.set(pairs)


def _set_many(peer: PythonPeer, pairs: Pairs) -> None:
    peer.set_many(pairs)


CASES = (
    Case("get", "100 bytes", None, 1000, 100, read=_get),
    Case("get_10kb", "10 kB", None, 100, 10_000, read=_get),
    Case("get_1mb", "1 MB", None, 8, 1 << 20, read=_get),
    Case("exists", "a key that is there", None, 1000, 100, read=_exists),
    Case("set", "100 bytes, overwriting", "normal", 1000, 100, write=_set),
    Case("set", "100 bytes, overwriting", "full", 1000, 100, write=_set),
    Case("set_many", "1,000 tuples, per tuple", "normal", 1000, 100, write=_set_many),
    Case("set_many", "1,000 tuples, per tuple", "full", 1000, 100, write=_set_many),
)


class Subject(Protocol):
    """What takes turns."""

    name: str

    def time_batch(self) -> float:
        """Run a batch and return the nanoseconds that one operation took."""
        ...

    def close(self) -> None:
        """Close the store and remove its file."""


class PythonSubject:
    """A peer's store under a case."""

    def __init__(self, case: Case, operations: int, peer: type[PythonPeer], folder: Path) -> None:
        source = random.Random(42)
        numbers = source.sample(range(0, 2 * case.key_count, 2), case.key_count)
        self.name = peer.name
        self._case = case
        self._operations = operations
        self._keys = [f"user:{number:011}" for number in numbers]
        self._rest = source.randbytes(case.value_bytes - 8)
        self._values_made = 0
        self._position = 0
        self._path = folder / f"python-{peer.name}.db"
        self._path.unlink(missing_ok=True)
        self._peer = self._open(peer)
        self._peer.set_many(self._new_pairs(self._keys))
        # As in the C program: closing merges the write-ahead log, and one write begins a new one.
        self._peer.close()
        self._peer = self._open(peer)
        self._peer.set(self._new_pairs(self._keys[:1]))

    def _open(self, peer: type[PythonPeer]) -> PythonPeer:
        return peer(self._path, self._case.durability or "normal")

    def _new_pairs(self, keys: Keys) -> Pairs:
        """Give keys values that they never had: SQLite skips the write of bytes that are there."""
        first = self._values_made
        self._values_made += len(keys)
        return [
            (key, number.to_bytes(8, "little") + self._rest)
            for number, key in enumerate(keys, start=first)
        ]

    def _next_keys(self) -> Keys:
        start = self._position
        self._position = (start + self._operations) % self._case.key_count
        return self._keys[start : start + self._operations]

    def time_batch(self) -> float:
        keys = self._next_keys()
        if self._case.read:
            start = perf_counter_ns()
            self._case.read(self._peer, keys)
        else:
            assert self._case.write
            pairs = self._new_pairs(keys)
            start = perf_counter_ns()
            self._case.write(self._peer, pairs)
        return (perf_counter_ns() - start) / len(keys)

    def contents(self) -> list[bytes]:
        """Return the values of all keys."""
        return [self._peer.read(key) for key in self._keys]

    def close(self) -> None:
        self._peer.close()
        self._path.unlink()


def _run_round(subjects: Sequence[Subject], turns: int) -> dict[str, list[float]]:
    """Run batches in turn; each turn, another subject is first."""
    batches: dict[str, list[float]] = {subject.name: [] for subject in subjects}
    for turn in range(turns):
        for index in range(len(subjects)):
            subject = subjects[(index + turn) % len(subjects)]
            batches[subject.name].append(subject.time_batch())
    return batches


def _warm_up(subjects: Sequence[Subject], round_ms: int) -> int:
    """Warm up for as long as a round, and return how many batches a round is made of."""
    end = perf_counter_ns() + round_ms * 1_000_000
    turns = 0
    while turns < BATCHES_LEAST or (perf_counter_ns() < end and turns < BATCHES_MOST):
        _run_round(subjects, 1)
        turns += 1
    return turns


def run(
    case: Case, folder: Path, rounds: int, round_ms: int, progress: Callable[[str], None]
) -> Comparison:
    """Run one case with all peers, and call progress after each round."""
    durability = case.durability or ""
    in_c = CSubject(case.workload, durability, folder)
    peers = [PythonSubject(case, in_c.operations, peer, folder) for peer in PEERS]
    subjects: list[Subject] = [*peers, in_c]
    comparison = Comparison(case.workload, case.what, durability, in_c.operations)
    turns = _warm_up(subjects, round_ms)
    for _ in range(rounds):
        for peer, batches in _run_round(subjects, turns).items():
            comparison.add_round(peer, batches)
        progress(f"Python {case.workload}")
    if any(peer.contents() != peers[0].contents() for peer in peers):
        raise SystemExit(f"error: {case.workload}: the peers do not hold the same")
    for subject in subjects:
        subject.close()
    return comparison
