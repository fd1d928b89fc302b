"""What was measured, what is computed from it, and the targets it is held against.

A round is a list of batches, each given as nanoseconds per operation. The peers of a comparison
take turns batch by batch, so they are compared within each round first, by the first decile of
their batches, which is what a batch takes when nothing else is in its way; then the median over the
rounds is taken. So neither a busy moment nor a busy minute moves a ratio much.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

MAXIMUM_RATIO = {
    "get": 1.15,
    "get_into": 1.15,
    "get_10kb": 1.15,
    "get_1mb": 1.15,
    "set": 1.2,
    "set_many": 1.2,
}
"""C: the time of spinkv, at most this many times that of bare SQLite, by workload."""

MAXIMUM_EXTRA_NS = {"get": 150.0}
"""Python: the time of spinkv, at most this many nanoseconds more than that of C, by workload."""


def decile(batches: list[float]) -> float:
    """The first decile: a tenth of the batches took less."""
    return sorted(batches)[len(batches) // 10]


@dataclass
class Series:
    """All rounds of one workload with one peer."""

    rounds: list[list[float]] = field(default_factory=list)

    def batches(self) -> list[float]:
        """The batches of all rounds, the fastest first."""
        return sorted(ns for batches in self.rounds for ns in batches)

    @property
    def p10(self) -> float:
        return decile(self.batches())

    @property
    def median(self) -> float:
        return median(self.batches())

    @property
    def p99(self) -> float:
        batches = self.batches()
        return batches[len(batches) * 99 // 100]

    @property
    def worst(self) -> float:
        return self.batches()[-1]


@dataclass(frozen=True)
class Spread:
    """One figure a round: their median, and between which two values they lie."""

    median: float
    low: float
    high: float


def compare(a: Series, b: Series, by: Callable[[float, float], float]) -> Spread:
    """Compare the first deciles of two series round by round."""
    figures = [
        by(decile(left), decile(right)) for left, right in zip(a.rounds, b.rounds, strict=True)
    ]
    return Spread(median(figures), min(figures), max(figures))


def ratio(a: Series, b: Series) -> Spread:
    """How many times the time of b the time of a is."""
    return compare(a, b, lambda left, right: left / right)


def extra_ns(a: Series, b: Series) -> Spread:
    """How much longer a takes than b, in nanoseconds."""
    return compare(a, b, lambda left, right: left - right)


@dataclass
class Comparison:
    """One workload, and its series by the name of the peer.

    durability is "" where nothing is written; operations is how many a batch has.
    """

    workload: str
    what: str
    durability: str
    operations: int
    series: dict[str, Series] = field(default_factory=dict)

    def add_round(self, peer: str, batches: list[float]) -> None:
        self.series.setdefault(peer, Series()).rounds.append(batches)
