"""Manifests: the table in tests/manifests, checked against what an app opens and, independently of
it, against the rules worked out over Python's own TOML reader; and manifests made at random.
"""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import spinkv
from conftest import error_of, examples
from hypothesis import given
from hypothesis import strategies as st

# Random manifests have triggers that name components which are not there.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

FOLDER = Path(__file__).resolve().parents[1] / "manifests"
FILES = sorted(FOLDER.glob("*.toml"))
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text("utf-8"))

# The stores of each component, by its id.
Grants = dict[str, list[str]]

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def expected_of(path: Path) -> Grants:
    grants: Grants = EXPECTED[path.name]["components"]
    return grants


# ---- The rules, over a document as any TOML reader gives it ------------------------------------


def is_kebab_case(text: str) -> bool:
    word = "([a-z][a-z0-9]*|[A-Z][A-Z0-9]*)"
    return re.fullmatch(f"{word}(-{word})*", text) is not None


def grants_of(document: dict[str, Any]) -> Grants:
    """The stores of each component of a manifest of either version."""
    version = document.get("spin_manifest_version", document.get("spin_version"))
    if version == "1":
        components = document.get("component", [])
        return {part["id"]: part.get("key_value_stores", []) for part in components}
    assert version == 2
    assert type(version) is int
    found = {
        name: part.get("key_value_stores", [])
        for name, part in document.get("component", {}).items()
    }
    for trigger_id, trigger in named_triggers(document.get("trigger", {})):
        specs = list(specs_of(trigger))
        for spec in specs:
            if isinstance(spec, dict):
                name = f"{trigger_id}-component"
                if len(specs) > 1 or not is_kebab_case(name) or name in found:
                    name = first_free("inline-component", found)
                found[name] = spec.get("key_value_stores", [])
    return found


