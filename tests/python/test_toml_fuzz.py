"""Text of any kind as a manifest and as a runtime configuration: the answer is an app, or an error
of this package that is one line and names the file; never a crash, and never a long wait.

Random and mutated files are also read with Python's own TOML reader, where there is one: what the
library takes must be TOML, and the components it finds in a manifest those that the rules give.
"""

from __future__ import annotations

import math
import os
import re
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
import spinkv
from conftest import EFFORT, Task, examples
from hypothesis import given
from hypothesis import strategies as st
from test_manifests import FILES, Grants, grants_of

# Random files are full of what is doubtful.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

MANIFESTS = [path.read_bytes() for path in FILES]

CONFIGURATIONS = [
    b"",
    b'state_dir = ".data"\n\n[key_value_store.cache]\ntype = "spin"\npath = ".spin/cache.db"\n',
    b"""\xef\xbb\xbf# A store of each type\r
[key_value_store.default]\r
type = "spin"\r
path = "data/default.db"\r
max_entries = 0\r
durability = "normal"\r
[key_value_store.far]\r
type = "redis"\r
url = "redis://:pass@localhost:6379/1"\r
""",
    b"""
[[config_provider]]
type = "vault"
url = "http://127.0.0.1:8200"

[key_value_store]
a = { type = "azure_cosmos", account = "acc", database = "data", container = "box", key = "x" }
b = { type = "aws_dynamo", region = "eu-west-1", table = "t", consistent_read = true }

[key_value_store.c]
type = "spin"
read_only = true
path = '''/tmp/c.db'''
busy_timeout_ms = 0x10
cache_bytes = 1_000

[key_value_stores.d]
type = "spin"

[llm_compute]
type = "remote_http"
auth_token = \"\"\"
[key_value_store.e]
type = "spin"
\"\"\"
""",
]

# What no file may need longer for, however slow the machine.
LONGEST_S = 10


def outcome(path: Path, *, manifest: bool) -> spinkv.Error | None:
    """Loads a file; the error, if there was one, which must be a clean one."""
    options: dict[str, Any] = {"state_dir": ""}
    options |= {"manifest": path, "component": "*"} if manifest else {"runtime_config": path}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            app = spinkv.App(**options)
        except spinkv.Error as error:
            assert_clean(error, path)
            return error
    assert "default" in app.stores()
    return None


def assert_clean(error: spinkv.Error, path: Path) -> None:
    message = str(error)
    assert not [letter for letter in message if letter < " " or letter == "\x7f"]
    assert 0 < len(message.encode()) < 1024
    if isinstance(error, spinkv.NoSuchStore):
        assert message.startswith("unknown key_value_stores label")
    else:
        assert isinstance(error, spinkv.InvalidConfig | spinkv.Io)
        assert path.name in message


def load_bytes(content: bytes, *, manifest: bool) -> spinkv.Error | None:
    path = Path("fuzz.toml")
    path.write_bytes(content)
    return outcome(path, manifest=manifest)


# ---- Strategies ---------------------------------------------------------------------------------

words = st.sampled_from(
    [
        *("spin_manifest_version", "spin_version", "component", "components", "trigger", "http"),
        *("id", "key_value_stores", "key_value_store", "type", "path", "url", "state_dir", "a"),
        *("max_entries", "read_only", "durability", "dependencies", '"quoted"', "'lit'", '""'),
        *("inline-component1", "default", "a.b", "é", "-", "1", "a . b"),
    ]
)
scalars = st.one_of(
    st.sampled_from(
        [
            *('"default"', "'spin'", '"1"', "2", "1", "-1", "true", "false", "1.5", "inf", "nan"),
            *("1979-05-27T07:32:00Z", "07:32:00", "0xff", "1_000", '"""a\nb"""', "'''\n'''", '""'),
            *('"redis"', '"redis://h"', '"\\u0000"', '"\\U0001F600"', "9223372036854775807"),
        ]
    ),
    st.text(max_size=8).map(lambda text: f'"{text}"'),
    st.integers().map(str),
    st.floats().map(str),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(inner, max_size=3).map(lambda items: "[\n" + ",\n".join(items) + "\n]"),
        st.dictionaries(words, inner, max_size=3).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        ),
    ),
    max_leaves=6,
)
keys = st.lists(words, min_size=1, max_size=3).map(".".join)
lines = st.one_of(
    st.tuples(keys, values).map(lambda pair: f"{pair[0]} = {pair[1]}"),
    keys.map(lambda key: f"[{key}]"),
    keys.map(lambda key: f"[[{key}]]"),
    st.sampled_from(["", "# a comment", "spin_manifest_version = 2", "[[trigger.http]]", "\r"]),
)
documents = st.tuples(
    st.sampled_from(["", "spin_manifest_version = 2\n", 'spin_manifest_version = "1"\n']),
    st.lists(lines, max_size=12).map("\n".join),
).map("".join)

