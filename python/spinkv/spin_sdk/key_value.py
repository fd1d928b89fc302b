"""Key-value stores as versions 2 and 3 of Spin's Python SDK have them."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from ._app import open_store, translated

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Store", "open", "open_default"]


class Store:
    """An open store; also a context manager that closes it."""

    def __init__(self, label: str) -> None:
        self._store = open_store(label)

    @classmethod
    def open(cls, label: str) -> Self:
        """Open the store with that label."""
        return cls(label)

    def get(self, key: str) -> bytes | None:
        """Read a value; ``None`` if there is none."""
        with translated():
            return self._store.get(key, None)

    def set(self, key: str, value: bytes) -> None:
        """Write a value, new or in place of the old one."""
        with translated():
            self._store.set(key, value)

    def delete(self, key: str) -> None:
        """Delete a key with its value; one that is not there is no error."""
        with translated():
            self._store.delete(key)

    def exists(self, key: str) -> bool:
        """Tell whether there is a value."""
        with translated():
            return self._store.exists(key)

    def get_keys(self) -> list[str]:
        """List all keys, in byte order."""
        with translated():
            return self._store.get_keys()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._store.close()


def open(name: str) -> Store:
    """Open the store with that label.

    Raises ``Err`` with ``Error_NoSuchStore``, ``Error_AccessDenied``, ``Error_StoreTableFull`` or
    ``Error_Other``.
    """
    return Store.open(name)


def open_default() -> Store:
    """Open the store ``default``; raises as :func:`open` does."""
    return Store.open("default")
