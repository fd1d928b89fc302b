"""What the numbers are held against: ratios between two of them, each with its limit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from measurements import Memory, PeerFacts, Results, Series, extra_ns, ratio, ratio_of_means


@dataclass(frozen=True)
class Figure:
    """A peer's time of a workload; is_common: of one that is the same in every language."""

    language: str
    workload: str
    durability: str
    peer: str
    is_common: bool = False

    def find(self, results: Results) -> Series | None:
        find = results.find_in_languages if self.is_common else results.find
        return find(self.language, self.workload, self.durability, self.peer)


@dataclass(frozen=True)
class Target:
    """The time of ours shall be at most limit times that of theirs."""

    what: str
    ours: Figure
    theirs: Figure
    limit: float


@dataclass(frozen=True)
class ExtraTarget:
    """Ours shall take at most limit_ns longer than theirs."""

    what: str
    ours: Figure
    theirs: Figure
    limit_ns: float


@dataclass(frozen=True)
class Verdict:
    """A target beside what was measured; is_met is None if it was not measured."""

    what: str
    target: str
    measured: str
    of_means: str
    is_met: bool | None


def _c(workload: str, durability: str, peer: str = "spinkv") -> Figure:
    return Figure("C", workload, durability, peer)


def _python(workload: str, durability: str, peer: str = "spinkv") -> Figure:
    return Figure("Python", workload, durability, peer)


def _common(language: str, workload: str, durability: str = "", peer: str = "spinkv") -> Figure:
    return Figure(language, workload, durability, peer, is_common=True)


LESS = "less: "
"""How a peer's text on a durability begins that keeps less than it promises."""

UNCACHED = "spinkv, cache off"
BARE = "bare SQLite"
SPIN = "Spin's way"

BARE_LIMIT = 1.15
"""What a write may take, of the time of the same with SQLite called directly."""

GROWTH_LIMIT = math.log(1_000_000) / math.log(1_000)

TARGETS = (
    Target("C: get, hot, against a prepared SELECT", _c("get", ""), _c("get", "", BARE), 1 / 15),
    Target("C: get, hot, against LMDB", _c("get", ""), _c("get", "", "LMDB"), 1),
    Target(
        "C: get, cache off, against a prepared SELECT",
        _c("get", "", UNCACHED),
        _c("get", "", BARE),
        1.1,
    ),
    Target(
        "C: get of 10 kB against a prepared SELECT",
        _c("get_10kb", ""),
        _c("get_10kb", "", BARE),
        1.15,
    ),
    Target(
        "C: get of 1 MB against a prepared SELECT",
        _c("get_1mb", ""),
        _c("get_1mb", "", BARE),
        1.15,
    ),
    Target(
        "C: set, normal, against a prepared upsert",
        _c("set", "normal"),
        _c("set", "normal", BARE),
        1.15,
    ),
    Target(
        "C: set, full, against a prepared upsert",
        _c("set", "full"),
        _c("set", "full", BARE),
        1.15,
    ),
    Target(
        "C: set, full, throughput of 8 threads against 1",
        _c("set_threads_8", "full"),
        _c("set_threads_1", "full"),
        1 / 4,
    ),
    Target(
        "C: set_many of 1,000, normal, against one transaction",
        _c("set_many", "normal"),
        _c("set_many", "normal", BARE),
        1.15,
    ),
    Target(
        "C: set_many of 1,000, full, against one transaction",
        _c("set_many", "full"),
        _c("set_many", "full", BARE),
        1.15,
    ),
    Target(
        "C: set, full, against Spin's provider", _c("set", "full"), _c("set", "full", SPIN), 1 / 4
    ),
    Target(
        "C: open and first get against bare SQLite with its table check",
        _c("open", ""),
        _c("open", "", BARE),
        1.5,
    ),
    Target(
        "C: get, cache off, any of 1,000,000 keys against 1,000 (log n: 2)",
        _c("get_any_1m", "", UNCACHED),
        _c("get_any_1k", "", UNCACHED),
        GROWTH_LIMIT,
    ),
    Target(
        "C: get, any of 1,000,000 keys against the same with bare SQLite",
        _c("get_any_1m", ""),
        _c("get_any_1m", "", BARE),
        1.1,
    ),
    Target(
        "C: get, the same 1,000 of 1,000,000 keys against of 1,000 (log n: 2)",
        _c("get_hot_1m", ""),
        _c("get_hot_1k", ""),
        GROWTH_LIMIT,
    ),
    Target(
        "Python: get, hot, against sqlite3",
        _python("get", ""),
        _python("get", "", "sqlite3"),
        1 / 15,
    ),
    Target(
        "Python: get, hot, against py-lmdb",
        _python("get", ""),
        _python("get", "", "py-lmdb"),
        1 / 2,
    ),
    Target(
        "Python: get, hot, against rocksdict",
        _python("get", ""),
        _python("get", "", "rocksdict"),
        1 / 2,
    ),
)

