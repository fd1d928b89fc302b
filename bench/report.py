"""Shows comparisons: as tables on the terminal, as a page of Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from c_loops import CSubject
from measurements import (
    MAXIMUM_EXTRA_NS,
    MAXIMUM_RATIO,
    Comparison,
    Series,
    extra_ns,
    ratio,
)
from rich.box import SIMPLE_HEAD
from rich.table import Table


@dataclass
class Sheet:
    """A table before it is drawn. A row whose first cell is a workload's name begins a section."""

    title: str
    headers: Sequence[str]
    rows: list[list[str]]


_HEADERS = (
    "workload",
    "peer",
    "p10",
    "median",
    "p99",
    "worst",
    "ratio",
    "in rounds",
    "more",
    "target",
)

_UNITS = (("ns", 1.0), ("us", 1e3), ("ms", 1e6), ("s", 1e9))

_PEER_NAMES = {"sqlite": "bare SQLite"}


def _time(ns: float) -> str:
    """Write a time in three digits."""
    unit, unit_ns = next(
        (unit, unit_ns) for unit, unit_ns in _UNITS if abs(ns) < 999.5 * unit_ns or unit == "s"
    )
    amount = ns / unit_ns
    digits = 0 if abs(amount) >= 100 or unit == "ns" else 1 if abs(amount) >= 10 else 2
    return f"{amount:.{digits}f} {unit}"


def _verdict(figure: float, limit: float | None, text: str) -> str:
    if limit is None:
        return ""
    return f"<= {text} {'met' if figure <= limit else 'MISSED'}"


def _target(workload: str, peer: str, times: float, more: float) -> str:
    """Say what one of our figures should be against a peer's, and whether it is."""
    if peer == "sqlite":
        limit = MAXIMUM_RATIO.get(workload)
        return _verdict(times, limit, f"{limit}")
    if peer == CSubject.name:
        limit = MAXIMUM_EXTRA_NS.get(workload)
        return _verdict(more, limit, f"+{limit or 0:.0f} ns")
    return ""


def _rows(comparison: Comparison) -> list[list[str]]:
    """Lay out a comparison: a row for spinkv, then one for each other peer."""
    ours = comparison.series["spinkv"]
    names = [f"{comparison.workload} {comparison.durability}".strip(), comparison.what]
    rows: list[list[str]] = []
    for name, series in comparison.series.items():
        times_ns = (series.p10, series.median, series.p99, series.worst)
        row = [_PEER_NAMES.get(name, name), *map(_time, times_ns)]
        if series is ours:
            row += [""] * 4
        else:
            times, more = ratio(ours, series), extra_ns(ours, series)
            row += [f"{times.median:.2f}", f"{times.low:.2f}-{times.high:.2f}", _time(more.median)]
            row.append(_target(comparison.workload, name, times.median, more.median))
        rows.append(row)
    rows.sort(key=lambda row: row[0] != "spinkv")
    names += [""] * (len(rows) - len(names))
    return [[name, *row] for name, row in zip(names, rows, strict=True)]


def c_sheet(comparisons: Sequence[Comparison]) -> Sheet:
    """Lay out the C part."""
    return Sheet("C", _HEADERS, [row for each in comparisons for row in _rows(each)])


def python_sheet(comparisons: Sequence[Comparison]) -> Sheet:
    """Lay out the Python part."""
    return Sheet("Python", _HEADERS, [row for each in comparisons for row in _rows(each)])


def machine_sheet(machine: Mapping[str, str]) -> Sheet:
    """Lay out the description of the machine."""
    return Sheet("Machine", ("what", "which"), [list(item) for item in machine.items()])


# ---- On the terminal -------------------------------------------------------------------------


def _coloured(cell: str) -> str:
    colour = "bold red" if cell.endswith("MISSED") else "green" if cell.endswith("met") else ""
    return f"[{colour}]{cell}[/]" if colour else cell


