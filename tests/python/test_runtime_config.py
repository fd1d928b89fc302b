"""Runtime configurations: the stores they configure, types, fields and their ranges, paths, the
state directory, the environment variable that names the file, and what is wrong in a file.

What every language sees is in the cases of tests/conformance/runtime_config*.json and
state_dir.json; here is what a Python program meets, and all fields and mistakes one by one. That
nothing secret is shown has a file of its own, test_secrets.py.
"""

from __future__ import annotations

import itertools
import os
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import spinkv
from conftest import Conversation, file_rows, run_script

# To call with arguments that a type checker would refuse.
loose_app: Any = spinkv.App


def configure(folder: Path, text: str, name: str = "rc.toml") -> Path:
    """A runtime configuration in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def table(*lines: str, label: str = "box", kind: str = "spin") -> str:
    """The table of one store."""
    return "\n".join([f"[key_value_store.{label}]", f'type = "{kind}"', *lines]) + "\n"


def manifest_in(folder: Path) -> Path:
    """A manifest whose one component is granted the default store."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "spin.toml"
    path.write_text('spin_manifest_version = 2\n[component.web]\nkey_value_stores = ["default"]\n')
    return path


# ---- Types and fields ---------------------------------------------------------------------------

# What each type of store needs, as TOML.
NEEDED: dict[str, dict[str, str]] = {
    "spin": {},
    "redis": {"url": '"redis://localhost:6379"'},
    "azure_cosmos": {"account": '"acc"', "database": '"data"', "container": '"box"'},
    "aws_dynamo": {"region": '"eu-west-1"', "table": '"shelf"'},
}
# What each may have besides.
OPTIONAL: dict[str, dict[str, str]] = {
    "spin": {"path": '"x.db"'},
    "redis": {},
    "azure_cosmos": {"key": '"c2VjcmV0"'},
    "aws_dynamo": {
        "access_key": '"AKIA"',
        "secret_key": '"abc"',
        "token": '"def"',
        "consistent_read": "true",
    },
}
COMMON: dict[str, str] = {
    "durability": '"normal"',
    "busy_timeout_ms": "1",
    "max_key_bytes": "2",
    "max_value_bytes": "3",
    "max_entries": "4",
    "cache_bytes": "5",
    "read_only": "false",
}
FIELDS = [
    (kind, name) for kind in NEEDED for name in ("type", *NEEDED[kind], *OPTIONAL[kind], *COMMON)
]
NUMBERS = {
    "busy_timeout_ms": 86_400_000,
    "max_key_bytes": 2**63 - 1,
    "max_value_bytes": 2**63 - 1,
    "max_entries": 2**63 - 1,
    "cache_bytes": 2**63 - 1,
}
BOOLEANS = {"read_only", "consistent_read"}


def fields_of(kind: str) -> dict[str, str]:
    """All that a store of a type may have."""
    return {"type": f'"{kind}"', **NEEDED[kind], **OPTIONAL[kind], **COMMON}


def text_of(fields: dict[str, str]) -> str:
    return "[key_value_store.box]\n" + "".join(
        f"{name} = {value}\n" for name, value in fields.items()
    )


def refusal(path: Path) -> str:
    """The message with which a file is refused, which always names the file and the line."""
    with pytest.raises(spinkv.InvalidConfig) as caught:
        spinkv.App(runtime_config=path)
    message = str(caught.value)
    assert re.search(rf"{re.escape(str(path))}:\d+", message), message
    assert message.isprintable()
    assert len(message) < 512
    assert isinstance(caught.value, ValueError)
    assert caught.value.code == "invalid-config"
    return message


@pytest.mark.parametrize("kind", NEEDED)
def test_every_field_of_a_type_is_taken(tmp_path: Path, kind: str) -> None:
    for fields in (fields_of(kind), {"type": f'"{kind}"', **NEEDED[kind]}):
        app = spinkv.App(runtime_config=configure(tmp_path, text_of(fields)))
        assert list(app.stores()) == ["box", "default"]
        if kind == "spin":
            app.open("box").close()
        else:
            with pytest.raises(spinkv.Unsupported, match=f'"box".*"{kind}"'):
                app.open("box")
        app.open_default().close()


