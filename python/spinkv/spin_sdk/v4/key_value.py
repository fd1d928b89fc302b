"""Key-value stores as version 4 of Spin's Python SDK has them."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import TYPE_CHECKING

from .. import key_value
from ..wit.types import Err
from .util import FutureReader, StreamReader

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Store", "open", "open_default"]


class Store:
    """An open store; also a context manager, not an asynchronous one, that closes it."""

    def __init__(self, store: key_value.Store) -> None:
        self._store = store

    @classmethod
    async def open(cls, label: str) -> Self:
        """Open the store with that label."""
        return cls(await asyncio.to_thread(key_value.Store.open, label))

    async def get(self, key: str) -> bytes | None:
        """Read a value; ``None`` if there is none."""
        return await asyncio.to_thread(self._store.get, key)

    async def set(self, key: str, value: bytes) -> None:
        """Write a value, new or in place of the old one."""
        await asyncio.to_thread(self._store.set, key, value)

    async def delete(self, key: str) -> None:
        """Delete a key with its value; one that is not there is no error."""
        await asyncio.to_thread(self._store.delete, key)

    async def exists(self, key: str) -> bool:
        """Tell whether there is a value."""
        return await asyncio.to_thread(self._store.exists, key)

    async def get_keys(self) -> tuple[StreamReader, FutureReader]:
        """List all keys, in byte order: a stream of them, and whether it came to its end.

        ``util.collect`` makes a list of both.
        """
        try:
            return StreamReader(await asyncio.to_thread(self._store.get_keys)), FutureReader(None)
        except Err as error:
            return StreamReader([]), FutureReader(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._store.__exit__(kind, error, traceback)


async def open(name: str) -> Store:
    """Open the store with that label; raises as ``spinkv.spin_sdk.key_value.open`` does."""
    return await Store.open(name)


async def open_default() -> Store:
    """Open the store ``default``."""
    return await Store.open("default")