PIECES = [
    *(b'"', b"'", b'"""', b"'''", b"[", b"]", b"[[", b"]]", b"{", b"}", b"=", b".", b",", b"#"),
    *(b"\n", b"\r\n", b"\r", b"\0", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\\", b"\\u0000", b" "),
    *(b"2", b'"1"', b"true", b"[[trigger.http]]\n", b"[component.x]\n", b"key_value_stores"),
    *(b'component = { key_value_stores = ["default"] }\n', b"[]", b"{}", b"1.5", b"id = ''\n"),
]


@st.composite
def mutations(draw: st.DrawFn, originals: list[bytes]) -> bytes:
    """One of the files with up to four changes: bytes replaced, pieces moved in, cut, doubled."""
    content = draw(st.sampled_from(originals))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.sampled_from([0, 0, 1, 2, 5, 20, 200])))
        other = draw(st.sampled_from(originals))
        from_other = draw(st.integers(0, len(other)))
        new = draw(
            st.one_of(
                st.just(b""),
                st.sampled_from(PIECES),
                st.binary(max_size=4),
                st.just(content[start:end] * 2),
                st.just(other[from_other : from_other + 60]),
            )
        )
        content = content[:start] + new + content[end:]
    return content


# ---- Random files -------------------------------------------------------------------------------


@examples(250)
@given(st.one_of(documents.map(str.encode), st.text().map(str.encode), st.binary()), st.booleans())
def test_random_text(content: bytes, manifest: bool) -> None:
    error = load_bytes(content, manifest=manifest)
    compare(content, error, manifest=manifest)


@examples(250)
@given(mutations(MANIFESTS))
def test_mutated_manifests(content: bytes) -> None:
    error = load_bytes(content, manifest=True)
    compare(content, error, manifest=True)


@examples(175)
@given(mutations(CONFIGURATIONS))
def test_mutated_configurations(content: bytes) -> None:
    error = load_bytes(content, manifest=False)
    compare(content, error, manifest=False)


