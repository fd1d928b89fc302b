"""Makes docs/benchmarks.md and the charts that it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from charts import Bar, Line, bar_chart, line_chart
from language_turns import IN_C
from measurements import Comparison, Results
from report import (
    LANGUAGES_TITLE,
    OURS,
    Sheet,
    language_sheets,
    machine_sheet,
    peers_sheet,
    sheets,
    targets_sheet,
    time_text,
)
from settings import Settings
from targets import Verdict, reason_for

CHARTS = "charts"
"""The folder of the charts, beside the page."""

BAR_CHARTS = (
    ("c-get", "C", "get", "", "C: get, 100 bytes, hot, per call"),
    ("c-set-normal", "C", "set", "normal", "C: set, 100 bytes, durability normal, per call"),
    ("c-set-full", "C", "set", "full", "C: set, 100 bytes, durability full, per call"),
    ("python-get", "Python", "get", "", "Python: get, 100 bytes, hot, per call"),
    ("python-set-normal", "Python", "set", "normal", "Python: set, durability normal, per call"),
    ("python-set-full", "Python", "set", "full", "Python: set, durability full, per call"),
)
"""Name, language, workload, durability and title."""

LANGUAGE_CHARTS = (
    ("languages-get", "get", "", "All languages: get, 100 bytes, hot, per call"),
    ("languages-set-normal", "set", "normal", "All languages: set, durability normal, per call"),
    ("languages-set-full", "set", "full", "All languages: set, durability full, per call"),
)
"""Name, workload, durability and title."""

LINE_CHARTS = (
    (
        "c-growth",
        {"get_any_1k": 1e3, "get_any_10k": 1e4, "get_any_100k": 1e5, "get_any_1m": 1e6},
        "C: get of any key, per call",
        "keys in the store",
        False,
    ),
    (
        "c-set-threads",
        {f"set_threads_{count}": float(count) for count in (1, 2, 4, 8)},
        "C: set, durability full, all threads together",
        "threads",
        True,
    ),
    (
        "c-get-threads",
        {f"get_threads_{count}": float(count) for count in (1, 2, 4, 8)},
        "C: get, all threads together",
        "threads",
        True,
    ),
)
"""Name, workloads with their x, title, title of x, and whether y is calls a second."""

INTRODUCTION = """\
# Benchmarks

<!-- Made by `make bench`. Changes by hand are lost with its next run. -->

`make bench` takes these numbers anew, on your machine, and writes this page. How it does, and how a
peer or a workload is added, is in [`bench/README.md`](../bench/README.md).

**What the columns say.** All times are per operation. Single operations run in batches that are
timed as a whole: of one call for synced writes and `get_keys`, else of up to 500, or of one
`set_many`. p10 is what a tenth of the batches stayed below. Median, p99, p99.9 and worst are of
calls that were timed one by one; the clock adds about {clock_ns} ns to each (in Python about 100).
"ratio" is spinkv's time divided by the peer's, below 1 where spinkv is faster: within each round by
p10, which is what a batch takes when nothing else is in its way; printed is the median over the
rounds, and between which two values the rounds lie. "of means" is the same by the mean of all
batches, whatever was in the way, checkpoints included. Ratios compare from day to day and from
machine to machine much better than times do.

**How it is measured.** The peers of a workload take turns batch by batch, dealt anew before each
turn, in {rounds} rounds of about {round_ms} ms after a warm-up of the same length. Workloads that
are runs over a store of their own, such as LevelDB's, take turns run by run, in {suite_rounds}
rounds. Every write changes the value, in each page of it. Afterwards the peers must hold the same
tuples. What reads only a few tuples has read them just before ("hot").

**Durability.** `full`: a write is on the disk when it returns. `normal`: it survives the end of the
process. `-`: nothing is written. How each peer keeps it is in the table of peers; one that does not
offer a durability does not take part there.
"""

GROUP_TEXTS = {
    LANGUAGES_TITLE: """\
The same five workloads in every language, each call written as a user would write it, against what
is usual there, each store in a process of its own. Times include the loop around the calls. All are
on 1,000 keys with values of 100 bytes. `get` has read the keys just before; in `get_cold` the cache
of spinkv is off (`cache_bytes = 0`), so that every get asks SQLite, and the others are as before.
`spinkv in C` is the same loop in C. "a Buffer copied", "bare cgo call" and "bare JNI call" only
copy 100 bytes out as a get does there: no get in that language can be faster. spinkv, go-sqlite3,
rusqlite, the gem and Python's sqlite3 are on the SQLite that is installed; better-sqlite3, keyv and
sqlite-jdbc bring their own.
""",
    "C: Single operations": """\
Bare SQLite is a loop that calls SQLite directly, on the same kind of file with the same settings:
statements prepared once, one connection without mutexes, and none of the checks that a library
makes. Spin's way is the same with a rollback journal and full sync, as Spin's own provider has it.
LMDB renews a read transaction for every get and commits every put. All gets copy the value.
""",
    "C: Opening": """\
