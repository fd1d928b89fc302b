"""What a user does with one store: every operation, the mapping protocol, what may be passed as key
and value, limits, closing, and the ways to hold a Store wrongly.
"""

from __future__ import annotations

import contextlib
import copy
import ctypes
import gc
import mmap
import os
import pickle
import random
import struct
import sys
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import spinkv
from conftest import OPERATIONS, Operation, error_of, fill, name_of

MIB = 1024 * 1024

# In the order of their bytes, which is not that of UTF-16 units nor of any language.
ORDERED_KEYS = ["", "\0", "A", "Z", "a", "a\0", "a\0b", "a ", "a%", "a_", "aa", "é", "\uffff", "😀"]

# In place of None where None is allowed.
NOTHING: Any = object()

# Every operation that takes one key, with the key left open.
KEYED: dict[str, Callable[[spinkv.Store, Any], object]] = {
    "get": lambda store, key: store.get(key),
    "get with default": lambda store, key: store.get(key, None),
    "get_json": lambda store, key: store.get_json(key),
    "exists": lambda store, key: store.exists(key),
    "set": lambda store, key: store.set(key, b"x"),
    "set_json": lambda store, key: store.set_json(key, 1),
    "delete": lambda store, key: store.delete(key),
    "increment": lambda store, key: store.increment(key),
    "compare_and_swap": lambda store, key: store.compare_and_swap(key, None, b"x"),
    "get_many": lambda store, key: store.get_many(["key", key]),
    "set_many": lambda store, key: store.set_many([("key", b"x"), (key, b"x")]),
    "delete_many": lambda store, key: store.delete_many(["key", key]),
    "list_keys prefix": lambda store, key: store.list_keys(key),
    "list_keys after": lambda store, key: store.list_keys("", NOTHING if key is None else key),
    "store[key]": lambda store, key: store[key],
    "store[key] = value": lambda store, key: store.__setitem__(key, b"x"),
    "del store[key]": lambda store, key: store.__delitem__(key),
    "key in store": lambda store, key: key in store,
}

# Every operation that takes a value, with the value left open.
VALUED: dict[str, Callable[[spinkv.Store, Any], object]] = {
    "set": lambda store, value: store.set("new", value),
    "set_many": lambda store, value: store.set_many([("other", b"x"), ("new", value)]),
    "compare_and_swap": lambda store, value: store.compare_and_swap("new", None, value),
    "store[key] = value": lambda store, value: store.__setitem__("new", value),
}

keyed = pytest.mark.parametrize("use", KEYED.values(), ids=KEYED.keys())
valued = pytest.mark.parametrize("write", VALUED.values(), ids=VALUED.keys())


class TextOfItsOwn(str):
    """A str that lies about itself wherever Python lets it."""

    def __len__(self) -> int:
        return 1_000_000

    def __str__(self) -> str:
        return "something else"

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"something else"


class BytesOfItsOwn(bytes):
    """Bytes that lie about themselves wherever Python lets them."""

    def __len__(self) -> int:
        return 1_000_000

    def __bytes__(self) -> bytes:
        return b"something else"


# ---- get, set, delete, exists ------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [b"", b"\0", b"myvalue", bytes(range(256)), b"\0\1" * (MIB // 2)],
    ids=["empty", "NUL", "text", "all bytes", "1 MiB"],
)
def test_get_gives_the_bytes_that_were_set(store: spinkv.Store, value: bytes) -> None:
    store.set("mykey", value)
    got = store.get("mykey")
    assert type(got) is bytes
    assert got == value


def test_values_of_every_order_of_size_come_back(store: spinkv.Store) -> None:
    noise = random.Random(4).randbytes(70_000)
    for power in range(17):
        for size in (2**power - 1, 2**power, 2**power + 1):
            store.set("k", noise[:size])
            assert store.get("k") == noise[:size]
            assert store["k"] == noise[:size]
            assert store.get_many(["k"])["k"] == noise[:size]


@pytest.mark.parametrize("key", [*ORDERED_KEYS, "k" * 256, "é" * 128, "😀" * 64, "' OR 1=1; --"])
def test_any_text_of_up_to_256_bytes_is_a_key(store: spinkv.Store, key: str) -> None:
    assert not store.exists(key)
    store.set(key, key)
    assert store.get(key) == key.encode()
    assert store.get_keys() == [key]
    store.delete(key)
    assert store.get_keys() == []


def test_set_returns_none_and_overwrites(store: spinkv.Store) -> None:
    put: Callable[..., object] = store.set
    assert put("k", b"long before") is None
    store.set("k", b"after")
    assert store.get("k") == b"after"
    assert store.count() == 1


def test_text_is_stored_as_utf_8(store: spinkv.Store) -> None:
    store.set("k", "naïve 😀\0")
    assert store.get("k") == "naïve 😀\0".encode()


