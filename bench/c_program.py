"""The benchmark in C: builds it, runs it and reads the JSON lines that it prints."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from measurements import Comparison

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
PROGRAM = BUILD / "bench" / "spinkv_bench"
LOOPS = BUILD / "bench" / "libspinkv_bench_loops.so"


def build() -> None:
    """Build program and library in build/bench; what CMake says is shown only if it fails."""
    options = ["-DSPINKV_BENCH=ON", "-DSPINKV_SHARED=OFF", "-DCMAKE_BUILD_TYPE=Release"]
    for command in (
        ["cmake", "-S", str(ROOT), "-B", str(BUILD), *options],
        ["cmake", "--build", str(BUILD), "--parallel"],
    ):
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise SystemExit(f"{made.stdout}{made.stderr}error: {' '.join(command[:2])} failed")


def _lines(*arguments: str) -> Iterator[dict[str, Any]]:
    with subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            yield json.loads(line)
    if process.returncode != 0:
        raise SystemExit(f"error: {PROGRAM.name} failed with exit status {process.returncode}")


def versions() -> dict[str, str]:
    """The versions of spinkv, SQLite and the compiler that the program was built with."""
    program = next(line for line in _lines("--list") if line["kind"] == "program")
    return {name: str(program[name]) for name in ("spinkv", "sqlite", "compiler")}


def _only(workload: str | None) -> list[str]:
    return ["--only", workload] if workload else []


def workload_count(only: str | None) -> int:
    """How many comparisons a run of one workload, or of all, makes."""
    return sum(line["kind"] == "workload" for line in _lines("--list", *_only(only)))


def run(
    folder: Path,
    only: str | None,
    rounds: int,
    round_ms: int,
    progress: Callable[[str], None],
) -> list[Comparison]:
    """Run one workload or all, and call progress with its name after each of its rounds."""
    comparisons: list[Comparison] = []
    settings = ["--folder", str(folder), "--rounds", str(rounds), "--round-ms", str(round_ms)]
    for line in _lines(*settings, *_only(only)):
        if line["kind"] == "workload":
            comparisons.append(
                Comparison(line["name"], line["what"], line["durability"], line["operations"])
            )
        elif line["kind"] == "round":
            comparisons[-1].add_round(line["peer"], line["ns"])
            if len({len(series.rounds) for series in comparisons[-1].series.values()}) == 1:
                progress(line["workload"])
    return comparisons
