"""The examples in the documentation work: doctests of the package, and the README's programs."""

from __future__ import annotations

import doctest
import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import spinkv

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def documented() -> list[tuple[str, Any]]:
    """Every public object with an example: the module, classes, functions and methods."""
    found: list[tuple[str, Any]] = [("spinkv", spinkv)]
    for name in spinkv.__all__:
        thing = getattr(spinkv, name)
        found.append((name, thing))
        if inspect.isclass(thing):
            found += [
                (f"{name}.{part}", getattr(thing, part))
                for part in dir(thing)
                if not part.startswith("_")
            ]
    return [(name, thing) for name, thing in found if ">>>" in (inspect.getdoc(thing) or "")]


@pytest.mark.parametrize(("name", "thing"), documented(), ids=[name for name, _ in documented()])
def test_examples_in_docstrings(
    name: str, thing: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = inspect.getdoc(thing) or ""
    examples = doctest.DocTestParser().get_doctest(text, {"spinkv": spinkv}, name, None, 0)
    results = doctest.DocTestRunner(verbose=False).run(examples)
    assert results.attempted > 0
    assert results.failed == 0


def test_every_method_has_an_example() -> None:
    names = {name for name, _ in documented()}
    methods = {
        f"{cls.__name__}.{part}"
        for cls in (spinkv.App, spinkv.Store)
        for part in dir(cls)
        if not part.startswith("_") and callable(getattr(cls, part))
    }
    assert methods <= names


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_python_in_the_readme(number: int, tmp_path: Path) -> None:
    program = blocks("python")[number]
    command = [sys.executable, "-c", program]
    if "def test_" in program:
        (tmp_path / "test_readme.py").write_text(program)
        command = [sys.executable, "-m", "pytest", "-q", "test_readme.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == 0
    if "def test_" in program:
        assert "1 passed" in done.stdout
    elif "manifest=" in program:
        assert done.stdout == "['default', 'sessions']\n"
    elif "spinkv.open_default" in program:
        assert done.stdout.splitlines() == [
            "b'myvalue'",
            "None",
            "Ada",
            "1",
            "['mykey', 'user', 'visits'] True",
            "b'<html>'",
        ]


def test_c_in_the_readme_is_the_example_that_is_built() -> None:
    example = (ROOT / "core" / "examples" / "basic.c").read_text()
    assert blocks("c") == [example.split("\n", 1)[1]]


def test_the_readme_names_every_operation_error_and_option() -> None:
    header = (ROOT / "core" / "include" / "spinkv.h").read_text()
    statuses = re.findall(r'X\([A-Z_]+,\s*\d+,\s*[A-Z_]+,\s*"([a-z-]+)"', header)
    assert len(statuses) == 19
    options = re.search(
        r"typedef struct spinkv_options \{(.*?)\} spinkv_options;", header, re.DOTALL
    )
    assert options
    fields = re.findall(r"^\s+\w[\w *]*?\*?(\w+);$", options.group(1), re.MULTILINE)
    assert "max_entries" in fields
    operations = re.findall(r"spinkv_status spinkv_(\w+)\(spinkv_store store", header)
    assert len(operations) == 15
    for word in [*operations, *fields, *(status for status in statuses if status != "ok")]:
        assert f"`{word}`" in README or word in {"type"}, word
