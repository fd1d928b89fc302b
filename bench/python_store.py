"""A peer's store for the benchmark in Python: its keys, its values, and where it lies."""

from __future__ import annotations

import random
import shutil
from contextlib import ExitStack
from pathlib import Path

from peers import Durability, Keys, Pairs, Peer

NUMBER_SPACING = 512
"""In bytes; smaller than the pages of any peer, so that each page of a value changes."""


class Values:
    """Values of one size that are all different: SQLite skips the write of bytes that are there."""

    def __init__(self, size: int, first: int = 0) -> None:
        self._template = random.Random(42).randbytes(size)
        self._next = first

    def next(self) -> bytes:
        value = bytearray(self._template)
        number = self._next.to_bytes(8, "little")
        self._next += 1
        value[:8] = number
        for place in range(2):
            spaced = range(NUMBER_SPACING + place, len(value), NUMBER_SPACING)
            value[NUMBER_SPACING + place :: NUMBER_SPACING] = number[place : place + 1] * len(
                spaced
            )
        return bytes(value)

    def pairs(self, keys: Keys) -> Pairs:
        """Give each key a new value."""
        return [(key, self.next()) for key in keys]


def numbered_keys(count: int, size: int) -> list[str]:
    """Return keys in their order: numbers from 0 with zeros before them."""
    return [f"{number:0{size}}" for number in range(count)]


def remove(path: Path) -> None:
    """Remove what a peer keeps at a path, a file with others beside it or a folder."""
    for entry in path.parent.glob(path.name + "*"):
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


class Store:
    """A peer's store, which can be opened anew, with what it needs beside the process."""

    def __init__(self, peer: type[Peer], folder: Path, durability: Durability, count: int) -> None:
        self.peer_class = peer
        self.path = folder / f"python-{peer.name}.db"
        self.durability: Durability = durability
        self._count = count
        self._serving = ExitStack()
        remove(self.path)
        self.peer = self._open()

    def _open(self) -> Peer:
        self._serving.enter_context(self.peer_class.serve(self.path, self.durability))
        return self.peer_class(self.path, self.durability, self._count)

    def reopen(self, durability: Durability | None = None) -> None:
        """Close and open it, with another durability if one is given."""
        self.peer.close()
        self._serving.close()
        self.durability = durability or self.durability
        self.peer = self._open()

    def close(self) -> None:
        """Close and remove it."""
        self.peer.close()
        self._serving.close()
        remove(self.path)


def filling(peer: type[Peer]) -> Durability:
    """Return the durability for stores that are only read."""
    return "normal" if "normal" in peer.durabilities else "full"
