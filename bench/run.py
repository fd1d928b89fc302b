"""Runs the benchmark in C, in Python and in every other language, prints tables and writes
docs/benchmarks.md.

make bench                              # all of it, up to twenty minutes
.venv/bin/python bench/run.py --quick   # a minute: whether it works, not numbers; writes no page
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import c_program
import language_turns
import machine
import page
import peers
import python_mix
import python_suites
import python_turns
import report
import targets
from language_program import LANGUAGES, Language
from measurements import Comparison, PeerFacts, Results
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from settings import FULL, QUICK, Settings

PAGE = c_program.ROOT / "docs" / "benchmarks.md"

TABLE_WIDTH = 150
"""In characters; on a narrower terminal the lines wrap."""

Advance = Callable[[str], None]


@dataclass(frozen=True)
class Part:
    """A part of the benchmark in Python: its names, and how it is run."""

    names: tuple[str, ...]
    ticks: int
    run: Callable[[Path, Advance], list[Comparison]]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the speed of spinkv.")
    parser.add_argument(
        "--quick", action="store_true", help="a run of a minute that shows only that it works"
    )
    parser.add_argument(
        "--only",
        metavar="NAME",
        action="append",
        help="run one workload or group, such as get or redb, the workloads of all languages "
        "(languages) or of one (go); can be repeated; writes no page",
    )
    parser.add_argument(
        "--language",
        choices=("C", "Python"),
        help="run only the program in C or that in Python; writes no page",
    )
    parser.add_argument(
        "--build", action="store_true", help="only build what is run, and install its peers"
    )
    parser.add_argument("--list", action="store_true", help="list workloads and groups")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers to a file")
    parser.add_argument(
        "--folder",
        type=Path,
        default=c_program.BUILD,
        help="where the stores' files go for the time of the run (build/bench); a file system in "
        "memory would make synced writes look fast",
    )
    return parser.parse_args()


def _turns(case: python_turns.Case, settings: Settings) -> Part:
    def run(folder: Path, advance: Advance) -> list[Comparison]:
        return [python_turns.run(case, folder, settings, advance)]

    return Part(("operations", case.workload), settings.rounds, run)


def _mix(processes: int, settings: Settings) -> Part:
    def run(folder: Path, advance: Advance) -> list[Comparison]:
        return python_mix.run(processes, folder, settings, advance)

    names = python_mix.names(processes)
    ticks = len(names) * len(python_mix.entered(processes)) * settings.suite_rounds
    return Part(("mix", *names), ticks, run)


def _suite(suite: python_suites.Suite, settings: Settings) -> Part:
    def run(folder: Path, advance: Advance) -> list[Comparison]:
        return python_suites.run(suite, folder, settings, advance)

    names = [phase.name for phase in suite.phases]
    ticks = len(names) * len(python_suites.entered(suite)) * settings.suite_rounds
    return Part((suite.name, *names), ticks, run)


def python_parts(settings: Settings) -> list[Part]:
    """Return the parts of the benchmark in Python."""
    return [
        *(_turns(case, settings) for case in python_turns.CASES),
        *(_mix(processes, settings) for processes in python_mix.PROCESSES),
        *(_suite(suite, settings) for suite in python_suites.SUITES),
    ]


def _check_names(parts: list[Part], settings: Settings) -> None:
    """Fail unless the C program has every workload that the one in Python has."""
    in_c = {line[word] for line in c_program.workloads(settings) for word in ("workload", "group")}
    unknown = {name for part in parts for name in part.names} - in_c
    if unknown:
        raise SystemExit(f"error: the C program lacks {', '.join(sorted(unknown))}")


def _note_python_peers(results: Results) -> None:
    found, missing = peers.load()
    for peer in found:
        kept = peer.durabilities
        facts = (peer.version, kept.get("full", ""), kept.get("normal", ""))
        results.peers.append(PeerFacts("Python", peer.name, *facts))
    results.missing |= {f"Python: {name}": reason for name, reason in missing.items()}


def _wanted_languages(only: set[str], programs: set[str]) -> list[Language]:
    """Return the languages whose common workloads are run."""
    if not only:
        return list(LANGUAGES) if programs == {"C", "Python"} else []
    return [each for each in LANGUAGES if only & {language_turns.GROUP, each.folder}]


def measure(
    settings: Settings,
    folder: Path,
    only: set[str],
    languages: set[str],
    console: Console,
) -> Results:
    """Run what is asked for: names of workloads or groups, or all if there are none. languages are
    those of the two large programs.
    """
    results = Results()
    in_c = [
        line
        for line in c_program.workloads(settings)
        if "C" in languages and (not only or only & {line["workload"], line["group"]})
    ]
    parts = python_parts(settings)
    _check_names(parts, settings)
    in_python = [
        part for part in parts if "Python" in languages and (not only or only & set(part.names))
    ]
    in_languages = _wanted_languages(only, languages)
    if not in_c and not in_python and not in_languages:
        raise SystemExit(f"error: there is no workload {', '.join(sorted(only))}")
    columns = (TextColumn("{task.description:32}"), BarColumn(), MofNCompleteColumn())
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix="stores-") as stores,
        Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress,
    ):
        total = sum(line["ticks"] for line in in_c) + sum(part.ticks for part in in_python)
        total += len(in_languages) * language_turns.ticks(settings)
        task = progress.add_task("", total=total)

        def advance(workload: str) -> None:
            progress.update(task, advance=1, description=workload)

        if in_c:
            names = list(dict.fromkeys(line["workload"] for line in in_c))
            c_program.run(Path(stores), names, settings, results, advance)
        if in_python:
            _note_python_peers(results)
        for part in in_python:
            results.comparisons += part.run(Path(stores), advance)
        for language in in_languages:
            language_turns.run(language, Path(stores), settings, results, advance)
    return results


def _list(settings: Settings) -> None:
    for line in c_program.workloads(settings):
        print(f"C       {line['group']:15} {line['workload']:20} {line['durability']}")
    for part in python_parts(settings):
        for name in part.names[1:]:
            print(f"Python  {part.names[0]:15} {name}")
    for language in LANGUAGES:
        print(f"{language.name:7} {language_turns.GROUP:15} {language.folder}")


def main() -> None:
    """Build, measure and report."""
    arguments = _arguments()
    settings = QUICK if arguments.quick else FULL
    console = Console(stderr=True)
    with console.status("building the program in C"):
        c_program.build()
    if arguments.build:
        with console.status("building the programs of the other languages, with their peers"):
            left_out = language_turns.build_all()
        for name, reason in left_out.items():
            console.print(f"{name} is left out of the benchmark: {reason}", highlight=False)
        return
    if arguments.list:
        _list(settings)
        return
    description = machine.describe(arguments.folder, c_program.facts())
    languages = {arguments.language} if arguments.language else {"C", "Python"}
    only: set[str] = set(arguments.only or ())
    results = measure(settings, arguments.folder, only, languages, console)
    verdicts = targets.judge(results)
    if only or arguments.language:
        verdicts = [verdict for verdict in verdicts if verdict.is_met is not None]
    out = Console(width=max(console.width, TABLE_WIDTH))
    for sheet in (
        report.machine_sheet({**description, **results.runtimes}),
        *report.sheets(results),
        *report.language_sheets(results),
        report.peers_sheet(results),
        report.targets_sheet(verdicts),
    ):
        out.print(report.draw(sheet))
    if arguments.json:
        numbers = report.as_json(description, settings, results, verdicts)
        arguments.json.write_text(json.dumps(numbers) + "\n")
    if arguments.quick:
        out.print("A quick run shows that all of it works; its numbers mean little.")
    elif not only and not arguments.language:
        for path in page.write(PAGE, description, settings, results, verdicts):
            console.print(f"written: {path.relative_to(c_program.ROOT)}")


if __name__ == "__main__":
    main()