EXTRA_TARGETS = (
    ExtraTarget(
        "Python: get, hot, against the same loop in C",
        _python("get", ""),
        _python("get", "", "spinkv in C"),
        150,
    ),
    ExtraTarget(
        "Go: get, hot, against a bare cgo call with the same copy",
        _common("Go", "get"),
        _common("Go", "get", peer="bare cgo call"),
        60,
    ),
    ExtraTarget(
        "Java: get, hot, against a bare JNI call with the same copy",
        _common("Java", "get"),
        _common("Java", "get", peer="bare JNI call"),
        100,
    ),
    ExtraTarget(
        "Rust: get, hot, against the same loop in C",
        _common("Rust", "get"),
        _common("Rust", "get", peer="spinkv in C"),
        20,
    ),
)

AHEAD = (("get", ""), ("set", "normal"), ("set", "full"))
"""Workloads in which spinkv shall be ahead of each peer of the same durability."""

JUDGED = ("C", "Python")
"""Languages whose own program is judged, on the same peers and more."""


SQLITE_WRITES = (
    "Both have SQLite write the same pages, which is most of it. What spinkv does besides (it "
    "checks key and limits, and keeps its cache exact) shows where the peer's call adds little of "
    "its own, or where the peer brings an SQLite that is newer or compiled in another way."
)

REASONS = (
    *(
        (f"set normal against {peer}", SQLITE_WRITES)
        for peer in (BARE, "better-sqlite3", "go-sqlite3", "rusqlite", "sqlite-jdbc", "sqlite3 gem")
    ),
    (
        "set normal against bbolt",
        "bbolt without a sync leaves its pages to the system; a crash of the system can damage the "
        "whole file, where SQLite's `normal` can lose the last writes and nothing else.",
    ),
    (
        "against a bare",
        "Beyond the call itself there is the library's get, whose time in C stands beside it as "
        "`spinkv in C`, and the check whether it failed.",
    ),
    (
        "Rust: get, hot, against the same loop in C",
        "Both make the same call; the rest is the `Vec` that the value is returned in.",
    ),
    (
        "set normal against py-lmdb",
        "LMDB without a sync changes its memory map and is done; a crash of the system can damage "
        "the whole file, where SQLite's `normal` can lose the last writes and nothing else.",
    ),
    (
        "set normal against rocksdict",
        "RocksDB appends to a log and sorts in memory. Spin's file is a tree of pages: a write "
        "copies a page to the log, and reads it again when the log is merged.",
    ),
    (
        "set full against rocksdict",
        "Both wait for one sync. RocksDB's log takes the tuple, SQLite's takes the whole pages "
        "that changed.",
    ),
    (
        "8 threads against 1",
        "Since durable writes find room in the log, a sync takes one thread little time. Then what "
        "eight do on few processors is limited by these: by SQLite's work for each write, and by "
        "waking the thread that waits for it.",
    ),
    (
        "set full",
        "Both wait for the disk, most of the time; what the disk does from one sync to the next is "
        "more than what the stores differ by.",
    ),
    (
        "set, full, against Spin's provider",
        "Both wait for the disk, most of the time: Spin's journal syncs several times a write, the "
        "log once. The ratio is that of the disk's syncs.",
    ),
    (
        "get, any of 1,000,000 keys against the same",
        "Hardly a key is read twice: what is remembered of each goes again before it is of use. "
        "With `cache_bytes = 0` it costs what bare SQLite costs.",
    ),
    (
        "cache off, any of 1,000,000 keys",
        "The keys are more than SQLite's cache of pages holds, so pages come from the file; with "
        "bare SQLite it is the same.",
    ),
)
"""Why a target is missed where it is: what its name contains, and the reason."""