def test_get_of_a_missing_key_raises_and_is_a_key_error(store: spinkv.Store) -> None:
    with pytest.raises(spinkv.NoSuchKey):
        store.get("other")
    with pytest.raises(KeyError):
        store.get("other")


def test_get_gives_the_default_for_a_missing_key_only(store: spinkv.Store) -> None:
    default = object()
    store.set("empty", b"")
    assert store.get("other", default) is default
    assert store.get("other", default=default) is default
    assert store.get("other", default=None) is None
    assert store.get("empty", default) == b""


def test_a_default_does_not_hide_an_error(store: spinkv.Store) -> None:
    with pytest.raises(spinkv.InvalidArgument):
        store.get(b"\xff", None)
    store.close()
    with pytest.raises(spinkv.InvalidStore):
        store.get("k", None)


def test_delete_takes_the_key_away_and_does_not_mind_a_missing_one(store: spinkv.Store) -> None:
    store.set("a", b"1")
    store.set("b", b"2")
    store.delete("a")
    store.delete("a")
    store.delete("never there")
    assert store.get_keys() == ["b"]
    assert store.get("a", None) is None


def test_exists_tells_true_or_false(store: spinkv.Store) -> None:
    store.set("empty", b"")
    assert store.exists("empty") is True
    assert store.exists("other") is False


def test_get_keys_lists_in_byte_order(store: spinkv.Store) -> None:
    shuffled = random.Random(1).sample(ORDERED_KEYS, len(ORDERED_KEYS))
    for key in shuffled:
        store.set(key, b"")
    assert store.get_keys() == ORDERED_KEYS
    assert all(type(key) is str for key in store.get_keys())


def test_get_keys_of_an_empty_store_is_empty(store: spinkv.Store) -> None:
    assert store.get_keys() == []
    assert store.list_keys() == []
    assert store.count() == 0


def test_keys_are_case_sensitive_and_not_normalised(store: spinkv.Store) -> None:
    for key in ("key", "Key", "é", "e\u0301", "1", "01", "1.0"):
        store.set(key, key)
    assert store.count() == 7
    assert store.get("e\u0301") == "e\u0301".encode()


# ---- Many at once ------------------------------------------------------------------------------


def test_get_many_answers_every_key_in_the_order_asked(store: spinkv.Store) -> None:
    store.set("a", b"1")
    store.set("b", b"")
    got = store.get_many(["b", "missing", "a", "b"])
    assert list(got.items()) == [("b", b""), ("missing", None), ("a", b"1")]


@pytest.mark.parametrize("container", [list, tuple, iter, dict.fromkeys], ids=name_of)
def test_get_many_takes_any_iterable(
    store: spinkv.Store, container: Callable[[list[str]], Iterable[str]]
) -> None:
    store.set("a", b"1")
    assert store.get_many(container(["a", "b"])) == {"a": b"1", "b": None}
    assert store.get_many(container([])) == {}


@pytest.mark.parametrize("wrong", ["key", b"key", "", 5, None], ids=name_of)
def test_a_single_key_is_no_list_of_keys(store: spinkv.Store, wrong: Any) -> None:
    """Else it would be taken for its letters."""
    store.set_many({"k": b"", "e": b"", "y": b""})
    with pytest.raises(TypeError):
        store.get_many(wrong)
    with pytest.raises(TypeError):
        store.delete_many(wrong)
    assert store.count() == 3


def test_get_many_of_a_thousand_keys(store: spinkv.Store) -> None:
    store.set_many({f"key-{number}": b"%d" % number for number in range(0, 1000, 2)})
    keys = [f"key-{number}" for number in random.Random(2).sample(range(1000), 1000)]
    got = store.get_many(keys)
    assert list(got) == keys
    for key, value in got.items():
        number = int(key[4:])
        assert value == (None if number % 2 else b"%d" % number)


@pytest.mark.parametrize(
    "tuples",
    [
        {"a": b"1", "b": "2"},
        OrderedDict([("a", b"1"), ("b", b"2")]),
        [("a", b"1"), ("b", b"2")],
        (["a", b"1"], ["b", b"2"]),
        iter([("a", b"1"), ("b", b"2")]),
        {"a": b"1", "b": b"2"}.items(),
        map(tuple, [["a", b"1"], ["b", b"2"]]),
    ],
    ids=["dict", "OrderedDict", "list", "lists", "iterator", "items", "map"],
)
def test_set_many_takes_a_mapping_or_pairs(tmp_path: Path, tuples: Any) -> None:
    with spinkv.open("x", path=tmp_path / "x.db") as store:
        store.set("a", b"old")
        store.set_many(tuples)
        assert store.get_many(["a", "b"]) == {"a": b"1", "b": b"2"}


def test_set_many_lets_the_last_of_a_key_win(store: spinkv.Store) -> None:
    store.set_many([("a", b"1"), ("b", b"2"), ("a", b"3")])
    assert store.get_many(["a", "b"]) == {"a": b"3", "b": b"2"}


