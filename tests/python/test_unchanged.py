"""What decides that a test need not run again: it must never leave out one that could fail now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

CONFTEST = """
import sys
sys.path.insert(0, {folder!r})
import unchanged

def pytest_configure(config):
    config.addinivalue_line("markers", "only_if_changed(*paths)")
    config.pluginmanager.register(unchanged.Passed(config))

def pytest_collection_modifyitems(config, items):
    unchanged.leave_out(config, items)
"""

TEST = """
from pathlib import Path
import pytest

@pytest.mark.only_if_changed({data!r})
@pytest.mark.parametrize("what", ["first", "second"])
def test_data(what):
    assert what in Path({data!r}).read_text()

def test_other():
    pass
"""


def outcome(folder: Path) -> str:
    """The last line of pytest's output on the tests in a folder."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:hypothesispytest", str(folder)]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return run.stdout.splitlines()[-1].split(" in ")[0]


def test_what_passed_runs_again_when_its_files_change(tmp_path: Path) -> None:
    """A failure is never left out, nor a pass with other content or a file more."""
    data = tmp_path / "data"
    data.mkdir()
    text = data / "text"
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "conftest.py").write_text(CONFTEST.format(folder=str(ROOT / "tests" / "python")))
    test = TEST.format(data=str(data)).replace(f"Path({str(data)!r})", f"Path({str(text)!r})")
    (tmp_path / "test_it.py").write_text(test)

    text.write_text("first")
    assert outcome(tmp_path) == "1 failed, 2 passed"
    assert outcome(tmp_path) == "1 failed, 1 passed, 1 deselected"
    text.write_text("first second")
    assert outcome(tmp_path) == "3 passed"
    assert outcome(tmp_path) == "1 passed, 2 deselected"
    (data / "more").touch()
    assert outcome(tmp_path) == "3 passed"
