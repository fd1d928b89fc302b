"""The cases of tests/conformance, each as one test for each place where it runs."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conformance_cases import FLAGS, Case, load_file
from conformance_runner import InProcess, Run
from conformance_sql import Sql

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "tests" / "conformance").glob("*.json"))
CASES = [case for path in FILES for case in load_file(path)]
HEADER = (ROOT / "core" / "include" / "spinkv.h").read_text(encoding="utf-8")

# Statuses that no case can bring about: an allocation that fails is arranged by other tests.
STATUSES_WITHOUT_CASE = {"ok", "no-memory"}

# Each case in each place where it runs, with the name of the test.
PLACES = [
    pytest.param(case, variant, id=f"{case.name}-{variant}")
    for case in CASES
    for variant in case.variants
]


@pytest.fixture(scope="session")
def sql() -> Iterator[Sql]:
    """The other program, one for all cases."""
    program = Sql()
    yield program
    program.stop()


@pytest.mark.parametrize(("case", "variant"), PLACES)
def test_case(case: Case, variant: str, tmp_path: Path, sql: Sql) -> None:
    """Each step of the case does what the case says."""
    if reason := case.skip_reason(InProcess.without):
        pytest.skip(reason)
    Run(case, variant, tmp_path, sql).run()


def test_cases_are_found() -> None:
    """An empty folder does not pass for a folder whose cases all pass."""
    assert len(CASES) >= 700


def test_names_are_unique_and_begin_with_the_topic() -> None:
    """A name says which file its case is in, and names one case."""
    assert [name for name, times in Counter(case.name for case in CASES).items() if times > 1] == []
    assert [
        case.name for case in CASES if not case.name.startswith(case.file[:-4][:-1] + "/")
    ] == []


def test_names_are_plain_words() -> None:
    """Names are lower case, so that any language can make test names of them."""
    odd = [case.name for case in CASES if not re.fullmatch(r"[a-z0-9_]+/[a-z0-9-]+", case.name)]
    assert odd == []


def test_every_case_says_what_it_is_about() -> None:
    """The line that says it is a sentence, and no two cases of a file share it without a cause."""
    assert [case.name for case in CASES if not re.fullmatch(r"[^\n]{10,}[.]", case.about)] == []


def test_no_two_cases_are_the_same() -> None:
    """The steps of a case, with the files they meet, are its own."""
    seen: dict[str, str] = {}
    for case in CASES:
        steps = json.dumps([case.files, case.steps], sort_keys=True)
        assert steps not in seen, f"{case.name} repeats {seen[steps]}"
        seen[steps] = case.name


def test_every_case_demands_something() -> None:
    """A case without a result, an error or a warning that is expected could not fail."""
    demanding = {"returns", "error", "warning_has"}
    assert [
        c.name for c in CASES if not any(step.keys() & demanding for step in c.all_steps())
    ] == []


def test_every_status_of_the_header_has_a_case() -> None:
    """Each status is the expected error of some case, but for those that none can bring about."""
    statuses = set(re.findall(r'X\([A-Z_]+, \d+, [A-Z_]+, "([a-z-]+)"', HEADER))
    assert len(statuses) == 19
    used = {step["error"] for case in CASES for step in case.all_steps() if "error" in step}
    assert used == statuses - STATUSES_WITHOUT_CASE


def test_every_flag_is_used() -> None:
    """A flag that no case needs would excuse nothing."""
    assert set(FLAGS) == {flag for case in CASES for flag in case.needs}


@pytest.mark.parametrize(
    "document",
    [
        {"schema": 2, "about": "", "cases": []},
        {"schema": 1, "about": "", "cases": [], "more": 1},
        {"schema": 1, "cases": []},
        {"schema": 1, "about": "", "cases": [{"name": "a/b", "about": ""}]},
        {"schema": 1, "about": "", "cases": [{"name": "a/b", "about": "", "steps": [], "x": 1}]},
        {
            "schema": 1,
            "about": "",
            "cases": [{"name": "a/b", "about": "", "needs": ["wings"], "steps": []}],
        },
    ],
)
def test_unknown_file_is_refused(tmp_path: Path, document: dict[str, Any]) -> None:
    """A newer schema, an unknown or missing field, an unknown flag."""
    path = tmp_path / "odd.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ValueError):
        load_file(path)


@pytest.mark.parametrize(
    "step",
    [
        {"op": "fly"},
        {"key": "k"},
        {"op": "get", "returns": "v"},
        {"op": "get", "key": "k"},
        {"op": "get", "key": "k", "returns": "v", "limit": 1},
        {"op": "get", "key": "k", "returns": "v", "error": "io"},
        {"op": "get", "key": "k", "returns": "v", "message_has": ["1"]},
        {"op": "set", "key": "k", "value": "v", "returns": "v"},
        {"op": "get", "key": "k", "returns": "v", "message_lacks": ["1"]},
        {"op": "get", "key": "k", "error": "io", "message_lacks": "1"},
        {"op": "new_app", "manifesto": "spin.toml"},
        {"op": "new_app", "warning_has": "x"},
        {"op": "list_stores"},
        {"op": "list_stores", "returns": [], "summary_has": {"a": "x"}},
        {"op": "set_environment", "name": "N", "value": "v"},
        {"op": "sql", "file": "f", "sql": "SELECT 1"},
        {"op": "repeat", "times": 2, "steps": [{"op": "fly"}]},
    ],
)
def test_unknown_step_is_refused(tmp_path: Path, step: dict[str, Any]) -> None:
    """An unknown operation, a missing or unknown field, a step that demands nothing."""
    case = {"name": "a/b", "about": "", "steps": [step]}
    path = tmp_path / "odd.json"
    path.write_text(json.dumps({"schema": 1, "about": "", "cases": [case]}), encoding="utf-8")
    with pytest.raises(ValueError):
        load_file(path)


@pytest.mark.parametrize(
    "step",
    [
        {"op": "get", "key": "k", "returns": "w"},
        {"op": "get", "key": "k", "returns": {"hex": "7600"}},
        {"op": "get", "key": "x", "returns": ""},
        {"op": "get", "key": "k", "error": "no-such-key"},
        {"op": "get", "key": "x", "error": "io"},
        {"op": "set", "key": "k", "value": "v", "error": "io"},
        {"op": "exists", "key": "k", "returns": False},
        {"op": "get_keys", "returns": []},
        {"op": "get_keys", "returns": ["k", "n"]},
        {"op": "get_many", "keys": ["k", "x"], "returns": ["v", ""]},
        {"op": "get_many", "keys": ["k", "n"], "returns": [None, "v"]},
        {"op": "count", "returns": 1},
        {"op": "increment", "key": "n", "returns": 1},
        {"op": "compare_and_swap", "key": "k", "expected": "v", "value": "w", "returns": False},
        {"op": "get_json", "key": "j", "returns": "true"},
        {"op": "get_json", "key": "j", "returns": '{"b":1,"a":1}'},
        {"op": "sql", "file": "state/sqlite_key_value.db", "sql": "SELECT 1", "returns": [[2]]},
        {
            "op": "sql",
            "file": "state/sqlite_key_value.db",
            "sql": "SELECT 'a'",
            "returns": [[{"hex": "61"}]],
        },
        {"op": "sql", "file": "state/sqlite_key_value.db", "sql": "SELEC"},
        {"op": "file_exists", "file": "state", "returns": False},
        {
            "op": "set",
            "key": {"repeat": "k", "times": 257},
            "value": "",
            "error": "key-too-large",
            "message_has": ["258"],
        },
        {"op": "repeat", "times": 2, "steps": [{"op": "count", "returns": 9}]},
        {"op": "repeat", "times": 2000, "steps": [{"op": "increment", "key": "n"}]},
        {
            "op": "repeat",
            "times": 2000,
            "steps": [
                {
                    "op": "compare_and_swap",
                    "key": "c",
                    "expected": None,
                    "value": "",
                    "returns": True,
                }
            ],
        },
        {"op": "open", "label": "x", "error": "access-denied"},
        {"op": "open", "label": "x", "error": "no-such-store", "message_lacks": ['"x"']},
        {"op": "new_app", "app": "b", "manifest": "spin.toml", "error": "invalid-config"},
        {"op": "new_app", "app": "b", "manifest": "no.toml"},
        {"op": "new_app", "app": "b", "runtime_config": "rc.toml"},
        {"op": "new_app", "app": "b", "runtime_config": "rc.toml", "warning_has": ["wings"]},
        {"op": "new_app", "app": "b", "warning_has": ["key_value_stores"]},
        {"op": "list_stores", "returns": []},
        {"op": "list_stores", "returns": ["default", "x"]},
        {"op": "list_stores", "returns": ["default"], "summary_has": {"default": ["Redis"]}},
        {"op": "list_stores", "returns": ["default"], "summary_lacks": ["SQLite"]},
        {"op": "seed", "pairs": [["k", "v"]], "error": "access-denied"},
        {"op": "seed", "pairs": [[{"repeat": "k", "times": 257}, "v"]]},
        {"op": "grant", "label": "x", "error": "access-denied"},
    ],
)
def test_wrong_expectation_fails(tmp_path: Path, sql: Sql, step: dict[str, Any]) -> None:
    """The runner sees each kind of difference between what is expected and what is met."""
    before: list[dict[str, Any]] = [
        {"op": "open_default"},
        {"op": "set", "key": "k", "value": "v"},
        {"op": "set", "key": "j", "value": '{"a":1,"b":1}'},
        {"op": "increment", "key": "n", "returns": 1},
        {"op": "get", "key": "k", "returns": "v"},
    ]
    files = {
        "spin.toml": "spin_manifest_version = 2\n[component.a]\n",
        "rc.toml": "[key_value_stores.x]\n",
    }
    Run(Case("odd.json", "a/right", "", (), tuple(before), files), "file", tmp_path, sql).run()
    wrong = Case("odd.json", "a/wrong", "", (), (before[0], step), files)
    with pytest.raises(AssertionError):
        Run(wrong, "file", tmp_path, sql).run()


def test_environment_is_as_before_when_a_case_is_over(tmp_path: Path, sql: Sql) -> None:
    """A variable that a case sets or takes away is as it was for the next case."""
    os.environ["SPINKV_CASE_A"] = "before"
    os.environ.pop("SPINKV_CASE_B", None)
    steps = (
        {"op": "set_environment", "name": "SPINKV_CASE_A", "value": None},
        {"op": "set_environment", "name": "SPINKV_CASE_B", "value": "1"},
        {"op": "set_environment", "name": "SPINKV_CASE_B", "value": "2"},
    )
    Run(Case("odd.json", "a/set", "", ("environment",), steps), "file", tmp_path, sql).run()
    assert os.environ.pop("SPINKV_CASE_A") == "before"
    assert "SPINKV_CASE_B" not in os.environ
