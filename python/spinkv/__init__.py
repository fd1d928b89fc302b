"""Spin's key-value store as a library: named stores, small, durable, no server.

>>> import spinkv
>>> with spinkv.open_default() as store:
...     store.set("mykey", b"myvalue")
...     store.get("mykey")
b'myvalue'

A store lives in a SQLite file laid out as Spin lays it out, or in memory. Threads may share a
:class:`Store`, processes may share its file, and a process may fork while stores are open.
"""

from __future__ import annotations

from . import _core, errors
from .app import App, open, open_default
from .errors import (
    AccessDenied,
    Busy,
    Corrupt,
    Error,
    InvalidArgument,
    InvalidConfig,
    InvalidJson,
    InvalidStore,
    Io,
    KeyTooLarge,
    NoMemory,
    NoSuchKey,
    NoSuchStore,
    NotACounter,
    ReadOnly,
    StoreFull,
    StoreTableFull,
    Unsupported,
    ValueTooLarge,
)
from .store import Store

__all__ = [
    "AccessDenied",
    "App",
    "Busy",
    "Corrupt",
    "Error",
    "InvalidArgument",
    "InvalidConfig",
    "InvalidJson",
    "InvalidStore",
    "Io",
    "KeyTooLarge",
    "NoMemory",
    "NoSuchKey",
    "NoSuchStore",
    "NotACounter",
    "ReadOnly",
    "Store",
    "StoreFull",
    "StoreTableFull",
    "Unsupported",
    "ValueTooLarge",
    "__version__",
    "open",
    "open_default",
]

__version__: str = _core.spinkv_version()

# Where a public name lies inside the package is nobody's business.
open.__module__ = open_default.__module__ = Error.__module__ = __name__
for _error in errors.BY_CODE.values():
    _error.__module__ = __name__
