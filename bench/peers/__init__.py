"""The peers in Python; which of them can be measured here."""

from __future__ import annotations

import importlib
from functools import cache

from .peer import Durability, Keys, Pairs, Peer

__all__ = ["Durability", "Keys", "Pairs", "Peer", "find", "load"]

_CLASSES = {
    "spinkv": "spinkv_peer.SpinkvPeer",
    "sqlite3": "sqlite3_peer.Sqlite3Peer",
    "py-lmdb": "lmdb_peer.LmdbPeer",
    "rocksdict": "rocksdict_peer.RocksdictPeer",
    "diskcache": "diskcache_peer.DiskcachePeer",
    "sqlitedict": "sqlitedict_peer.SqlitedictPeer",
    "dbm": "dbm_peer.DbmPeer",
    "shelve": "shelve_peer.ShelvePeer",
    "redis-py": "redis_peer.RedisPeer",
}
"""The library first: its numbers are compared with each of the others'."""


@cache
def load() -> tuple[list[type[Peer]], dict[str, str]]:
    """Return the peers that are here, and why the others are not."""
    found: list[type[Peer]] = []
    missing: dict[str, str] = {}
    for name, path in _CLASSES.items():
        module, _, class_name = path.partition(".")
        try:
            found.append(getattr(importlib.import_module(f"{__name__}.{module}"), class_name))
        except ImportError as error:
            missing[name] = str(error)
    return found, missing


def find(name: str) -> type[Peer]:
    """Return a peer that is here."""
    return next(peer for peer in load()[0] if peer.name == name)
