"""A driver in its own process, as the runner of the conformance cases talks to it.

Where drivers lie and what they lack is said in bindings/README.md, their protocol in
tests/conformance/README.md.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import spinkv
from driver import to_bytes

ROOT = Path(__file__).resolve().parents[2]
BINDINGS = ROOT / "bindings"
BUILD = ROOT / os.environ.get("SPINKV_BINDINGS_BUILD", "build/release/bindings")
PATIENCE_S = 60

# The languages that have a folder, and those of them that are not built, each with the reason.
LANGUAGES = sorted(path.parent.name for path in BINDINGS.glob("*/CMakeLists.txt"))
READMES = {language: BINDINGS / language / "README.md" for language in LANGUAGES}


def lacks(language: str) -> str | None:
    """Why a language is not built, or None."""
    if os.access(BUILD / language / "driver", os.X_OK):
        return None
    reason = BUILD / language / "lacks"
    if reason.exists():
        return reason.read_text(encoding="utf-8").strip()
    return f"it is not built: make {language}"


def table(readme: Path, heading: str) -> list[list[str]]:
    """The rows of the tables under a heading of a README, below the line of dashes."""
    text = readme.read_text(encoding="utf-8")
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if section is None:
        return []
    lines = [line for line in section.group(1).splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    dashes = [index for index, row in enumerate(rows) if set("".join(row)) <= set("-: ")]
    headings = {index - 1 for index in dashes} | set(dashes)
    return [row for index, row in enumerate(rows) if index not in headings]


def documented_kinds(language: str) -> dict[str, str]:
    """What a language calls the error of each status, by its README: code and kind come first."""
    if language == "python":
        return {code: kind.__name__ for code, kind in spinkv.errors.BY_CODE.items()}
    rows = table(READMES[language], "Errors")
    return {row[0].strip("`"): re.split(r"\W+", row[1].strip("`"))[-1] for row in rows}


class DriverProcess:
    """The driver of a language; also a subject of the conformance runner."""

    def __init__(self, language: str, log: Path) -> None:
        self.language = language
        self.kinds: Mapping[str, str] = documented_kinds(language)
        without: dict[str, str] = {}
        self.without: Mapping[str, str] = without
        self._log = log
        self._buffer = bytearray()
        program = BUILD / language / "driver"
        own = [sys.executable, str(ROOT / "tests" / "python" / "driver.py")]
        with log.open("ab") as stderr:
            self._process = subprocess.Popen(
                own if language == "python" else [str(program)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                bufsize=0,
            )
        while (line := self._read_line()) != "ready 1":
            word, flag, reason = line.split(" ")
            assert word == "without", f"the greeting of {language} has the line {line!r}"
            without[flag] = to_bytes(reason).decode()

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def ask(self, line: str) -> str:
        """The answer to one request; AssertionError if the driver ends or hangs over it."""
        self.send([line])
        return self._read_line()

    def ask_all(self, lines: Sequence[str]) -> Iterator[str]:
        """The answers to many small requests, which are all sent before the first is read."""
        self.send(lines)
        return (self._read_line() for _ in lines)

    def send(self, lines: Sequence[str]) -> None:
        """Sends requests, whose answers are read later."""
        assert self._process.stdin is not None
        data = memoryview("".join(line + "\n" for line in lines).encode())
        try:
            while data:
                data = data[self._process.stdin.write(data) or 0 :]
        except BrokenPipeError:
            self._fail("has ended")

    def resident_bytes(self) -> int:
        """How much memory the process holds."""
        pages = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> None:
        """Ends the input; AssertionError if the driver does not end well."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        status = self._process.wait(PATIENCE_S)
        if status != 0:
            self._fail(f"has ended with status {status}")

    def _read_line(self) -> str:
        assert self._process.stdout is not None
        deadline = time.monotonic() + PATIENCE_S
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            left = deadline - time.monotonic()
            if not select.select([self._process.stdout], [], [], max(0, left))[0]:
                self._process.kill()
                self._fail(f"has not answered for {PATIENCE_S} s")
            data = os.read(self._process.stdout.fileno(), 1 << 20)
            if not data:
                self._fail(f"has ended with status {self._process.wait(PATIENCE_S)}")
            self._buffer += data
        line = self._buffer[:end].decode("ascii")
        del self._buffer[: end + 1]
        return line

    def _fail(self, how: str) -> None:
        said = self._log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise AssertionError(f"the driver of {self.language} {how}; it wrote: {said}")


class Drivers:
    """The drivers of a test run: one process a language, made anew if it has ended."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, DriverProcess] = {}

    def get(self, language: str) -> DriverProcess:
        """The driver of a language that is built."""
        found = self._running.get(language)
        if found is None or not found.is_alive:
            found = self._running[language] = self.start(language)
        return found

    def start(self, language: str) -> DriverProcess:
        """A driver of its own, which the caller stops."""
        return DriverProcess(language, self._folder / f"{language}.log")

    def stop(self) -> None:
        """Stops all; AssertionError for one that does not end well."""
        for process in self._running.values():
            if process.is_alive:
                process.stop()
