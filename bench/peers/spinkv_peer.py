"""The package itself, as it is when nobody changes an option but durability and, to hold more than
1,024 tuples, their limit.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import spinkv

from .peer import LABEL, Durabilities, Durability, Keys, Pairs, Peer

PAGE_KEYS = 1000


class SpinkvPeer(Peer):
    """A store of spinkv."""

    name = "spinkv"
    version = spinkv.__version__
    durabilities: ClassVar[Durabilities] = {
        "full": "WAL, durability full",
        "normal": "WAL, durability normal",
    }
    one_process = False

    def __init__(
        self, path: Path, durability: Durability, count: int, cache_bytes: int | None = None
    ) -> None:
        if cache_bytes is not None:
            self._store = spinkv.open(
                LABEL, path=path, durability=durability, cache_bytes=cache_bytes
            )
        elif count > 1024:
            self._store = spinkv.open(LABEL, path=path, durability=durability, max_entries=0)
        else:
            self._store = spinkv.open(LABEL, path=path, durability=durability)

    def get(self, keys: Keys) -> None:
        store = self._store
        for key in keys:
            store.get(key)

    def find(self, keys: Keys) -> None:
        store = self._store
        for key in keys:
            store.get(key, default=None)

    def exists(self, keys: Keys) -> None:
        store = self._store
        for key in keys:
            store.exists(key)

    def get_keys(self) -> int:
        return len(self._store.get_keys())

    def read_all(self) -> int:
        count, after = 0, None
        while keys := self._store.list_keys(after=after, limit=PAGE_KEYS):
            count += len(self._store.get_many(keys))
            after = keys[-1]
        return count

    def set(self, pairs: Pairs) -> None:
        store = self._store
        for key, value in pairs:
            store.set(key, value)

    def set_many(self, pairs: Pairs) -> None:
        self._store.set_many(pairs)

    def delete(self, keys: Keys) -> None:
        store = self._store
        for key in keys:
            store.delete(key)

    def read(self, key: str) -> bytes | None:
        return self._store.get(key, default=None)

    def close(self) -> None:
        self._store.close()