def test_set_many_of_nothing_does_nothing(store: spinkv.Store) -> None:
    store.set_many([])
    store.set_many({})
    assert store.count() == 0


def _pairs_that_fail() -> Iterator[tuple[str, bytes]]:
    yield "new", b"x"
    raise RuntimeError("the caller's own")


FAILING_TUPLES: dict[
    str, tuple[Callable[[], Any], type[Exception] | tuple[type[Exception], ...]]
] = {
    "large key": (lambda: [("new", b"x"), ("k" * 257, b"x")], spinkv.KeyTooLarge),
    "large value": (lambda: [("new", b"x"), ("big", bytes(MIB + 1))], spinkv.ValueTooLarge),
    "key not UTF-8": (lambda: [("new", b"x"), (b"\xff", b"x")], spinkv.InvalidArgument),
    "too many": (lambda: [(f"k{number}", b"") for number in range(1025)], spinkv.StoreFull),
    "value of no type": (lambda: [("new", b"x"), ("other", 5)], TypeError),
    "key of no type": (lambda: [("new", b"x"), (5, b"x")], TypeError),
    "single": (lambda: [("new", b"x"), ("other",)], (TypeError, ValueError)),
    "triple": (lambda: [("new", b"x"), ("other", b"x", b"x")], (TypeError, ValueError)),
    "no pair": (lambda: [("new", b"x"), 5], TypeError),
    "mapping": (lambda: {"new": b"x", "other": None}, TypeError),
    "error of the caller": (_pairs_that_fail, RuntimeError),
    "number": (lambda: 5, TypeError),
    "None": (lambda: None, TypeError),
}


@pytest.mark.parametrize(("tuples", "expected"), FAILING_TUPLES.values(), ids=FAILING_TUPLES.keys())
def test_set_many_writes_all_or_nothing(
    store: spinkv.Store,
    tuples: Callable[[], Any],
    expected: type[Exception] | tuple[type[Exception], ...],
) -> None:
    store.set("old", b"kept")
    with pytest.raises(expected):
        store.set_many(tuples())
    assert store.get_keys() == ["old"]
    store.set_many([("new", b"y")])
    assert store.get("new") == b"y"


def test_delete_many_skips_missing_keys(store: spinkv.Store) -> None:
    store.set_many({"a": b"", "b": b"", "c": b""})
    store.delete_many(["a", "missing", "c", "a"])
    store.delete_many([])
    assert store.get_keys() == ["b"]


def test_delete_many_deletes_all_or_nothing(store: spinkv.Store) -> None:
    wrong: Any = ["a", 5]
    store.set("a", b"")
    with pytest.raises(TypeError):
        store.delete_many(wrong)
    with pytest.raises(spinkv.InvalidArgument):
        store.delete_many(["a", b"\xff"])
    assert store.exists("a")


# ---- Counters and compare-and-swap -------------------------------------------------------------


def test_increment_counts_from_zero_and_tells_the_new_number(store: spinkv.Store) -> None:
    assert store.increment("visits") == 1
    assert store.increment("visits", 41) == 42
    assert store.increment("visits", delta=-50) == -8
    assert store.increment("visits", 0) == -8
    assert store.increment("fresh", 0) == 0
    assert store.get("fresh") == bytes(8)


def test_a_counter_is_8_bytes_little_endian(store: spinkv.Store) -> None:
    store.increment("visits", -2)
    assert store.get("visits") == struct.pack("<q", -2)
    store.set("visits", struct.pack("<q", 2**40))
    assert store.increment("visits") == 2**40 + 1


@pytest.mark.parametrize("value", [b"", b"1", b"1234567", b"123456789"])
def test_increment_refuses_what_is_not_8_bytes(store: spinkv.Store, value: bytes) -> None:
    store.set("k", value)
    with pytest.raises(spinkv.NotACounter):
        store.increment("k")
    assert store.get("k") == value


@pytest.mark.parametrize(("start", "delta"), [(2**63 - 1, 1), (-(2**63), -1), (-1, -(2**63))])
def test_increment_does_not_overflow(store: spinkv.Store, start: int, delta: int) -> None:
    assert store.increment("k", start) == start
    with pytest.raises(spinkv.NotACounter):
        store.increment("k", delta)
    assert store.get("k") == struct.pack("<q", start)


@pytest.mark.parametrize("delta", [2**63, -(2**63) - 1, 2**64, 10**40])
def test_increment_refuses_a_delta_beyond_64_bits(store: spinkv.Store, delta: int) -> None:
    with pytest.raises((OverflowError, ValueError)):
        store.increment("k", delta)
    assert not store.exists("k")


@pytest.mark.parametrize("delta", [1.0, "1", b"1", None, [1]], ids=name_of)
def test_increment_refuses_a_delta_that_is_no_integer(store: spinkv.Store, delta: Any) -> None:
    with pytest.raises(TypeError):
        store.increment("k", delta)
    assert not store.exists("k")


