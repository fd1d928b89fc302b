"""What is secret in a configuration (a URL's password, keys, tokens) is never shown: not in an
error, a summary, a warning or a repr, whatever else is wrong with the configuration.

Every secret in here holds one of two marks, and whatever the library says is searched for them.
"""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import spinkv
from conftest import examples
from hypothesis import given
from hypothesis import strategies as st

WORD = "hunTer2secreT"
NUMBER = "48151623421081516234"

# To call with arguments that a type checker would refuse.
Loose = Any

URLS = [
    f"redis://ada:{WORD}@localhost:6379",
    f"redis://:{WORD}@localhost/3",
    f"rediss://{WORD}:{NUMBER}@[::1]:6379/0",
    f"redis://ada:{WORD}@{NUMBER}:@localhost",
    f"redis://ada:{WORD}%2F%3F%23{NUMBER}@localhost",
    f"redis://localhost/0?password={WORD}",
    f"redis://localhost/0?user=a@b&password={WORD}",
    f"redis://ada:{WORD}@localhost/0?token={NUMBER}#{WORD}",
    f"redis+unix:///run/redis.sock?db=1&pass={WORD}",
    f"unix://ada:{WORD}@/run/redis.sock?pass={NUMBER}",
    f"redis://ada:%40{WORD}%2f@localhost",
]
REDIS = [{"type": "redis", "url": url} for url in URLS]
COSMOS = {
    "type": "azure_cosmos",
    "account": "acc",
    "database": "data",
    "container": "box",
    "key": f"{WORD}{NUMBER}==",
}
DYNAMO = {
    "type": "aws_dynamo",
    "region": "eu-west-1",
    "table": "shelf",
    "access_key": WORD,
    "secret_key": NUMBER,
    "token": f"{WORD}/{NUMBER}",
}
# Refused, as what stands in the place of a host, a port, a database or a socket may be a password.
WRONG_URLS = [
    f"redis://default:{WORD}",
    f"redis://:{WORD}",
    f"redis://:{NUMBER}",
    f"redis://u:{WORD}/h:1",
    f"redis://default:{WORD}%40cache.example:6379/0",
    f"redis://ada:{WORD}/?#{NUMBER}@localhost",
    f"redis://u:1/{WORD}@localhost",
    f"redis://{WORD}%40localhost",
    f"redis://{WORD};{NUMBER}",
    f"redis://ada:{WORD}@",
    f"redis://ada:{WORD}@h:{NUMBER}",
    f"redis://h/{NUMBER}",
    f"unix://{WORD}",
    f"unix://{WORD}:{NUMBER}@",
    f"unix:///run/redis.sock&pass={WORD}",
]
SECRETIVE = [*REDIS, COSMOS, DYNAMO]
SECRET_FIELDS = ["url", "key", "access_key", "secret_key", "token"]


def toml(fields: dict[str, str], *more: str) -> str:
    """A configuration with one store of these fields and further lines."""
    lines = [f'{name} = "{value}"' for name, value in fields.items()]
    return "\n".join(["[key_value_store.far]", *lines, *more]) + "\n"


def assert_silent(*said: object) -> None:
    for text in said:
        for mark in (WORD, NUMBER):
            assert mark not in str(text), f"{mark} is in {text}"


def assert_silent_error(error: BaseException) -> None:
    """Nothing that is shown of an error, or of those it came from, holds a secret."""
    shown: BaseException | None = error
    while shown is not None:
        assert_silent(shown, repr(shown), shown.args, vars(shown))
        shown = shown.__cause__ or shown.__context__
    assert_silent("".join(traceback.format_exception_only(type(error), error)))


def load(path: Path, text: str) -> spinkv.Error | None:
    """Loads a configuration and searches all that comes of it; the error, if there was one."""
    path.write_text(text, encoding="utf-8")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            app = spinkv.App(runtime_config=path)
        except spinkv.Error as error:
            assert_silent_error(error)
            return error
    assert_silent(*(warning.message for warning in caught))
    assert_silent(app, repr(app), app.stores(), vars(app) if hasattr(app, "__dict__") else "")
    for label in app.stores():
        try:
            with app.open(label) as store:
                assert_silent(store, repr(store))
        except spinkv.Error as error:
            assert_silent_error(error)
    return None


# ---- Files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("fields", SECRETIVE, ids=lambda fields: fields["type"])
def test_a_right_configuration_is_summed_up_without_secrets(
    tmp_path: Path, fields: dict[str, str]
) -> None:
    assert load(tmp_path / "rc.toml", toml(fields)) is None
    summary = spinkv.App(runtime_config=tmp_path / "rc.toml").stores()["far"]
    # What is no secret is there: this is not silence for its own sake.
    open_parts = {"redis": "Redis", "azure_cosmos": "acc", "aws_dynamo": "shelf"}
    assert open_parts[fields["type"]] in summary


@pytest.mark.parametrize("url", URLS[:3])
def test_the_host_of_a_url_is_shown(tmp_path: Path, url: str) -> None:
    app = spinkv.App(stores={"far": {"type": "redis", "url": url}}, state_dir="")
    assert url.rpartition("@")[2] in app.stores()["far"]


