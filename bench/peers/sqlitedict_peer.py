"""sqlitedict in WAL mode, with values that stay bytes. It always switches SQLite's syncs off, and
writes in a thread of its own: a commit after each write waits for that.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, ClassVar

from .peer import Durabilities, Durability, Keys, Pairs, Peer

sqlitedict: Any = importlib.import_module("sqlitedict")


def _same(value: bytes) -> bytes:
    return value


class SqlitedictPeer(Peer):
    """A table of sqlitedict."""

    name = "sqlitedict"
    version = sqlitedict.__version__
    durabilities: ClassVar[Durabilities] = {
        "normal": "WAL, synchronous=OFF (its own), a commit a write"
    }
    one_process = False

    def __init__(self, path: Path, durability: Durability, count: int) -> None:
        self._table = sqlitedict.SqliteDict(
            str(path), journal_mode="WAL", encode=_same, decode=_same
        )

    def get(self, keys: Keys) -> None:
        table = self._table
        for key in keys:
            table.get(key)

    def exists(self, keys: Keys) -> None:
        table = self._table
        for key in keys:
            _ = key in table

    def get_keys(self) -> int:
        return len(list(self._table.keys()))

    def read_all(self) -> int:
        return sum(1 for _ in self._table.items())

    def set(self, pairs: Pairs) -> None:
        table = self._table
        for key, value in pairs:
            table[key] = value
            table.commit()

    def set_many(self, pairs: Pairs) -> None:
        self._table.update(pairs)
        self._table.commit()

    def delete(self, keys: Keys) -> None:
        table = self._table
        for key in keys:
            table.pop(key, None)
            table.commit()

    def read(self, key: str) -> bytes | None:
        value: bytes | None = self._table.get(key)
        return value

    def close(self) -> None:
        self._table.close()