def test_compare_and_swap_writes_only_over_what_was_expected(store: spinkv.Store) -> None:
    store.set("k", b"one")
    assert store.compare_and_swap("k", b"other", b"two") is False
    assert store.compare_and_swap("k", b"on", b"two") is False
    assert store.compare_and_swap("k", b"one\0", b"two") is False
    assert store.get("k") == b"one"
    assert store.compare_and_swap("k", b"one", b"two") is True
    assert store.compare_and_swap("k", "two", "three") is True
    assert store.get("k") == b"three"


def test_compare_and_swap_tells_absent_from_empty(store: spinkv.Store) -> None:
    assert store.compare_and_swap("k", b"", b"x") is False
    assert not store.exists("k")
    assert store.compare_and_swap("k", None, b"") is True
    assert store.compare_and_swap("k", None, b"x") is False
    assert store.get("k") == b""
    assert store.compare_and_swap("k", b"", b"x") is True
    assert store.get("k") == b"x"


# ---- Paging ------------------------------------------------------------------------------------


def test_list_keys_by_prefix_has_no_wildcards(store: spinkv.Store) -> None:
    for key in ORDERED_KEYS:
        store.set(key, b"")
    for prefix in [*ORDERED_KEYS, "aaa", "\U0010ffff", "a\U0010ffff", "a" * 300]:
        expected = [key for key in ORDERED_KEYS if key.startswith(prefix)]
        assert store.list_keys(prefix) == expected, prefix


def test_list_keys_begins_strictly_after(store: spinkv.Store) -> None:
    for key in ORDERED_KEYS:
        store.set(key, b"")
    assert store.list_keys(after=None) == ORDERED_KEYS
    assert store.list_keys("", "") == ORDERED_KEYS[1:]
    assert store.list_keys(after="a\0a") == ORDERED_KEYS[ORDERED_KEYS.index("a\0b") :]
    assert store.list_keys(prefix="a", after="Z") == store.list_keys("a")
    assert store.list_keys("a", "b") == []
    assert store.list_keys("", "\U0010ffff") == []


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_pages_put_together_are_the_whole_list(store: spinkv.Store, size: int) -> None:
    keys = sorted(f"user:{number}" for number in range(25))
    store.set_many(dict.fromkeys(["a", *keys, "z"], b""))
    pages: list[list[str]] = []
    after: str | None = None
    while page := store.list_keys("user:", after, size):
        pages.append(page)
        after = page[-1]
    assert [key for page in pages for key in page] == keys
    assert all(len(page) == size for page in pages[:-1])


def test_a_page_stays_right_when_keys_come_and_go_between(store: spinkv.Store) -> None:
    store.set_many(dict.fromkeys("bdfh", b""))
    assert store.list_keys(limit=2) == ["b", "d"]
    store.delete("d")
    store.set("a", b"")
    store.set("e", b"")
    assert store.list_keys(after="d", limit=2) == ["e", "f"]


@pytest.mark.parametrize("limit", [0, 1, sys.maxsize, None])
def test_list_keys_takes_any_limit(store: spinkv.Store, limit: int | None) -> None:
    store.set_many({"a": b"", "b": b""})
    assert store.list_keys(limit=limit) == ["a", "b"][:limit]


@pytest.mark.parametrize("limit", [-1, "1", 1.5, b"1"], ids=name_of)
def test_list_keys_refuses_a_limit_that_is_none(store: spinkv.Store, limit: Any) -> None:
    with pytest.raises((TypeError, ValueError, OverflowError)):
        store.list_keys(limit=limit)


# ---- As a mapping ------------------------------------------------------------------------------


def test_items_are_got_set_and_deleted_by_brackets(store: spinkv.Store) -> None:
    store["k"] = b"v"
    assert store["k"] == b"v"
    store["k"] = "text"
    assert store.get("k") == b"text"
    del store["k"]
    assert "k" not in store


def test_a_missing_item_is_no_such_key(store: spinkv.Store) -> None:
    with pytest.raises(spinkv.NoSuchKey):
        store["missing"]
    with pytest.raises(spinkv.NoSuchKey):
        del store["missing"]
    with pytest.raises(KeyError):
        del store["missing"]


def test_len_in_and_iteration(store: spinkv.Store) -> None:
    assert len(store) == 0
    assert list(store) == []
    for key in reversed(ORDERED_KEYS):
        store[key] = b""
    assert len(store) == store.count() == len(ORDERED_KEYS)
    assert list(store) == ORDERED_KEYS
    assert "A" in store
    assert "B" not in store
    assert b"A" in store


def test_a_store_can_be_emptied_while_iterating(store: spinkv.Store) -> None:
    store.set_many({f"{number:04}": b"" for number in range(1000)})
    seen = []
    for key in store:
        seen.append(key)
        del store[key]
    assert seen == [f"{number:04}" for number in range(1000)]
    assert len(store) == 0


