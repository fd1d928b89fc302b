"""Grants: what the component of a manifest may open, how the errors tell what to add where, and
what seeds and stores in code have to do with it.

What every language sees is in the cases of tests/conformance/grants.json; here is what a Python
program meets: arguments, exceptions, and texts as a person reads them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import spinkv
from conftest import file_rows, run_script

# To call with arguments that a type checker would refuse.
loose_app: Any = spinkv.App

TWO = """
spin_manifest_version = 2

[application]
name = "shop"

[component.web]
key_value_stores = ["default", "cache"]

[component.worker]
key_value_stores = ["default"]
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A manifest with two components, in a folder of its own."""
    return write(tmp_path / "app" / "spin.toml", TWO)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def granting(folder: Path, **components: list[str]) -> Path:
    """A manifest with these components and their stores."""
    tables = [
        f"[component.{name}]\nkey_value_stores = {labels}\n" for name, labels in components.items()
    ]
    return write(folder / "spin.toml", "spin_manifest_version = 2\n" + "".join(tables))


# ---- Denied --------------------------------------------------------------------------------------


def test_denied_is_the_same_whether_or_not_the_store_is_there(manifest: Path) -> None:
    app = spinkv.App(manifest=manifest, component="worker", stores={"cache": {}})
    with pytest.raises(spinkv.AccessDenied) as there:
        app.open("cache")
    with pytest.raises(spinkv.AccessDenied) as missing:
        app.open("cash")
    assert str(there.value).replace("cache", "cash") == str(missing.value)
    assert there.value.code == missing.value.code == "access-denied"


def test_a_denial_says_what_to_add_where(manifest: Path) -> None:
    app = spinkv.App(manifest=manifest, component="worker", stores={"cache": {}})
    with pytest.raises(spinkv.AccessDenied) as caught:
        app.open("cache")
    for part in ('"cache"', '"worker"', "key_value_stores", str(manifest)):
        assert part in str(caught.value)
    # What it says to do does it.
    granting(manifest.parent, web=["default", "cache"], worker=["default", "cache"])
    spinkv.App(manifest=manifest, component="worker", stores={"cache": {}}).open("cache")


def test_a_denial_of_the_union_says_so_too(manifest: Path) -> None:
    app = spinkv.App(manifest=manifest, component="*", stores={"cache": {}, "log": {}})
    with pytest.raises(spinkv.AccessDenied) as caught:
        app.open("log")
    for part in ('"log"', "key_value_stores", str(manifest)):
        assert part in str(caught.value)
    assert '"*"' not in str(caught.value)


def test_a_denial_is_neither_a_missing_key_nor_an_io_error(manifest: Path) -> None:
    app = spinkv.App(manifest=manifest, component="worker", stores={"cache": {}})
    with pytest.raises(spinkv.Error) as caught:
        app.open("cache")
    assert type(caught.value) is spinkv.AccessDenied
    assert not isinstance(caught.value, spinkv.Io | LookupError | ValueError)


@pytest.mark.parametrize(
    "label",
    ["", "Default", "default ", "é😀", "a\nb", '"', "x" * 1000, "default\x7f"],
    ids=ascii,
)
def test_whatever_is_not_granted_is_denied_in_one_short_line(manifest: Path, label: str) -> None:
    app = spinkv.App(manifest=manifest, component="worker", stores={"cache": {}})
    with pytest.raises(spinkv.AccessDenied) as caught:
        app.open(label)
    assert len(str(caught.value)) < 512
    assert str(caught.value).isprintable()
    app.open_default().close()


def test_a_label_with_nul_is_no_label(manifest: Path) -> None:
    app = spinkv.App(manifest=manifest, component="worker", stores={"cache": {}})
    with pytest.raises(ValueError):
        app.open("default\0")
    with pytest.raises(ValueError):
        app.grant("default\0")


def test_a_denied_store_is_not_made(manifest: Path, tmp_path: Path) -> None:
    app = spinkv.App(
        manifest=manifest, component="worker", stores={"cache": {"path": tmp_path / "x" / "c.db"}}
    )
    with pytest.raises(spinkv.AccessDenied):
        app.open("cache")
    assert not (tmp_path / "x").exists()
    assert [path.name for path in manifest.parent.iterdir()] == ["spin.toml"]


# ---- Granted and not configured -----------------------------------------------------------------


def test_a_label_that_nothing_configures_fails_at_load(tmp_path: Path) -> None:
    manifest = granting(tmp_path, bar=["foo"])
    with pytest.raises(spinkv.NoSuchStore) as caught:
        spinkv.App(manifest=manifest)
    message = str(caught.value)
    assert 'unknown key_value_stores label "foo" for component "bar"' in message
    assert "[key_value_store.foo]" in message
    assert "runtime configuration" in message


def test_every_label_and_component_is_named(tmp_path: Path) -> None:
    manifest = granting(tmp_path, bar=["foo", "default", "fig"], baz=["foo"], plain=["default"])
    with pytest.raises(spinkv.NoSuchStore) as caught:
        spinkv.App(manifest=manifest, component="plain")
    named = re.findall(
        r'unknown key_value_stores label "([a-z]+)" for component "([a-z]+)"', str(caught.value)
    )
    assert named == [("foo", "bar"), ("fig", "bar"), ("foo", "baz")]


def test_more_than_fit_are_named_whole_or_not_at_all(tmp_path: Path) -> None:
    labels = [f"label-{letter * 8}" for letter in "abcdefghijklmnopqrst"]
    manifest = granting(tmp_path, bar=labels)
    with pytest.raises(spinkv.NoSuchStore) as caught:
        spinkv.App(manifest=manifest)
    message = str(caught.value)
    whole = re.findall(
        r'unknown key_value_stores label "label-[a-t]{8}" for component "bar"', message
    )
    assert len(whole) >= 3
    assert message.count("unknown key_value_stores") == len(whole)
    assert "[key_value_store." in message
    assert "..." in message or re.search(r"\bmore\b", message), (
        "it does not say that there are more"
    )


def test_the_text_names_the_file_to_add_to_and_what_it_says_helps(tmp_path: Path) -> None:
    manifest = granting(tmp_path, bar=["foo"])
    config = write(tmp_path / "rc.toml", "# nothing yet\n")
    with pytest.raises(spinkv.NoSuchStore) as caught:
        spinkv.App(manifest=manifest, runtime_config=config)
    added = re.search(r"\[key_value_store\.\w+\]", str(caught.value))
    assert added
    assert "rc.toml" in str(caught.value)
    write(config, f'{added.group()}\ntype = "spin"\n')
    spinkv.App(manifest=manifest, runtime_config=config).open("foo").close()


def test_the_file_is_named_however_long_its_path_is(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["some-folder-with-a-long-name"] * 5)
    manifest = granting(folder, bar=["foo"])
    config = write(folder / "rc.toml", "")
    with pytest.raises(spinkv.NoSuchStore, match=r"rc\.toml"):
        spinkv.App(manifest=manifest, runtime_config=config)
    granting(folder, bar=[])
    app = spinkv.App(manifest=manifest, runtime_config=config)
    with pytest.raises(spinkv.AccessDenied, match=r"spin\.toml"):
        app.open("foo")
    with pytest.raises(spinkv.InvalidArgument, match=r"spin\.toml.*\"bar\""):
        spinkv.App(manifest=manifest, component="baz")


def test_the_two_are_told_apart(tmp_path: Path, manifest: Path) -> None:
    with pytest.raises(spinkv.NoSuchStore) as unknown:
        spinkv.App(manifest=granting(tmp_path / "other", bar=["foo"]))
    app = spinkv.App(manifest=manifest, component="worker", stores={"cache": {}})
    with pytest.raises(spinkv.AccessDenied) as denied:
        app.open("cache")
    assert "not granted" in str(denied.value)
    assert "not granted" not in str(unknown.value)
    assert "[key_value_store." not in str(denied.value)
    assert "add it to key_value_stores" not in str(unknown.value)


@pytest.mark.parametrize("component", [None, "bar", "*"])
def test_the_app_is_not_made_whichever_component_is_asked_for(
    tmp_path: Path, component: str | None
) -> None:
    manifest = granting(tmp_path, bar=["foo"])
    with pytest.raises(spinkv.NoSuchStore):
        spinkv.App(manifest=manifest, component=component)
    spinkv.App(manifest=manifest, component=component, stores={"foo": {}}).open("foo").close()


def test_a_store_added_later_does_not_come_too_late_for_another_app(tmp_path: Path) -> None:
    manifest = granting(tmp_path, bar=["foo"])
    app = spinkv.App(manifest=manifest, stores={"foo": {"max_entries": 1}})
    store = app.open("foo")
    store.set("a", b"")
    with pytest.raises(spinkv.StoreFull):
        store.set("b", b"")


# ---- Components ---------------------------------------------------------------------------------


def test_without_a_component_there_must_be_one(manifest: Path, tmp_path: Path) -> None:
    with pytest.raises(spinkv.InvalidArgument) as caught:
        spinkv.App(manifest=manifest, stores={"cache": {}})
    for part in ('"web"', '"worker"', '"*"', str(manifest)):
        assert part in str(caught.value)
    alone = granting(tmp_path, web=["default"])
    for app in (spinkv.App(manifest=alone), spinkv.App(manifest=alone, component=None)):
        app.open_default().close()
        with pytest.raises(spinkv.AccessDenied, match='"web"'):
            app.open("cache")


def test_an_unknown_component_is_told_which_there_are(manifest: Path) -> None:
    with pytest.raises(spinkv.InvalidArgument) as caught:
        spinkv.App(manifest=manifest, component="wb", stores={"cache": {}})
    for part in ('"wb"', '"web"', '"worker"', str(manifest)):
        assert part in str(caught.value)


def test_a_list_of_components_that_is_too_long_says_so(tmp_path: Path) -> None:
    names = [f"component-{letter * 10}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    manifest = granting(tmp_path, **{name: [] for name in names})
    for component in (None, "other"):
        with pytest.raises(spinkv.InvalidArgument) as caught:
            spinkv.App(manifest=manifest, component=component)
        message = str(caught.value)
        listed = [name for name in names if f'"{name}"' in message]
        assert len(listed) >= 5
        assert message.count("component-") == len(listed), "an id is cut in its middle"
        assert "..." in message or re.search(r"\bmore\b", message)


def test_all_components_are_asked_for_by_a_star(manifest: Path) -> None:
    app = spinkv.App(manifest=manifest, component="*", stores={"cache": {}})
    app.open("cache").close()
    app.open_default().close()


def test_a_manifest_without_components_grants_nothing(tmp_path: Path) -> None:
    manifest = granting(tmp_path)
    with pytest.raises(spinkv.Error, match="no component"):
        spinkv.App(manifest=manifest)
    with pytest.raises(spinkv.AccessDenied):
        spinkv.App(manifest=manifest, component="*").open_default()


def test_a_component_needs_a_manifest(tmp_path: Path) -> None:
    with pytest.raises(spinkv.InvalidArgument, match="manifest"):
        spinkv.App(component="web")
    config = write(tmp_path / "rc.toml", "")
    with pytest.raises(spinkv.InvalidArgument, match="manifest"):
        spinkv.App(component="*", runtime_config=config)


@pytest.mark.parametrize("component", [5, ["web"], True], ids=repr)
def test_a_component_is_text(manifest: Path, component: Any) -> None:
    with pytest.raises(TypeError):
        loose_app(manifest=manifest, component=component)


@pytest.mark.parametrize("component", ["web\0", "\ud800", "é", "x" * 5000], ids=ascii)
def test_an_odd_component_is_refused_without_harm(manifest: Path, component: str) -> None:
    with pytest.raises((ValueError, spinkv.Error)) as caught:
        spinkv.App(manifest=manifest, component=component, stores={"cache": {}})
    assert len(str(caught.value)) < 512


# ---- Where the manifest is ----------------------------------------------------------------------


@pytest.mark.parametrize("form", [str, Path, os.fsencode], ids=["str", "Path", "bytes"])
def test_a_manifest_is_any_kind_of_path(manifest: Path, form: Callable[[Path], Any]) -> None:
    app = spinkv.App(manifest=form(manifest), component="worker", stores={"cache": {}})
    app.open_default().set("k", b"v")
    rows = file_rows(manifest.parent / ".spin" / "sqlite_key_value.db")
    assert rows == [("default", "k", b"v")]


def test_a_relative_manifest_belongs_to_the_directory_of_the_apps_making(
    manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = spinkv.App(manifest="app/spin.toml", component="worker", stores={"cache": {}})
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    app.open_default().close()
    assert (manifest.parent / ".spin" / "sqlite_key_value.db").exists()
    assert list((tmp_path / "elsewhere").iterdir()) == []
    with pytest.raises(spinkv.AccessDenied, match=re.escape(str(manifest))):
        app.open("cache")


def test_the_manifest_is_read_once(manifest: Path) -> None:
    app = spinkv.App(manifest=manifest, component="worker", stores={"cache": {}})
    manifest.write_text("not TOML")
    app.open_default().close()
    manifest.unlink()
    app.open_default().close()


def test_a_missing_manifest_is_an_io_error(tmp_path: Path) -> None:
    for path in (tmp_path / "spin.toml", tmp_path / "no" / "spin.toml", tmp_path):
        with pytest.raises(spinkv.Io, match=re.escape(str(path))) as caught:
            spinkv.App(manifest=path)
        assert type(caught.value) is spinkv.Io


@pytest.mark.parametrize("path", [5, ["spin.toml"], True], ids=repr)
def test_a_manifest_of_another_type_is_refused(path: Any) -> None:
    with pytest.raises(TypeError):
        loose_app(manifest=path)


@pytest.mark.parametrize("path", ["", "spin.toml\0", b"\xff\xfe/spin.toml"], ids=ascii)
def test_an_odd_path_is_refused(path: Any) -> None:
    with pytest.raises((ValueError, spinkv.Error)) as caught:
        spinkv.App(manifest=path)
    assert str(caught.value).isprintable()


# ---- Grants in code -----------------------------------------------------------------------------


def test_a_grant_in_code_opens_what_the_manifest_does_not(manifest: Path) -> None:
    app = spinkv.App(manifest=manifest, component="worker", stores={"cache": {}})
    with pytest.raises(spinkv.AccessDenied):
        app.open("cache")
    app.grant("cache")
    app.open("cache").close()
    app.open_default().close()
    with pytest.raises(spinkv.AccessDenied):
        app.open("log")


def test_a_grant_in_code_configures_nothing(manifest: Path) -> None:
    app = spinkv.App(manifest=manifest, component="worker", stores={"cache": {}})
    app.grant("log")
    with pytest.raises(spinkv.NoSuchStore, match='"log"'):
        app.open("log")
    app.add_store("log")
    app.open("log").close()


def test_adding_a_store_grants_nothing_where_there_is_a_manifest(manifest: Path) -> None:
    app = spinkv.App(manifest=manifest, component="web", stores={"cache": {}})
    app.add_store("log")
    with pytest.raises(spinkv.AccessDenied):
        app.open("log")


def test_without_a_manifest_all_may_be_opened() -> None:
    app = spinkv.App(stores={"cache": {}}, state_dir="")
    app.grant("default")
    app.open("cache").close()
    app.open_default().close()


@pytest.mark.parametrize("label", [None, 5, b"cache", ["cache"]], ids=repr)
def test_a_grant_is_of_a_text(label: Any) -> None:
    app: Any = spinkv.App()
    with pytest.raises(TypeError):
        app.grant(label)


def test_a_grant_of_nothing_is_refused() -> None:
    with pytest.raises(spinkv.InvalidArgument):
        spinkv.App().grant("")


# ---- Stores in code -----------------------------------------------------------------------------


def test_stores_in_code_take_the_options_of_add_store(tmp_path: Path) -> None:
    app = spinkv.App(
        stores={"cache": {"path": tmp_path / "c.db", "max_entries": 1}, "scratch": {}},
        state_dir="",
    )
    store = app.open("cache")
    store.set("k", b"v")
    with pytest.raises(spinkv.StoreFull):
        store.set("l", b"v")
    assert file_rows(tmp_path / "c.db") == [("cache", "k", b"v")]
    assert list(app.stores()) == ["cache", "default", "scratch"]


def test_stores_in_code_can_redefine_default(tmp_path: Path) -> None:
    app = spinkv.App(stores={"default": {"path": tmp_path / "d.db"}}, state_dir=tmp_path / "unused")
    app.open_default().set("k", b"v")
    assert file_rows(tmp_path / "d.db") == [("default", "k", b"v")]
    assert not (tmp_path / "unused").exists()


@pytest.mark.parametrize(
    ("stores", "kind"),
    [
        ({"cache": {"max_entry": 5}}, spinkv.InvalidArgument),
        ({"cache": {"max_entries": -1}}, spinkv.InvalidArgument),
        ({"cache": {"type": "floppy"}}, spinkv.InvalidConfig),
        ({"": {}}, spinkv.InvalidArgument),
        ({5: {}}, TypeError),
        ({"cache": 5}, TypeError),
        ({"cache": {"max_entries": "5"}}, (TypeError, spinkv.InvalidArgument)),
        (["cache"], (TypeError, AttributeError)),
    ],
    ids=repr,
)
def test_wrong_stores_in_code_are_refused(stores: Any, kind: Any) -> None:
    with pytest.raises(kind):
        loose_app(stores=stores)


# ---- Seeds --------------------------------------------------------------------------------------


def test_a_seed_needs_no_grant(tmp_path: Path) -> None:
    manifest = granting(tmp_path, locked=[], reader=["default"])
    app = spinkv.App(manifest=manifest, component="locked")
    app.seed({"greeting": b"hello", "bytes": b"\0\xff"})
    with pytest.raises(spinkv.AccessDenied):
        app.open_default()
    reader = spinkv.App(manifest=manifest, component="reader").open_default()
    assert reader.get_many(["greeting", "bytes"]) == {"greeting": b"hello", "bytes": b"\0\xff"}


@pytest.mark.parametrize(
    "items",
    [
        {"a": "1", "b": b"2"},
        [("a", "1"), ("b", b"2")],
        (pair for pair in [("a", b"1"), (b"b", bytearray(b"2"))]),
    ],
    ids=["mapping", "list", "generator"],
)
def test_a_seed_takes_what_set_many_takes(items: Any) -> None:
    app = spinkv.App(state_dir="")
    app.seed(items)
    assert app.open_default().get_many(["a", "b"]) == {"a": b"1", "b": b"2"}


def test_a_seed_is_all_or_nothing() -> None:
    app = spinkv.App(state_dir="")
    store = app.open_default()
    store.set("a", b"old")
    with pytest.raises(spinkv.ValueTooLarge):
        app.seed({"a": b"new", "b": bytes(2**20 + 1)})
    assert store.get("a") == b"old"
    assert store.get_keys() == ["a"]


@pytest.mark.parametrize("items", [5, {"a": 5}, {5: "a"}, [("a",)], ["ab", "c"]], ids=repr)
def test_a_seed_of_another_type_is_refused(items: Any) -> None:
    app: Any = spinkv.App(state_dir="")
    with pytest.raises((TypeError, ValueError)):
        app.seed(items)
    assert app.open_default().get_keys() == []


def test_a_seed_goes_where_default_is(tmp_path: Path) -> None:
    config = write(
        tmp_path / "rc.toml", '[key_value_store.default]\ntype = "spin"\npath = "moved.db"\n'
    )
    spinkv.App(runtime_config=config).seed({"k": "v"})
    assert file_rows(tmp_path / "moved.db") == [("default", "k", b"v")]
    assert not (tmp_path / ".spin").exists()


def test_another_process_meets_a_seed(tmp_path: Path) -> None:
    granting(tmp_path, web=["default"])
    source = """
import spinkv
spinkv.App(manifest="spin.toml").seed({"k": "from another process"})
"""
    run_script(source, cwd=tmp_path)
    store = spinkv.App(manifest=tmp_path / "spin.toml").open_default()
    assert store.get("k") == b"from another process"
