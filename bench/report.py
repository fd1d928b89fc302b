"""Lays results out: as tables for the terminal and the page, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from measurements import Comparison, Results, Series, ratio, ratio_of_means
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table
from settings import Settings
from targets import Verdict


@dataclass
class Sheet:
    """A table before it is drawn; begins: whether a row begins a section."""

    title: str
    headers: Sequence[str]
    rows: list[list[str]]
    numbers: Sequence[int] = ()
    """The columns that are numbers."""


OURS = "spinkv"

HEADERS = (
    "workload",
    "durability",
    "peer",
    "p10",
    "median",
    "p99",
    "p99.9",
    "worst",
    "ratio",
    "in rounds",
    "of means",
)

NUMBERS = tuple(range(3, 11))

UNITS = (("ns", 1.0), ("us", 1e3), ("ms", 1e6), ("s", 1e9))

GROUPS = {
    "operations": "Single operations",
    "open": "Opening",
    "growth": "From 1,000 to 1,000,000 keys",
    "threads": "Threads",
    "checkpoints": "A long run of sets, checkpoints included",
    "mix": "The mix of diskcache's benchmark",
    "db_bench": "LevelDB's db_bench",
    "db_bench_100k": "LevelDB's db_bench, values of 100 kB",
    "redb": "redb's benchmark",
    "spin_100b": "Spin's shape, 1,024 tuples of 100 bytes",
    "spin_10kb": "Spin's shape, 1,024 tuples of 10 kB",
    "spin_1mb": "Spin's shape, 64 tuples of 1 MB",
}
"""The groups of workloads in the order of the report, each with its title."""


def time_text(ns: float) -> str:
    """Write a time in three digits."""
    unit, unit_ns = next(
        (unit, unit_ns) for unit, unit_ns in UNITS if abs(ns) < 999.5 * unit_ns or unit == "s"
    )
    amount = ns / unit_ns
    digits = 0 if abs(amount) >= 100 or unit == "ns" else 1 if abs(amount) >= 10 else 2
    return f"{amount:.{digits}f} {unit}"


def _ratio_texts(ours: Series | None, series: Series) -> list[str]:
    if not ours or series is ours:
        return ["", "", ""]
    times, means = ratio(ours, series), ratio_of_means(ours, series)
    return [f"{times.median:.2f}", f"{times.low:.2f}-{times.high:.2f}", f"{means.median:.2f}"]


def _rows(comparison: Comparison) -> list[list[str]]:
    """Lay out a comparison: a row for spinkv, then one for each other peer."""
    ours = comparison.series.get(OURS)
    named = sorted(comparison.series.items(), key=lambda item: item[0] != OURS)
    rows: list[list[str]] = []
    for name, series in named:
        if not series.rounds:
            continue
        times = (series.p10, series.median, series.p99, series.p999, series.worst)
        durability = comparison.durability or "-"
        rows.append([durability, name, *map(time_text, times), *_ratio_texts(ours, series)])
    names = [comparison.workload, comparison.what]
    names += [""] * (len(rows) - len(names))
    return [[name, *row] for name, row in zip(names, rows, strict=False)]


def sheets(results: Results) -> list[Sheet]:
    """Lay out what was measured, a table a language and group."""
    laid_out = []
    for language in ("C", "Python"):
        for group, title in GROUPS.items():
            rows = [
                row
                for comparison in results.comparisons
                if (comparison.language, comparison.group) == (language, group)
                for row in _rows(comparison)
            ]
            if rows:
                laid_out.append(Sheet(f"{language}: {title}", HEADERS, rows, NUMBERS))
    return laid_out


LANGUAGES_TITLE = "All languages"


def language_sheets(results: Results) -> list[Sheet]:
    """Lay out the workloads that are the same in every language, as one table if there are any."""
    by_workload: dict[tuple[str, str], list[list[str]]] = {}
    for comparison in results.languages:
        rows = by_workload.setdefault((comparison.workload, comparison.durability), [])
        rows += [[comparison.language, *row] for row in _rows(comparison)]
    rows = [row for of_workload in by_workload.values() for row in of_workload]
    if not rows:
        return []
    numbers = tuple(number + 1 for number in NUMBERS)
    return [Sheet(LANGUAGES_TITLE, ("language", *HEADERS), rows, numbers)]


def targets_sheet(verdicts: Sequence[Verdict]) -> Sheet:
    """Lay out the targets."""
    words = {True: "met", False: "NOT MET", None: "not measured"}
    rows = [
        [each.what, each.target, each.measured, each.of_means, words[each.is_met]]
        for each in verdicts
    ]
    return Sheet("Targets", ("what", "target", "measured", "of means", "verdict"), rows)


def peers_sheet(results: Results) -> Sheet:
    """Lay out the peers, and those that were not measured."""
    rows = [
        [peer.language, peer.name, peer.version, peer.full or "-", peer.normal or "-"]
        for peer in results.peers
    ]
    for name, reason in results.missing.items():
        language, _, peer = name.partition(": ")
        rows.append([language, peer, "not measured", reason, ""])
    return Sheet("Peers", ("language", "peer", "version", "full", "normal"), rows)


def machine_sheet(machine: Mapping[str, str]) -> Sheet:
    """Lay out the description of the machine."""
    return Sheet("Machine", ("what", "which"), [list(item) for item in machine.items()])


# ---- On the terminal -------------------------------------------------------------------------


def _coloured(cell: str) -> str:
    colour = "bold red" if cell == "NOT MET" else "green" if cell == "met" else ""
    return f"[{colour}]{cell}[/]" if colour else escape(cell)


def draw(sheet: Sheet) -> Table:
    """Make a table for the terminal."""
    table = Table(title=sheet.title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for index, header in enumerate(sheet.headers):
        is_number = index in sheet.numbers
        table.add_column(header, justify="right" if is_number else "left", no_wrap=is_number)
    for row in sheet.rows:
        if sheet.numbers and row[sheet.headers.index("peer")] == OURS:
            table.add_section()
        table.add_row(*map(_coloured, row))
    return table


# ---- As JSON ---------------------------------------------------------------------------------


def _series_json(series: Series) -> dict[str, Any]:
    return {
        "p10_ns": series.p10,
        "mean_ns": series.mean,
        "median_ns": series.median,
        "p99_ns": series.p99,
        "p999_ns": series.p999,
        "worst_ns": series.worst,
        "rounds": series.rounds,
        "calls": sorted(series.calls.counts.items()),
    }


def _comparison_json(comparison: Comparison) -> dict[str, Any]:
    measured = {name: series for name, series in comparison.series.items() if series.rounds}
    ours = measured.get(OURS)
    others = {name: series for name, series in measured.items() if ours and name != OURS}
    return {
        "language": comparison.language,
        "group": comparison.group,
        "workload": comparison.workload,
        "what": comparison.what,
        "durability": comparison.durability or None,
        "operations": comparison.operations,
        "series": {name: _series_json(series) for name, series in measured.items()},
        "ratio_to": {name: asdict(ratio(ours, each)) for name, each in others.items() if ours},
        "ratio_of_means_to": {
            name: asdict(ratio_of_means(ours, each)) for name, each in others.items() if ours
        },
    }


def as_json(
    machine: Mapping[str, str], settings: Settings, results: Results, verdicts: Sequence[Verdict]
) -> dict[str, Any]:
    """Make an object of all that was measured, raw and computed."""
    return {
        "schema": 2,
        "machine": dict(machine),
        "settings": asdict(settings),
        "peers": [asdict(peer) for peer in results.peers],
        "missing": results.missing,
        "targets": [asdict(verdict) for verdict in verdicts],
        "memory": [asdict(memory) for memory in results.memory],
        "comparisons": [_comparison_json(comparison) for comparison in results.comparisons],
        "runtimes": results.runtimes,
        "languages": [_comparison_json(comparison) for comparison in results.languages],
    }