@pytest.mark.parametrize("url", WRONG_URLS)
def test_a_url_whose_place_is_none(tmp_path: Path, url: str) -> None:
    error = load(tmp_path / "rc.toml", toml({"type": "redis", "url": url}))
    assert isinstance(error, spinkv.InvalidConfig)
    assert "rc.toml:3: [key_value_store.far]: " in str(error)
    with pytest.raises(spinkv.InvalidArgument, match='the store "far": ') as caught:
        spinkv.App(stores={"far": {"type": "redis", "url": url}})
    assert_silent_error(caught.value)


MISTAKES = [
    "max_entries = -1",
    "max_entries = 1.5",
    'max_entries = "many"',
    "busy_timeout_ms = 99999999999",
    "wings = 2",
    'durability = "none"',
    "durability = 5",
    'path = "x.db"',
    "read_only = 1",
    "read_only = [",
    "type = 5",
    'type = "spin"',
    'label = "x\\q"',
    "= 5",
    "[key_value_store.far]",
    "[key_value_store.other]\ntype = 'floppy'",
    "\0",
    "nested = " + "[" * 50,
    "a" + ".a" * 5000 + " = 1",
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda text: ascii(text)[:30])
@pytest.mark.parametrize("fields", SECRETIVE, ids=lambda fields: fields["type"])
def test_a_mistake_beside_a_secret(tmp_path: Path, fields: dict[str, str], mistake: str) -> None:
    assert load(tmp_path / "rc.toml", toml(fields, mistake)) is not None


@pytest.mark.parametrize("name", SECRET_FIELDS)
@pytest.mark.parametrize(
    "value",
    [
        f'["{WORD}"]',
        f'{{ x = "{WORD}" }}',
        f'[[{{ x = "{WORD}", y = {NUMBER[:12]} }}]]',
        f'"{WORD}\\u0000{NUMBER}"',
        f"'{WORD}' {NUMBER}",
        f'"{WORD}\\q{NUMBER}"',
        f'"{WORD}',
        f"'{WORD}",
        f'"""{WORD}\n{NUMBER}',
        f"{WORD}",
        f"{NUMBER}",
        f"-{NUMBER}",
        f"0x{NUMBER}",
        f"0b{NUMBER}",
        f"0o{NUMBER}",
        f"1e{NUMBER}",
        f"{NUMBER}.{NUMBER}e{NUMBER}",
        f"{NUMBER}{WORD}",
        f"redis://ada:{WORD}@localhost",
        f"[{WORD}]",
        f"[{NUMBER}]",
        f"{{ x = {WORD} }}",
        f'"http://ada:{WORD}@localhost"',
        f'"{WORD}"\n{{name}} = "{NUMBER}"',
    ],
    ids=lambda text: ascii(text)[:40],
)
def test_a_mistake_in_a_secret(tmp_path: Path, name: str, value: str) -> None:
    """The value of a secret field is of a wrong type, or not TOML at all."""
    kind = {"url": "redis", "key": "azure_cosmos"}.get(name, "aws_dynamo")
    fields = {"redis": REDIS[0], "azure_cosmos": COSMOS, "aws_dynamo": DYNAMO}[kind]
    others = {key: text for key, text in fields.items() if key != name}
    error = load(tmp_path / "rc.toml", toml(others, f"{name} = {value.replace('{name}', name)}"))
    # A text is right where any text is.
    if not value.startswith('"http') or name == "url":
        assert isinstance(error, spinkv.InvalidConfig)
        assert "rc.toml:" in str(error)


@pytest.mark.parametrize("fields", SECRETIVE, ids=lambda fields: fields["type"])
def test_a_field_that_is_missing_beside_a_secret(tmp_path: Path, fields: dict[str, str]) -> None:
    for missing in fields:
        others = {name: value for name, value in fields.items() if name != missing}
        error = load(tmp_path / "rc.toml", toml(others))
        assert (error is None) == (missing in SECRET_FIELDS and missing != "url")


@pytest.mark.parametrize("kind", ["spin", "redis", "azure_cosmos", "aws_dynamo", "floppy"])
@pytest.mark.parametrize("fields", SECRETIVE, ids=lambda fields: fields["type"])
def test_secrets_of_a_store_of_another_type(
    tmp_path: Path, fields: dict[str, str], kind: str
) -> None:
    error = load(tmp_path / "rc.toml", toml({**fields, "type": kind}))
    assert (error is None) == (kind == fields["type"])


def test_secrets_in_other_tables(tmp_path: Path) -> None:
    text = f"""
[[config_provider]]
type = "vault"
token = "{WORD}"

[llm_compute]
auth_token = "{NUMBER}"

[key_value_stores.far]
type = "redis"
url = "{URLS[0]}"
"""
    assert load(tmp_path / "rc.toml", text) is None
    assert load(tmp_path / "rc.toml", text + '[key_value_store.x]\ntype = "floppy"\n') is not None