def draw(sheet: Sheet) -> Table:
    """Make a table for the terminal."""
    table = Table(title=sheet.title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for index, header in enumerate(sheet.headers):
        is_number = 2 <= index <= 8
        table.add_column(header, justify="right" if is_number else "left", no_wrap=True)
    for row in sheet.rows:
        if len(row) > 2 and row[1] == "spinkv":
            table.add_section()
        table.add_row(*map(_coloured, row))
    return table


# ---- As a page -------------------------------------------------------------------------------

_INTRODUCTION = """\
# Benchmarks

<!-- Made by `make bench`. Changes by hand are lost with its next run. -->

`make bench` takes these numbers anew, on your machine, and writes this page.

Times are per operation. Operations run in batches that are timed as a whole: of one call for synced
writes and `get_keys`, else of up to 200, or of one `set_many`. The columns p10 (a tenth of the
batches took less), median, p99 and worst are those of the batches. Now and then a write merges the
write-ahead log into the file; that shows in p99 and worst.

The peers of a workload take turns batch by batch, in {rounds} rounds of about {round_ms} ms, after
a warm-up of the same length. They are compared round by round by p10, which is what a batch takes
when nothing else is in its way: "ratio" is spinkv's divided by the peer's, "more" the difference.
Printed are the medians over the rounds and, for the ratio, between which two values the rounds lie.
Ratios compare from day to day and from machine to machine much better than times do.

Durability `full`: a write is on the disk when it returns. `normal`: it survives the end of the
process. All stores lie in files of the same kind, in WAL mode and with the same synchronous
setting. Every write changes the value, and at the end all peers must hold the same tuples.
"""

_C_TEXT = """\
Bare SQLite is a loop that calls SQLite directly: statements prepared once, one connection without
mutexes, and none of the checks that a library makes. What is above 1 is what handles, limits,
UTF-8, threads, fork and waiting for others cost. `get`, `get_10kb` and `get_1mb` copy the value
into memory of its own, `get_into` into a buffer. `get_missing` includes the message of the error.
"""

_PYTHON_TEXT = """\
Times include the `for` loop around the calls. `sqlite3` is the standard library's, with one
prepared statement an operation. `spinkv in C` is the loop of the C program, which takes turns with
the others in the same process.
"""


def _markdown(sheet: Sheet) -> str:
    lines = [f"## {sheet.title}", "", "| " + " | ".join(sheet.headers) + " |"]
    aligned = ["---:" if 2 <= index <= 8 else "---" for index in range(len(sheet.headers))]
    lines.append("|" + "|".join(aligned) + "|")
    lines += ["| " + " | ".join(row) + " |" for row in sheet.rows]
    return "\n".join(lines) + "\n"


def page(
    machine: Mapping[str, str],
    settings: Mapping[str, int],
    in_c: Sequence[Comparison],
    in_python: Sequence[Comparison],
) -> str:
    """Make docs/benchmarks.md."""
    parts = [
        _INTRODUCTION.format(**settings),
        _markdown(c_sheet(in_c)),
        _C_TEXT,
        _markdown(python_sheet(in_python)),
        _PYTHON_TEXT,
        _markdown(machine_sheet(machine)),
    ]
    return "\n".join(parts)


# ---- As JSON ---------------------------------------------------------------------------------


def _series_json(series: Series) -> dict[str, Any]:
    return {
        "p10_ns": series.p10,
        "median_ns": series.median,
        "p99_ns": series.p99,
        "worst_ns": series.worst,
        "rounds": series.rounds,
    }


def _comparison_json(comparison: Comparison) -> dict[str, Any]:
    ours = comparison.series["spinkv"]
    others = {name: series for name, series in comparison.series.items() if name != "spinkv"}
    return {
        "workload": comparison.workload,
        "what": comparison.what,
        "durability": comparison.durability or None,
        "operations": comparison.operations,
        "series": {name: _series_json(s) for name, s in comparison.series.items()},
        "ratio_to": {name: vars(ratio(ours, series)) for name, series in others.items()},
        "extra_ns_to": {name: vars(extra_ns(ours, series)) for name, series in others.items()},
    }


def as_json(
    machine: Mapping[str, str],
    settings: Mapping[str, int],
    in_c: Sequence[Comparison],
    in_python: Sequence[Comparison],
) -> dict[str, Any]:
    """Make an object of all that was measured, raw and computed."""
    return {
        "schema": 1,
        "machine": dict(machine),
        "settings": dict(settings),
        "targets": {"maximum_ratio": MAXIMUM_RATIO, "maximum_extra_ns": MAXIMUM_EXTRA_NS},
        "c": [_comparison_json(comparison) for comparison in in_c],
        "python": [_comparison_json(comparison) for comparison in in_python],
    }
