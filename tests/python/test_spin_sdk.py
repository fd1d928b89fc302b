"""Code written for Spin's Python SDK runs natively, and what it called is known."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import spinkv
from spin_apps import guest_book, visits
from spinkv import spin_sdk
from spinkv.spin_sdk import key_value
from spinkv.spin_sdk.v4 import util
from spinkv.spin_sdk.wit.imports.key_value import (
    Error_AccessDenied,
    Error_NoSuchStore,
    Error_Other,
    Error_StoreTableFull,
)
from spinkv.spin_sdk.wit.types import Err
from spinkv.testing import Call, RecordedApp, RecordedStore

MANIFEST = """
spin_manifest_version = 2
[component.book]
key_value_stores = ["default"]
"""


def test_sync_app(spinkv_store: RecordedStore) -> None:
    assert guest_book.handle("PUT", "/guests/ada", b"hello") == (201, b"")
    assert guest_book.handle("PUT", "/guests/ada", b"again") == (200, b"")
    assert guest_book.handle("GET", "/guests/ada") == (200, b"again")
    assert guest_book.handle("GET", "/guests/bob") == (404, b"")
    assert json.loads(guest_book.handle("GET", "/guests")[1]) == ["ada"]
    assert guest_book.handle("DELETE", "/guests/ada") == (204, b"")
    assert spinkv_store.get_keys() == []


def test_async_app(spinkv_app: RecordedApp) -> None:
    assert asyncio.run(visits.visit("home")) == 1
    assert asyncio.run(visits.visit("home")) == 2
    assert asyncio.run(visits.visit_all(["a", "b"])) == [1, 1]
    assert asyncio.run(visits.pages()) == ["a", "b", "home"]
    assert asyncio.run(visits.forget("home")) is True
    assert asyncio.run(visits.forget("home")) is False
    assert [call.operation for call in spinkv_app.calls[:2]] == ["get", "set"]


def test_default_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    guest_book.handle("PUT", "/guests/ada", b"hello")
    with spinkv.open_default() as store:
        assert store.get("ada") == b"hello"


def test_errors(tmp_path: Path) -> None:
    manifest = tmp_path / "spin.toml"
    manifest.write_text(MANIFEST)
    with spin_sdk.using(spinkv.App(manifest=manifest, state_dir="")):
        assert guest_book.open_named("other") == "denied"
        assert "256" in guest_book.open_named("default")
    with spin_sdk.using(spinkv.App(state_dir="", max_open_stores=1)):
        assert guest_book.open_named("other") == "no such store"
        with key_value.open_default(), pytest.raises(Err) as caught:
            key_value.open_default()
    assert caught.value == Err(Error_StoreTableFull())
    assert isinstance(caught.value.__cause__, spinkv.StoreTableFull)
    assert {repr(Err(kind())) for kind in (Error_AccessDenied, Error_NoSuchStore)}


def test_use_after_close(spinkv_app: RecordedApp) -> None:
    with key_value.open_default() as store:
        pass
    for call in (
        lambda: store.get("k"),
        lambda: store.set("k", b""),
        lambda: store.delete("k"),
        lambda: store.exists("k"),
        lambda: store.get_keys(),
    ):
        with pytest.raises(Err) as caught:
            call()
        assert isinstance(caught.value.value, Error_Other)


def test_a_listing_that_fails_raises_when_collected(spinkv_app: RecordedApp) -> None:
    from spinkv.spin_sdk.v4 import key_value as key_value_4

    async def list_closed() -> list[str]:
        with await key_value_4.open_default() as store:
            pass
        return await util.collect(await store.get_keys())

    with pytest.raises(Err):
        asyncio.run(list_closed())


def test_long_listings_come_in_parts(spinkv_store: RecordedStore) -> None:
    spinkv_store.set_many((f"{number:03}", b"") for number in range(300))
    assert asyncio.run(visits.pages()) == [f"{number:03}" for number in range(300)]


def test_calls_are_recorded(spinkv_app: RecordedApp, spinkv_store: RecordedStore) -> None:
    spinkv_store.set("a", b"1")
    spinkv_store["b"] = b"2"
    assert "a" in spinkv_store
    assert next(iter(spinkv_store)) == "a"
    assert spinkv_store.get_json("a", default=None) == 1
    with pytest.raises(KeyError):
        spinkv_store.get("missing")
    assert spinkv_app.calls == [
        Call("set", "default", ("a", b"1")),
        Call("set", "default", ("b", b"2")),
        Call("exists", "default", ("a",)),
        Call("list_keys", "default", ()),
        Call("get_json", "default", ("a", None)),
        Call("get", "default", ("missing",)),
    ]
    spinkv_app.calls.clear()
    guest_book.handle("GET", "/guests/a")
    assert [call.operation for call in spinkv_app.calls] == ["get"]


def test_every_operation_is_recorded() -> None:
    operations = {
        name
        for name in dir(spinkv.Store)
        if callable(getattr(spinkv.Store, name)) and name[0] != "_"
    }
    recorded = {name for name in vars(RecordedStore) if name[0] != "_"}
    assert operations - recorded == {"close"}


def test_each_test_has_a_store_of_its_own(spinkv_store: RecordedStore) -> None:
    assert len(spinkv_store) == 0
