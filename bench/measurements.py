"""What was measured, and what is computed from it.

A round is a list of batches, each given as nanoseconds per operation. The peers of a comparison
take turns batch by batch, so they are compared within each round first, by the first decile of
their batches, which is what a batch takes when nothing else is in its way; then the median over the
rounds is taken. So neither a busy moment nor a busy minute moves a ratio much. Percentiles are
those of single calls, which are timed one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import fmean, median

SLOTS_PER_DOUBLING = 64


def slot_ns(ns: int) -> int:
    """Return the shortest time of the slot that a time falls into, as histogram.c does."""
    doublings = max(0, ns.bit_length() - (2 * SLOTS_PER_DOUBLING).bit_length() + 1)
    return ns >> doublings << doublings


@dataclass
class Calls:
    """How long single calls took: how many, by the shortest time of their slot; and the worst."""

    counts: dict[int, int] = field(default_factory=dict)
    worst: int = 0

    def add(self, ns: int) -> None:
        """Add one call."""
        self.merge([(slot_ns(ns), 1)], ns)

    def merge(self, counts: Iterable[tuple[int, int]], worst: int) -> None:
        """Add many calls."""
        for slot, count in counts:
            self.counts[slot] = self.counts.get(slot, 0) + count
        self.worst = max(self.worst, worst)

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    def percentile(self, share: float) -> float | None:
        """Return a time that this share of the calls did not exceed, or None without calls."""
        passed, wanted = 0, share * self.count
        for slot in sorted(self.counts):
            passed += self.counts[slot]
            if passed >= wanted:
                return float(min(slot, self.worst))
        return None


def decile(batches: list[float]) -> float:
    """The first decile: a tenth of the batches took less."""
    return sorted(batches)[len(batches) // 10]


@dataclass
class Series:
    """All rounds of one workload with one peer, and the single calls."""

    rounds: list[list[float]] = field(default_factory=list)
    calls: Calls = field(default_factory=Calls)

    def batches(self) -> list[float]:
        """The batches of all rounds, the fastest first."""
        return sorted(ns for batches in self.rounds for ns in batches)

    @property
    def p10(self) -> float:
        return decile(self.batches())

    @property
    def mean(self) -> float:
        return fmean(self.batches())

    @property
    def median(self) -> float:
        return self._percentile(0.5)

    @property
    def p99(self) -> float:
        return self._percentile(0.99)

    @property
    def p999(self) -> float:
        return self._percentile(0.999)

    @property
    def worst(self) -> float:
        return float(self.calls.worst) if self.calls.counts else self.batches()[-1]

    def _percentile(self, share: float) -> float:
        """Of the calls; where none was timed by itself, of the batches."""
        of_calls = self.calls.percentile(share)
        if of_calls is not None:
            return of_calls
        batches = self.batches()
        return batches[min(len(batches) - 1, int(len(batches) * share))]


@dataclass(frozen=True)
class Spread:
    """One figure a round: their median, and between which two values they lie."""

    median: float
    low: float
    high: float


def _compare(
    a: Series,
    b: Series,
    figure: Callable[[list[float]], float],
    by: Callable[[float, float], float],
) -> Spread:
    """Compare two series round by round, as far as both have rounds."""
    figures = [
        by(figure(left), figure(right))
        for left, right in zip(a.rounds, b.rounds, strict=False)
        if left and right
    ]
    return Spread(median(figures), min(figures), max(figures))


def ratio(a: Series, b: Series) -> Spread:
    """How many times the time of b the time of a is, by first deciles."""
    return _compare(a, b, decile, lambda left, right: left / right)


def ratio_of_means(a: Series, b: Series) -> Spread:
    """How many times the time of b the time of a is, whatever was in the way."""
    return _compare(a, b, fmean, lambda left, right: left / right)


def extra_ns(a: Series, b: Series) -> Spread:
    """How much longer a takes than b, in nanoseconds, by first deciles."""
    return _compare(a, b, decile, lambda left, right: left - right)


@dataclass
class Comparison:
    """One workload, and its series by the name of the peer.

    language is "C" or "Python"; durability is "" where nothing is written; operations is how many
    are timed as one in a batch.
    """

    language: str
    group: str
    workload: str
    what: str
    durability: str
    operations: int
    series: dict[str, Series] = field(default_factory=dict)

    def add_round(self, peer: str, batches: list[float]) -> Series:
        """Add a round of a peer, and return the peer's series for its calls."""
        series = self.series.setdefault(peer, Series())
        if batches:
            series.rounds.append(batches)
        return series


@dataclass(frozen=True)
class Memory:
    """What the library took for a store, beside SQLite's own cache of pages."""

    workload: str
    cache_bytes: int
    used_bytes: int


@dataclass(frozen=True)
class PeerFacts:
    """A peer, and how it keeps each durability; "" where it does not offer one."""

    language: str
    name: str
    version: str
    full: str
    normal: str


@dataclass
class Results:
    """All that was measured. languages: the workloads that are the same in every language."""

    comparisons: list[Comparison] = field(default_factory=list)
    languages: list[Comparison] = field(default_factory=list)
    memory: list[Memory] = field(default_factory=list)
    peers: list[PeerFacts] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    """Peers that were not measured, each with the reason."""
    runtimes: dict[str, str] = field(default_factory=dict)
    """What a language's program runs on, by the language."""

    def add_peer(self, facts: PeerFacts) -> None:
        """Add a peer, unless it is there."""
        if all((each.language, each.name) != (facts.language, facts.name) for each in self.peers):
            self.peers.append(facts)

    def find(self, language: str, workload: str, durability: str, peer: str) -> Series | None:
        """A series, or None if it was not measured."""
        return _find_series(self.comparisons, (language, workload, durability), peer)

    def find_in_languages(
        self, language: str, workload: str, durability: str, peer: str
    ) -> Series | None:
        """A series of what is the same in every language, or None."""
        return _find_series(self.languages, (language, workload, durability), peer)


def _find_series(
    comparisons: Iterable[Comparison], key: tuple[str, str, str], peer: str
) -> Series | None:
    for comparison in comparisons:
        if (comparison.language, comparison.workload, comparison.durability) == key:
            series = comparison.series.get(peer)
            return series if series and series.rounds else None
    return None
