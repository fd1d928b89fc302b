"""Apps: which stores there are and where they live."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias, TypedDict

from . import _core
from .errors import Error, InvalidArgument
from .store import Store, pairs_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .store import _HasItems, _Key, _Value

    _Path: TypeAlias = "str | bytes | PathLike[str] | PathLike[bytes]"

    class _Options(TypedDict, total=False):
        """The options of a store; :meth:`App.add_store` says what each means."""

        type: Literal["spin", "redis", "azure_cosmos", "aws_dynamo"]
        path: _Path | None
        durability: Literal["full", "normal"]
        busy_timeout_ms: int
        max_key_bytes: int
        max_value_bytes: int
        max_entries: int
        cache_bytes: int
        read_only: bool
        url: str
        account: str
        database: str
        container: str
        key: str
        region: str
        table: str
        access_key: str
        secret_key: str
        token: str
        consistent_read: bool


class App(_core.App):
    """The stores of one app: which there are, where they live and which may be opened.

    - ``manifest``: the path of a ``spin.toml``. Only what it grants to ``component`` (its id) may
      be opened. Without ``component`` the manifest must have just one; ``"*"`` is the union of all.
    - ``runtime_config``: the path of a ``runtime-config.toml``. ``None`` with a manifest means the
      file that the environment variable RUNTIME_CONFIG_FILE names, if it is set; ``""`` means none.
    - ``stores``: further stores, as a mapping of labels to the options of :meth:`add_store`.
    - ``state_dir``: the folder of the default store's file, ``sqlite_key_value.db``. A relative
      path is resolved now, and ``""`` puts the store in memory. ``None`` means what the runtime
      configuration says, else ``.spin`` beside the manifest, else ``.spin`` in the directory that
      is current when the store is opened.
    - ``max_open_stores``: how many stores of this app may be open at once, 1 to 65,535.

    Without a manifest, RUNTIME_CONFIG_FILE counts only for the default app, which is that of
    :func:`open` and :func:`open_default`: ``App()`` does not read it.

    Every label that the manifest grants to any component must be that of a store when the app is
    made: of ``stores`` or of the runtime configuration, as :meth:`add_store` comes too late for it.

    Stores stay open and usable when the app they came from is gone. What is doubtful in a manifest
    or a runtime configuration is a warning (:class:`UserWarning`).

    Raises InvalidConfig (a file is not TOML, or says what is not allowed), InvalidArgument (no such
    component, or none named where there are several), NoSuchStore (the manifest grants a store
    that nothing configures), Io, TypeError.

    >>> app = spinkv.App(state_dir="")
    >>> app.add_store("scratch", path="scratch.db", durability="normal", max_entries=0)
    >>> with app.open("scratch") as store:
    ...     store.set("key", "value")
    """

    __module__ = "spinkv"

    _manifest: _Path | None = None
    _component: str | None = None

    def __init__(
        self,
        *,
        manifest: _Path | None = None,
        component: str | None = None,
        runtime_config: _Path | None = None,
        stores: Mapping[str, _Options] | None = None,
        state_dir: _Path | None = None,
        max_open_stores: int = 256,
    ) -> None:
        super().__init__()
        self._set_max_open_stores(max_open_stores)
        if manifest is not None:
            self._load_manifest(manifest, component)
            self._manifest, self._component = manifest, component
        elif component is not None:
            raise InvalidArgument("a component is one of a manifest's: give the manifest too")
        if manifest is not None or runtime_config is not None:
            self._load_runtime_config(runtime_config)
        for label, options in _stores_of(stores):
            self._add_store((label, options))
        if state_dir is not None:
            self._set_state_dir(state_dir)
        for warning in self._list_warnings():
            warnings.warn(warning, stacklevel=2)
        self._check()

    def add_store(self, label: str, /, **options: Unpack[_Options]) -> None:
        """Add a store, or give ``default`` a place of its own. Nothing is opened or made yet.

        Options, all by name:

        - ``type``: ``"spin"``, which is SQLite; ``"redis"``, ``"azure_cosmos"`` and
          ``"aws_dynamo"`` are checked, and cannot be opened by this version.
        - ``path``: the SQLite file (str or PathLike), relative to the directory that is current
          now. "" and ":memory:" mean in memory: private to this app and label, gone when the app
          and its stores are. None means the same, but for ``default``, which stays in the state
          directory; in a runtime configuration, ``default`` without ``path`` is in memory.
        - ``durability``: ``"full"`` (a write that returned survives the loss of power) or
          ``"normal"`` (it survives the end of the process).
        - ``busy_timeout_ms``: how long a call waits for another writer, 0 to 86,400,000; 5,000.
        - ``max_key_bytes`` 256, ``max_value_bytes`` 1,048,576, ``max_entries`` 1,024: limits on
          what may be written; 0 means none.
        - ``cache_bytes``: memory for reads of its file, 8,388,608; 0 does without.
        - ``read_only``: never write to the file.
        - ``url`` (redis); ``account``, ``database``, ``container``, ``key`` (azure_cosmos);
          ``region``, ``table``, ``access_key``, ``secret_key``, ``token``, ``consistent_read``
          (aws_dynamo), as in Spin's runtime configuration.

        Raises InvalidArgument (an unknown option, a value out of range, a label that is empty or
        there already), InvalidConfig (an unknown type), TypeError. The message names the store.

        >>> app = spinkv.App()
        >>> app.add_store("cache", path="cache.db", max_entries=0)
        """
        self._add_store((label, options))

    def grant(self, label: str) -> None:
        """Grant a store, in addition to what the manifest grants.

        Without a manifest every store may be opened anyway.

        Raises InvalidArgument (an empty label), TypeError.

        >>> app = spinkv.App()
        >>> app.grant("cache")
        """
        self._grant(label)

    def stores(self) -> dict[str, str]:
        """Say where each store of the app lives: a line for each label, in byte order.

        All stores are in it, granted or not. No secret is in it.

        >>> spinkv.App(state_dir="").stores()
        {'default': 'SQLite in memory'}
        """
        labels, summaries = self._list_stores()
        return dict(zip(labels, summaries, strict=True))

    def seed(self, items: Mapping[str, _Value] | _HasItems | Iterable[tuple[_Key, _Value]]) -> None:
        """Write tuples to ``default``, all or nothing, whether or not a component may open it.

        It does what ``spin up --key-value key=value`` does.

        Raises what :meth:`open` and :meth:`Store.set_many` raise.

        >>> app = spinkv.App(state_dir="")
        >>> app.seed({"greeting": "hello"})
        >>> app.open_default().get("greeting")
        b'hello'
        """
        self._seed(pairs_of(items))

    def open(self, label: str) -> Store:
        """Open the store with exactly this label.

        Raises AccessDenied (not granted, whether or not it exists), NoSuchStore, Unsupported (this
        version cannot open that type), StoreTableFull, Corrupt (not a database, or its table has
        another shape), Busy, ReadOnly, Io.

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
        parts = ["<spinkv.App"]
        if self._manifest is not None:
            parts.append(f"manifest={os.fsdecode(self._manifest)!r}")
        if self._component is not None:
            parts.append(f"component={self._component!r}")
        with contextlib.suppress(Error):
            parts.append(f"stores={len(self._list_stores()[0])}")
        return " ".join(parts) + ">"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("an App cannot be copied or pickled; make it again in the other process")