# ---- What may be passed ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (bytearray(b"a\0b"), b"a\0b"),
        (bytearray(), b""),
        (memoryview(b"abc"), b"abc"),
        (memoryview(b"abcdef")[2:4], b"cd"),
        (memoryview(b"abcdef").cast("B", (2, 3)), b"abcdef"),
        (memoryview(b""), b""),
        (array("H", [1, 256]), array("H", [1, 256]).tobytes()),
        (array("d"), b""),
        ((ctypes.c_int32 * 2)(1, -1), struct.pack("=ii", 1, -1)),
        (BytesOfItsOwn(b"true"), b"true"),
        (TextOfItsOwn("true"), b"true"),
    ],
    ids=lambda value: type(value).__name__,
)
@valued
def test_a_value_may_be_anything_that_holds_bytes(
    store: spinkv.Store, write: Callable[[spinkv.Store, Any], object], value: Any, stored: bytes
) -> None:
    write(store, value)
    assert store.get("new") == stored


def test_a_value_may_be_mapped_from_a_file(store: spinkv.Store) -> None:
    with mmap.mmap(-1, 8192) as mapped:
        mapped[:3] = b"abc"
        store.set("k", mapped)
    assert store.get("k") == b"abc" + bytes(8189)


@valued
def test_a_value_with_gaps_is_refused_or_stored_without_them(
    store: spinkv.Store, write: Callable[[spinkv.Store, Any], object]
) -> None:
    gaps = memoryview(b"a-b-c-")[::2]
    try:
        write(store, gaps)
    except (TypeError, ValueError, BufferError):
        assert not store.exists("new")
    else:
        assert store.get("new") == b"abc"


@valued
def test_a_released_memoryview_is_refused(
    store: spinkv.Store, write: Callable[[spinkv.Store, Any], object]
) -> None:
    view = memoryview(b"abc")
    view.release()
    with pytest.raises(ValueError):
        write(store, view)
    assert store.get_keys() == []


@pytest.mark.parametrize("value", [5, 1.5, True, ["a"], {"a": 1}, object()], ids=name_of)
@valued
def test_a_value_of_another_type_is_refused_with_what_is_allowed(
    store: spinkv.Store, write: Callable[[spinkv.Store, Any], object], value: Any
) -> None:
    with pytest.raises(TypeError, match=r"(?s)(?=.*bytes)(?=.*str)") as caught:
        write(store, value)
    assert type(value).__name__ in str(caught.value)
    assert store.get_keys() == []


@valued
def test_none_is_no_value(
    store: spinkv.Store, write: Callable[[spinkv.Store, Any], object]
) -> None:
    with pytest.raises(TypeError):
        write(store, None)
    assert store.get_keys() == []


@pytest.mark.parametrize("expected", [5, 1.5, ["a"]], ids=name_of)
def test_an_expected_value_of_another_type_is_refused(store: spinkv.Store, expected: Any) -> None:
    with pytest.raises(TypeError):
        store.compare_and_swap("k", expected, b"x")
    assert not store.exists("k")


@pytest.mark.parametrize(
    "key",
    [b"key", bytearray(b"key"), memoryview(b"key"), TextOfItsOwn("key"), BytesOfItsOwn(b"key")],
    ids=lambda key: type(key).__name__,
)
def test_a_key_may_be_bytes_that_are_utf_8(store: spinkv.Store, key: Any) -> None:
    store.set(key, b"v")
    assert store.get_keys() == ["key"]
    assert type(store.get_keys()[0]) is str
    assert store.get("key") == store.get(key) == store[key] == b"v"
    assert store.exists(key)
    assert key in store
    assert list(store.get_many([key]).values()) == [b"v"]
    assert store.list_keys(key) == ["key"]
    assert store.list_keys("", key) == []
    store.delete(key)
    assert store.count() == 0


@pytest.mark.parametrize("key", [5, 1.5, None, ("key",), ["key"], object()], ids=name_of)
@keyed
def test_a_key_of_another_type_is_refused_with_what_is_allowed(
    store: spinkv.Store, use: Callable[[spinkv.Store, Any], object], key: Any
) -> None:
    fill(store)
    with pytest.raises(TypeError, match=r"(?s)(?=.*str)"):
        use(store, key)
    assert store.get_keys() == ["counter", "json", "key"]
    assert store.get("key") == b"value"


