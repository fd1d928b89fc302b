"""The standard library's dbm, with the best of its modules that this Python has.

dbm.gnu writes through to its file and can sync it. dbm.dumb, which every Python has, keeps its
index in memory until it is closed, so what it has written may be lost with the process.
"""

from __future__ import annotations

import dbm
import importlib
from pathlib import Path
from typing import Any, ClassVar

from .peer import Durabilities, Durability, Keys, Pairs, Peer


def best_module() -> str:
    """Return the name of the module that dbm would choose for a new file."""
    for name in ("dbm.gnu", "dbm.ndbm"):
        try:
            importlib.import_module(name)
        except ImportError:
            continue
        return name
    return "dbm.dumb"


MODULE = best_module()

DURABILITIES: Durabilities = (
    {"full": "dbm.gnu, a sync a write", "normal": "dbm.gnu"}
    if MODULE == "dbm.gnu"
    else {"normal": f"less: {MODULE}, kept by close"}
)


class DbmPeer(Peer):
    """A file of dbm."""

    name = "dbm"
    version = MODULE
    durabilities: ClassVar[Durabilities] = DURABILITIES
    one_process = True

    def __init__(self, path: Path, durability: Durability, count: int) -> None:
        self._file: Any = dbm.open(str(path), "c")  # noqa: SIM115 - closed by close
        self._syncs = durability == "full"

    def get(self, keys: Keys) -> None:
        get = self._file.get
        for key in keys:
            get(key)

    def exists(self, keys: Keys) -> None:
        file = self._file
        for key in keys:
            _ = key in file

    def get_keys(self) -> int:
        return len(self._file.keys())

    def read_all(self) -> int:
        file = self._file
        return sum(1 for key in file.keys() if file[key] is not None)  # noqa: SIM118 - not a dict

    def set(self, pairs: Pairs) -> None:
        file, syncs = self._file, self._syncs
        for key, value in pairs:
            file[key] = value
            if syncs:
                file.sync()

    def set_many(self, pairs: Pairs) -> None:
        file = self._file
        for key, value in pairs:
            file[key] = value
        if self._syncs:
            file.sync()

    def delete(self, keys: Keys) -> None:
        file, syncs = self._file, self._syncs
        for key in keys:
            if key in file:
                del file[key]
            if syncs:
                file.sync()

    def read(self, key: str) -> bytes | None:
        value: bytes | None = self._file.get(key)
        return value

    def close(self) -> None:
        self._file.close()