def open(label: str, **options: Unpack[_Options]) -> Store:
    """Open a store by its label.

    Without options it is a store of the default app. That has ``default``, and what the runtime
    configuration has that the environment variable RUNTIME_CONFIG_FILE named at its first use; what
    is doubtful in that is a warning (:class:`UserWarning`), once. With options it is a store of its
    own, with the options of :meth:`App.add_store`.

    Raises what :meth:`App.add_store` and :meth:`App.open` raise.

    >>> with spinkv.open("cache", path="cache.db", max_entries=0) as store:
    ...     store.set("key", "value")
    """
    return _open(label, options)


def open_default(**options: Unpack[_Options]) -> Store:
    """Open the store ``default``, in ``.spin/sqlite_key_value.db`` in the current directory.

    Options are those of :meth:`App.add_store`; without ``path`` the store stays where it is.

    Raises Corrupt, Busy, StoreTableFull, Unsupported, Io.

    >>> with spinkv.open_default() as store:
    ...     store.name
    'default'
    """
    return _open("default", options)


_default_app_has_warned = False


def _open(label: str, options: _Options) -> Store:
    if options:
        app = App()
        app._add_store((label, options))
        return app.open(label)
    _warn_of_default_app()
    return Store(None, label)


def _warn_of_default_app() -> None:
    """Say once what is doubtful in the default app's configuration, which this loads."""
    global _default_app_has_warned
    if not _default_app_has_warned:
        found = _core.list_default_warnings()
        _default_app_has_warned = True
        for warning in found:
            warnings.warn(warning, stacklevel=4)


def _stores_of(stores: Mapping[str, _Options] | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """The labels and options of ``stores``, whose shape is checked here."""
    if stores is None:
        return
    if not isinstance(stores, Mapping):
        kind = type(stores).__name__
        raise TypeError(f"stores must be a mapping of labels to mappings of options, not {kind}")
    for label, options in stores.items():
        if not isinstance(options, Mapping):
            kind = type(options).__name__
            raise TypeError(
                f'the store "{label!s:.60}": its options must be a mapping, such as '
                f'{{"path": "x.db"}}, not {kind}'
            )
        yield label, dict(options)
