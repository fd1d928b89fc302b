"""What a user sees before running anything: names, signatures, docstrings, types, version."""

from __future__ import annotations

import importlib.metadata
import inspect
import pydoc
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import spinkv

if TYPE_CHECKING:
    from typing_extensions import assert_type

HEADER = Path(__file__).resolve().parents[2] / "core" / "include" / "spinkv.h"

# Parameters of everything callable, self left out; "=" marks those that need not be given.
PARAMETERS: dict[str, list[str]] = {
    "open_default": ["**options"],
    "open": ["label", "**options"],
    "App": [
        "manifest=",
        "component=",
        "runtime_config=",
        "stores=",
        "state_dir=",
        "max_open_stores=",
    ],
    "App.grant": ["label"],
    "App.stores": [],
    "App.seed": ["items"],
    "App.add_store": ["label", "**options"],
    "App.open": ["label"],
    "App.open_default": [],
    "Store.get": ["key", "default="],
    "Store.set": ["key", "value"],
    "Store.delete": ["key"],
    "Store.exists": ["key"],
    "Store.get_keys": [],
    "Store.close": [],
    "Store.get_json": ["key", "default="],
    "Store.set_json": ["key", "value"],
    "Store.get_many": ["keys"],
    "Store.set_many": ["tuples"],
    "Store.delete_many": ["keys"],
    "Store.increment": ["key", "delta="],
    "Store.compare_and_swap": ["key", "expected", "value"],
    "Store.list_keys": ["prefix=", "after=", "limit="],
    "Store.count": [],
}

DEFAULTS: dict[str, dict[str, object]] = {
    "App": {"state_dir": None, "max_open_stores": 256},
    "Store.increment": {"delta": 1},
    "Store.list_keys": {"prefix": "", "after": None, "limit": None},
}

# The options of a store, and how their defaults are written where they are explained.
OPTIONS = {
    "type": "spin",
    "path": "None",
    "durability": "full",
    "busy_timeout_ms": "5,000",
    "max_key_bytes": "256",
    "max_value_bytes": "1,048,576",
    "max_entries": "1,024",
    "cache_bytes": "8,388,608",
    "read_only": "read_only",
}

every_callable = pytest.mark.parametrize("name", PARAMETERS)


def _named(name: str) -> Any:
    thing: Any = spinkv
    for part in name.split("."):
        thing = getattr(thing, part)
    return thing


def _public(owner: object) -> Iterator[tuple[str, Any]]:
    for name in dir(owner):
        if not name.startswith("_"):
            yield name, inspect.getattr_static(owner, name)


def test_all_lists_every_public_name_and_no_other() -> None:
    public = {name for name, value in _public(spinkv) if not inspect.ismodule(value)}
    assert set(spinkv.__all__) - {"__version__"} == public - {"annotations"}
    assert len(spinkv.__all__) == len(set(spinkv.__all__))
    assert {"open", "open_default", "App", "Store", "Error", "NoSuchKey"} <= public


def test_import_star_gives_what_all_lists() -> None:
    names: dict[str, Any] = {}
    exec("from spinkv import *", names)
    assert names["Store"] is spinkv.Store
    assert set(spinkv.__all__) <= set(names)


@every_callable
def test_signatures_can_be_inspected(name: str) -> None:
    parameters = list(inspect.signature(_named(name)).parameters.values())
    written = [
        ("**" if parameter.kind is parameter.VAR_KEYWORD else "")
        + parameter.name
        + ("" if parameter.default is parameter.empty else "=")
        for parameter in parameters
        if parameter.name != "self"
    ]
    if name == "Store.set_many":
        assert len(written) == 1
    else:
        assert written == PARAMETERS[name]


@pytest.mark.parametrize("name", DEFAULTS)
def test_signatures_tell_the_defaults(name: str) -> None:
    parameters = inspect.signature(_named(name)).parameters
    told = {key: parameters[key].default for key in DEFAULTS[name]}
    assert told == DEFAULTS[name]