@pytest.mark.parametrize("kind", NEEDED)
def test_fields_come_in_any_order(tmp_path: Path, kind: str) -> None:
    fields = dict(reversed(fields_of(kind).items()))
    assert list(fields)[-1] == "type"
    app = spinkv.App(runtime_config=configure(tmp_path, text_of(fields)))
    assert list(app.stores()) == ["box", "default"]


@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_a_field_of_a_wrong_type_is_refused_by_name(tmp_path: Path, kind: str, name: str) -> None:
    right = "number" if name in NUMBERS else "boolean" if name in BOOLEANS else "text"
    values = {"text": ['"x"'], "number": ["1"], "boolean": ["true", "false"]}
    wrong = [value for form in values if form != right for value in values[form]]
    wrong += ["1.5", "[]", '["x"]', "{}", '{ x = "y" }', "1979-05-27", "07:32:00", "inf"]
    for value in wrong:
        fields = {**fields_of(kind), name: value}
        path = configure(tmp_path, text_of(fields))
        message = refusal(path)
        assert "box" in message
        assert re.search(rf"\b{name}\b", message), message
        line = 2 + list(fields).index(name)
        assert f"{path}:{line}:" in message, f"{value}: {message}"


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in NEEDED for name in ("type", *NEEDED[kind])]
)
def test_a_missing_field_is_named(tmp_path: Path, kind: str, name: str) -> None:
    fields = {key: value for key, value in fields_of(kind).items() if key != name}
    message = refusal(configure(tmp_path, text_of(fields)))
    assert "box" in message
    assert name in message
    if name == "type":
        assert all(f'"{known}"' in message for known in NEEDED)
    else:
        assert f'"{kind}"' in message


@pytest.mark.parametrize("kind", ["", "Spin", "sqlite", "redis ", "dynamo", "azure-cosmos", "é"])
def test_an_unknown_type_is_told_which_there_are(tmp_path: Path, kind: str) -> None:
    message = refusal(configure(tmp_path, table(kind=kind)))
    # What is no name of letters, digits, '_' and '-' may be a secret in the wrong place.
    assert (f'"{kind}"' in message) == (kind not in ("redis ", "é"))
    assert all(f'"{known}"' in message for known in NEEDED)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (kind, name)
        for kind, other in itertools.permutations(NEEDED, 2)
        for name in (*NEEDED[other], *OPTIONAL[other])
    ],
)
def test_a_field_of_another_type_is_refused(tmp_path: Path, kind: str, name: str) -> None:
    every = {**fields_of("spin"), **fields_of("redis")}
    every |= {**fields_of("azure_cosmos"), **fields_of("aws_dynamo")}
    fields = {"type": f'"{kind}"', **NEEDED[kind], name: every[name]}
    message = refusal(configure(tmp_path, text_of(fields)))
    assert "box" in message
    assert f'"{name}"' in message
    assert f'"{kind}"' in message


def nearly(name: str) -> list[str]:
    """A name with one letter left out, doubled, exchanged for another, and in the plural."""
    middle = len(name) // 2
    wrong = [name[:middle] + name[middle + 1 :], name[:middle] + name[middle] + name[middle:]]
    return [*wrong, name[:middle] + "X" + name[middle + 1 :], name + "s"]


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, name in FIELDS if name not in ("key", "url")]
)
def test_an_unknown_field_is_told_the_nearest_one(tmp_path: Path, kind: str, name: str) -> None:
    known = fields_of(kind)
    for wrong in nearly(name):
        if wrong in known:
            continue
        fields = {"type": f'"{kind}"', **NEEDED[kind], wrong: known[name]}
        path = configure(tmp_path, text_of(fields))
        message = refusal(path)
        assert f'"{wrong}"' in message
        assert f'"{name}"' in message, f"no suggestion of {name} for {wrong}: {message}"
        assert f"{path}:{1 + len(fields)}:" in message