@pytest.mark.parametrize(
    "key",
    [b"\xff", b"a\x80", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", "\ud800"],
    ids=name_of,
)
@keyed
def test_a_key_that_is_not_utf_8_is_refused(
    store: spinkv.Store, use: Callable[[spinkv.Store, Any], object], key: str | bytes
) -> None:
    fill(store)
    with pytest.raises(ValueError) as caught:
        use(store, key)
    if isinstance(key, bytes):
        assert isinstance(caught.value, spinkv.InvalidArgument)
    assert store.get_keys() == ["counter", "json", "key"]
    assert store.get("key") == b"value"


@valued
def test_text_with_half_a_surrogate_pair_is_refused(
    store: spinkv.Store, write: Callable[[spinkv.Store, Any], object]
) -> None:
    with pytest.raises(ValueError):
        write(store, "\ud83d")
    assert store.get_keys() == []


def test_a_wrong_number_of_arguments_is_a_type_error(store: spinkv.Store) -> None:
    loose: Any = store
    wrong: list[Callable[[], object]] = [
        lambda: loose.get(),
        lambda: loose.get("k", None, None),
        lambda: loose.get("k", other=None),
        lambda: loose.set("k"),
        lambda: loose.set("k", b"v", b"w"),
        lambda: loose.delete(),
        lambda: loose.delete("k", "l"),
        lambda: loose.exists(),
        lambda: loose.get_keys("k"),
        lambda: loose.increment(),
        lambda: loose.increment("k", 1, 2),
        lambda: loose.increment("k", by=1),
        lambda: loose.compare_and_swap("k", None),
        lambda: loose.list_keys("", None, 1, 2),
        lambda: loose.list_keys(start=""),
        lambda: loose.get_json(),
        lambda: loose.set_json("k"),
        lambda: loose.get_many(),
        lambda: loose.set_many(),
        lambda: loose.delete_many(),
        lambda: loose.count(1),
        lambda: loose.close(1),
    ]
    for number, call in enumerate(wrong):
        error_of(call, TypeError, f"call {number}")
    assert store.get_keys() == []


# ---- Limits ------------------------------------------------------------------------------------

WRITES: dict[str, Callable[[spinkv.Store, str, str], object]] = {
    "set": lambda store, key, value: store.set(key, value),
    "set_json": lambda store, key, value: store.set_json(key, value[2:]),
    "set_many": lambda store, key, value: store.set_many({key: value}),
    "compare_and_swap": lambda store, key, value: store.compare_and_swap(key, None, value),
    "store[key] = value": lambda store, key, value: store.__setitem__(key, value),
}

every_write = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())


@every_write
def test_a_key_has_at_most_256_bytes(
    store: spinkv.Store, write: Callable[[spinkv.Store, str, str], object]
) -> None:
    write(store, "é" * 128, "value")
    for key in ("k" * 257, "é" * 128 + "k", "é" * 257):
        with pytest.raises(spinkv.KeyTooLarge):
            write(store, key, "value")
    assert store.get_keys() == ["é" * 128]


@every_write
def test_a_value_has_at_most_a_megabyte(
    store: spinkv.Store, write: Callable[[spinkv.Store, str, str], object]
) -> None:
    with pytest.raises(spinkv.ValueTooLarge):
        write(store, "k", "v" * (MIB + 1))
    assert store.get_keys() == []
    write(store, "k", "v" * MIB)
    assert len(store.get("k")) == MIB


def test_a_counter_obeys_the_limit_of_keys(store: spinkv.Store) -> None:
    with pytest.raises(spinkv.KeyTooLarge):
        store.increment("k" * 257)
    assert store.increment("k" * 256) == 1


def test_a_store_holds_at_most_1024_tuples(store: spinkv.Store) -> None:
    store.set_many({f"{number}": b"" for number in range(1023)})
    store.set("1023", b"last")
    for name, write in WRITES.items():
        error_of(partial(write, store, "one too many", "xx"), spinkv.StoreFull, name)
    with pytest.raises(spinkv.StoreFull):
        store.increment("one too many")
    assert store.count() == 1024
    assert not store.exists("one too many")


def test_a_full_store_takes_new_values_and_new_keys_for_old(store: spinkv.Store) -> None:
    store.set_many({f"{number}": b"" for number in range(1024)})
    store.set("0", b"new value")
    store.set_many({"1": b"new", "2": b"new", "1023": b"new"})
    assert store.compare_and_swap("3", b"", b"new")
    store.set_json("4", [])
    store.delete("5")
    store.set("one too many", b"fits")
    with pytest.raises(spinkv.StoreFull):
        store.set("5", b"")
    assert store.count() == 1024


@pytest.mark.parametrize("place", [None, "x.db"])
def test_limits_can_be_changed_and_taken_away(place: str | None) -> None:
    app = spinkv.App()
    app.add_store(
        "small", path=place, max_key_bytes=3, max_value_bytes=5, max_entries=2, cache_bytes=0
    )
    app.add_store("wide", path=place, max_key_bytes=0, max_value_bytes=0, max_entries=0)
    small, wide = app.open("small"), app.open("wide")
    small.set("abc", b"12345")
    with pytest.raises(spinkv.KeyTooLarge):
        small.set("abcd", b"")
    with pytest.raises(spinkv.ValueTooLarge):
        small.set("abc", b"123456")
    with pytest.raises(spinkv.ValueTooLarge):
        small.increment("n")
    small.set("b", b"")
    with pytest.raises(spinkv.StoreFull):
        small.set("c", b"")
    assert small.get_keys() == ["abc", "b"]
    wide.set("k" * 10_000, bytes(3 * MIB))
    wide.set_many({f"{number}": b"" for number in range(2000)})
    assert wide.count() == 2001
    assert len(wide.get("k" * 10_000)) == 3 * MIB


