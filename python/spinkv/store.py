"""A store and its operations, as Python says them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import (
    TYPE_CHECKING,
    Any,
    NoReturn,
    Protocol,
    TypeAlias,
    TypeVar,
    cast,
    overload,
    runtime_checkable,
)

from . import _core
from .errors import InvalidJson, InvalidStore, NoSuchKey

if TYPE_CHECKING:
    from typing_extensions import Buffer, Self

    _Key: TypeAlias = "str | Buffer"
    _Value: TypeAlias = "str | Buffer"

_T = TypeVar("_T")


@runtime_checkable
class _HasItems(Protocol):
    """A mapping, as far as writing its pairs is concerned."""

    def items(self) -> Iterable[tuple[_Key, _Value]]: ...


_ITERATION_PAGE = 256
"""How many keys iteration fetches at a time."""


class Store(_core.Store):
    """An open store. Made by :func:`open`, :func:`open_default` and :class:`App`.

    A key is a ``str``, or bytes-like holding UTF-8; a value is bytes-like, or a ``str`` that is
    stored as UTF-8. A store is a context manager that closes it, and can be used like a dict:
    ``store[key]``, ``key in store``, ``del store[key]``, ``len(store)``, iteration over the keys in
    byte order. It is no mapping otherwise: :meth:`get` raises where a dict's gives ``None``. An
    empty store is false, as an empty dict is.

    Threads may share a store. Every method raises :class:`InvalidStore` once it is closed.

    >>> with spinkv.open_default() as store:
    ...     store["greeting"] = "hello"
    ...     store["greeting"], "nothing" in store
    (b'hello', False)
    """

    __module__ = "spinkv"

    _name: str

    def __init__(self, app: _core.App | None, label: str) -> None:
        super().__init__(app, label)
        self._name = label

    # get, set, exists and delete are C methods of the base class.

    __getitem__ = _core.Store.get
    __setitem__ = _core.Store.set
    __contains__ = _core.Store.exists

    @property
    def name(self) -> str:
        """The label that the store was opened with."""
        return self._name

    @property
    def closed(self) -> bool:
        """Whether the store has been closed."""
        return self._is_closed()

    def close(self) -> None:
        """Close the store. A call that another thread is making finishes as if it came before.

        A store that is closed already is ignored.

        >>> store = spinkv.open_default()
        >>> store.close()
        """
        self._close()

    def get_keys(self) -> list[str]:
        """List all keys, in byte order.

        Raises InvalidStore, Busy, Corrupt, Io.

        >>> with spinkv.open_default() as store:
        ...     store.set_many({"b": "2", "a": "1"})
        ...     store.get_keys()
        ['a', 'b']
        """
        return self._get_keys()

    def list_keys(
        self, prefix: _Key = "", after: _Key | None = None, limit: int | None = None
    ) -> list[str]:
        """List one page of keys, in byte order.

        The keys that begin with ``prefix`` and come strictly after ``after`` (``None``: from the
        beginning), at most ``limit`` of them (``None``: all). The next page starts after the last
        key of this one; nothing is held open in between.

        Raises InvalidArgument (a negative limit, text that is not UTF-8), InvalidStore, Busy,
        Corrupt, Io.

        >>> with spinkv.open_default() as store:
        ...     store.set_many({"user:1": "a", "user:2": "b", "visits": "3"})
        ...     store.list_keys("user:", limit=1), store.list_keys("user:", after="user:1")
        (['user:1'], ['user:2'])
        """
        return self._list_keys(prefix, after, limit)

    def count(self) -> int:
        """Count the tuples. The same as ``len(store)``.

        Raises InvalidStore, Busy, Corrupt, Io.

        >>> with spinkv.open_default() as store:
        ...     store.count()
        0
        """
        return self._count()

    def get_many(self, keys: Iterable[_Key]) -> dict[str, bytes | None]:
        """Read many values in one snapshot.

        Gives an entry for every key, in the order asked; ``None`` for a key that is not there.

        Raises TypeError, InvalidArgument, InvalidStore, Busy, Corrupt, Io.

        >>> with spinkv.open_default() as store:
        ...     store.set("a", "1")
        ...     store.get_many(["b", "a"])
        {'b': None, 'a': b'1'}
        """
        asked = keys if isinstance(keys, (str, bytes)) else list(keys)
        values = self._get_many(asked)
        return dict(zip(map(_as_text, asked), values, strict=True))

    def set_many(
        self, items: Mapping[str, _Value] | _HasItems | Iterable[tuple[_Key, _Value]]
    ) -> None:
        """Write many tuples, all or nothing, in one transaction.

        ``items`` is a mapping, or an iterable of pairs, in which the last of a duplicate key wins.

        Raises KeyTooLarge, ValueTooLarge, StoreFull, ReadOnly, TypeError, InvalidArgument,
        InvalidStore, Busy, Corrupt, Io.

        >>> with spinkv.open_default() as store:
        ...     store.set_many({"a": "1", "b": b"2"})
        ...     store.count()
        2
        """
        self._set_many(pairs_of(items))

    def delete_many(self, keys: Iterable[_Key]) -> None:
        """Delete many keys, all or nothing. Keys that are not there are skipped.

        Raises ReadOnly, TypeError, InvalidArgument, InvalidStore, Busy, Corrupt, Io.

        >>> with spinkv.open_default() as store:
        ...     store.delete_many(["a", "nothing"])
        """
        self._delete_many(keys)

    def increment(self, key: _Key, delta: int = 1) -> int:
        """Add ``delta`` to the counter at a key and give the new number.

        A counter is a value of 8 bytes, a signed little-endian integer; a key that is not there
        counts as 0. No other write comes in between.

        Raises NotACounter (another value lies there, or the sum does not fit 64 bits), and what
        :meth:`set` raises.

        >>> with spinkv.open_default() as store:
        ...     store.increment("visits"), store.increment("visits", 10)
        (1, 11)
        """
        return self._increment(key, delta)

    def compare_and_swap(self, key: _Key, expected: _Value | None, value: _Value) -> bool:
        """Write ``value`` only if the key holds exactly ``expected``; tell whether it was written.

        ``expected`` ``None`` means: only if the key is not there. No other write comes in between.

        Raises what :meth:`set` raises.

        >>> with spinkv.open_default() as store:
        ...     store.compare_and_swap("lock", None, "me")
        ...     store.compare_and_swap("lock", None, "you")
        True
        False
        """
        return self._compare_and_swap(key, expected, value)

    def set_json(self, key: _Key, value: object) -> None:
        """Write a value as compact JSON text.

        Raises InvalidJson (NaN, Infinity, a circular reference, text that is not UTF-8),
        TypeError (what JSON has no form for), and what :meth:`set` raises.

        >>> with spinkv.open_default() as store:
        ...     store.set_json("user", {"name": "Ada", "born": 1815})
        ...     store.get("user")
        b'{"name":"Ada","born":1815}'
        """
        try:
            text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            data = text.encode()
        except (ValueError, RecursionError) as error:
            reason = str(error) or type(error).__name__
            raise InvalidJson(f"the value for key {key!r:.42} is not JSON: {reason}") from error
        self._set_json(key, data)

    @overload
    def get_json(self, key: _Key) -> Any: ...
    @overload
    def get_json(self, key: _Key, default: _T) -> Any | _T: ...
    def get_json(self, key: _Key, default: Any = ...) -> Any:
        """Read a value that is JSON text, as Python data.

        If the store holds no such key, ``default`` is returned where one is given; a stored
        ``null`` is ``None``. Integers are whole, up to the digits that Python converts
        (``sys.set_int_max_str_digits``).

        Raises NoSuchKey, InvalidJson (the value is not JSON, or more than Python reads),
        InvalidStore, InvalidArgument, Busy, Corrupt, Io.

        >>> with spinkv.open_default() as store:
        ...     store.set_json("user", {"name": "Ada"})
        ...     store.get_json("user"), store.get_json("nobody", default=None)
        ({'name': 'Ada'}, None)
        """
        try:
            text = self._get_json(key)
        except NoSuchKey:
            if default is ...:
                raise
            return default
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InvalidJson(
                f"the value of key {key!r:.42} is JSON that Python does not read: {error}"
            ) from error

    def __delitem__(self, key: _Key) -> None:
        if not self.exists(key):
            self.get(key)  # raises NoSuchKey
        self.delete(key)

    def __len__(self) -> int:
        return self._count()

    def __iter__(self) -> Iterator[str]:
        after: str | None = None
        while page := self._list_keys("", after, _ITERATION_PAGE):
            yield from page
            after = page[-1]

    def __enter__(self) -> Self:
        if self._is_closed():
            raise InvalidStore(f'the store "{self._name}" has been closed')
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def __repr__(self) -> str:
        name = getattr(self, "_name", None)
        return f"<spinkv.Store {name!r}{' (closed)' if self._is_closed() else ''}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Store cannot be copied or pickled; open it again in the other process")


def pairs_of(
    items: Mapping[str, _Value] | _HasItems | Iterable[tuple[_Key, _Value]],
) -> Iterable[tuple[_Key, _Value]]:
    """The pairs of a mapping, or what are pairs already."""
    if isinstance(items, (Mapping, _HasItems)):
        return cast("Iterable[tuple[_Key, _Value]]", items.items())
    return items


def _as_text(key: _Key) -> str:
    return key if isinstance(key, str) else str(bytes(key), "utf-8")