def test_an_unknown_field_that_is_like_no_other_gets_no_suggestion(tmp_path: Path) -> None:
    message = refusal(configure(tmp_path, table("wingspan_in_feet = 5")))
    assert "did you mean" not in message
    assert "max_entries" in message


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_keep_to_their_range(tmp_path: Path, name: str) -> None:
    largest = NUMBERS[name]
    for number in (0, 1, largest):
        app = spinkv.App(runtime_config=configure(tmp_path, table(f"{name} = {number}")))
        app.open("box").close()
    for number in (-1, -(2**63), largest + 1, 2**70):
        message = refusal(configure(tmp_path, table(f"{name} = {number}")))
        if -(2**63) <= number < 2**63:
            for part in ("box", name, str(number), f"0 to {largest}"):
                assert part in message


@pytest.mark.parametrize("number", ["0x10", "0o20", "0b10000", "1_6", "+16"])
def test_numbers_may_be_written_in_any_way_of_toml(tmp_path: Path, number: str) -> None:
    app = spinkv.App(runtime_config=configure(tmp_path, table(f"max_key_bytes = {number}")))
    store = app.open("box")
    store.set("k" * 16, b"")
    with pytest.raises(spinkv.KeyTooLarge):
        store.set("k" * 17, b"")


def test_limits_are_those_of_the_file(tmp_path: Path) -> None:
    text = table("max_key_bytes = 2", "max_value_bytes = 3", "max_entries = 1")
    store = spinkv.App(runtime_config=configure(tmp_path, text)).open("box")
    store.set("kk", b"vvv")
    with pytest.raises(spinkv.KeyTooLarge):
        store.set("kkk", b"")
    with pytest.raises(spinkv.ValueTooLarge):
        store.set("kk", b"vvvv")
    with pytest.raises(spinkv.StoreFull):
        store.set("k2", b"")


def test_the_same_words_mean_the_same_in_code(tmp_path: Path) -> None:
    """A store that is configured with all options fails as one that was added with them does."""
    options: Any = {"max_key_bytes": 2, "max_value_bytes": 3, "max_entries": 1}
    lines = [f"{name} = {value}" for name, value in options.items()]
    app = spinkv.App(runtime_config=configure(tmp_path, table(*lines)))
    app.add_store("coded", **options)
    refused = ([("kkk", b"")], [("k", b"vvvv")], [("a", b""), ("b", b"")])
    for pairs in refused:
        messages = []
        for label in ("box", "coded"):
            with pytest.raises(spinkv.Error) as caught:
                app.open(label).set_many(pairs)
            messages.append(str(caught.value).replace(label, "..."))
        assert messages[0] == messages[1]