def compare(content: bytes, error: spinkv.Error | None, *, manifest: bool) -> None:
    """Looks at the file with Python's own reader, where there is one."""
    if sys.version_info >= (3, 11):
        import tomllib

        try:
            document = tomllib.loads(content.decode("utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            assert isinstance(error, spinkv.InvalidConfig), "what is no TOML was taken"
            return
        if re.search(r"fuzz\.toml:\d+:\d+: ", str(error)):
            assert is_beyond_limits(document), f"TOML was called wrong: {error}"
        elif manifest and (error is None or isinstance(error, spinkv.NoSuchStore)):
            assert_same_components(Path("fuzz.toml"), grants_of(document))


def is_beyond_limits(value: Any) -> bool:
    """Whether a number is larger than TOML promises, which Python's reader does not mind."""
    if isinstance(value, dict):
        return any(map(is_beyond_limits, value.values()))
    if isinstance(value, list):
        return any(map(is_beyond_limits, value))
    if isinstance(value, int):
        return not -(2**63) <= value < 2**63
    return isinstance(value, float) and math.isinf(value)


def assert_same_components(path: Path, grants: Grants) -> None:
    """The library finds the components that the rules give, and their grants."""
    labels = {label for granted in grants.values() for label in granted}
    if "" in labels or any("\0" in label for label in labels):
        return
    stores: Any = {label: {} for label in labels - {"default"}}
    for component, granted in grants.items():
        app = spinkv.App(manifest=path, component=component, stores=stores, state_dir="")
        for label in labels:
            if label in granted:
                app.open(label).close()
            else:
                with pytest.raises(spinkv.AccessDenied):
                    app.open(label)


# ---- Files that ask for much --------------------------------------------------------------------

VERSION = b"spin_manifest_version = 2\n"
DEEP = b"a" + b".a" * 99

REFUSED = {
    "arrays nested 100,000 deep": b"a = " + b"[" * 100_000,
    "arrays nested and closed": b"a = " + b"[" * 100_000 + b"]" * 100_000,
    "arrays nested over lines": b"a = " + b"[\n" * 100_000,
    "tables nested 100,000 deep": b"a = " + b"{a = " * 100_000,
    "a key of 100,000 parts": b"a" + b".a" * 100_000 + b" = 1\n",
    "a quoted key of 100,000 parts": b'""' + b'.""' * 100_000 + b" = 1\n",
    "a spaced key of 100,000 parts": b"a" + b" . a" * 100_000 + b" = 1\n",
    "a header of 100,000 parts": b"[a" + b".a" * 100_000 + b"]\n",
    "an array header of 100,000 parts": b"[[a" + b".a" * 100_000 + b"]]\n",
    "keys of many parts in nested tables": b"a = " + b"{a" * 16 + b".a" * 100_000,
    "more than 1 MiB of comments": b"# comment\n" * 110_000,
    "more than 1 MiB in a line": b"a = '" + b"x" * 1_048_576 + b"'\n",
    "64 MiB": b"#" * 2**26,
    "a NUL in front": b"\0" + VERSION,
    "a NUL in a string": b"a = '\0'\n",
    "a NUL in a comment": b"# \0\n",
    "a NUL at the end": b"a = 1\n\0",
    "bytes that are no UTF-8": b"a = '\xff'\n",
    "UTF-8 that is cut": b"a = '\xf0\x9f'\n",
    "a surrogate in UTF-8": b"a = '\xed\xa0\x80'\n",
    "UTF-8 that is too long": b"a = '\xc0\xaf'\n",
    "UTF-16": "a = 1\n".encode("utf-16"),
    "UTF-32": "a = 1\n".encode("utf-32"),
    "a string that does not end": b"a = '''" + b"x\n" * 100_000,
    "a table that does not end": b"a = { b = 1, " * 10_000,
    "letters that no bare key has": "é = 1\n".encode(),
    "letters of another script": "あ = 1\n".encode(),
    "a header without a key": b"[=]\n",
    "a header with too many brackets": b"[[[\n",
    "many keys that are the same": b"a = 1\n" * 100_000,
    "an integer of 100,000 digits": b"a = " + b"1" * 100_000,
    "a float of 100,000 digits": b"a = 1." + b"1" * 100_000 + b"e999\n",
}


def loaded_in_time(content: bytes, *, manifest: bool) -> spinkv.Error | None:
    began = time.monotonic()
    error = load_bytes(content, manifest=manifest)
    took = time.monotonic() - began
    assert took < LONGEST_S, f"it took {took:.1f} s"
    return error


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("manifest", [True, False], ids=["manifest", "configuration"])
def test_files_that_are_refused(what: str, manifest: bool) -> None:
    for before in (b"", VERSION, VERSION + b"[component.a]\n"):
        error = loaded_in_time(before + REFUSED[what], manifest=manifest)
        assert isinstance(error, spinkv.InvalidConfig), before


def many(part: str, count: int) -> bytes:
    """Many parts, numbered where there is a % in them."""
    return "".join(part.replace("%", str(number)) for number in range(count)).encode()


# Files of nearly 1 MiB, or as many parts as there may be. Whether they are taken is another matter:
# some are, some are too many, some grant what nothing configures.
LARGE = {
    "triggers without ids": many("[[trigger.http]]\n", 9_999),
    "triggers with one id": many("[[trigger.http]]\nid = 'same'\n", 9_999),
    "triggers with all ids": many("[[trigger.http]]\nid = 'http-trigger%'\n", 9_999),
    "triggers whose ids are taken": many("[[trigger.http]]\nid = 'http-trigger%'\n", 5_000)
    + many("[[trigger.http]]\n", 4_999),
    "triggers of one component": many("[[trigger.http]]\ncomponent = 'a'\n", 9_999),
    "triggers of many types": many("[[trigger.t%]]\n", 9_999),
    "inline components": many("[[trigger.http]]\ncomponent = {}\n", 4_999),
    "inline components with one id": many("[[trigger.x]]\nid = '_'\ncomponent = {}\n", 4_999),
    "inline components in a list": b"[[trigger.x]]\ncomponents.r = [" + b"{}," * 9_990 + b"]\n",
    "inline components in roles": b"[[trigger.x]]\n" + many("components.r% = {}\n", 9_990),
    "components": many("[component.c%]\n", 9_999),
    "components that are inline's": many("[component.inline-component%]\n", 5_000)
    + many("[[trigger.x]]\nid = '_'\ncomponent = {}\n", 2_499),
    "too many triggers": many("[[trigger.http]]\n", 60_000),
    "too many components": many("[component.c%]\n", 40_000),
    "labels": b"[component.a]\nkey_value_stores = [" + b"'default'," * 100_000 + b"]\n",
    "labels that nothing configures": b"[component.a]\nkey_value_stores = ["
    + many("'a%',", 90_000).replace(b"'a0',", b"")
    + b"]\n",
    "tables": many("[t%]\n", 90_000),
    "keys": many("k% = 1\n", 80_000),
    "one long array": b"a = [" + b"1," * 500_000 + b"]\n",
    "tables of deep headers": many("[" + DEEP.decode() + ".b%]\n", 500),
    "nested arrays and deep keys": b"["
    + DEEP
    + b"]\n"
    + DEEP
    + b" = [\n"
    + (b"{" + DEEP + b" = [\n") * 7
    + b"]}" * 7
    + b"]\n",
}


@pytest.mark.parametrize("what", LARGE)
@pytest.mark.parametrize("manifest", [True, False], ids=["manifest", "configuration"])
def test_large_files(what: str, manifest: bool) -> None:
    content = VERSION + LARGE[what]
    assert len(content) <= 2**20
    error = loaded_in_time(content, manifest=manifest)
    if not manifest:
        assert error is None


def test_many_stores() -> None:
    """As many stores as a file can hold are configured and listed without a long wait."""
    began = time.monotonic()
    path = Path("fuzz.toml")
    path.write_bytes(b"[key_value_store]\n" + many("a%.type='spin'\n", 8_000))
    app = spinkv.App(runtime_config=path, state_dir="")
    stores = app.stores()
    assert len(stores) == 8_001
    assert list(stores) == sorted(stores)
    app.open("a7999").close()
    assert time.monotonic() - began < LONGEST_S


@pytest.mark.parametrize(
    "labels",
    [many("'a%',", 8_000), b"'a0'," * 9_000, b"'a7999'," * 9_000],
    ids=["each once", "the first", "the last"],
)
def test_many_labels_and_stores(labels: bytes) -> None:
    """Each of many labels is found among many stores without a long wait."""
    began = time.monotonic()
    manifest, config = Path("fuzz.toml"), Path("stores.toml")
    manifest.write_bytes(VERSION + b"[component.c]\nkey_value_stores = [" + labels + b"]\n")
    config.write_bytes(b"[key_value_store]\n" + many("a%.type='spin'\n", 8_000))
    app = spinkv.App(manifest=manifest, runtime_config=config, state_dir="")
    for _ in range(10):
        with pytest.raises(spinkv.AccessDenied):
            app.open("default")
    assert time.monotonic() - began < LONGEST_S


@pytest.mark.parametrize("what", ["nested arrays and deep keys", "tables of deep headers"])
def test_deep_files_in_a_thread_with_a_smaller_stack(what: str) -> None:
    before = threading.stack_size(2**20)
    try:
        task = Task(lambda: load_bytes(VERSION + LARGE[what], manifest=True))
        task.start()
    finally:
        threading.stack_size(before)
    assert isinstance(task.join_or_raise(), spinkv.InvalidConfig | None)


def test_files_that_are_none(tmp_path: Path) -> None:
    """A folder, a link to nowhere, and what is no regular file: a pipe would be waited for."""
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "fifo")
    for name in (".", "link", "loop", "no", "fifo", "/dev/zero", "/dev/null"):
        assert type(outcome_of(tmp_path / name)) is spinkv.Io


def outcome_of(path: Path) -> spinkv.Error | None:
    return outcome(path, manifest=False)


@pytest.mark.parametrize("original", range(len(MANIFESTS)), ids=[path.stem for path in FILES])
def test_every_beginning_of_a_manifest(original: int) -> None:
    """A file that was cut anywhere, as by a full disk."""
    content = MANIFESTS[original]
    for size in range(0, len(content), 1 + len(content) // (40 * EFFORT)):
        load_bytes(content[:size], manifest=True)
    assert not isinstance(load_bytes(content, manifest=True), spinkv.InvalidConfig)
