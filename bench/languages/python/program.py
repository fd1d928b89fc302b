"""The program that answers the requests of languages/README.md in Python, with the peers of
bench/peers.
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from time import perf_counter_ns
from typing import Literal, cast

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from peers import Durability, Keys, Pairs, Peer, find, load
from peers.spinkv_peer import SpinkvPeer

KEY_COUNT = 1000
KEYS = [f"user:{2 * (617 * index % KEY_COUNT):011}" for index in range(KEY_COUNT)]
REST = bytes(37 * place % 256 for place in range(8, 100))

Operation = Literal["get", "set", "set_many"]


class Server:
    """A peer's store, and how far its requests have come."""

    def __init__(self, peer: type[Peer]) -> None:
        self._peer_class = peer
        self._position = 0
        self._number = 0

    def answer(self, request: str) -> str:
        kind, *words = request.split(" ", 3)
        if kind == "batch":
            return str(self._batch(cast(Operation, words[0]), int(words[1])))
        if kind == "calls":
            ns = self._calls(cast(Operation, words[0]), int(words[1]))
            return " ".join(map(str, ns))
        if kind == "values":
            return " ".join((self._peer.read(key) or b"").hex() for key in KEYS)
        if kind == "open":
            self._open(cast(Durability, words[0]), words[1] == "uncached", Path(words[2]))
        elif kind == "fill":
            self._position = self._number = 0
            self._peer.set_many(self._pairs(self._next_keys(KEY_COUNT)))
        elif kind == "close":
            self._peer.close()
        else:
            return f"failed: the request {kind} is unknown"
        return "ok"

    def _open(self, durability: Durability, uncached: bool, path: Path) -> None:
        if uncached and self._peer_class is SpinkvPeer:
            self._peer: Peer = SpinkvPeer(path, durability, KEY_COUNT, cache_bytes=0)
        else:
            self._peer = self._peer_class(path, durability, KEY_COUNT)

    def _next_keys(self, count: int) -> Keys:
        keys = [KEYS[(self._position + index) % KEY_COUNT] for index in range(count)]
        self._position = (self._position + count) % KEY_COUNT
        return keys

    def _pairs(self, keys: Keys) -> Pairs:
        first = self._number
        self._number += len(keys)
        return [
            (key, (first + index).to_bytes(8, "little") + REST) for index, key in enumerate(keys)
        ]

    def _batch(self, operation: Operation, count: int) -> int:
        keys = self._next_keys(count)
        if operation == "get":
            self._peer.get(keys)
            start = perf_counter_ns()
            self._peer.get(keys)
            return perf_counter_ns() - start
        pairs = self._pairs(keys)
        write = self._peer.set if operation == "set" else self._peer.set_many
        start = perf_counter_ns()
        write(pairs)
        return perf_counter_ns() - start

    def _calls(self, operation: Operation, count: int) -> list[int]:
        keys = self._next_keys(count)
        pairs = [] if operation == "get" else self._pairs(keys)
        ns: list[int] = []
        if operation == "get":
            self._peer.get(keys)
        for index in range(count):
            key, pair = keys[index : index + 1], pairs[index : index + 1]
            start = perf_counter_ns()
            if operation == "get":
                self._peer.get(key)
            else:
                self._peer.set(pair)
            ns.append(perf_counter_ns() - start)
        return ns


def main(name: str) -> None:
    """Answer requests until the input ends."""
    missing = load()[1]
    if name in missing:
        print(f"missing\t{missing[name]}", flush=True)
        return
    peer = find(name)
    kept = [peer.durabilities.get("full", ""), peer.durabilities.get("normal", "")]
    runtime = f"{platform.python_implementation()} {platform.python_version()}"
    print("ready", runtime, peer.version, *kept, sep="\t", flush=True)
    server = Server(peer)
    for line in sys.stdin:
        print(server.answer(line.rstrip("\n")), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
