"""What is compared from Python: a peer is a key-value store with the loops that are timed.

A peer has its loops itself, because a call through an adapter would take longer than the fastest of
the calls that are measured. In a loop each call is written as a user would write it. Every peer has
a file of its own, ``python_peer_<name>.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

LABEL = "bench"
"""The label of the store, for peers on Spin's file."""


Durability = Literal["full", "normal"]
"""full: each write is synced. normal: it survives the end of the process."""


class PythonPeer(Protocol):
    """A store in one file. Each method but ``read`` and ``close`` is a batch."""

    name: str

    def __init__(self, path: Path, durability: Durability) -> None:
        """Open a file, which is made if it is not there."""

    def get(self, keys: Sequence[str]) -> None:
        """Read each key's value as bytes."""

    def exists(self, keys: Sequence[str]) -> None:
        """Ask whether each key is there."""

    def set(self, pairs: Sequence[tuple[str, bytes]]) -> None:
        """Write one pair after the other, each on its own."""

    def set_many(self, pairs: Sequence[tuple[str, bytes]]) -> None:
        """Write all pairs or none."""

    def read(self, key: str) -> bytes:
        """Return a value, to check what the loops did."""
        ...

    def close(self) -> None:
        """Close the file."""
