"""Apps: which stores there are and where they live."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Literal, NoReturn, TypeAlias, TypedDict

from . import _core
from .store import Store

if TYPE_CHECKING:
    from typing_extensions import Unpack

    _Path: TypeAlias = "str | bytes | PathLike[str] | PathLike[bytes]"

    class _Options(TypedDict, total=False):
        """The options of a store; :meth:`App.add_store` says what each means."""

        type: Literal["spin"]
        path: _Path | None
        durability: Literal["full", "normal"]
        busy_timeout_ms: int
        max_key_bytes: int
        max_value_bytes: int
        max_entries: int
        cache_bytes: int
        read_only: bool


class App(_core.App):
    """The stores of one app. Has the store ``default`` to begin with.

    ``state_dir`` is the folder of the default store's file, ``sqlite_key_value.db``: relative paths
    are resolved now, ``""`` puts the store in memory, and ``None`` means ``.spin`` in the directory
    that is current when the store is opened. ``max_open_stores`` (1 to 65,535) is how many stores
    of this app may be open at once.

    Stores stay open and usable when the app they came from is gone.

    >>> app = spinkv.App(state_dir="")
    >>> app.add_store("scratch", path="scratch.db", durability="normal", max_entries=0)
    >>> with app.open("scratch") as store:
    ...     store.set("key", "value")
    """

    __module__ = "spinkv"

    def __init__(self, *, state_dir: _Path | None = None, max_open_stores: int = 256) -> None:
        super().__init__()
        if state_dir is not None:
            self._set_state_dir(state_dir)
        self._set_max_open_stores(max_open_stores)

    def add_store(self, label: str, **options: Unpack[_Options]) -> None:
        """Add a store, or give ``default`` a place of its own. Nothing is opened or made yet.

        Options, all by name:

        - ``type``: ``"spin"``, which is SQLite.
        - ``path``: the SQLite file (str or PathLike), relative to the directory that is current
          now. "" and ":memory:" mean in memory: private to this app and label, gone when the app
          and its stores are. None means the same, but for ``default``, which stays in place.
        - ``durability``: ``"full"`` (a write that returned survives the loss of power) or
          ``"normal"`` (it survives the end of the process).
        - ``busy_timeout_ms``: how long a call waits for another writer, 0 to 86,400,000; 5,000.
        - ``max_key_bytes`` 256, ``max_value_bytes`` 1,048,576, ``max_entries`` 1,024: limits on
          what may be written; 0 means none.
        - ``cache_bytes``: memory for reads, 8,388,608; 0 switches it off.
        - ``read_only``: never write to the file.

        Raises InvalidArgument (an unknown option, a value out of range, a label that is empty or
        there already), InvalidConfig (an unknown type), TypeError.

        >>> app = spinkv.App()
        >>> app.add_store("cache", path="cache.db", max_entries=0)
        """
        self._add_store(label, options)

    def open(self, label: str) -> Store:
        """Open the store with exactly this label.

        Raises NoSuchStore, StoreTableFull, Corrupt (not a database, or its table has another
        shape), Busy, Unsupported, Io.

        >>> with spinkv.App(state_dir="").open("default") as store:
        ...     store.name
        'default'
        """
        return Store(self, label)

    def open_default(self) -> Store:
        """Open the store with the label ``default``. See :meth:`open`.

        >>> with spinkv.App(state_dir="").open_default() as store:
        ...     store.name
        'default'
        """
        return Store(self, "default")

    def __repr__(self) -> str:
        return f"<spinkv.App at {id(self):#x}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("an App cannot be copied or pickled; make it again in the other process")


def open(label: str, **options: Unpack[_Options]) -> Store:
    """Open a store by its label.

    Without options it is a store of the default app, which has one: ``default``. With options it is
    a store of its own, with the options of :meth:`App.add_store`.

    Raises what :meth:`App.add_store` and :meth:`App.open` raise.

    >>> with spinkv.open("cache", path="cache.db", max_entries=0) as store:
    ...     store.set("key", "value")
    """
    if not options:
        return Store(None, label)
    app = App()
    app.add_store(label, **options)
    return app.open(label)


def open_default(**options: Unpack[_Options]) -> Store:
    """Open the store ``default``, in ``.spin/sqlite_key_value.db`` in the current directory.

    Options are those of :meth:`App.add_store`; without ``path`` the store stays where it is.

    Raises Corrupt, Busy, StoreTableFull, Unsupported, Io.

    >>> with spinkv.open_default() as store:
    ...     store.name
    'default'
    """
    return open("default", **options)