A file that was closed is opened, its table checked, and a key read. Closing is not timed.
""",
    "C: Threads": """\
Times are what passed divided by the calls of all threads: a fourth is four times the throughput.
Bare SQLite has a connection a thread, the others share what can be shared.
""",
    "C: The mix of diskcache's benchmark": """\
100 gets to 10 sets to 1 delete on 1,000 keys, durability normal, by one and by eight processes.
""",
    "C: LevelDB's db_bench": """\
16-byte keys, 100-byte values that do not compress, 100,000 entries; in Python 20,000.
""",
    "C: redb's benchmark": """\
24-byte keys, 150-byte values, 100,000 entries; in Python 20,000.
""",
    "Python: Single operations": """\
Times include the `for` loop around the calls. `spinkv in C` is the loop of the C program, which
takes turns with the others in the same process. dbm and shelve on dbm.dumb keep their index in
memory until they are closed, which is less than `normal` promises.
""",
}


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _markdown(sheet: Sheet) -> str:
    lines = [f"## {sheet.title}", ""]
    if sheet.title in GROUP_TEXTS:
        lines += [GROUP_TEXTS[sheet.title]]
    lines += ["| " + " | ".join(sheet.headers) + " |"]
    aligned = ["---:" if index in sheet.numbers else "---" for index in range(len(sheet.headers))]
    lines.append("|" + "|".join(aligned) + "|")
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in sheet.rows]
    return "\n".join(lines) + "\n"


def _find(results: Results, language: str, workload: str, durability: str) -> Comparison | None:
    key = (language, workload, durability)
    return next(
        (
            each
            for each in results.comparisons
            if (each.language, each.workload, each.durability) == key
        ),
        None,
    )


def _bar_charts(results: Results) -> Iterator[tuple[str, str]]:
    for name, language, workload, durability, title in BAR_CHARTS:
        comparison = _find(results, language, workload, durability)
        if comparison:
            bars = [
                Bar(peer, series.p10, time_text(series.p10), peer.startswith(OURS))
                for peer, series in comparison.series.items()
                if series.rounds
            ]
            yield name, bar_chart(title, bars)


def _language_charts(results: Results) -> Iterator[tuple[str, str]]:
    for name, workload, durability, title in LANGUAGE_CHARTS:
        bars = [
            Bar(
                f"{comparison.language}: {peer}",
                series.p10,
                time_text(series.p10),
                peer == OURS,
            )
            for comparison in results.languages
            if (comparison.workload, comparison.durability) == (workload, durability)
            for peer, series in comparison.series.items()
            if series.rounds and peer != IN_C
        ]
        if bars:
            yield name, bar_chart(title, bars)


def _line_charts(results: Results) -> Iterator[tuple[str, str]]:
    for name, workloads, title, x_title, is_rate in LINE_CHARTS:
        lines: dict[str, Line] = {}
        for workload, x in workloads.items():
            for comparison in results.comparisons:
                if (comparison.language, comparison.workload) != ("C", workload):
                    continue
                for peer, series in comparison.series.items():
                    y = 1e9 / series.mean if is_rate else series.p10
                    lines.setdefault(peer, Line(peer)).points.append((x, y))
        complete = [line for line in lines.values() if len(line.points) == len(workloads)]
        complete.sort(key=lambda line: line.label != OURS)
        if complete:
            unit = "calls a second" if is_rate else "nanoseconds"
            yield name, line_chart(title, x_title, complete, unit)


def _reasons(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Say why targets are missed, where some are."""
    missed = [verdict for verdict in verdicts if verdict.is_met is False]
    if missed:
        yield "Where a target is not met:\n"
        yield "\n".join(f"- {each.what}: {reason_for(each)}" for each in missed) + "\n"


def write(
    path: Path,
    machine: Mapping[str, str],
    settings: Settings,
    results: Results,
    verdicts: Sequence[Verdict],
) -> list[Path]:
    """Write the page and its charts; return what was written."""
    folder = path.parent / CHARTS
    folder.mkdir(parents=True, exist_ok=True)
    charts = [*_bar_charts(results), *_line_charts(results), *_language_charts(results)]
    written = [path]
    for name, drawing in charts:
        written.append(folder / f"{name}.svg")
        written[-1].write_text(drawing)
    introduction = INTRODUCTION.format(
        rounds=settings.rounds,
        round_ms=settings.round_ms,
        suite_rounds=settings.suite_rounds,
        clock_ns=machine["clock"].split()[0],
    )
    parts = [
        introduction,
        _markdown(targets_sheet(verdicts)),
        *_reasons(verdicts),
        "## Charts\n",
        "\n".join(f"![{name}]({CHARTS}/{name}.svg)\n" for name, _ in charts),
        *map(_markdown, (*language_sheets(results), *sheets(results))),
        _markdown(peers_sheet(results)),
        _markdown(machine_sheet({**machine, **results.runtimes})),
    ]
    path.write_text("\n".join(parts))
    return written
