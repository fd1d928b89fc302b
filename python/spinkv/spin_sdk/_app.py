"""Which app the code under test opens its stores from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import spinkv
from spinkv.errors import AccessDenied, Error, NoSuchStore, StoreTableFull

from .wit import types
from .wit.imports import key_value

_app: ContextVar[spinkv.App | None] = ContextVar("app", default=None)


@contextmanager
def using(app: spinkv.App) -> Iterator[spinkv.App]:
    """Open stores from this app, in this thread and in the tasks it starts, until the end.

    app may be a :class:`spinkv.testing.RecordedApp`, which notes what is called.
    """
    token = _app.set(app)
    try:
        yield app
    finally:
        _app.reset(token)


def open_store(label: str) -> spinkv.Store:
    """Open a store of the app in use; errors are those of :func:`translated`."""
    app = _app.get()
    with translated():
        return app.open(label) if app is not None else spinkv.open(label)


@contextmanager
def translated() -> Iterator[None]:
    """Raise spinkv's errors as the SDK's."""
    values = {
        StoreTableFull: key_value.Error_StoreTableFull,
        NoSuchStore: key_value.Error_NoSuchStore,
        AccessDenied: key_value.Error_AccessDenied,
    }
    try:
        yield
    except Error as error:
        make = values.get(type(error))
        raise types.Err(make() if make else key_value.Error_Other(str(error))) from error