def reason_for(verdict: Verdict) -> str:
    """Say why a target that was missed was missed, as far as that is known."""
    known = (reason for part, reason in REASONS if part in verdict.what)
    return next(known, "Not known; other work on the machine can do it.")


def _times(times: float) -> str:
    if times < 0.1:
        return f"{1 / times:.1f}x as fast"
    return f"{1 / times:.2f}x as fast" if times < 1 else f"{times:.2f} times as long"


def _limit_text(limit: float) -> str:
    if limit == 1:
        return "faster"
    return f"{1 / limit:.0f}x as fast" if limit < 1 else f"at most {limit:.4g} times as long"


def _judge(target: Target, results: Results) -> Verdict:
    ours, theirs = target.ours.find(results), target.theirs.find(results)
    limit = _limit_text(target.limit)
    if not ours or not theirs:
        return Verdict(target.what, limit, "not measured", "", None)
    times, means = ratio(ours, theirs).median, ratio_of_means(ours, theirs).median
    return Verdict(target.what, limit, _times(times), _times(means), times <= target.limit)


def _judge_extra(target: ExtraTarget, results: Results) -> Verdict:
    limit = f"at most {target.limit_ns:.0f} ns more"
    ours, theirs = target.ours.find(results), target.theirs.find(results)
    if not ours or not theirs:
        return Verdict(target.what, limit, "not measured", "", None)
    more = extra_ns(ours, theirs).median
    return Verdict(target.what, limit, f"{more:.0f} ns more", "", more <= target.limit_ns)


def _judge_memory(memory: Memory) -> Verdict:
    return Verdict(
        f"C: memory beside SQLite's, at most, in {memory.workload}",
        f"at most cache_bytes, {memory.cache_bytes / 1e6:.1f} MB",
        f"{memory.used_bytes / 1e6:.2f} MB",
        "",
        memory.used_bytes <= memory.cache_bytes,
    )


def _keeps(peer: PeerFacts, durability: str) -> bool:
    """Whether a peer keeps a durability as asked; where nothing is written, any will do."""
    if not durability:
        return bool(peer.full or peer.normal)
    kept = peer.full if durability == "full" else peer.normal
    return bool(kept) and not kept.startswith(LESS)


def _ahead(results: Results) -> Iterator[Target]:
    """In Python, a target for each peer that is measured and keeps the same durability."""
    for workload, durability in AHEAD:
        for peer in results.peers:
            kept = durability or "normal"
            has_target = any(
                target.theirs == _python(workload, durability, peer.name) for target in TARGETS
            )
            is_other = peer.language == "Python" and peer.name != "spinkv"
            if is_other and _keeps(peer, kept) and not has_target:
                yield Target(
                    f"Python: {workload} {durability}".strip() + f" against {peer.name}",
                    _python(workload, durability),
                    _python(workload, durability, peer.name),
                    1,
                )


def _ahead_in_languages(results: Results) -> Iterator[Target]:
    """In the other languages, the same."""
    languages = dict.fromkeys(comparison.language for comparison in results.languages)
    for language in languages:
        peers = [peer for peer in results.peers if peer.language == language]
        for workload, durability in AHEAD:
            for peer in peers:
                if language in JUDGED or peer.name == "spinkv" or not _keeps(peer, durability):
                    continue
                yield Target(
                    f"{language}: {workload} {durability}".strip() + f" against {peer.name}",
                    _common(language, workload, durability),
                    _common(language, workload, durability, peer.name),
                    BARE_LIMIT if peer.name == BARE and durability else 1,
                )


def judge(results: Results) -> list[Verdict]:
    """Hold the results against every target."""
    targets = (*TARGETS, *_ahead(results), *_ahead_in_languages(results))
    verdicts = [_judge(target, results) for target in targets]
    verdicts += [_judge_extra(target, results) for target in EXTRA_TARGETS]
    if results.memory:
        verdicts.append(_judge_memory(max(results.memory, key=lambda memory: memory.used_bytes)))
    return verdicts
