"""What apps say: errors that name the store and what an option takes, warnings of the default app,
and what an App shows of itself.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import spinkv
from conftest import run_script

MANIFEST = 'spin_manifest_version = 2\n[component.web]\nkey_value_stores = ["default"]\n'

# To call with arguments that a type checker would refuse.
Loose = Any


@pytest.fixture
def app() -> Loose:
    return spinkv.App(state_dir="")


# ---- The store is named -------------------------------------------------------------------------

BEYOND = {"number": 2**63, "less": -(2**70), "more": 10**5000}

WRONG: list[tuple[dict[str, Loose], type[Exception], str]] = [
    ({"max_entries": 1.5}, TypeError, "max_entries takes an int (0 for no limit), not float"),
    ({"max_entries": None}, TypeError, "max_entries takes an int (0 for no limit), not NoneType"),
    ({"busy_timeout_ms": [1]}, TypeError, "the option busy_timeout_ms takes an int, not list"),
    ({"read_only": 1.0}, TypeError, "the option read_only takes a bool, not float"),
    ({"durability": None}, TypeError, 'takes the str "full" or "normal", not NoneType'),
    ({"path": 1.5}, TypeError, "path takes a path (str, bytes or PathLike), not float"),
    ({"url": []}, TypeError, "the option url takes a str, not list"),
    ({"foo": []}, spinkv.InvalidArgument, 'unknown option "foo"'),
    ({"label": "x"}, spinkv.InvalidArgument, 'unknown option "label"'),
    ({"self": 1}, spinkv.InvalidArgument, 'unknown option "self"'),
    *(
        ({name: number}, spinkv.InvalidArgument, f"{name} is out of range; 0 to {largest} is")
        for name, largest in {"max_entries": 2**63 - 1, "busy_timeout_ms": 86_400_000}.items()
        for number in BEYOND.values()
    ),
    ({"path": 2**70}, spinkv.InvalidArgument, '"path" takes a text, not a whole number'),
    ({"foo": 2**70}, spinkv.InvalidArgument, 'unknown option "foo"'),
    ({"max_entries": True}, spinkv.InvalidArgument, "(0 for no limit), not true or false"),
    ({"url": "a\0b"}, spinkv.InvalidArgument, "the option url holds a NUL"),
    ({"type": "floppy"}, spinkv.InvalidConfig, 'type is "floppy"'),
    ({"read_only": True}, spinkv.InvalidArgument, "read_only needs a path"),
]


@pytest.mark.parametrize(("options", "error", "message"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_option_is_said_of_its_store(
    app: Loose, options: Loose, error: type[Exception], message: str
) -> None:
    calls: list[Callable[[], object]] = [lambda: spinkv.App(stores={"b": options})]
    if "self" not in options:
        calls.append(lambda: app.add_store("b", **options))
    if not {"label", "self"} & options.keys():
        calls.append(lambda: spinkv.open("b", **options))
    for call in calls:
        with pytest.raises(error) as caught:
            call()
        assert type(caught.value) is error
        assert str(caught.value).startswith('the store "b": ')
        assert message in str(caught.value)


def test_a_label_in_a_message_is_one_line_and_short(app: Loose) -> None:
    for label in ("a\nb", "x" * 100_000, "\u202e"):
        with pytest.raises(TypeError) as caught:
            app.add_store(label, max_entries=1.5)
        assert "\n" not in str(caught.value)
        assert "\u202e" not in str(caught.value)
        assert len(str(caught.value)) < 200


@pytest.mark.parametrize("long", ["\ud800" * 100_000, "\0" * 100_000], ids=["surrogates", "NULs"])
def test_a_long_text_in_a_message_is_cut(app: Loose, long: str) -> None:
    store = app.open_default()
    calls: list[Callable[[], object]] = [
        lambda: app.open(long),
        lambda: app.grant(long),
        lambda: spinkv.App(state_dir=long),
        lambda: spinkv.App(manifest=long),
        lambda: app.add_store(long),
    ]
    if "\0" not in long:
        calls.append(lambda: store.get(long))
    for call in calls:
        with pytest.raises((spinkv.Error, OSError)) as caught:
            call()
        assert 0 < len(str(caught.value)) < 500


@pytest.mark.parametrize("stores", [1, "ab", [("a", {})], {"a"}], ids=repr)
def test_stores_are_a_mapping(stores: Loose) -> None:
    with pytest.raises(TypeError, match="stores must be a mapping of labels to mappings") as caught:
        spinkv.App(stores=stores)
    assert type(stores).__name__ in str(caught.value)


@pytest.mark.parametrize("options", ["x.db", None, 5, [("path", "x.db")]], ids=repr)
def test_the_options_of_each_store_are_a_mapping(options: Loose) -> None:
    with pytest.raises(TypeError, match='the store "b": its options must be a mapping'):
        spinkv.App(stores={"a": {}, "b": options})


def test_a_suggestion_does_not_depend_on_the_order_of_arguments(app: Loose) -> None:
    orders: list[dict[str, str]] = [
        {"urll": "redis://h", "type": "redis"},
        {"type": "redis", "urll": "redis://h"},
        {"urll": "redis://h"},
    ]
    for options in orders:
        with pytest.raises(spinkv.InvalidArgument, match='did you mean "url"'):
            app.add_store("s", **options)
    with pytest.raises(spinkv.InvalidArgument, match='unknown option "tabel"; there are'):
        app.add_store("s", tabel="x", type="spin")


# ---- Numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", BEYOND.values(), ids=BEYOND)
def test_a_number_beyond_64_bits_is_out_of_range(app: Loose, number: int) -> None:
    store = app.open_default()
    calls: dict[str, Callable[[], object]] = {
        "max_open_stores": lambda: spinkv.App(max_open_stores=number),
        "limit": lambda: store.list_keys(limit=number),
        "delta": lambda: store.increment("n", number),
    }
    for name, call in calls.items():
        with pytest.raises(spinkv.InvalidArgument, match=f"{name} is out of range; .* is allowed"):
            call()


def test_a_bool_is_no_number(app: Loose) -> None:
    store = app.open_default()
    for call in (
        lambda: spinkv.App(max_open_stores=True),
        lambda: store.list_keys(limit=True),
        lambda: store.increment("n", True),
    ):
        with pytest.raises(TypeError, match="must be int, not bool"):
            call()


# ---- The default app ----------------------------------------------------------------------------

DEFAULT_APP = """
import warnings
import spinkv

