"""Which tests need not run again: those that passed, and that would meet the same files as then.

A test with the mark `only_if_changed` names what its outcome depends on; a parameter that is a
language, or a program of one, adds that language's sources and what was built of them. What passed
is kept in pytest's cache, which `make clean` removes.
"""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from driver_process import BUILD, LANGUAGES, ROOT

REASON = "they passed before, and nothing that they depend on has changed since"

# Where the cache keeps a fingerprint of its files for each test that passed.
KEPT = "spinkv/passed"
# How many were left out.
LEFT_OUT = pytest.StashKey[int]()
# The name of the property by which a test tells its fingerprint to who collects the outcomes.
PROPERTY = "fingerprint"

OTHERS = {"__pycache__", "node_modules", "target", "build", "tmp"}


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for folder, inner, names in os.walk(path):
        inner[:] = sorted(set(inner) - OTHERS)
        yield from (Path(folder, name) for name in sorted(names))


@functools.cache
def _fingerprint(paths: tuple[Path, ...]) -> str:
    """A hash of all that lies at the paths, and of what runs it."""
    found = hashlib.sha256()
    for word in (platform.python_version(), sqlite3.sqlite_version, platform.platform()):
        found.update(word.encode())
    for path in paths:
        for file in _files(path):
            if file.is_file():
                content = hashlib.sha256(file.read_bytes()).hexdigest()
                found.update(f"{file} {content}\n".encode())
    return found.hexdigest()


def _languages(item: pytest.Item) -> set[str]:
    """The languages that a test's parameters name, by themselves or with a program."""
    parameters = (
        item.callspec.params.values()
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else ()
    )
    names = {value.split("/")[0] for value in parameters if isinstance(value, str)}
    return names & {"python", *LANGUAGES}


def _paths(language: str) -> Iterable[Path]:
    """A language's sources, and the programs that were built of them."""
    if language == "python":
        return [ROOT / "python" / "spinkv"]
    built = BUILD / language
    return [ROOT / "bindings" / language, *(path for path in built.glob("*") if path.is_file())]


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Takes out the tests that need not run again; notes the fingerprint of those that may not."""
    assert config.cache is not None
    kept = config.cache.get(KEPT, {})
    unchanged = []
    for item in items:
        mark = item.get_closest_marker("only_if_changed")
        if mark is None:
            continue
        paths = {ROOT / name for name in mark.args}
        for language in _languages(item):
            paths.update(_paths(language))
        fingerprint = _fingerprint(tuple(sorted(paths)))
        item.user_properties.append((PROPERTY, fingerprint))
        if kept.get(item.nodeid) == fingerprint:
            unchanged.append(item)
    if unchanged:
        left_out = set(unchanged)
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=unchanged)
    _tell(config, len(unchanged))


def _tell(config: pytest.Config, count: int) -> None:
    """Tells how many were left out, to the process that prints it."""
    of_worker = getattr(config, "workeroutput", None)
    if of_worker is None:
        config.stash[LEFT_OUT] = count
    else:
        of_worker[KEPT] = count


class Passed:
    """The tests with a fingerprint that pass in this run; one for all processes that run tests."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._passed: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes a test that has passed."""
        fingerprint = dict(report.user_properties).get(PROPERTY)
        if report.when == "call" and report.passed and isinstance(fingerprint, str):
            self._passed[report.nodeid] = fingerprint

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Takes what a process that ran tests tells; all collect the same."""
        self._config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get(KEPT, 0)

    def pytest_sessionfinish(self) -> None:
        """Keeps them, with those of earlier runs."""
        cache = self._config.cache
        if self._passed and cache is not None:
            cache.set(KEPT, {**cache.get(KEPT, {}), **self._passed})

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Says what was left out."""
        count = self._config.stash.get(LEFT_OUT, 0)
        if count > 0:
            terminalreporter.write_line(f"LEFT OUT [{count}] {REASON}")
