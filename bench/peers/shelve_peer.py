"""The standard library's shelve, which is dbm with pickled values."""

from __future__ import annotations

import shelve
from pathlib import Path
from typing import Any, ClassVar

from .dbm_peer import DURABILITIES, MODULE
from .peer import Durabilities, Durability, Keys, Pairs, Peer


class ShelvePeer(Peer):
    """A shelf."""

    name = "shelve"
    version = f"on {MODULE}"
    durabilities: ClassVar[Durabilities] = DURABILITIES
    one_process = True

    def __init__(self, path: Path, durability: Durability, count: int) -> None:
        self._shelf: Any = shelve.open(str(path))  # noqa: SIM115 - closed by close
        self._syncs = durability == "full"

    def get(self, keys: Keys) -> None:
        get = self._shelf.get
        for key in keys:
            get(key)

    def exists(self, keys: Keys) -> None:
        shelf = self._shelf
        for key in keys:
            _ = key in shelf

    def get_keys(self) -> int:
        return len(list(self._shelf.keys()))

    def read_all(self) -> int:
        return sum(1 for _ in self._shelf.items())

    def set(self, pairs: Pairs) -> None:
        shelf, syncs = self._shelf, self._syncs
        for key, value in pairs:
            shelf[key] = value
            if syncs:
                shelf.sync()

    def set_many(self, pairs: Pairs) -> None:
        self._shelf.update(pairs)
        if self._syncs:
            self._shelf.sync()

    def delete(self, keys: Keys) -> None:
        shelf, syncs = self._shelf, self._syncs
        for key in keys:
            shelf.pop(key, None)
            if syncs:
                shelf.sync()

    def read(self, key: str) -> bytes | None:
        value: bytes | None = self._shelf.get(key)
        return value

    def close(self) -> None:
        self._shelf.close()