def met(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return [(warning.category.__name__, str(warning.message), warning.filename == __file__)
            for warning in caught]

__file__ = met.__code__.co_filename
FIRST
assert all(here for _, _, here in first), first
print(len(first), first[0][1].split("rc.toml:")[1][:40] if first else "")
print(met(lambda: spinkv.open("default").close()), met(lambda: spinkv.open_default().close()))
"""


@pytest.mark.parametrize("call", ['spinkv.open("default")', "spinkv.open_default()"])
def test_the_default_app_warns_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    (tmp_path / "rc.toml").write_text('[key_value_stores.x]\ntype = "spin"\n')
    monkeypatch.setenv("RUNTIME_CONFIG_FILE", "rc.toml")
    source = DEFAULT_APP.replace("FIRST", f"first = met(lambda: {call}.close())")
    assert run_script(source) == "1 1: [key_value_stores] configures nothing\n[] []\n"


def test_a_wrong_file_of_the_default_app_fails_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rc.toml").write_text("state_dir = 5\n")
    monkeypatch.setenv("RUNTIME_CONFIG_FILE", "rc.toml")
    source = """
import spinkv
for _ in range(2):
    try:
        spinkv.open_default()
    except spinkv.InvalidConfig as error:
        print("RUNTIME_CONFIG_FILE" in str(error), "rc.toml:1: state_dir" in str(error))
"""
    assert run_script(source) == "True True\nTrue True\n"


def test_options_of_its_own_need_no_default_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNTIME_CONFIG_FILE", "no.toml")
    assert run_script("import spinkv; print(spinkv.open('x', path='x.db').name)") == "x\n"


# ---- An App -------------------------------------------------------------------------------------


def test_repr_says_what_the_app_is_made_of(tmp_path: Path) -> None:
    (tmp_path / "spin.toml").write_text(MANIFEST)
    assert repr(spinkv.App()) == "<spinkv.App stores=1>"
    app = spinkv.App(manifest=tmp_path / "spin.toml", component="web", stores={"x": {}})
    assert (
        repr(app)
        == f"<spinkv.App manifest={str(tmp_path / 'spin.toml')!r} component='web' stores=2>"
    )
    assert repr(spinkv.App(manifest=b"spin.toml")) == "<spinkv.App manifest='spin.toml' stores=1>"


class Hasty(spinkv.App):
    """An App whose own part was never made."""

    def __init__(self) -> None:
        pass


def test_an_app_that_was_never_initialised_is_not_the_default_one(tmp_path: Path) -> None:
    app = Hasty()
    calls: list[Callable[[], object]] = [
        lambda: app.seed({"k": "v"}),
        app.stores,
        app.open_default,
        lambda: app.grant("x"),
        lambda: app.add_store("x"),
    ]
    for call in calls:
        with pytest.raises(spinkv.InvalidArgument, match="the App was never initialised"):
            call()
    assert "spinkv.App" in repr(app)
    assert list(tmp_path.iterdir()) == []


def test_io_is_no_oserror(tmp_path: Path) -> None:
    with pytest.raises(spinkv.Io) as caught:
        spinkv.App(manifest=tmp_path / "no.toml")
    assert not isinstance(caught.value, OSError)
    assert "no.toml" in str(caught.value)


def test_a_grant_counts_once() -> None:
    app = spinkv.App(state_dir="")
    for _ in range(1000):
        app.grant("x")
    app.add_store("x")
    app.open("x").close()


def test_warnings_come_with_the_app_and_point_to_the_caller(tmp_path: Path) -> None:
    (tmp_path / "spin.toml").write_text(MANIFEST + 'key_value_store = ["x"]\n')
    (tmp_path / "rc.toml").write_text('[key_value_store.default]\ntype = "spin"\n')
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        spinkv.App(manifest="spin.toml", runtime_config="rc.toml")
    assert [Path(warning.filename).name for warning in caught] == [Path(__file__).name] * 2
    texts = [str(warning.message) for warning in caught]
    assert texts[0].endswith(
        "spin.toml:4: [component.web]: key_value_store grants nothing; "
        "the field is called key_value_stores"
    )
    assert texts[1].endswith(
        "rc.toml:1: [key_value_store.default] has no path, so it is in memory; "
        f'give path = "..." to keep it in {tmp_path}/.spin/sqlite_key_value.db'
    )
