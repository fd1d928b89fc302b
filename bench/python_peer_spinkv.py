"""The package itself, with the options that it has when nobody changes any but the durability."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import spinkv
from python_peer import LABEL, Durability


class SpinkvPeer:
    """A store of spinkv."""

    name = "spinkv"

    def __init__(self, path: Path, durability: Durability) -> None:
        self._store = spinkv.open(LABEL, path=path, durability=durability)

    def get(self, keys: Sequence[str]) -> None:
        store = self._store
        for key in keys:
            store.get(key)

    def exists(self, keys: Sequence[str]) -> None:
        store = self._store
        for key in keys:
            store.exists(key)

    def set(self, pairs: Sequence[tuple[str, bytes]]) -> None:
        store = self._store
        for key, value in pairs:
            store.set(key, value)

    def set_many(self, pairs: Sequence[tuple[str, bytes]]) -> None:
        self._store.set_many(pairs)

    def read(self, key: str) -> bytes:
        return self._store.get(key)

    def close(self) -> None:
        self._store.close()
