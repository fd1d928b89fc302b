"""Tests of code that uses a store: what it called, and the fixtures of the pytest plugin.

The plugin comes with spinkv: a test that takes ``spinkv_store`` gets an empty store of its own, in
memory, and one that takes ``spinkv_app`` the app it is from. The code under test may open it
through :mod:`spinkv.spin_sdk` as well.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NamedTuple

from .app import App
from .store import Store

__all__ = ["Call", "RecordedApp", "RecordedStore"]


class Call(NamedTuple):
    """An operation that was called, whether it succeeded or not."""

    operation: str
    """The name of the method of :class:`spinkv.Store`, as in ``"get"``."""

    store: str
    """The label of the store."""

    arguments: tuple[Any, ...]
    """What it was called with, those given by name last."""


_inside: ContextVar[bool] = ContextVar("inside", default=False)
"""Whether an operation is under way: those that it is made of are not recorded."""


def _recorded(name: str, method_name: str | None = None) -> Any:
    method: Callable[..., Any] = getattr(Store, method_name or name)

    @functools.wraps(method)
    def call(self: RecordedStore, *arguments: Any, **named: Any) -> Any:
        if _inside.get():
            return method(self, *arguments, **named)
        self.calls.append(Call(name, self.name, arguments + tuple(named.values())))
        token = _inside.set(True)
        try:
            return method(self, *arguments, **named)
        finally:
            _inside.reset(token)

    return call


class RecordedStore(Store):
    """A store that notes what is called; made by :class:`RecordedApp`."""

    calls: list[Call]

    def __init__(self, app: RecordedApp, label: str) -> None:
        super().__init__(app, label)
        self.calls = app.calls

    get = _recorded("get")
    set = _recorded("set")
    delete = _recorded("delete")
    exists = _recorded("exists")
    get_keys = _recorded("get_keys")
    list_keys = _recorded("list_keys")
    count = _recorded("count")
    get_many = _recorded("get_many")
    set_many = _recorded("set_many")
    delete_many = _recorded("delete_many")
    increment = _recorded("increment")
    compare_and_swap = _recorded("compare_and_swap")
    set_json = _recorded("set_json")
    get_json = _recorded("get_json")
    __getitem__ = _recorded("get", "__getitem__")
    __setitem__ = _recorded("set", "__setitem__")
    __contains__ = _recorded("exists", "__contains__")
    __delitem__ = _recorded("delete", "__delitem__")
    __len__ = _recorded("count", "__len__")
    __iter__ = _recorded("list_keys", "__iter__")


class RecordedApp(App):
    """An app whose stores note what is called.

    Takes what :class:`spinkv.App` takes. ``calls`` lists the calls on all its stores, in the order
    they were made; it is a list that a test may clear.

    >>> from spinkv.testing import RecordedApp
    >>> app = RecordedApp(state_dir="")
    >>> with app.open_default() as store:
    ...     store.set("mykey", b"myvalue")
    ...     "other" in store
    False
    >>> app.calls[0]
    Call(operation='set', store='default', arguments=('mykey', b'myvalue'))
    >>> [call.operation for call in app.calls]
    ['set', 'exists']
    """

    calls: list[Call]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.calls = []
        super().__init__(*arguments, **named)

    def open(self, label: str) -> RecordedStore:
        """Open a store; see :meth:`spinkv.App.open`."""
        return RecordedStore(self, label)

    def open_default(self) -> RecordedStore:
        """Open the store with the label ``default``."""
        return self.open("default")
