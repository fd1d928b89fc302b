"""rocksdict, a RocksDB for Python, with raw keys and values: no pickling."""

from __future__ import annotations

import importlib
import importlib.metadata
from pathlib import Path
from typing import Any, ClassVar

from .peer import Durabilities, Durability, Keys, Pairs, Peer

rocksdict: Any = importlib.import_module("rocksdict")


class RocksdictPeer(Peer):
    """A database of rocksdict."""

    name = "rocksdict"
    version = importlib.metadata.version("rocksdict")
    durabilities: ClassVar[Durabilities] = {"full": "sync=True", "normal": "sync=False"}
    one_process = True

    def __init__(self, path: Path, durability: Durability, count: int) -> None:
        self._db = rocksdict.Rdict(str(path), rocksdict.Options(raw_mode=True))
        options = rocksdict.WriteOptions()
        options.sync = durability == "full"
        self._db.set_write_options(options)

    def get(self, keys: Keys) -> None:
        get = self._db.get
        for key in keys:
            get(key.encode())

    def exists(self, keys: Keys) -> None:
        db = self._db
        for key in keys:
            _ = key.encode() in db

    def get_keys(self) -> int:
        return len([key.decode() for key in self._db.keys()])  # noqa: SIM118 - not a dict

    def read_all(self) -> int:
        return sum(1 for _ in self._db.items())

    def set(self, pairs: Pairs) -> None:
        db = self._db
        for key, value in pairs:
            db[key.encode()] = value

    def set_many(self, pairs: Pairs) -> None:
        batch = rocksdict.WriteBatch(raw_mode=True)
        for key, value in pairs:
            batch[key.encode()] = value
        self._db.write(batch)

    def delete(self, keys: Keys) -> None:
        db = self._db
        for key in keys:
            del db[key.encode()]

    def read(self, key: str) -> bytes | None:
        value: bytes | None = self._db.get(key.encode())
        return value

    def close(self) -> None:
        self._db.close()
