"""What every language says: each public function of C has a conformance case, and each operation
and status a row in the README of each language."""

from __future__ import annotations

import re

import pytest
from conformance_runner import HEADER, SPIN_NAMES
from driver_process import LANGUAGES, READMES, documented_kinds, table
from test_conformance import CASES

FUNCTIONS = set(re.findall(r"^SPINKV_API [^(]*?\bspinkv_(\w+)\(", HEADER, re.MULTILINE))

# Functions that cases call under another word: an operation, or a field of a step.
TOLD_BY = {
    "app_new": "new_app",
    "app_load_manifest": "manifest",
    "app_load_runtime_config": "runtime_config",
    "app_set_state_dir": "state_dir",
    "app_set_max_open_stores": "max_open_stores",
    "app_list_warnings": "warning_has",
    "app_free": "free_app",
    "options_set_text": "options",
    "options_set_number": "options",
    "options_set_boolean": "options",
    **{f"app_{name}": name for name in ("add_store", "grant", "seed", "list_stores")},
}

# Functions without a case, and why.
EXEMPT = {
    "version": "it concerns the library and no store",
    "status_name": "every expected error compares it",
    "status_text": "it says nothing of a store; tests/core/api.c compares it",
    "status_base": "every error that a driver answers compares it",
    "value_free": "memory is C's alone; valgrind and the sanitizers watch it",
    "list_free": "memory is C's alone; valgrind and the sanitizers watch it",
    "app_check": "every new_app calls it",
}

# What a language needs no row for: C's way to say what others have syntax for.
PLUMBING = {
    *("status_name", "status_text", "status_base", "value_free", "list_free"),
    *("options_set_text", "options_set_number", "options_set_boolean", "app_check"),
}


def test_functions_are_found() -> None:
    """A header that is not understood does not pass for one of which all is told."""
    assert {"version", "open", "get", "compare_and_swap", "app_new", "list_free"} <= FUNCTIONS
    assert len(FUNCTIONS) >= 39
    assert {*TOLD_BY, *EXEMPT, *PLUMBING} <= FUNCTIONS


def test_every_function_has_a_case() -> None:
    """Each public function is called by a step of some case, or is exempt for a reason."""
    used = {word for case in CASES for step in case.all_steps() for word in (step["op"], *step)}
    missing = {name for name in FUNCTIONS - EXEMPT.keys() if TOLD_BY.get(name, name) not in used}
    assert missing == set()
    assert {name for name in EXEMPT if TOLD_BY.get(name, name) in used} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_readme_has_every_operation(language: str) -> None:
    """The table of operations has a row for each, which says the name or why there is none."""
    rows = {row[0].strip("`"): row[1] for row in table(READMES[language], "Operations")}
    assert FUNCTIONS - PLUMBING - rows.keys() == set()
    assert rows.keys() - FUNCTIONS == set()
    assert [name for name, said in rows.items() if not said] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_readme_has_every_error(language: str) -> None:
    """The table of errors has one kind for each status."""
    kinds = documented_kinds(language)
    assert kinds.keys() == SPIN_NAMES.keys() - {"ok"}
    assert len(set(kinds.values())) == len(kinds)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("heading", ["Install", "Use", "Operations", "Errors", "Threads", "Values"])
def test_readme_has_every_part(language: str, heading: str) -> None:
    """The READMEs of all languages have the same parts."""
    assert f"\n## {heading}\n" in READMES[language].read_text(encoding="utf-8")