def test_keys_beyond_the_limit_can_be_asked_for_and_deleted(store: spinkv.Store) -> None:
    key = "k" * 1000
    assert store.get(key, None) is None
    assert store.exists(key) is False
    assert key not in store
    assert store.get_many([key]) == {key: None}
    store.delete(key)
    store.delete_many([key])
    assert store.list_keys(key) == []
    with pytest.raises(spinkv.NoSuchKey):
        store.get(key)


# ---- Closing -----------------------------------------------------------------------------------


def test_the_list_of_operations_here_is_complete() -> None:
    methods = {name for name in dir(spinkv.Store) if callable(getattr(spinkv.Store, name))}
    public = {name for name in methods if not name.startswith("_")}
    named = {operation.name for operation in OPERATIONS}
    assert public - named == {"close"}
    assert named <= methods


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_a_closed_store_does_nothing_but_raise(store: spinkv.Store, operation: Operation) -> None:
    fill(store)
    operation.call(store)
    store.close()
    with pytest.raises(spinkv.InvalidStore):
        operation.call(store)


def test_close_twice_is_fine(store: spinkv.Store) -> None:
    assert store.closed is False
    store.close()
    assert store.closed is True
    store.close()
    assert store.closed is True
    assert store.name == "shelf"


def test_closing_one_handle_leaves_the_others_open(tmp_path: Path) -> None:
    app = spinkv.App()
    app.add_store("x", path=tmp_path / "x.db")
    app.add_store("m")
    for label in ("x", "m"):
        one, two = app.open(label), app.open(label)
        one.set("k", b"v")
        one.close()
        assert two.get("k") == b"v"
        three = app.open(label)
        with pytest.raises(spinkv.InvalidStore):
            one.get("k")
        assert three.get("k") == b"v"


