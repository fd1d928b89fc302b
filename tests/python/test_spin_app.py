"""The example of a Spin app: it runs from any directory, leaves nothing behind unless it is told
where, and its manifest and configuration are right.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import spinkv
from conftest import file_rows

EXAMPLES = Path(__file__).resolve().parents[2] / "python" / "examples"
SCRIPT = EXAMPLES / "spin_app.py"
APP = EXAMPLES / "spin_app"


def run(*arguments: object, cwd: Path) -> list[str]:
    """Runs the example; gives the lines that it prints."""
    done = subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout.splitlines()


def assert_right(lines: list[str], folder: str, visitor: int) -> None:
    wanted = [
        rf"default  SQLite file {folder}/\.spin/sqlite_key_value\.db",
        rf"sessions SQLite file {folder}/data/sessions\.db",
        "title:   Guest book",
        f"visitor: number {visitor}",
        r"session: \{'name': 'Ada', 'admin': False\}",
        r"keys:    \['title', 'visitors', 'visits/2024-02-29'\]",
        rf'denied:  .*"sessions".*"report".*key_value_stores.*{folder}/spin\.toml',
        "granted: 1 session",
    ]
    assert len(lines) == len(wanted), lines
    for line, pattern in zip(lines, wanted, strict=True):
        assert re.fullmatch(pattern, line), f"{line!r} is not {pattern!r}"


def test_it_leaves_nothing_behind(tmp_path: Path) -> None:
    before = sorted(EXAMPLES.rglob("*"))
    lines = run(cwd=tmp_path)
    assert_right(lines, r"/\S+", visitor=1)
    place = Path(lines[0].partition("SQLite file ")[2])
    assert not place.parents[1].exists()
    assert list(tmp_path.iterdir()) == []
    assert sorted(EXAMPLES.rglob("*")) == before


def test_it_leaves_the_data_where_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "cwd").mkdir()
    folder = tmp_path / "a folder" / "copy"
    for visitor in (1, 2):
        lines = run(folder, cwd=tmp_path / "cwd")
        assert_right(lines, re.escape(str(folder)), visitor)
    assert list((tmp_path / "cwd").iterdir()) == []
    assert file_rows(folder / "data" / "sessions.db") == [
        ("sessions", "session/1", b'{"name":"Ada","admin":false}')
    ]
    rows = file_rows(folder / ".spin" / "sqlite_key_value.db")
    assert ("default", "title", b"Guest book") in rows
    assert ("default", "visitors", (2).to_bytes(8, "little")) in rows


def test_a_relative_folder_belongs_to_the_current_directory(tmp_path: Path) -> None:
    run("here", cwd=tmp_path)
    assert (tmp_path / "here" / "data" / "sessions.db").exists()


def test_its_files_are_those_of_an_app(tmp_path: Path) -> None:
    app = spinkv.App(
        manifest=APP / "spin.toml",
        component="*",
        runtime_config=APP / "runtime-config.toml",
        state_dir=tmp_path,
    )
    assert list(app.stores()) == ["default", "sessions"]
    assert str(APP / "data" / "sessions.db") in app.stores()["sessions"]
