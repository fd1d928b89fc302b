"""The errors of a store: one class for each status of the C library.

The six direct subclasses of :class:`Error` are the errors of Spin's key-value interface. What
refines its ``io`` is below :class:`Io`. Where Python has a class for the same thing, the error is
that too: :class:`NoSuchKey` is a :class:`KeyError`.
"""

from __future__ import annotations

__all__ = [
    "BY_CODE",
    "AccessDenied",
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
    "StoreFull",
    "StoreTableFull",
    "Unsupported",
    "ValueTooLarge",
]


class Error(Exception):
    """What every error of a store is. ``str()`` of it is one line that names what was met."""

    code: str = "error"
    """The status's name, as Spin spells such names: ``"no-such-key"``."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else self.code


class StoreTableFull(Error):
    """Too many stores are open: 256 in one app unless it was told otherwise."""

    code = "store-table-full"


class NoSuchStore(Error):
    """No store with that label is configured."""

    code = "no-such-store"


class AccessDenied(Error):
    """The store is not granted to the app's component."""

    code = "access-denied"


class InvalidStore(Error):
    """The store is not open: it has been closed, or never was opened."""

    code = "invalid-store"


class NoSuchKey(Error, KeyError):
    """The store holds no such key."""

    code = "no-such-key"


class Io(Error):
    """Input or output failed: the disk is full, the file cannot be opened, and what is below.

    It is no :class:`OSError`, as what refines it is none either: a key that is too large is an
    ``io`` error in Spin's interface, and no failure of the system.
    """

    code = "io"


class InvalidArgument(Io, ValueError):
    """An argument is not allowed: a key that is not UTF-8, an option out of its range."""

    code = "invalid-argument"


class KeyTooLarge(Io, ValueError):
    """The key is larger than ``max_key_bytes``."""

    code = "key-too-large"


class ValueTooLarge(Io, ValueError):
    """The value is larger than ``max_value_bytes``."""

    code = "value-too-large"


class StoreFull(Io):
    """The store holds ``max_entries`` tuples and the key is new."""

    code = "store-full"


class InvalidJson(Io, ValueError):
    """The value is not JSON, or cannot be written as JSON."""

    code = "invalid-json"


class NotACounter(Io, ValueError):
    """The value is not a counter of 8 bytes, or would leave the range of 64 bits."""

    code = "not-a-counter"


class InvalidConfig(Io, ValueError):
    """The configuration of a store is not valid."""

    code = "invalid-config"


class Busy(Io):
    """Another writer held the file for longer than ``busy_timeout_ms``."""

    code = "busy"


class ReadOnly(Io):
    """The store was opened with ``read_only``, or its file cannot be written."""

    code = "read-only"


class Corrupt(Io):
    """The file is not a database, is damaged, or its table is not that of a store."""

    code = "corrupt"


class NoMemory(Io, MemoryError):
    """An allocation failed."""

    code = "no-memory"


class Unsupported(Io):
    """What is asked cannot be done by this build, or by this kind of store."""

    code = "unsupported"


BY_CODE: dict[str, type[Error]] = {
    error.code: error
    for error in (
        StoreTableFull,
        NoSuchStore,
        AccessDenied,
        InvalidStore,
        NoSuchKey,
        Io,
        InvalidArgument,
        KeyTooLarge,
        ValueTooLarge,
        StoreFull,
        InvalidJson,
        NotACounter,
        InvalidConfig,
        Busy,
        ReadOnly,
        Corrupt,
        NoMemory,
        Unsupported,
    )
}
"""The class of each status, by its name."""
