"""Runs the benchmark in C and in Python, prints tables and writes docs/benchmarks.md.

make bench                              # all of it, some minutes
.venv/bin/python bench/run.py --quick   # seconds: whether it runs, not numbers; writes no page
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import c_program
import machine
import python_cases
import report
from python_cases import CASES
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

PAGE = c_program.ROOT / "docs" / "benchmarks.md"

TABLE_WIDTH = 132
"""In characters; on a narrower terminal the lines wrap."""

FULL = {"rounds": 9, "round_ms": 300}
QUICK = {"rounds": 2, "round_ms": 10}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the speed of spinkv.")
    parser.add_argument(
        "--quick", action="store_true", help="a run of seconds that shows only that it works"
    )
    parser.add_argument(
        "--only", metavar="WORKLOAD", help="run one workload, such as get; writes no page"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers to a file")
    parser.add_argument(
        "--folder",
        type=Path,
        default=c_program.BUILD,
        help="where the stores' files go for the time of the run (build/bench); a file system in "
        "memory would make synced writes look fast",
    )
    return parser.parse_args()


def main() -> None:
    """Build, measure and report."""
    arguments = _arguments()
    settings = QUICK if arguments.quick else FULL
    rounds, round_ms = settings["rounds"], settings["round_ms"]
    console = Console(stderr=True)
    with console.status("building the program in C"):
        c_program.build()
    if c_program.workload_count(arguments.only) == 0:
        raise SystemExit(f"error: there is no workload {arguments.only}")
    description = machine.describe(arguments.folder, c_program.versions())
    columns = (TextColumn("{task.description:20}"), BarColumn(), MofNCompleteColumn())
    with (
        tempfile.TemporaryDirectory(dir=arguments.folder, prefix="stores-") as folder,
        Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress,
    ):
        cases = [case for case in CASES if arguments.only in (None, case.workload)]
        comparisons = c_program.workload_count(arguments.only) + len(cases)
        task = progress.add_task("", total=comparisons * rounds)

        def advance(workload: str) -> None:
            progress.update(task, advance=1, description=workload)

        in_c = c_program.run(Path(folder), arguments.only, rounds, round_ms, advance)
        in_python = [
            python_cases.run(case, Path(folder), rounds, round_ms, advance) for case in cases
        ]
    out = Console(width=max(console.width, TABLE_WIDTH))
    for sheet in (
        report.machine_sheet(description),
        report.c_sheet(in_c),
        report.python_sheet(in_python),
    ):
        out.print(report.draw(sheet))
    if arguments.json:
        numbers = report.as_json(description, settings, in_c, in_python)
        arguments.json.write_text(json.dumps(numbers, indent=1) + "\n")
    if not arguments.quick and not arguments.only:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(report.page(description, settings, in_c, in_python))
        console.print(f"written: {PAGE.relative_to(c_program.ROOT)}")


if __name__ == "__main__":
    main()