# The letters that mutations put in.
LETTERS = st.sampled_from([*"\"'=[]{}#.,\n\\- 0ax", '"""', "'''", "\r\n", "\0", "é", "[["])


@st.composite
def mutated_configurations(draw: st.DrawFn) -> str:
    """A configuration with several secrets, in which a few letters or lines have changed.

    Few enough that no secret becomes the name of a field or the value of an open one.
    """
    chosen = draw(st.lists(st.sampled_from(SECRETIVE), min_size=1, max_size=3))
    tables = [
        toml(fields, "max_entries = 5").replace("far", f"far{number}")
        for number, fields in enumerate(chosen)
    ]
    text = "".join(tables)
    for _ in range(draw(st.integers(1, 2))):
        if draw(st.booleans()):
            place = draw(st.integers(0, len(text)))
            end = place + draw(st.integers(0, 2))
            text = text[:place] + draw(st.one_of(st.just(""), LETTERS)) + text[end:]
        else:
            lines = text.split("\n")
            number = draw(st.integers(0, len(lines) - 1))
            lines[number : number + 1] = [lines[number]] * draw(st.sampled_from([0, 2]))
            text = "\n".join(lines)
    return text


@examples(400)
@given(mutated_configurations())
def test_mutated_configurations_keep_their_secrets(text: str) -> None:
    load(Path("rc.toml"), text)


# ---- Code ---------------------------------------------------------------------------------------

WRONG_OPTIONS: list[dict[str, Loose]] = [
    {"type": "redis", "url": f"http://ada:{WORD}@localhost"},
    {"type": "redis", "url": f"{WORD}"},
    {"type": "redis", "url": [URLS[0]]},
    {"type": "redis", "url": {"x": WORD}},
    {"type": "redis", "url": int(NUMBER)},
    {"type": "redis", "url": URLS[0] + "\0"},
    {"type": "redis", "url": URLS[0] + "\ud800"},
    {"type": "redis", "url": URLS[0], "pasword": WORD},
    {"type": "redis", "url": URLS[0], "max_entries": WORD},
    {"type": "redis", "url": URLS[0], "max_entries": -1},
    {"type": "spin", "url": URLS[0]},
    {"url": URLS[0]},
    {**COSMOS, "account": ""},
    {**COSMOS, "key": [WORD]},
    {**COSMOS, "token": WORD},
    {**DYNAMO, "consistent_read": WORD},
    {**DYNAMO, "secret_key": int(NUMBER)},
    {**DYNAMO, "region": None},
    {**DYNAMO, "key": WORD},
    {"type": URLS[0]},
    {"type": f"u:{WORD}@h"},
    {URLS[0]: NUMBER},
    {"durability": URLS[0]},
    {"max_entries": URLS[0]},
    {"read_only": URLS[0]},
]


VALUES: list[Callable[[Loose], object]] = [
    lambda store: store.set("k", f"{WORD}\ud800"),
    lambda store: store.set_many({"k": f"{WORD}\ud800"}),
    lambda store: store.set_many([("k", WORD, NUMBER)]),
    lambda store: store.set_many([WORD]),
    lambda store: store.set_many([[WORD]]),
    lambda store: store.compare_and_swap("k", f"{WORD}\ud800", "v"),
    lambda store: store.compare_and_swap("k", None, f"{WORD}\ud800"),
]


@pytest.mark.parametrize("call", VALUES)
def test_a_value_is_never_shown(call: Callable[[Loose], object]) -> None:
    with (
        spinkv.App(state_dir="").open_default() as store,
        pytest.raises((spinkv.InvalidArgument, TypeError)) as caught,
    ):
        call(store)
    assert_silent_error(caught.value)


@pytest.mark.parametrize("options", WRONG_OPTIONS, ids=lambda options: ascii(options)[:50])
def test_wrong_options_in_code(options: dict[str, Loose]) -> None:
    loose: Loose = spinkv
    app: Loose = spinkv.App(state_dir="")
    calls: list[Callable[[], object]] = [
        lambda: app.add_store("far", **options),
        lambda: loose.open("far", **options),
        lambda: loose.App(stores={"far": options}),
    ]
    for call in calls:
        with pytest.raises((spinkv.Error, TypeError, ValueError, OverflowError)) as caught:
            call()
        assert_silent_error(caught.value)
    assert list(app.stores()) == ["default"]


@pytest.mark.parametrize("fields", SECRETIVE, ids=lambda fields: fields["type"])
def test_right_options_in_code(fields: Loose) -> None:
    app = spinkv.App(stores={"far": fields}, state_dir="")
    app.add_store("default", **fields)
    assert_silent(app, repr(app), app.stores())
    for call in (lambda: app.open("far"), app.open_default, lambda: app.seed({"k": "v"})):
        with pytest.raises(spinkv.Unsupported) as caught:
            call()
        assert_silent_error(caught.value)
    with pytest.raises(spinkv.InvalidArgument) as again:
        app.add_store("far", **fields)
    assert_silent_error(again.value)
