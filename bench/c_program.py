"""The benchmark in C: builds it, runs it and reads the JSON lines that it prints."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from measurements import Comparison, Memory, PeerFacts, Results
from settings import Settings

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
PROGRAM = BUILD / "bench" / "spinkv_bench"
LOOPS = BUILD / "bench" / "libspinkv_bench_loops.so"


def _run_cmake(*arguments: str) -> None:
    """Run CMake; what it says is shown only if it fails."""
    made = subprocess.run(["cmake", *arguments], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise SystemExit(f"{made.stdout}{made.stderr}error: cmake {arguments[0]} failed")


def configure() -> None:
    """Prepare build/bench, where nothing is built but what is asked for."""
    options = ["-DSPINKV_BENCH=ON", "-DSPINKV_SHARED=OFF", "-DSPINKV_BINDINGS=all"]
    _run_cmake(
        *("-S", str(ROOT), "-B", str(BUILD), "-DCMAKE_C_COMPILER=gcc"),
        *("-DCMAKE_BUILD_TYPE=Release", *options),
    )


def build_target(*names: str) -> None:
    """Build targets in build/bench."""
    _run_cmake("--build", str(BUILD), "--parallel", str(os.cpu_count() or 1), "--target", *names)


def build() -> None:
    """Build programs and library."""
    configure()
    build_target("spinkv_benchmarks")


def _lines(*arguments: str) -> Iterator[dict[str, Any]]:
    with subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            yield json.loads(line)
    if process.returncode != 0:
        raise SystemExit(f"error: {PROGRAM.name} failed with exit status {process.returncode}")


def facts() -> dict[str, str]:
    """The versions that the program was built with, and what its clock takes."""
    program = next(line for line in _lines("--list") if line["kind"] == "program")
    return {name: str(program[name]) for name in ("spinkv", "sqlite", "compiler", "clock_ns")}


def _options(settings: Settings) -> list[str]:
    options = [
        *("--rounds", str(settings.rounds)),
        *("--suite-rounds", str(settings.suite_rounds)),
        *("--round-ms", str(settings.round_ms)),
        *("--divisor", str(settings.divisor)),
    ]
    return options


def workloads(settings: Settings) -> list[dict[str, Any]]:
    """The workloads that there are: name, group, ticks."""
    return [line for line in _lines("--list", *_options(settings)) if line["kind"] == "workload"]


def run(
    folder: Path,
    names: list[str],
    settings: Settings,
    results: Results,
    progress: Callable[[str], None],
) -> None:
    """Run the workloads with these names, and call progress after each part of one."""
    by_key: dict[tuple[str, str], Comparison] = {}
    arguments = ["--folder", str(folder), "--only", ",".join(names), *_options(settings)]
    for line in _lines(*arguments):
        match line["kind"]:
            case "workload":
                comparison = Comparison(
                    "C",
                    line["group"],
                    line["workload"],
                    line["what"],
                    line["durability"],
                    line["operations"],
                )
                by_key[line["workload"], line["durability"]] = comparison
                results.comparisons.append(comparison)
            case "round":
                comparison = by_key[line["workload"], line["durability"]]
                series = comparison.add_round(line["peer"], line["ns"])
                series.calls.merge(map(tuple, line["calls"]), line["worst_ns"])
            case "tick":
                progress(f"C {line['workload']} {line['durability']}")
            case "memory":
                results.memory.append(
                    Memory(line["workload"], line["cache_bytes"], line["used_bytes"])
                )
            case "peer":
                results.peers.append(
                    PeerFacts(
                        "C",
                        line["peer"],
                        line["version"] or "",
                        line["full"] or "",
                        line["normal"] or "",
                    )
                )
            case "missing":
                results.missing[f"C: {line['peer']}"] = f"needs {line['needs']}"
