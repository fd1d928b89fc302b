"""diskcache's Cache, told to evict nothing. Synced writes keep large values in its database, as it
does not sync the files that it keeps them in otherwise.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, ClassVar

from .peer import Durabilities, Durability, Keys, Pairs, Peer

diskcache: Any = importlib.import_module("diskcache")


class DiskcachePeer(Peer):
    """A cache of diskcache."""

    name = "diskcache"
    version = diskcache.__version__
    durabilities: ClassVar[Durabilities] = {
        "full": "WAL, synchronous=FULL",
        "normal": "WAL, synchronous=NORMAL (its own)",
    }
    one_process = False

    def __init__(self, path: Path, durability: Durability, count: int) -> None:
        settings: dict[str, Any] = {"eviction_policy": "none", "cull_limit": 0}
        if durability == "full":
            settings |= {"sqlite_synchronous": 2, "disk_min_file_size": 1 << 30}
        self._cache = diskcache.Cache(str(path), **settings)

    def get(self, keys: Keys) -> None:
        get = self._cache.get
        for key in keys:
            get(key)

    def exists(self, keys: Keys) -> None:
        cache = self._cache
        for key in keys:
            _ = key in cache

    def get_keys(self) -> int:
        return len(list(self._cache.iterkeys()))

    def read_all(self) -> int:
        cache = self._cache
        return sum(1 for key in cache.iterkeys() if cache.get(key) is not None)

    def set(self, pairs: Pairs) -> None:
        put = self._cache.set
        for key, value in pairs:
            put(key, value)

    def set_many(self, pairs: Pairs) -> None:
        with self._cache.transact():
            self.set(pairs)

    def delete(self, keys: Keys) -> None:
        delete = self._cache.delete
        for key in keys:
            delete(key)

    def read(self, key: str) -> bytes | None:
        value: bytes | None = self._cache.get(key)
        return value

    def close(self) -> None:
        self._cache.close()