@every_callable
def test_help_shows_signature_and_documentation(name: str) -> None:
    thing = _named(name)
    page = pydoc.plain(pydoc.render_doc(thing))
    last = name.split(".")[-1]
    for parameter in PARAMETERS[name]:
        if name != "Store.set_many":
            assert parameter.strip("*=") in page, page
    assert re.search(rf"{last}\(", page), page
    documentation = inspect.getdoc(thing)
    assert documentation is not None
    assert documentation.splitlines()[0] in page


def test_help_explains_every_option_and_its_default() -> None:
    page = pydoc.plain(pydoc.render_doc(spinkv.App.add_store))
    for option, default in OPTIONS.items():
        assert option in page
        assert default in page


def test_every_public_name_is_documented() -> None:
    undocumented = []
    for name in ["App", "Store"]:
        owner = getattr(spinkv, name)
        undocumented += [
            f"{name}.{part}" for part, value in _public(owner) if not inspect.getdoc(value)
        ]
    for name in spinkv.__all__:
        value = getattr(spinkv, name)
        if not isinstance(value, str) and not (callable(value) and value.__doc__):
            undocumented.append(name)
    assert undocumented == []
    assert spinkv.__doc__


def test_documentation_is_of_the_thing_itself() -> None:
    inherited = {Exception.__doc__, object.__doc__, KeyError.__doc__, ValueError.__doc__}
    texts = [inspect.getdoc(getattr(spinkv, name)) for name in spinkv.__all__]
    texts = [text for text in texts if text is not None and text != str.__doc__]
    assert not inherited & set(texts)
    assert len(set(texts)) == len(texts)


def test_no_other_public_method_hides_in_a_store_or_app() -> None:
    documented = {name for name in PARAMETERS if "." in name}
    found = {
        f"{owner.__name__}.{name}"
        for owner in (spinkv.App, spinkv.Store)
        for name, _ in _public(owner)
    }
    assert found - documented == {"Store.name", "Store.closed"}
    assert documented <= found


def test_public_things_say_they_are_of_spinkv() -> None:
    for name in spinkv.__all__:
        value = getattr(spinkv, name)
        if callable(value):
            assert value.__module__.split(".")[0] == "spinkv"
            assert value.__name__ == name
            assert value.__qualname__ == name


def test_the_package_is_typed_and_has_a_version() -> None:
    folder = Path(spinkv.__file__).parent
    assert (folder / "py.typed").exists()
    match = re.search(r'SPINKV_VERSION "([^"]+)"', HEADER.read_text())
    assert match is not None
    assert importlib.metadata.version("spinkv") == match[1]


if TYPE_CHECKING:

    def types_that_a_checker_must_find(store: spinkv.Store, app: spinkv.App) -> None:
        """Never called; the type checkers read it."""
        assert_type(spinkv.open("x", path=Path("x"), max_entries=0, read_only=True), spinkv.Store)
        assert_type(spinkv.open_default(), spinkv.Store)
        assert_type(app.open("x"), spinkv.Store)
        assert_type(store.get("k"), bytes)
        assert_type(store["k"], bytes)
        assert_type(store.get("k", None), "bytes | None")
        assert_type(store.get("k", default=5), "bytes | int")
        assert_type(store.exists("k"), bool)
        assert_type(store.get_keys(), list[str])
        assert_type(store.list_keys("a", after=None, limit=5), list[str])
        assert_type(store.get_many(["a", b"b"]), "dict[str, bytes | None]")
        assert_type(store.increment("k"), int)
        assert_type(store.compare_and_swap("k", None, bytearray(b"x")), bool)
        assert_type(store.count(), int)
        assert_type(store.name, str)
        assert_type(store.closed, bool)
        assert_type(list(store), list[str])
        assert_type(spinkv.NoSuchKey("x").code, str)
        store.set("k", memoryview(b"v"))
        store.set_many({"a": b"1", "b": b"2"})
        store.set_many([("a", b"1"), ("b", "2")])
        with store as same:
            assert_type(same, spinkv.Store)