def named_triggers(types: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every trigger with its id, given where it has none."""
    taken = {
        trigger["id"] for triggers in types.values() for trigger in triggers if "id" in trigger
    }
    named: list[tuple[str, dict[str, Any]]] = []
    for kind, triggers in types.items():
        for trigger in triggers:
            name: str = trigger.get("id", "")
            if not name and isinstance(trigger.get("component"), str):
                natural = f"{trigger['component']}-{kind}-trigger"
                name = "" if natural in taken else natural
            if not name:
                name = first_free(f"{kind}-trigger", taken)
            taken.add(name)
            named.append((name, trigger))
    return named


def specs_of(trigger: dict[str, Any]) -> Iterator[Any]:
    """The components of a trigger: its own, then those of its roles."""
    if "component" in trigger:
        yield trigger["component"]
    for role in trigger.get("components", {}).values():
        yield from role if isinstance(role, list) else [role]


def first_free(prefix: str, taken: Any) -> str:
    return next(name for number in range(1, 10**6) if (name := f"{prefix}{number}") not in taken)


# ---- What the library makes of a manifest -------------------------------------------------------


def openable(path: Path, component: str | None, labels: set[str]) -> set[str]:
    """Which of these labels a component may open; all of them are configured."""
    stores: Any = {label: {} for label in labels - {"default"}}
    app = spinkv.App(manifest=path, component=component, stores=stores, state_dir="")
    opened = set()
    for label in labels:
        try:
            app.open(label).close()
            opened.add(label)
        except spinkv.AccessDenied:
            pass
    return opened


def listed_components(path: Path, labels: set[str]) -> list[str]:
    """The ids that the error for an unknown component lists."""
    stores: Any = {label: {} for label in labels - {"default"}}
    with pytest.raises(spinkv.InvalidArgument) as caught:
        spinkv.App(manifest=path, component="no such component", stores=stores)
    return re.findall('"([^"]*)"', str(caught.value).partition("which has")[2])


def words_of(path: Path) -> set[str]:
    """Every text in quotes that could be a label, wherever it stands, and "default"."""
    text = path.read_text("utf-8-sig")
    return {"default", *re.findall("""["']([^"'\\\\\n]{1,40})["']""", text)}


@every_file
def test_each_component_may_open_what_the_table_says(path: Path) -> None:
    grants = expected_of(path)
    labels = words_of(path) | {label for granted in grants.values() for label in granted}
    assert labels - {label for granted in grants.values() for label in granted}
    for component, granted in grants.items():
        assert openable(path, component, labels) == set(granted), component


@every_file
def test_the_union_of_all_components(path: Path) -> None:
    union = {label for granted in expected_of(path).values() for label in granted}
    assert openable(path, "*", words_of(path) | union) == union


@every_file
def test_without_a_component_only_one_is_taken(path: Path) -> None:
    grants = expected_of(path)
    labels = {"default"} | {label for granted in grants.values() for label in granted}
    if len(grants) == 1:
        assert openable(path, None, labels) == set(next(iter(grants.values())))
    else:
        error_of(functools.partial(openable, path, None, labels), spinkv.InvalidArgument)


@every_file
def test_there_are_no_other_components(path: Path) -> None:
    grants = expected_of(path)
    labels = {label for granted in grants.values() for label in granted}
    types = re.findall(r"\[\[ *trigger *\. *(\w+)", path.read_text("utf-8-sig"))
    ids = re.findall(r"""\bid = ["'](.*?)["']""", path.read_text("utf-8-sig"))
    made_up = {f"{kind}-trigger{number}-component" for kind in types for number in range(7)}
    made_up |= {f"inline-component{number}" for number in range(8)}
    made_up |= {f"{name}-component" for name in ids} | set(ids) | {"", "component", "example"}
    for component in made_up - grants.keys():
        error_of(
            functools.partial(openable, path, component, labels), spinkv.InvalidArgument, component
        )
    if len(str(list(grants))) < 200:
        assert sorted(listed_components(path, labels)) == sorted(grants)


# ---- The table itself ----------------------------------------------------------------------------


@every_file
def test_the_table_follows_the_rules(path: Path) -> None:
    if sys.version_info < (3, 11):
        pytest.skip("Python has had a TOML reader, tomllib, since 3.11")
    else:
        import tomllib

        document = tomllib.loads(path.read_text("utf-8-sig"))
        assert grants_of(document) == expected_of(path)


def test_the_table_has_every_file_and_no_other() -> None:
    assert sorted(EXPECTED) == [path.name for path in FILES]
    assert len(FILES) >= 40
    assert all(entry.keys() == {"about", "components"} for entry in EXPECTED.values())


def test_the_files_are_of_varied_shape() -> None:
    """What an editor or a checkout might take away is there, and so are all ways of writing."""
    contents = {path.name: path.read_bytes() for path in FILES}
    for feature, least in {
        b"\r\n": 2,
        b"\xef\xbb\xbf": 2,
        b'"""': 3,
        b"'''": 2,
        b"# ": 2,
        b"[variables]": 4,
        b".build]": 6,
        b"\ncomponent.": 2,
        b"dependencies": 3,
        b"[[trigger.": 20,
        b"[[trigger.redis]]": 4,
        b"[[trigger.cron]]": 3,
        b"[[trigger.sqs]]": 2,
        b"[[trigger.mqtt]]": 2,
        b"[[trigger.command]]": 2,
        b"[[trigger.websocket]]": 2,
        b"[trigger.http.component]": 1,
        b"[[trigger.http.components.": 1,
        b"components.": 5,
        "é".encode(): 2,
    }.items():
        met = [name for name, content in contents.items() if feature in content]
        assert len(met) >= least, f"{feature!r} is in {met}"
    assert sum(name.startswith("v1_") for name in contents) >= 6
    assert any(not content.endswith(b"\n") for content in contents.values())


# ---- Manifests made at random -------------------------------------------------------------------

IDS = ["a", "b", "my_id", "X-1", "http-trigger1", "http-trigger2", "a-http-trigger", "", "Bad Id"]
NAMES = [
    *("a", "b", "a-component", "inline-component1", "inline-component3"),
    *("http-trigger1-component", "zed-trigger1-component", "X-1-component"),
]

inline: st.SearchStrategy[dict[str, Any]] = st.just({})
spec = st.one_of(st.sampled_from(["a", "b"]), inline)
role = st.one_of(spec, st.lists(spec, max_size=3))
trigger = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(IDS),
        "component": spec,
        "components": st.dictionaries(st.sampled_from("zyxabc"), role, max_size=3),
    },
)
triggers = st.dictionaries(
    st.sampled_from(["http", "zed", "redis", "odd_type"]),
    st.lists(trigger, min_size=1, max_size=4),
    max_size=3,
)
manifests = st.fixed_dictionaries(
    {"component": st.lists(st.sampled_from(NAMES), unique=True, max_size=5), "trigger": triggers}
)


