"""The driver of Python: answers the requests of the conformance cases.

The protocol is in tests/conformance/README.md. The in-process runner calls :func:`answer`; started
as a program this file is a driver like that of any other language. It only translates.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import spinkv

WITHOUT = {
    "raw-handles": "in Python a store is an object and not a number",
    "get-into": "in Python there is no get_into",
}

Words = list[str]
Request = Iterator[str]

_apps: dict[str, spinkv.App] = {}
_stores: dict[str, spinkv.Store] = {}

# ---- Words -------------------------------------------------------------------------------------


def to_word(value: bytes | str | bool | int | None) -> str:
    """A value as a word of a line."""
    if value is None:
        return "-"
    if isinstance(value, (bool, int)):
        return str(value).lower()
    return "x" + (value.encode() if isinstance(value, str) else value).hex()


def to_bytes(word: str) -> bytes:
    """The bytes that a word stands for."""
    if not word.startswith("x"):
        raise ValueError(f"not bytes: {word!r:.40}")
    return bytes.fromhex(word[1:])


def optional_bytes(word: str) -> bytes | None:
    """The bytes that a word stands for, or None."""
    return None if word == "-" else to_bytes(word)


def _key(word: str) -> str | bytes:
    """A key as a user would pass it: text, or bytes where it is not UTF-8."""
    data = to_bytes(word)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _optional_path(word: str) -> str | None:
    return None if word == "-" else os.fsdecode(to_bytes(word))


def _pairs(request: Request) -> list[tuple[str | bytes, bytes]]:
    return [(_key(key), to_bytes(next(request))) for key in request]


def _store_with_options(label: str, request: Request) -> tuple[str, dict[str, Any]]:
    options: dict[str, Any] = {}
    for _ in range(int(next(request))):
        name, word = to_bytes(next(request)).decode(), next(request)
        if word.startswith("x"):
            options[name] = os.fsdecode(to_bytes(word))
        else:
            options[name] = word == "true" if word in ("true", "false") else int(word)
    return to_bytes(label).decode(), options


# ---- Requests: each takes the words behind its name and gives those of its answer ----------------


def _reset(request: Request) -> Words:
    for store in _stores.values():
        store.close()
    _stores.clear()
    _apps.clear()
    os.chdir(to_bytes(next(request)))
    return []


def _new_app(request: Request) -> Words:
    app = next(request)
    options: dict[str, Any] = {"manifest": _optional_path(next(request))}
    component = optional_bytes(next(request))
    options["component"] = None if component is None else component.decode()
    options["runtime_config"] = _optional_path(next(request))
    options["state_dir"] = _optional_path(next(request))
    if (count := next(request)) != "-":
        options["max_open_stores"] = int(count)
    options["stores"] = dict(_store_with_options(label, request) for label in request)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        _apps[app] = spinkv.App(**options)
    return [to_word(str(warning.message)) for warning in caught]


def _add_store(request: Request) -> Words:
    app = _apps[next(request)]
    label, options = _store_with_options(next(request), request)
    app.add_store(label, **options)
    return []


def _free_app(request: Request) -> Words:
    del _apps[next(request)]
    return []


def _grant(request: Request) -> Words:
    _apps[next(request)].grant(to_bytes(next(request)).decode())
    return []


def _seed(request: Request) -> Words:
    _apps[next(request)].seed(_pairs(request))
    return []


def _list_stores(request: Request) -> Words:
    return [to_word(text) for item in _apps[next(request)].stores().items() for text in item]


def _set_environment(request: Request) -> Words:
    name, value = to_bytes(next(request)), optional_bytes(next(request))
    if value is None:
        os.environb.pop(name, None)
    else:
        os.environb[name] = value
    return []


def _open(request: Request) -> Words:
    store, app, label = next(request), next(request), to_bytes(next(request)).decode()
    _stores[store] = spinkv.open(label) if app == "-" else _apps[app].open(label)
    return []


def _open_default(request: Request) -> Words:
    store, app = next(request), next(request)
    _stores[store] = spinkv.open_default() if app == "-" else _apps[app].open_default()
    return []


def _list_keys(store: spinkv.Store, request: Request) -> Words:
    options: dict[str, Any] = {}
    for name, convert in (("prefix", _key), ("after", _key), ("limit", int)):
        if (word := next(request)) != "-":
            options[name] = convert(word)
    return [to_word(key) for key in store.list_keys(**options)]


def _get_many(store: spinkv.Store, request: Request) -> Words:
    keys = [_key(word) for word in request]
    found = store.get_many(keys)
    texts = [key if isinstance(key, str) else key.decode() for key in keys]
    if list(found) != list(dict.fromkeys(texts)):
        raise ValueError("get_many lost the order asked")
    return [to_word(found[text]) for text in texts]


def _increment(store: spinkv.Store, request: Request) -> Words:
    key, delta = _key(next(request)), next(request)
    number = store.increment(key) if delta == "-" else store.increment(key, int(delta))
    return [to_word(number)]


def _compare_and_swap(store: spinkv.Store, request: Request) -> Words:
    key, expected = _key(next(request)), optional_bytes(next(request))
    return [to_word(store.compare_and_swap(key, expected, to_bytes(next(request))))]


def _find_json(store: spinkv.Store, request: Request) -> Words:
    nothing = object()
    found = store.get_json(_key(next(request)), default=nothing)
    return ["-" if found is nothing else to_word(json.dumps(found))]


def _set(store: spinkv.Store, request: Request) -> None:
    store.set(_key(next(request)), to_bytes(next(request)))


def _set_json(store: spinkv.Store, request: Request) -> None:
    store.set_json(_key(next(request)), json.loads(to_bytes(next(request))))


def _set_json_text(store: spinkv.Store, request: Request) -> None:
    store._set_json(_key(next(request)), to_bytes(next(request)))


def _repeat(store: spinkv.Store, request: Request) -> None:
    for _ in range(int(next(request))):
        store.set("key", b"v" * 1000)
        store.get("key")
        try:
            store.get("missing")
        except spinkv.NoSuchKey:
            continue
    gc.collect()


_ON_APPS: dict[str, Callable[[Request], Words]] = {
    "reset": _reset,
    "new_app": _new_app,
    "add_store": _add_store,
    "free_app": _free_app,
    "grant": _grant,
    "seed": _seed,
    "list_stores": _list_stores,
    "set_environment": _set_environment,
    "open": _open,
    "open_default": _open_default,
}

_ON_STORES: dict[str, Callable[[spinkv.Store, Request], Words | None]] = {
    "close": lambda store, _: store.close(),
    "get": lambda store, request: [to_word(store.get(_key(next(request))))],
    "find": lambda store, request: [to_word(store.get(_key(next(request)), default=None))],
    "set": _set,
    "delete": lambda store, request: store.delete(_key(next(request))),
    "exists": lambda store, request: [to_word(store.exists(_key(next(request))))],
    "get_keys": lambda store, _: [to_word(key) for key in store.get_keys()],
    "iterate": lambda store, _: [to_word(key) for key in store],
    "list_keys": _list_keys,
    "count": lambda store, _: [to_word(store.count())],
    "get_many": _get_many,
    "set_many": lambda store, request: store.set_many(_pairs(request)),
    "delete_many": lambda store, request: store.delete_many([_key(word) for word in request]),
    "increment": _increment,
    "compare_and_swap": _compare_and_swap,
    "set_json": _set_json,
    "get_json": lambda store, request: [to_word(json.dumps(store.get_json(_key(next(request)))))],
    "find_json": _find_json,
    "set_json_text": _set_json_text,
    "get_json_text": lambda store, request: [to_word(store._get_json(_key(next(request))))],
    "repeat": _repeat,
}

# ---- Lines -------------------------------------------------------------------------------------


def _greeting() -> Iterator[str]:
    for flag, reason in WITHOUT.items():
        yield f"without {flag} {to_word(reason)}"
    yield "ready 1"


def answer(line: str) -> str:
    """The answer to one request."""
    operation, *words = line.split()
    request = iter(words)
    try:
        if operation in _ON_APPS:
            met = _ON_APPS[operation](request)
        else:
            met = _ON_STORES[operation](_stores[next(request)], request) or []
    except spinkv.Error as error:
        spin = "io" if isinstance(error, spinkv.Io) else error.code
        return " ".join(["error", error.code, spin, type(error).__name__, to_word(str(error))])
    except Exception as error:
        return "broken " + to_word(f"{type(error).__name__}: {error}")
    return " ".join(["ok", *met])


def _serve() -> None:
    for line in _greeting():
        print(line, flush=True)
    for line in sys.stdin:
        print(answer(line), flush=True)


if __name__ == "__main__":
    _serve()
