"""The standard library's sqlite3 on a file of the same kind.

In WAL mode, in autocommit mode, with one statement for each operation that the module keeps
prepared. Each thread has a connection.
"""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import ClassVar

from .peer import LABEL, Durabilities, Durability, Keys, Pairs, Peer

CREATE = """
CREATE TABLE IF NOT EXISTS spin_key_value (
    store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (store, key))
"""
GET = "SELECT value FROM spin_key_value WHERE store = ? AND key = ?"
EXISTS = "SELECT 1 FROM spin_key_value WHERE store = ? AND key = ?"
LIST = "SELECT key FROM spin_key_value WHERE store = ? ORDER BY key"
READ_ALL = "SELECT key, value FROM spin_key_value WHERE store = ? ORDER BY key"
SET = (
    "INSERT INTO spin_key_value (store, key, value) VALUES (?, ?, ?) "
    "ON CONFLICT (store, key) DO UPDATE SET value = excluded.value"
)
DELETE = "DELETE FROM spin_key_value WHERE store = ? AND key = ?"


class Sqlite3Peer(Peer):
    """Connections of sqlite3."""

    name = "sqlite3"
    version = f"SQLite {sqlite3.sqlite_version}"
    durabilities: ClassVar[Durabilities] = {
        "full": "WAL, synchronous=FULL",
        "normal": "WAL, synchronous=NORMAL",
    }
    one_process = False

    def __init__(self, path: Path, durability: Durability, count: int) -> None:
        self._path = path
        self._durability = durability
        self._connections: list[sqlite3.Connection] = []
        self._of_thread = threading.local()
        self._cursor().execute(CREATE)

    def _cursor(self) -> sqlite3.Cursor:
        """Return the cursor of this thread."""
        cursor: sqlite3.Cursor | None = getattr(self._of_thread, "cursor", None)
        if cursor is None:
            connection = sqlite3.connect(
                self._path, isolation_level=None, timeout=5, check_same_thread=False
            )
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={self._durability}")
            self._connections.append(connection)
            cursor = self._of_thread.cursor = connection.cursor()
        return cursor

    def get(self, keys: Keys) -> None:
        cursor = self._cursor()
        for key in keys:
            cursor.execute(GET, (LABEL, key)).fetchone()

    def exists(self, keys: Keys) -> None:
        cursor = self._cursor()
        for key in keys:
            _ = cursor.execute(EXISTS, (LABEL, key)).fetchone() is not None

    def get_keys(self) -> int:
        return len([key for (key,) in self._cursor().execute(LIST, (LABEL,))])

    def read_all(self) -> int:
        return sum(1 for _ in self._cursor().execute(READ_ALL, (LABEL,)))

    def set(self, pairs: Pairs) -> None:
        cursor = self._cursor()
        for key, value in pairs:
            cursor.execute(SET, (LABEL, key, value))

    def set_many(self, pairs: Pairs) -> None:
        cursor = self._cursor()
        cursor.execute("BEGIN IMMEDIATE")
        cursor.executemany(SET, [(LABEL, key, value) for key, value in pairs])
        cursor.execute("COMMIT")

    def delete(self, keys: Keys) -> None:
        cursor = self._cursor()
        for key in keys:
            cursor.execute(DELETE, (LABEL, key))

    def read(self, key: str) -> bytes | None:
        row = self._cursor().execute(GET, (LABEL, key)).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        for connection in self._connections:
            connection.close()
