"""set_json and get_json: Python data in, compact JSON text in the store, Python data out."""

from __future__ import annotations

import json
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import spinkv
from conftest import make_spin_file, name_of
from hypothesis import given
from hypothesis import strategies as st

DOCUMENTS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=5)
    ),
    max_leaves=20,
)

# Python data and the text it must become.
TEXTS: list[tuple[Any, bytes]] = [
    (None, b"null"),
    (True, b"true"),
    (False, b"false"),
    (0, b"0"),
    (-1, b"-1"),
    (10**40 + 1, b"1" + b"0" * 39 + b"1"),
    (1.5, b"1.5"),
    (-0.0, b"-0.0"),
    (1e300, b"1e+300"),
    (0.1 + 0.2, b"0.30000000000000004"),
    ("", b'""'),
    ("é😀", '"é😀"'.encode()),
    ('quote " slash / back \\', rb'"quote \" slash / back \\"'),
    ("line\nbreak\0\x1f\x7f", b'"line\\nbreak\\u0000\\u001f\x7f"'),
    ([], b"[]"),
    ({}, b"{}"),
    ([1, [2, [3, {}]]], b"[1,[2,[3,{}]]]"),
    ((1, 2), b"[1,2]"),
    ({"b": 1, "a": 2, "": None}, b'{"b":1,"a":2,"":null}'),
    (OrderedDict([("z", 1), ("y", [True])]), b'{"z":1,"y":[true]}'),
    ({"name": "Ada", "tags": ["x", "y"]}, b'{"name":"Ada","tags":["x","y"]}'),
]


@pytest.mark.parametrize(("value", "text"), TEXTS, ids=lambda part: repr(part)[:20])
def test_set_json_stores_compact_text(store: spinkv.Store, value: Any, text: bytes) -> None:
    store.set_json("k", value)
    assert store.get("k") == text
    assert json.loads(text) == (list(value) if isinstance(value, tuple) else value)


@pytest.mark.parametrize(("value", "text"), TEXTS, ids=lambda part: repr(part)[:20])
def test_get_json_reads_what_set_json_stored(store: spinkv.Store, value: Any, text: bytes) -> None:
    store.set_json("k", value)
    got = store.get_json("k")
    expected = list(value) if isinstance(value, tuple) else value
    assert got == expected
    assert type(got) is type(json.loads(text))
    if isinstance(value, dict):
        assert list(got) == list(value)


@given(DOCUMENTS)
def test_any_document_comes_back_as_it_was(document: Any) -> None:
    with spinkv.open("x", path=None) as store:
        store.set_json("k", document)
        assert repr(store.get_json("k")) == repr(document)
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        assert store.get("k") == text.encode()


class Anything:
    """Something that JSON has no word for."""


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")], ids=name_of)
@pytest.mark.parametrize("depth", [0, 1, 5])
def test_numbers_that_json_lacks_are_refused(store: spinkv.Store, value: float, depth: int) -> None:
    document: Any = value
    for _ in range(depth):
        document = [1, {"a": document}]
    store.set("k", b"as it was")
    for key in ("k", "new"):
        with pytest.raises(spinkv.InvalidJson):
            store.set_json(key, document)
    assert store.get_many(["k", "new"]) == {"k": b"as it was", "new": None}


@pytest.mark.parametrize(
    "value", [b"bytes", {1, 2}, Anything(), 1j, {("a",): 1}, [Anything()], Path("x")], ids=name_of
)
def test_data_that_json_lacks_is_a_type_error(store: spinkv.Store, value: Any) -> None:
    store.set("k", b"as it was")
    for key in ("k", "new"):
        with pytest.raises(TypeError):
            store.set_json(key, value)
    assert store.get_many(["k", "new"]) == {"k": b"as it was", "new": None}


def test_a_document_that_contains_itself_is_refused(store: spinkv.Store) -> None:
    document: list[Any] = []
    document.append(document)
    with pytest.raises((ValueError, RecursionError)):
        store.set_json("k", document)
    assert not store.exists("k")


@pytest.mark.parametrize("value", ["\ud83d", ["a\udc00"], {"\ud800": 1}], ids=ascii)
def test_half_a_surrogate_pair_is_refused(store: spinkv.Store, value: Any) -> None:
    with pytest.raises(ValueError):
        store.set_json("k", value)
    assert not store.exists("k")


def _nested(depth: int) -> Any:
    document: Any = 1
    for _ in range(depth):
        document = [document]
    return document


@pytest.mark.parametrize("depth", [100, 500])
def test_deep_documents_come_back(store: spinkv.Store, depth: int) -> None:
    store.set_json("k", _nested(depth))
    assert store.get("k") == b"[" * depth + b"1" + b"]" * depth
    assert store.get_json("k") == _nested(depth)


