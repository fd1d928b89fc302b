"""A guest book for version 3 of the SDK."""

import json

from spinkv.spin_sdk import key_value
from spinkv.spin_sdk.wit.imports.key_value import Error_AccessDenied, Error_NoSuchStore, Error_Other
from spinkv.spin_sdk.wit.types import Err


def handle(method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    key = path.removeprefix("/guests/")
    with key_value.open_default() as store:
        if path == "/guests":
            return 200, json.dumps(store.get_keys()).encode()
        if method == "PUT":
            new = not store.exists(key)
            store.set(key, body)
            return 201 if new else 200, b""
        if method == "DELETE":
            store.delete(key)
            return 204, b""
        value = store.get(key)
        return (404, b"") if value is None else (200, value)


def open_named(name: str) -> str:
    try:
        key_value.open(name).set("k" * 300, b"")
    except Err as err:
        if isinstance(err.value, Error_AccessDenied):
            return "denied"
        if isinstance(err.value, Error_NoSuchStore):
            return "no such store"
        if isinstance(err.value, Error_Other):
            return err.value.value
    return "opened"