def test_with_closes_the_store_and_lets_errors_through(tmp_path: Path) -> None:
    opened = spinkv.open("x", path=tmp_path / "x.db")
    with opened as store:
        assert store is opened
        store.set("k", b"v")
    assert opened.closed
    failing = spinkv.open("x", path=tmp_path / "x.db")
    with pytest.raises(ZeroDivisionError), failing as store:
        store.set("k", b"%d" % (len(store.get("k")) // 0))
    assert failing.closed
    with spinkv.open("x", path=tmp_path / "x.db") as closed_inside:
        closed_inside.close()


@pytest.mark.parametrize("in_cycle", [False, True])
def test_a_store_that_nobody_refers_to_is_closed(in_cycle: bool) -> None:
    app = spinkv.App(max_open_stores=1)
    app.add_store("a")
    for _ in range(3):
        holder: list[Any] = [app.open("a")]
        if in_cycle:
            holder.append(holder)
        with pytest.raises(spinkv.StoreTableFull):
            app.open("a")
        del holder
        gc.collect()
    app.open("a").close()


def test_a_store_keeps_its_data_when_it_is_collected(tmp_path: Path) -> None:
    spinkv.open("x", path=tmp_path / "x.db").set("k", b"v")
    gc.collect()
    assert spinkv.open("x", path=tmp_path / "x.db").get("k") == b"v"


# ---- The object itself -------------------------------------------------------------------------


@pytest.mark.parametrize("label", ["cache", "default", "with space", "é😀", "quote'\"", "x" * 200])
def test_name_and_repr_tell_the_label(label: str) -> None:
    with spinkv.open(label, path=None) as store:
        assert store.name == label
        assert "Store" in repr(store)
        assert label in repr(store) or repr(label) in repr(store)
        assert store.name == label
    assert store.name == label
    assert "closed" in repr(store)


@pytest.mark.parametrize("attribute", ["name", "closed"])
def test_what_a_store_tells_of_itself_cannot_be_changed(
    store: spinkv.Store, attribute: str
) -> None:
    with pytest.raises(AttributeError):
        setattr(store, attribute, "other")
    with pytest.raises(AttributeError):
        delattr(store, attribute)
    assert store.name == "shelf"
    assert store.closed is False


def test_a_store_equals_only_itself(store: spinkv.Store) -> None:
    others: list[Any] = [None, 5, "shelf", object(), spinkv.open("shelf", path=None)]
    for other in others:
        assert (store == other) is False
        assert (other == store) is False
        assert (store != other) is True
    same: Any = store
    assert store == same
    assert len({store, store}) == 1


def _by_hand() -> list[Any]:
    makers: list[Callable[[], Any]] = [
        lambda: getattr(spinkv, "Store")(),  # noqa: B009
        lambda: getattr(spinkv, "Store")("default"),  # noqa: B009
        lambda: getattr(spinkv, "Store")(None),  # noqa: B009
        lambda: spinkv.Store.__new__(spinkv.Store),
        lambda: object.__new__(spinkv.Store),
    ]
    made = []
    for make in makers:
        try:
            made.append(make())
        except TypeError:
            continue
    return made


def test_a_store_made_by_hand_is_refused_or_as_good_as_closed() -> None:
    for store in _by_hand():
        for operation in OPERATIONS:
            with pytest.raises((spinkv.InvalidStore, TypeError)):
                operation.call(store)
        assert repr(store)
        store.close()


def test_a_store_cannot_be_initialised_again() -> None:
    app = spinkv.App(state_dir="", max_open_stores=2)
    app.add_store("shelf")
    store = app.open("shelf")
    fill(store)
    arguments: tuple[object, ...]
    for arguments in ((), ("default",), (None,), (app, "shelf"), (app, "default")):
        with contextlib.suppress(TypeError, spinkv.Error):
            getattr(store, "__init__")(*arguments)  # noqa: B009
    assert store.name == "shelf"
    assert store.get("key") == b"value"
    store.close()
    del store
    gc.collect()
    again, other = app.open("shelf"), app.open("default")
    assert (again.get("key"), other.get("key", None)) == (b"value", None)


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_a_method_is_not_fooled_by_a_foreign_self(operation: Operation) -> None:
    method = getattr(spinkv.Store, operation.name)

    def call(*arguments: object) -> object:
        result = method(*arguments)
        return list(result) if isinstance(result, Iterator) else result

    app: Any = spinkv.App()
    for wrong in (5, None, "store", app, spinkv.Store):
        for arguments in ((), ("key",), ("key", b"value")):
            error_of(partial(call, wrong, *arguments), (TypeError, AttributeError), arguments)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_store_is_not_pickled(store: spinkv.Store, protocol: int) -> None:
    with pytest.raises(TypeError, match="Store"):
        pickle.dumps(store, protocol)
    store.set("still", b"open")


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_store_is_not_copied(
    store: spinkv.Store, copied: Callable[[spinkv.Store], spinkv.Store]
) -> None:
    with pytest.raises(TypeError, match="Store"):
        copied(store)
    store.set("still", b"open")


# ---- Memory ------------------------------------------------------------------------------------


def _busy_day(store: spinkv.Store, key: str, value: bytes, default: object) -> None:
    missing: Any = 5
    store.set(key, value)
    store.get(key)
    store.get(key, default)
    store.get("missing", default)
    store.get_json("missing", default)
    store.exists(key)
    store[key] = value
    store[key]
    store.set_many({key: value})
    store.set_many([(key, value), (key, value)])
    store.get_many([key, key, "missing"])
    store.compare_and_swap(key, value, value)
    store.list_keys(key, key, 3)
    list(store)
    for failing in (store.get, store.get_json, store.__getitem__):
        with pytest.raises(spinkv.Error):
            failing("missing")
    with pytest.raises(TypeError):
        store.set(key, missing)
    with pytest.raises(TypeError):
        store.set_many([(key, value), (key, missing)])
    with pytest.raises(TypeError):
        store.get_many([key, missing])
    del store[key]
    store.delete_many([key, key])


def test_no_operation_keeps_or_loses_a_reference(store: spinkv.Store) -> None:
    key, value, default = f"key {os.getpid()}", os.urandom(64), object()
    _busy_day(store, key, value, default)
    gc.collect()
    held = (key, value, default, store, b"", spinkv.NoSuchKey)
    before = [sys.getrefcount(thing) for thing in held]
    for _ in range(50):
        _busy_day(store, key, value, default)
    gc.collect()
    after = [sys.getrefcount(thing) for thing in held]
    assert after == before


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc")
def test_memory_does_not_grow_with_the_number_of_calls(store: spinkv.Store) -> None:
    def resident_bytes() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE

    value = os.urandom(100_000)
    document = ["x" * 100_000]
    keys = [f"{number}{'k' * 200}" for number in range(200)]
    store.set_many(dict.fromkeys(keys, b""))
    store.set("big", value)
    store.set_json("document", document)

    def use() -> None:
        assert store.get("big") == value
        assert store.get_many(["big", "missing"])["big"] == value
        assert len(store.get_keys()) == 202
        assert store.get_json("document") == document
        with pytest.raises(spinkv.InvalidJson):
            store.get_json("big")
        with pytest.raises(spinkv.ValueTooLarge):
            store.set("big", bytes(MIB + 1))

    for _ in range(50):
        use()
    before = resident_bytes()
    for _ in range(600):
        use()
    assert resident_bytes() - before < 20 * MIB
