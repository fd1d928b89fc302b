"""Counts the instructions of the hot paths with callgrind, and holds them against a file.

make bench-instructions          # fails where a path takes over 5 % more than recorded
make bench-instructions-update   # writes instructions.json

A program is run twice with different numbers of calls; the instructions of a call are what the runs
differ by, divided by what the calls differ by. The counts hold for the compiler and the SQLite that
the file names, which are those of Debian 12.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import c_program
from rich.console import Console
from rich.progress import track
from rich.table import Table

FOLDER = Path(__file__).resolve().parent
RECORD = FOLDER / "instructions.json"

TOLERANCE = 0.05

C_PATHS = {
    "get": "get",
    "get_uncached": "get_uncached",
    "exists": "exists",
    "set": "set",
    "delete": "delete",
    "set_many": "set_many",
}
"""Paths, and how the C program calls them."""

BATCHES = (2, 6)
"""In the first and in the second run; deletes meet keys that are there in all of them."""

PYTHON_GET = "python_get"
PYTHON_CALLS = (2_000, 12_000)

# The C library chooses its memcpy by the processor; without these it is the same everywhere.
TUNABLES = "glibc.cpu.hwcaps=-AVX2,-AVX512F,-AVX512VL,-ERMS,-FSRM"


def _collected(command: list[str]) -> int:
    """Run a command under callgrind, and return how many instructions it was."""
    environment = {**os.environ, "GLIBC_TUNABLES": TUNABLES, "PYTHONHASHSEED": "0"}
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    run = subprocess.run(
        [*valgrind, *command], capture_output=True, text=True, check=False, env=environment
    )
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not found:
        raise SystemExit(f"{run.stderr}error: callgrind failed on {' '.join(command)}")
    return int(found.group(1))


def _count_c(name: str, folder: Path) -> int:
    command = [str(c_program.PROGRAM), "--folder", str(folder), "--instructions", name]
    first, second = (_collected([*command, "--batches", str(batches)]) for batches in BATCHES)
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    operations: int = json.loads(answer)["operations"]
    return round((second - first) / (operations * (BATCHES[1] - BATCHES[0])))


def _count_python(folder: Path) -> int:
    script = str(FOLDER / "instructions_loop.py")
    first, second = (
        _collected([sys.executable, script, str(folder), str(calls)]) for calls in PYTHON_CALLS
    )
    return round((second - first) / (PYTHON_CALLS[1] - PYTHON_CALLS[0]))


def _platform() -> dict[str, str]:
    """Return what the counts depend on."""
    facts = c_program.facts()
    return {
        "compiler": facts["compiler"],
        "sqlite": facts["sqlite"],
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def measure() -> dict[str, int]:
    """Count the instructions of each path."""
    counts: dict[str, int] = {}
    with tempfile.TemporaryDirectory(dir=c_program.BUILD, prefix="instructions-") as folder:
        paths = [*C_PATHS, PYTHON_GET]
        for path in track(
            paths, "counting instructions", console=Console(stderr=True), transient=True
        ):
            if path == PYTHON_GET:
                counts[path] = _count_python(Path(folder))
            else:
                counts[path] = _count_c(C_PATHS[path], Path(folder))
    return counts


@dataclass(frozen=True)
class Judgement:
    """A path's count beside the recorded one; is_met is None where they do not compare."""

    path: str
    recorded: int | None
    counted: int
    is_met: bool | None

    @property
    def change(self) -> str:
        if not self.recorded:
            return "new"
        return f"{100 * (self.counted / self.recorded - 1):+.1f} %"


def judge(record: dict[str, Any], here: dict[str, str], counts: dict[str, int]) -> list[Judgement]:
    """Hold counts against a record: a path that is not in it fails, as does one that takes more."""
    recorded: dict[str, int] = record["instructions"]
    judged = []
    for path, counted in counts.items():
        expected = recorded.get(path)
        is_met: bool | None = expected is not None and counted <= expected * (1 + TOLERANCE)
        if path == PYTHON_GET and record["python"] != here["python"]:
            is_met = None
        judged.append(Judgement(path, expected, counted, is_met))
    return judged


def _draw(judged: list[Judgement]) -> Table:
    table = Table("path", "recorded", "counted", "change", "verdict")
    words = {True: "met", False: "TOO MANY", None: "another Python, not compared"}
    for each in judged:
        expected = "-" if each.recorded is None else str(each.recorded)
        table.add_row(each.path, expected, str(each.counted), each.change, words[each.is_met])
    return table


def main() -> None:
    """Count, then compare or write."""
    parser = argparse.ArgumentParser(description="Count the instructions of the hot paths.")
    parser.add_argument("--update", action="store_true", help="write instructions.json")
    arguments = parser.parse_args()
    if not shutil.which("valgrind"):
        raise SystemExit("error: valgrind is not installed (Debian: valgrind)")
    c_program.build()
    here, counts = _platform(), measure()
    if arguments.update:
        RECORD.write_text(json.dumps({**here, "instructions": counts}, indent=2) + "\n")
        print(f"written: {RECORD.relative_to(c_program.ROOT)}")
        return
    record = json.loads(RECORD.read_text())
    for fact in ("compiler", "sqlite"):
        if record[fact] != here[fact]:
            raise SystemExit(
                f"error: the recorded counts are of {fact} {record[fact]}, here is {here[fact]}; "
                "they do not compare"
            )
    judged = judge(record, here, counts)
    Console().print(_draw(judged))
    if any(each.is_met is False for each in judged):
        raise SystemExit(
            f"error: a path takes over {100 * TOLERANCE:.0f} % more instructions than recorded; "
            "if that is meant, make bench-instructions-update"
        )


if __name__ == "__main__":
    main()