@pytest.mark.parametrize("depth", [5_000, 100_000])
def test_bottomless_documents_are_refused_and_nothing_is_written(
    store: spinkv.Store, depth: int
) -> None:
    with pytest.raises((spinkv.InvalidJson, RecursionError)):
        store.set_json("k", _nested(depth))
    assert not store.exists("k")
    store.set("k", b"[" * depth + b"]" * depth)
    with pytest.raises((spinkv.InvalidJson, RecursionError)):
        store.get_json("k")


def test_a_stored_null_is_told_from_a_missing_key(store: spinkv.Store) -> None:
    default = object()
    store.set_json("null", None)
    assert store.get_json("null") is None
    assert store.get_json("null", default) is None
    assert store.get_json("missing", default) is default
    assert store.get_json("missing", default=None) is None
    with pytest.raises(spinkv.NoSuchKey):
        store.get_json("missing")


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b" ",
        b"myvalue",
        b"[1,]",
        b"[1 2]",
        b"{a:1}",
        b"{'a':1}",
        b'{"a":1,}',
        b"'text'",
        b'"open',
        b'"tab\there"',
        b'"\\x41"',
        b"01",
        b"+1",
        b".5",
        b"5.",
        b"0x10",
        b"1e",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"[NaN]",
        b"nul",
        b"True",
        b"null\0",
        b"1\0garbage",
        b"1 2",
        b"[] //",
        b"/**/1",
        b"\xef\xbb\xbf1",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b"\xff\xfe1\x00",
        b"\x0b1",
        b"\xc2\xa01",
    ],
    ids=name_of,
)
def test_get_json_of_something_else_is_an_error_of_its_own(
    store: spinkv.Store, value: bytes
) -> None:
    store.set("k", value)
    with pytest.raises(spinkv.InvalidJson):
        store.get_json("k")
    with pytest.raises(spinkv.InvalidJson):
        store.get_json("k", None)
    assert store.get("k") == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b' \t\r\n{ "a" : [ 1 , 2.50 ] } \n', {"a": [1, 2.5]}),
        (b'"\\u00e9\\ud83d\\ude00\\/"', "é😀/"),
        (b"1E2", 100.0),
        (b"-0", 0),
        (b'{"a":1,"a":2}', {"a": 2}),
        (b"123456789012345678901234567890", 123456789012345678901234567890),
    ],
    ids=name_of,
)
def test_get_json_reads_what_others_wrote(store: spinkv.Store, value: bytes, expected: Any) -> None:
    store.set("k", value)
    assert store.get_json("k") == expected


def test_get_json_reads_text_from_the_sqlite3_shell(tmp_path: Path) -> None:
    path = make_spin_file(tmp_path / "x.db", [("x", "k", '{"a": "é"}'), ("x", "bad", "oops")])
    with spinkv.open("x", path=path) as store:
        assert store.get_json("k") == {"a": "é"}
        with pytest.raises(spinkv.InvalidJson):
            store.get_json("bad")


def test_a_number_too_long_for_python_is_a_value_error(store: spinkv.Store) -> None:
    store.set("k", b"9" * 5000)
    with pytest.raises(ValueError):
        store.get_json("k")
    with pytest.raises(ValueError):
        store.set_json("new", 10**5000)
    assert not store.exists("new")


def test_the_limit_counts_the_stored_bytes() -> None:
    with spinkv.open("x", path=None, max_value_bytes=10) as store:
        store.set_json("k", [1, 2, 3, 44])
        assert store.get("k") == b"[1,2,3,44]"
        with pytest.raises(spinkv.ValueTooLarge):
            store.set_json("k", [1, 2, 3, 444])
        store.set_json("k", "éééé")
        with pytest.raises(spinkv.ValueTooLarge):
            store.set_json("k", "éééée")
        assert store.get_json("k") == "éééé"


def test_a_document_may_be_a_megabyte(store: spinkv.Store) -> None:
    text = "é" * ((1 << 19) - 1)
    store.set_json("k", text)
    assert store.get_json("k") == text
    with pytest.raises(spinkv.ValueTooLarge):
        store.set_json("k", text + "e")


@pytest.mark.parametrize("text", ["9" * 5000, "[" * 1500 + "]" * 1500], ids=["digits", "depth"])
def test_json_that_python_does_not_read_is_an_error_of_the_store(text: str) -> None:
    with spinkv.open("x", path=":memory:") as store:
        store.set("key", text)
        with pytest.raises(spinkv.InvalidJson, match="key"):
            store.get_json("key")
        assert store.get("key") == text.encode()