def test_read_only_and_busy_timeout_count(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with spinkv.open("box", path=path) as store:
        store.set("k", b"v")
    text = table('path = "x.db"', "read_only = true") + table(
        'path = "x.db"', "busy_timeout_ms = 1", label="hasty"
    )
    app = spinkv.App(runtime_config=configure(tmp_path, text))
    with app.open("box") as reader:
        assert reader.get("k") == b"v"
        with pytest.raises(spinkv.ReadOnly):
            reader.set("k", b"w")
    assert app.stores()["box"].endswith("read-only")
    source = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
sys.stdin.readline()
print("1", flush=True)
sys.stdin.readline()
"""
    with app.open("hasty") as hasty, Conversation(source, path) as other:
        assert other.ask("hold the lock") == 1
        with pytest.raises(spinkv.Busy, match=r"\b1 ms"):
            hasty.set("k", b"w")


def test_the_name_of_a_field_ends_where_it_ends(tmp_path: Path) -> None:
    assert "box" in refusal(configure(tmp_path, table('"max_entries\\u0000x" = 5')))


# ---- Paths --------------------------------------------------------------------------------------


def test_a_relative_path_belongs_to_the_folder_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(tmp_path / "conf", table('path = "data/x.db"'))
    app = spinkv.App(runtime_config="conf/rc.toml")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    app.open("box").set("k", b"v")
    assert file_rows(tmp_path / "conf" / "data" / "x.db") == [("box", "k", b"v")]
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_an_absolute_path_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "far" / "away.db"
    app = spinkv.App(runtime_config=configure(tmp_path / "conf", table(f"path = '{path}'")))
    assert str(path) in app.stores()["box"]
    app.open("box").set("k", b"v")
    assert file_rows(path) == [("box", "k", b"v")]


@pytest.mark.parametrize("path", ["../x.db", "./x.db", "a/../x.db", "a//b/x.db", "é 😀/x'y.db"])
def test_odd_relative_paths(tmp_path: Path, path: str) -> None:
    conf = tmp_path / "conf"
    (conf / "a").mkdir(parents=True)
    app = spinkv.App(runtime_config=configure(conf, table(f'path = "{path}"')))
    app.open("box").set("k", b"v")
    assert file_rows(conf / path) == [("box", "k", b"v")]


def test_parents_are_made_when_the_store_is_opened(tmp_path: Path) -> None:
    app = spinkv.App(runtime_config=configure(tmp_path, table('path = "a/b/c/x.db"')))
    app.stores()
    assert not (tmp_path / "a").exists()
    app.open("box").close()
    assert (tmp_path / "a" / "b" / "c" / "x.db").exists()


@pytest.mark.parametrize("line", ["", 'path = ""', 'path = ":memory:"'], ids=repr)
def test_no_path_means_in_memory(tmp_path: Path, line: str) -> None:
    path = configure(tmp_path, table(line))
    app = spinkv.App(runtime_config=path, state_dir="")
    store = app.open("box")
    store.set("k", b"v")
    assert app.open("box").get("k") == b"v"
    assert "memory" in app.stores()["box"]
    assert spinkv.App(runtime_config=path, state_dir="").open("box").get_keys() == []
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_made_fails_when_it_is_opened(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    app = spinkv.App(runtime_config=configure(tmp_path, table('path = "taken/x.db"')))
    with pytest.raises(spinkv.Io):
        app.open("box")
    app.open_default().close()


def test_a_path_that_is_too_long_is_refused_with_its_place(tmp_path: Path) -> None:
    message = refusal(configure(tmp_path, table(f'path = "{"a/" * 300}x.db"')))
    assert "box" in message
    assert "500" in message


def test_the_folder_of_a_file_behind_a_link_is_where_the_link_is(tmp_path: Path) -> None:
    real = configure(tmp_path / "real", table('path = "x.db"'))
    (tmp_path / "linked").mkdir()
    link = tmp_path / "linked" / "rc.toml"
    link.symlink_to(real)
    spinkv.App(runtime_config=link).open("box").close()
    assert (tmp_path / "linked" / "x.db").exists()
    assert not (tmp_path / "real" / "x.db").exists()


# ---- Sharing ------------------------------------------------------------------------------------


def test_many_labels_on_one_file_share_it_and_not_their_tuples(tmp_path: Path) -> None:
    labels = [f"label-{number}" for number in range(50)]
    text = "".join(table('path = "shared.db"', label=label) for label in labels)
    app = spinkv.App(runtime_config=configure(tmp_path, text))
    stores = {label: app.open(label) for label in labels}
    for label, store in stores.items():
        store.set("k", label.encode())
    stores["label-7"].delete("k")
    for label, store in stores.items():
        assert store.get("k", None) == (None if label == "label-7" else label.encode())
        assert store.count() == (label != "label-7")
    rows = [(label, "k", label.encode()) for label in sorted(labels) if label != "label-7"]
    assert file_rows(tmp_path / "shared.db") == rows
    assert not list(tmp_path.glob("shared-*.db"))


def test_one_label_through_two_apps_is_the_same_data(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    spellings = ["x.db", "./x.db", "link/x.db", f"{tmp_path}/link/./x.db"]
    apps = [
        spinkv.App(runtime_config=configure(tmp_path, table(f"path = '{path}'"), f"{number}.toml"))
        for number, path in enumerate(spellings)
    ]
    stores = [app.open("box") for app in apps]
    for number, store in enumerate(stores, 1):
        assert store.increment("n") == number
    coded = spinkv.open("box", path=tmp_path / "x.db")
    assert coded.increment("n") == len(stores) + 1
    coded.set("k", b"v")
    assert [store.get("k") for store in stores] == [b"v"] * len(stores)


def test_another_process_with_the_same_file_meets_the_same_data(tmp_path: Path) -> None:
    path = configure(tmp_path, table('path = "x.db"'))
    store = spinkv.App(runtime_config=path).open("box")
    store.set("k", b"here")
    source = """
import spinkv, sys
store = spinkv.App(runtime_config=sys.argv[1]).open("box")
print(store.get("k").decode())
store.set("k", "there")
"""
    assert run_script(source, path) == "here\n"
    assert store.get("k") == b"there"


# ---- The default store --------------------------------------------------------------------------


@pytest.mark.parametrize("manifest", [False, True])
def test_default_redefined(tmp_path: Path, manifest: bool) -> None:
    path = configure(tmp_path, table('path = "d.db"', "max_entries = 1", label="default"))
    app = spinkv.App(manifest=manifest_in(tmp_path) if manifest else None, runtime_config=path)
    with app.open_default() as store:
        store.set("k", b"v")
        with pytest.raises(spinkv.StoreFull):
            store.set("l", b"v")
    assert file_rows(tmp_path / "d.db") == [("default", "k", b"v")]
    assert not (tmp_path / ".spin").exists()
    assert app.stores() == {"default": f"SQLite file {tmp_path / 'd.db'}"}
    with pytest.raises(spinkv.InvalidArgument, match="default"):
        app.add_store("default")


def test_default_redefined_does_not_mind_the_state_directory(tmp_path: Path) -> None:
    path = configure(tmp_path, 'state_dir = "s"\n' + table('path = "d.db"', label="default"))
    for app in (spinkv.App(runtime_config=path), spinkv.App(runtime_config=path, state_dir="c")):
        app.open_default().close()
    assert (tmp_path / "d.db").exists()
    assert not (tmp_path / "s").exists()
    assert not (tmp_path / "c").exists()


def test_default_as_a_store_of_another_type(tmp_path: Path) -> None:
    text = table('url = "redis://localhost"', label="default", kind="redis") + table()
    app = spinkv.App(runtime_config=configure(tmp_path, text))
    with pytest.raises(spinkv.Unsupported):
        app.open_default()
    with pytest.raises(spinkv.Unsupported):
        app.seed({"k": "v"})
    app.open("box").close()
    assert not (tmp_path / ".spin").exists()


# ---- The state directory ------------------------------------------------------------------------


def default_file(app: spinkv.App) -> Path | None:
    """Where the default store comes to lie; None for in memory."""
    with app.open_default() as store:
        store.set("k", b"v")
    summary = app.stores()["default"]
    if "memory" in summary:
        return None
    path = Path(summary.removeprefix("SQLite file "))
    assert file_rows(path) == [("default", "k", b"v")]
    path.unlink()
    return path


@pytest.mark.parametrize("code", [None, "code", ""], ids=repr)
@pytest.mark.parametrize("file", [None, "file", ""], ids=repr)
@pytest.mark.parametrize("manifest", [False, True])
def test_who_says_where_the_state_directory_is(
    tmp_path: Path, code: str | None, file: str | None, manifest: bool
) -> None:
    """In code counts more than the file, that more than the manifest, that more than nobody."""
    line = "" if file is None else f'state_dir = "{file}"\n'
    path = configure(tmp_path / "conf", line)
    app = spinkv.App(
        manifest=manifest_in(tmp_path / "app") if manifest else None,
        runtime_config=path,
        state_dir=code,
    )
    folder: Path | None
    if code is not None:
        folder = tmp_path / code if code else None
    elif file is not None:
        folder = tmp_path / file if file else None
    else:
        folder = tmp_path / "app" / ".spin" if manifest else tmp_path / ".spin"
    assert default_file(app) == (folder / "sqlite_key_value.db" if folder else None)


@pytest.mark.parametrize("state_dir", ["s", "./s", "a/b/s", "../s", "é 😀"])
def test_a_relative_state_dir_belongs_to_the_current_directory_of_the_loading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state_dir: str
) -> None:
    here = tmp_path / "here"
    for folder in (here / "a" / "b", tmp_path / "elsewhere"):
        folder.mkdir(parents=True)
    monkeypatch.chdir(here)
    path = configure(tmp_path / "conf", f'state_dir = "{state_dir}"\n')
    app = spinkv.App(runtime_config=path)
    monkeypatch.chdir(tmp_path / "elsewhere")
    found = default_file(app)
    assert found is not None
    assert found.resolve() == (here / state_dir / "sqlite_key_value.db").resolve()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_an_absolute_state_dir(tmp_path: Path) -> None:
    path = configure(tmp_path / "conf", f"state_dir = '{tmp_path}/abs'\n")
    assert default_file(spinkv.App(runtime_config=path)) == tmp_path / "abs/sqlite_key_value.db"


@pytest.mark.parametrize("value", ["5", "true", "[]", '["s"]', "{}", "1.5"])
def test_a_state_dir_of_another_type_is_refused(tmp_path: Path, value: str) -> None:
    path = configure(tmp_path, f"\nstate_dir = {value}\n")
    message = refusal(path)
    assert f"{path}:2" in message
    assert "state_dir" in message


def test_a_state_dir_that_is_too_long_is_refused_with_its_place(tmp_path: Path) -> None:
    message = refusal(configure(tmp_path, f'state_dir = "{"a/" * 300}"\n'))
    assert "state_dir" in message
    assert "500" in message


def test_a_state_dir_with_nul_is_refused(tmp_path: Path) -> None:
    assert "state_dir" in refusal(configure(tmp_path, 'state_dir = "a\\u0000b"\n'))


# ---- Which file is read -------------------------------------------------------------------------


@pytest.mark.parametrize("form", [str, Path, os.fsencode], ids=["str", "Path", "bytes"])
def test_a_configuration_is_any_kind_of_path(tmp_path: Path, form: Callable[[Path], Any]) -> None:
    path = configure(tmp_path, table())
    assert list(spinkv.App(runtime_config=form(path)).stores()) == ["box", "default"]


@pytest.mark.parametrize("path", [5, ["rc.toml"], True], ids=repr)
def test_a_configuration_of_another_type_is_refused(path: Any) -> None:
    with pytest.raises(TypeError):
        loose_app(runtime_config=path)


def test_a_missing_file_is_an_io_error(tmp_path: Path) -> None:
    for path in (tmp_path / "rc.toml", tmp_path / "no" / "rc.toml", tmp_path):
        with pytest.raises(spinkv.Io, match=re.escape(str(path))) as caught:
            spinkv.App(runtime_config=path)
        assert type(caught.value) is spinkv.Io


def test_a_file_is_never_found_by_itself(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "app"):
        configure(folder, table(), "runtime-config.toml")
    app = spinkv.App(manifest=manifest_in(tmp_path / "app"))
    assert list(app.stores()) == list(spinkv.App().stores()) == ["default"]


def test_the_environment_names_the_file_where_there_is_a_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = configure(tmp_path / "conf", table('path = "x.db"'))
    manifest = manifest_in(tmp_path / "app")
    monkeypatch.setenv("RUNTIME_CONFIG_FILE", str(path))
    app = spinkv.App(manifest=manifest)
    assert str(tmp_path / "conf" / "x.db") in app.stores()["box"]
    named = configure(tmp_path, table(label="named"), "named.toml")
    app = spinkv.App(manifest=manifest, runtime_config=named)
    assert list(app.stores()) == ["default", "named"]


def test_an_empty_path_switches_the_environment_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNTIME_CONFIG_FILE", str(configure(tmp_path, table())))
    app = spinkv.App(manifest=manifest_in(tmp_path), runtime_config="")
    assert list(app.stores()) == ["default"]


def test_an_app_without_a_manifest_asks_no_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNTIME_CONFIG_FILE", str(configure(tmp_path, table())))
    assert list(spinkv.App().stores()) == ["default"]
    assert list(spinkv.App(runtime_config="").stores()) == ["default"]


@pytest.mark.parametrize("content", [None, "", "state_dir = 5\n"], ids=repr)
def test_what_the_environment_names_must_be_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    path = tmp_path / "rc.toml"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("RUNTIME_CONFIG_FILE", str(path))
    if content == "":
        spinkv.App(manifest=manifest_in(tmp_path))
    else:
        with pytest.raises(spinkv.Io, match=re.escape(str(path))):
            spinkv.App(manifest=manifest_in(tmp_path))


def test_the_default_app_reads_the_file_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = configure(tmp_path, 'state_dir = "moved"\n' + table('path = "x.db"'))
    source = """
import spinkv
with spinkv.open("box") as box, spinkv.open_default() as default:
    box.set("k", "v")
    default.set("k", "w")
try:
    spinkv.open("other")
except spinkv.NoSuchStore:
    print("right")
"""
    monkeypatch.setenv("RUNTIME_CONFIG_FILE", str(path))
    assert run_script(source) == "right\n"
    assert file_rows(tmp_path / "x.db") == [("box", "k", b"v")]
    assert file_rows(tmp_path / "moved" / "sqlite_key_value.db") == [("default", "k", b"w")]
    monkeypatch.setenv("RUNTIME_CONFIG_FILE", "")
    source = source.replace('spinkv.open("box")', "spinkv.open_default()")
    assert run_script(source) == "right\n"
    assert (tmp_path / ".spin" / "sqlite_key_value.db").exists()


@pytest.mark.parametrize("content", [None, "state_dir = 5\n"], ids=repr)
def test_the_default_app_fails_where_its_file_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    path = tmp_path / "rc.toml"
    if content is not None:
        path.write_text(content)
    source = """
import sys, pathlib
import spinkv
for attempt in range(2):
    try:
        spinkv.open_default()
    except spinkv.Io as error:
        print(error.code, sys.argv[1] in str(error))
pathlib.Path(sys.argv[1]).write_text("state_dir = 'mended'")
spinkv.open_default().close()
"""
    monkeypatch.setenv("RUNTIME_CONFIG_FILE", str(path))
    code = "io" if content is None else "invalid-config"
    assert run_script(source, path) == f"{code} True\n" * 2
    assert (tmp_path / "mended").exists()


# ---- What is doubtful, and what is none of our business ----------------------------------------


def test_the_plural_is_warned_of(tmp_path: Path) -> None:
    path = configure(tmp_path, table() + '[key_value_stores.log]\ntype = "spin"\n')
    with pytest.warns(UserWarning, match="key_value_stores") as caught:
        app = spinkv.App(runtime_config=path)
    assert len(caught) == 1
    assert f"{path}:3" in str(caught[0].message)
    assert "[key_value_store.<label>]" in str(caught[0].message)
    assert Path(caught[0].filename).name == Path(__file__).name
    assert list(app.stores()) == ["box", "default"]
    with pytest.raises(spinkv.NoSuchStore):
        app.open("log")


def test_the_plural_beside_a_label_that_is_missing(tmp_path: Path) -> None:
    """The warning comes before the error that it explains."""
    manifest = manifest_in(tmp_path)
    manifest.write_text(manifest.read_text().replace("default", "log"))
    path = configure(tmp_path, '[key_value_stores.log]\ntype = "spin"\n')
    with (
        pytest.warns(UserWarning, match="key_value_stores"),
        pytest.raises(spinkv.NoSuchStore, match="log"),
    ):
        spinkv.App(manifest=manifest, runtime_config=path)


def test_a_warning_that_is_an_error_makes_no_app(tmp_path: Path) -> None:
    path = configure(tmp_path, "[key_value_stores.log]\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning):
            spinkv.App(runtime_config=path)


OTHER_TABLES = """
log_dir = 5
unknown = [1, [2], { three = 4 }]
kv = "x"

[[config_provider]]
type = "vault"
token = "root"

[[variables_provider]]
type = "azure_key_vault"

[sqlite_database.default]
type = "libsql"
url = "https://example.com"

[llm_compute]
type = "remote_http"
url = "http://example.com"
auth_token = '''
[key_value_store.fake]
type = "spin"
'''

[outbound_http]
connection_pooling = false

[[client_tls]]
component_ids = ["web"]
[client_tls.key_value_store.inner]
type = 5

[sqlite_database.key_value_store]
type = 5

[stores]
type = 5

[state]
dir = "x"
"""


def test_other_tables_are_none_of_our_business(tmp_path: Path) -> None:
    path = configure(tmp_path, OTHER_TABLES + table())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        app = spinkv.App(runtime_config=path)
    assert list(app.stores()) == ["box", "default"]


# ---- Shapes and labels --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label", ["a b", "a.b", "é😀", "UPPER_lower-1", "it's", "[x]", "#", "default2", "\\"]
)
def test_any_label_in_quotes(tmp_path: Path, label: str) -> None:
    quoted = '"' + label.replace("\\", "\\\\") + '"'
    app = spinkv.App(runtime_config=configure(tmp_path, table(label=quoted)))
    assert set(app.stores()) == {label, "default"}
    assert app.open(label).name == label


@pytest.mark.parametrize("label", ['""', "''", '"a\\u0000b"'])
def test_labels_that_are_none(tmp_path: Path, label: str) -> None:
    assert "label" in refusal(configure(tmp_path, table(label=label)))


@pytest.mark.parametrize(
    "text",
    [
        "key_value_store = 5\n",
        'key_value_store = "spin"\n',
        'key_value_store = ["spin"]\n',
        '[[key_value_store]]\nlabel = "x"\n',
        '[key_value_store]\nbox = "spin"\n',
        '[key_value_store]\ntype = "spin"\n',
        '[[key_value_store.box]]\ntype = "spin"\n',
        "[key_value_store]\nbox = [{}]\n",
    ],
)
def test_what_is_no_table_of_tables_is_refused(tmp_path: Path, text: str) -> None:
    message = refusal(configure(tmp_path, text))
    assert "key_value_store" in message
    assert "table" in message


def test_a_failed_load_leaves_nothing(tmp_path: Path) -> None:
    text = table('path = "a.db"') + table(label="wrong", kind="floppy")
    refusal(configure(tmp_path, text))
    assert [path.name for path in tmp_path.iterdir()] == ["rc.toml"]


def test_a_label_in_the_file_and_in_code_is_refused(tmp_path: Path) -> None:
    path = configure(tmp_path, table())
    with pytest.raises(spinkv.InvalidArgument, match="box"):
        spinkv.App(runtime_config=path, stores={"box": {}})
    app = spinkv.App(runtime_config=path, stores={"other": {}})
    with pytest.raises(spinkv.InvalidArgument, match="box"):
        app.add_store("box")
    assert list(app.stores()) == ["box", "default", "other"]


def test_errors_say_what_is_wrong_however_long_the_path_is(tmp_path: Path) -> None:
    folder = tmp_path
    while len(str(folder)) < 430:
        folder /= "a-folder-with-a-long-name"
    for text, parts in {
        table(kind="floppy"): ["rc.toml:2", "box", "floppy", '"aws_dynamo"'],
        table("max_entries = -1"): ["rc.toml:3", "box", "max_entries", "-1", "9223372036854775807"],
        table("max_entry = 1"): ["rc.toml:3", "box", '"max_entry"', '"max_entries"'],
        "state_dir = 5\n": ["rc.toml:1", "state_dir"],
        "a = = 1\n": ["rc.toml:1:5"],
    }.items():
        with pytest.raises(spinkv.InvalidConfig) as caught:
            spinkv.App(runtime_config=configure(folder, text))
        for part in parts:
            assert part in str(caught.value)


# ---- Listing ------------------------------------------------------------------------------------


def test_stores_are_listed_in_byte_order_with_where_they_live(tmp_path: Path) -> None:
    text = (
        table(label='"é"')
        + table('path = "z.db"', label="z")
        + table('path = "ro.db"', "read_only = true", label="Z")
        + table('url = "redis://localhost:6379/1"', label="a", kind="redis")
    )
    app = spinkv.App(runtime_config=configure(tmp_path, text))
    app.add_store("m", path="m.db")
    assert list(app.stores().items()) == [
        ("Z", f"SQLite file {tmp_path}/ro.db, read-only"),
        ("a", "Redis at redis://localhost:6379/1"),
        ("default", f"SQLite file {tmp_path}/.spin/sqlite_key_value.db"),
        ("m", f"SQLite file {tmp_path}/m.db"),
        ("z", f"SQLite file {tmp_path}/z.db"),
        ("é", "SQLite in memory"),
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rc.toml"]
