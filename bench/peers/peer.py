"""What is compared from Python: a peer is a key-value store with the loops that are timed.

A peer has its loops itself, because a call through an adapter would take longer than the fastest of
the calls that are measured. In a loop each call is written as a user would write it. Every peer has
a file of its own, ``<name>_peer.py``; one that is another package raises ``ImportError`` when it is
imported where that is not installed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import ClassVar, Literal, Protocol

LABEL = "bench"
"""The label of the store, for peers on Spin's file."""

Durability = Literal["full", "normal"]
"""full: each write is synced. normal: it survives the end of the process."""

Durabilities = Mapping[Durability, str]
"""Those that a peer offers, each with how it keeps it."""

Keys = Sequence[str]
Pairs = Sequence[tuple[str, bytes]]


class Peer(Protocol):
    """A store in one file or folder. Each method but ``read`` and ``close`` is a batch."""

    name: str
    version: str
    durabilities: ClassVar[Durabilities]
    one_process: bool
    """Whether only one process at a time can have it open."""

    def __init__(self, path: Path, durability: Durability, count: int) -> None:
        """Open what is at a path, which is made if it is not there, for so many tuples."""

    @classmethod
    def serve(cls, path: Path, durability: Durability) -> AbstractContextManager[None]:
        """Run what a store needs beside the process."""
        return nullcontext()

    def get(self, keys: Keys) -> None:
        """Read each key's value as bytes."""

    def find(self, keys: Keys) -> None:
        """Read each key's value, or None where it is not there."""
        self.get(keys)

    def exists(self, keys: Keys) -> None:
        """Ask whether each key is there."""

    def get_keys(self) -> int:
        """Make a list of all keys, and tell how many there are."""
        ...

    def read_all(self) -> int:
        """Read all keys with their values, and tell how many there are."""
        ...

    def set(self, pairs: Pairs) -> None:
        """Write one pair after the other, each on its own."""

    def set_many(self, pairs: Pairs) -> None:
        """Write all pairs or none."""

    def delete(self, keys: Keys) -> None:
        """Delete one key after the other."""

    def read(self, key: str) -> bytes | None:
        """Return a value, to check what the loops did, or None."""
        ...

    def close(self) -> None:
        """Close the store."""
