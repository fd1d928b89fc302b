"""Rounds in which subjects take turns batch by batch, so that what else the machine does strikes
all alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from time import perf_counter_ns
from typing import Protocol

from measurements import Calls, Comparison

BATCHES_LEAST = 3
BATCHES_MOST = 2000


class Subject(Protocol):
    """What takes turns."""

    name: str

    def time_batch(self) -> float:
        """Run a batch and return the nanoseconds that one operation took."""
        ...

    def time_calls(self, calls: Calls) -> None:
        """Run a batch and time each of its calls."""

    def close(self) -> None:
        """Close the store and remove its file."""


def _in_turn(subjects: Sequence[Subject], turns: int, run: Callable[[int], None]) -> None:
    """Run the batches of subjects, which are given by number.

    They are dealt anew before each turn, the same in every run: were their order kept, a subject
    would always find in the processor's caches what the one before it has left there.
    """
    chance = Random(turns)
    order = list(range(len(subjects)))
    for _ in range(turns):
        chance.shuffle(order)
        for index in order:
            run(index)


def run_round(
    subjects: Sequence[Subject], turns: int, call_turns: int, comparison: Comparison
) -> None:
    """Run a round of batches, then call_turns of them call by call. If that is 0, a batch is a
    call.
    """
    batches: list[list[float]] = [[] for _ in subjects]
    _in_turn(subjects, turns, lambda which: batches[which].append(subjects[which].time_batch()))
    calls = [
        comparison.add_round(subject.name, of_subject).calls
        for subject, of_subject in zip(subjects, batches, strict=True)
    ]
    if call_turns == 0:
        for of_subject, single in zip(batches, calls, strict=True):
            for ns in of_subject:
                single.add(int(ns))
    else:
        _in_turn(subjects, call_turns, lambda which: subjects[which].time_calls(calls[which]))


def warm_up(subjects: Sequence[Subject], ms: int) -> int:
    """Warm up for so long, and return how many turns that was."""
    end = perf_counter_ns() + ms * 1_000_000
    turns = 0
    while turns < BATCHES_LEAST or (perf_counter_ns() < end and turns < BATCHES_MOST):
        for subject in subjects:
            subject.time_batch()
        turns += 1
    return turns