def with_labels(made: dict[str, Any]) -> dict[str, Any]:
    """A document in which each component is granted one store, and no two the same."""
    numbers = iter(range(10**6))

    def component() -> dict[str, Any]:
        return {"key_value_stores": [f"store-n{next(numbers)}"]}

    def filled(part: Any) -> Any:
        if isinstance(part, list):
            return [filled(item) for item in part]
        return component() if part == {} else part

    types = {
        kind: [
            {
                name: {key: filled(role) for key, role in value.items()}
                if name == "components"
                else filled(value)
                for name, value in trigger.items()
            }
            for trigger in items
        ]
        for kind, items in made["trigger"].items()
    }
    named = {name: component() for name in made["component"]}
    return {"spin_manifest_version": 2, "component": named, "trigger": types}


def inline_text(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {inline_text(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline_text(part) for part in value) + "]"
    return json.dumps(value)


def trigger_text(kind: str, trigger: dict[str, Any], headers: bool) -> str:
    """A trigger; the tables in it with headers of their own, or on a line each."""
    lines = [f"[[trigger.{kind}]]"]
    tables: list[str] = []
    for name, value in trigger.items():
        if headers and isinstance(value, dict):
            tables.append(f"[trigger.{kind}.{name}]")
            tables += [f"{key} = {inline_text(part)}" for key, part in value.items()]
        else:
            lines.append(f"{name} = {inline_text(value)}")
    return "\n".join([*lines, *tables]) + "\n"


def manifest_text(
    document: dict[str, Any], headers: bool, components_last: bool, mixer: Any
) -> str:
    """The text of a manifest, with the triggers of different types mixed.

    The triggers of a type, and the first ones of each type, keep their order.
    """
    queues = {kind: list(items) for kind, items in document["trigger"].items()}
    parts = [trigger_text(kind, queue.pop(0), headers) for kind, queue in queues.items()]
    while any(queues.values()):
        kind = mixer.choice([kind for kind, queue in queues.items() if queue])
        parts.append(trigger_text(kind, queues[kind].pop(0), headers))
    components = [
        f"[component.{name}]\nkey_value_stores = {inline_text(part['key_value_stores'])}\n"
        for name, part in document["component"].items()
    ]
    ordered = [*parts, *components] if components_last else [*components, *parts]
    return "spin_manifest_version = 2\n" + "\n".join(ordered)


@examples(100)
@given(manifests, st.booleans(), st.booleans(), st.randoms(use_true_random=False))
def test_random_manifests_follow_the_rules(
    made: dict[str, Any], headers: bool, components_last: bool, mixer: Any
) -> None:
    document = with_labels(made)
    text = manifest_text(document, headers, components_last, mixer)
    grants = grants_of(document)
    labels = {label for granted in grants.values() for label in granted}
    path = Path("random.toml")
    path.write_text(text)
    for component, granted in grants.items():
        assert openable(path, component, labels) == set(granted), text
    if grants and len(str(list(grants))) < 200:
        assert sorted(listed_components(path, labels)) == sorted(grants), text
    if sys.version_info >= (3, 11):
        import tomllib

        assert grants_of(tomllib.loads(text)) == grants
