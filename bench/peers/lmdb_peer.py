"""py-lmdb: a transaction for each call, for reads one that the package renews."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, ClassVar

from .peer import Durabilities, Durability, Keys, Pairs, Peer

lmdb: Any = importlib.import_module("lmdb")

MAP_BYTES = 4 << 30


class LmdbPeer(Peer):
    """An environment of LMDB."""

    name = "py-lmdb"
    version = f"{lmdb.__version__}, LMDB {'.'.join(map(str, lmdb.version()))}"
    durabilities: ClassVar[Durabilities] = {"full": "a synced commit a put", "normal": "sync=False"}
    one_process = False

    def __init__(self, path: Path, durability: Durability, count: int) -> None:
        self._env = lmdb.open(
            str(path), subdir=False, map_size=MAP_BYTES, sync=durability == "full"
        )

    def get(self, keys: Keys) -> None:
        begin = self._env.begin
        for key in keys:
            with begin() as transaction:
                transaction.get(key.encode())

    def exists(self, keys: Keys) -> None:
        begin = self._env.begin
        for key in keys:
            with begin() as transaction:
                _ = transaction.get(key.encode()) is not None

    def get_keys(self) -> int:
        with self._env.begin() as transaction:
            return len([key.decode() for key in transaction.cursor().iternext(values=False)])

    def read_all(self) -> int:
        with self._env.begin() as transaction:
            return sum(1 for _ in transaction.cursor())

    def set(self, pairs: Pairs) -> None:
        begin = self._env.begin
        for key, value in pairs:
            with begin(write=True) as transaction:
                transaction.put(key.encode(), value)

    def set_many(self, pairs: Pairs) -> None:
        with self._env.begin(write=True) as transaction:
            for key, value in pairs:
                transaction.put(key.encode(), value)

    def delete(self, keys: Keys) -> None:
        begin = self._env.begin
        for key in keys:
            with begin(write=True) as transaction:
                transaction.delete(key.encode())

    def read(self, key: str) -> bytes | None:
        with self._env.begin() as transaction:
            value: bytes | None = transaction.get(key.encode())
        return value

    def close(self) -> None:
        self._env.close()
