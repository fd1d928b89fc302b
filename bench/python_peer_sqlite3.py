"""The standard library's sqlite3 on a file of the same kind.

In WAL mode, in autocommit mode, with one statement for each operation that the module keeps
prepared.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from python_peer import LABEL, Durability

CREATE = """
CREATE TABLE IF NOT EXISTS spin_key_value (
    store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (store, key))
"""
GET = "SELECT value FROM spin_key_value WHERE store = ? AND key = ?"
EXISTS = "SELECT 1 FROM spin_key_value WHERE store = ? AND key = ?"
SET = (
    "INSERT INTO spin_key_value (store, key, value) VALUES (?, ?, ?) "
    "ON CONFLICT (store, key) DO UPDATE SET value = excluded.value"
)


class Sqlite3Peer:
    """A connection of sqlite3."""

    name = "sqlite3"

    def __init__(self, path: Path, durability: Durability) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute(f"PRAGMA synchronous={durability}")
        self._connection.execute(CREATE)
        self._cursor = self._connection.cursor()

    def get(self, keys: Sequence[str]) -> None:
        cursor = self._cursor
        for key in keys:
            cursor.execute(GET, (LABEL, key)).fetchone()[0]

    def exists(self, keys: Sequence[str]) -> None:
        cursor = self._cursor
        for key in keys:
            _ = cursor.execute(EXISTS, (LABEL, key)).fetchone() is not None

    def set(self, pairs: Sequence[tuple[str, bytes]]) -> None:
        cursor = self._cursor
        for key, value in pairs:
            cursor.execute(SET, (LABEL, key, value))

    def set_many(self, pairs: Sequence[tuple[str, bytes]]) -> None:
        cursor = self._cursor
        cursor.execute("BEGIN IMMEDIATE")
        cursor.executemany(SET, [(LABEL, key, value) for key, value in pairs])
        cursor.execute("COMMIT")

    def read(self, key: str) -> bytes:
        value: bytes = self._cursor.execute(GET, (LABEL, key)).fetchone()[0]
        return value

    def close(self) -> None:
        self._connection.close()
