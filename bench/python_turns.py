"""The benchmark in Python, single operations: workloads of the C program, as a user of the package
runs them.

The peers and the loop in C take turns batch by batch in one process, so that what Python adds to C
is a difference of numbers that were taken moments apart.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter_ns

from c_loops import CSubject
from measurements import Calls, Comparison
from peers import Durability, Keys, Pairs, Peer, load
from python_store import Store, Values, filling
from settings import Settings
from turns import Subject, run_round, warm_up


@dataclass(frozen=True)
class Case:
    """A workload by its name in the C program, its data, and which loop of a peer it times.

    is_hot: a batch is run once more than it is timed. is_whole: a batch is one call. deletes: once
    all keys have been deleted they are written again.
    """

    workload: str
    what: str
    durability: Durability | None
    key_count: int
    value_bytes: int
    read: Callable[[Peer, Keys], None] | None = None
    write: Callable[[Peer, Pairs], None] | None = None
    is_hot: bool = False
    is_whole: bool = False
    deletes: bool = False


def _get(peer: Peer, keys: Keys) -> None:
    peer.get(keys)


def _exists(peer: Peer, keys: Keys) -> None:
    peer.exists(keys)


def _get_keys(peer: Peer, keys: Keys) -> None:
    peer.get_keys()


def _delete(peer: Peer, keys: Keys) -> None:
    peer.delete(keys)


def _set(peer: Peer, pairs: Pairs) -> None:
    peer.set(pairs)


def _set_many(peer: Peer, pairs: Pairs) -> None:
    peer.set_many(pairs)


_MANY = "1,000 tuples, per tuple"

CASES = (
    Case("get", "100 bytes", None, 1000, 100, read=_get, is_hot=True),
    Case("get_10kb", "10 kB", None, 100, 10_000, read=_get, is_hot=True),
    Case("get_1mb", "1 MB", None, 8, 1 << 20, read=_get),
    Case("exists", "a key that is there", None, 1000, 100, read=_exists, is_hot=True),
    Case("get_keys", "1,024 keys, per call", None, 1024, 100, read=_get_keys),
    Case("set", "100 bytes, overwriting", "normal", 1000, 100, write=_set),
    Case("set", "100 bytes, overwriting", "full", 1000, 100, write=_set),
    Case("set_many", _MANY, "normal", 1000, 100, write=_set_many, is_whole=True),
    Case("set_many", _MANY, "full", 1000, 100, write=_set_many, is_whole=True),
    Case("delete", "a key that is there", "normal", 1000, 100, read=_delete, deletes=True),
    Case("delete", "a key that is there", "full", 1000, 100, read=_delete, deletes=True),
)


class PythonSubject:
    """A peer's store under a case."""

    def __init__(self, case: Case, operations: int, peer: type[Peer], folder: Path) -> None:
        source = random.Random(42)
        numbers = source.sample(range(0, 2 * case.key_count, 2), case.key_count)
        self.name = peer.name
        self._case = case
        self._operations = operations
        self._keys = [f"user:{number:011}" for number in numbers]
        self._values = Values(case.value_bytes)
        self._position = 0
        self._store = Store(peer, folder, case.durability or filling(peer), case.key_count)
        self._store.peer.set_many(self._values.pairs(self._keys))
        # As in the C program: closing merges the write-ahead log, and one write begins a new one.
        self._store.reopen()
        self._store.peer.set(self._values.pairs(self._keys[:1]))

    def _next_keys(self) -> Keys:
        start = self._position
        self._position = (start + self._operations) % self._case.key_count
        return self._keys[start : start + self._operations]

    def _prepare(self) -> tuple[Keys, Pairs]:
        """Bring the store into the state that the next batch needs, and return its arguments."""
        peer = self._store.peer
        if self._case.deletes and self._position == 0:
            peer.set_many(self._values.pairs(self._keys))
        keys = self._next_keys()
        if self._case.is_hot and self._case.read:
            self._case.read(peer, keys)
        return keys, self._values.pairs(keys) if self._case.write else ()

    def time_batch(self) -> float:
        peer = self._store.peer
        keys, pairs = self._prepare()
        read, write = self._case.read, self._case.write
        start = perf_counter_ns()
        if read:
            read(peer, keys)
        elif write:
            write(peer, pairs)
        return (perf_counter_ns() - start) / self._operations

    def time_calls(self, calls: Calls) -> None:
        peer = self._store.peer
        keys, pairs = self._prepare()
        read, write = self._case.read, self._case.write
        for index in range(len(keys)):
            key, pair = keys[index : index + 1], pairs[index : index + 1]
            start = perf_counter_ns()
            if read:
                read(peer, key)
            elif write:
                write(peer, pair)
            calls.add(perf_counter_ns() - start)

    def contents(self) -> list[bytes | None]:
        """Return the values of all keys."""
        return [self._store.peer.read(key) for key in self._keys]

    def close(self) -> None:
        self._store.close()


def _takes_part(case: Case, peer: type[Peer]) -> bool:
    return case.durability is None or case.durability in peer.durabilities


def run(
    case: Case, folder: Path, settings: Settings, progress: Callable[[str], None]
) -> Comparison:
    """Run one case with all peers, and call progress after each round."""
    durability = case.durability or ""
    in_c = CSubject(case.workload, durability, folder)
    peers = [
        PythonSubject(case, in_c.operations, peer, folder)
        for peer in load()[0]
        if _takes_part(case, peer)
    ]
    subjects: list[Subject] = [*peers, in_c]
    comparison = Comparison(
        "Python", "operations", case.workload, case.what, durability, in_c.operations
    )
    turns = warm_up(subjects, settings.round_ms)
    call_turns = 0 if case.is_whole or in_c.operations == 1 else turns
    for _ in range(settings.rounds):
        run_round(subjects, turns, call_turns, comparison)
        progress(f"Python {case.workload} {durability}")
    if any(peer.contents() != peers[0].contents() for peer in peers):
        raise SystemExit(f"error: {case.workload}: the peers do not hold the same")
    for subject in subjects:
        subject.close()
    return comparison
