"""The programs of the languages: which there are, building them, and talking to one.

languages/README.md has the protocol. Each peer runs in a process of its own, so that no virtual
machine optimizes the loops of one for those of another.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import c_program
from c_program import BUILD, PROGRAM, ROOT

FOLDER = ROOT / "bench" / "languages"

LACKS = 3
"""The exit status of a build that lacks a tool."""


@dataclass(frozen=True)
class Language:
    """A language, how its program is started, and the peers that the program knows.

    A floor is a call that does the least that a get in this language can.
    """

    name: str
    folder: str
    peers: tuple[str, ...]
    floor: str = ""
    command: tuple[str, ...] = ()

    @property
    def build_folder(self) -> Path:
        return BUILD / self.folder

    def start(self, peer: str) -> list[str]:
        """Return the command that starts the program for a peer."""
        return [*(self.command or (str(self.build_folder / "program"),)), peer]


C = Language("C", "c", ("spinkv", "bare SQLite"), command=(str(PROGRAM), "--serve"))

LANGUAGES = (
    C,
    Language(
        "C++", "cpp", ("spinkv", "bare SQLite"), command=(str(PROGRAM.parent / "spinkv_bench_cpp"),)
    ),
    Language(
        "Python",
        "python",
        ("spinkv", "sqlite3"),
        command=(sys.executable, str(FOLDER / "python" / "program.py")),
    ),
    Language("Node.js", "node", ("spinkv", "better-sqlite3", "keyv"), "a Buffer copied"),
    Language("Go", "go", ("spinkv", "bbolt", "go-sqlite3"), "bare cgo call"),
    Language("Rust", "rust", ("spinkv", "rusqlite", "redb", "sled")),
    Language("Java", "java", ("spinkv", "sqlite-jdbc", "MapDB"), "bare JNI call"),
    Language("Ruby", "ruby", ("spinkv", "sqlite3 gem")),
)


def build(language: Language) -> str | None:
    """Build a language's program and install its peers, in build/bench/<language>.

    Return why it cannot be run, or None if it can.
    """
    script = FOLDER / language.folder / "build.sh"
    if not script.exists():
        return None
    language.build_folder.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(
        [script],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "SOURCE": str(ROOT),
            "CMAKE_BUILD": str(BUILD),
            "PYTHON": sys.executable,
        },
        cwd=language.build_folder,
    )
    if made.returncode == 0:
        return None
    said = made.stderr.strip()
    if made.returncode == LACKS and said:
        return said.splitlines()[-1]
    log = BUILD / f"{language.folder}.log"
    log.write_text(made.stdout + made.stderr)
    return f"it does not build, see {log.relative_to(ROOT)}"


def build_binding(language: str) -> None:
    """Build a binding in the benchmark's own build; a folder's build.sh calls this file for it."""
    lacks = BUILD / "bindings" / language / "lacks"
    c_program.configure()
    if lacks.exists():
        print(lacks.read_text().strip(), file=sys.stderr)
        raise SystemExit(LACKS)
    c_program.build_target(f"binding_{language}")


class Program:
    """A language's program, started for one peer."""

    def __init__(self, language: Language, peer: str) -> None:
        self.name = peer
        self._called = f"{language.name}, {peer}"
        self._process = subprocess.Popen(
            language.start(peer),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            encoding="utf-8",
        )
        kind, *facts = self._read().split("\t")
        self.missing = facts[0] if kind == "missing" else ""
        facts = facts if kind == "ready" else [""] * 4
        self.runtime, self.version, self.full, self.normal = facts

    @property
    def is_floor(self) -> bool:
        """Whether it stores nothing."""
        return not self.full and not self.normal

    def offers(self, durability: str) -> bool:
        """Whether it takes part where this durability is asked, "" where nothing is written."""
        return bool(self.full if durability == "full" else self.normal if durability else True)

    def _read(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"error: {self._called}: ended with status {self._process.wait()}")
        return line.rstrip("\n")

    def ask(self, *request: object) -> str:
        """Send a request and return the answer."""
        assert self._process.stdin
        self._process.stdin.write(" ".join(map(str, request)) + "\n")
        self._process.stdin.flush()
        answer = self._read()
        if answer.startswith("failed"):
            raise SystemExit(f"error: {self._called}: {answer}")
        return answer

    def end(self) -> None:
        """End the process."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


if __name__ == "__main__":
    build_binding(sys.argv[1])
