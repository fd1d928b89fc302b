"""redis-py and a Redis server that is started for the store, on a Unix socket, and stopped again.

The server writes its append-only file before it answers, and syncs it where that is asked for.
"""

from __future__ import annotations

import importlib
import shutil
import subprocess
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, ClassVar

from .peer import Durabilities, Durability, Keys, Pairs, Peer

redis: Any = importlib.import_module("redis")

WAIT_S = 10.0


def _server() -> str:
    """Return the path of the server's program.

    Debian's redis-tools has it under another name, by which it decides what it does; the package
    redis-server would leave a server running.
    """
    path = shutil.which("redis-server") or shutil.which("redis-check-rdb")
    if not path:
        raise ImportError("there is no redis-server (Debian: redis-tools)")
    return path


SERVER = _server()


def _version() -> str:
    words = subprocess.run(
        ["redis-server", "--version"], executable=SERVER, capture_output=True, text=True, check=True
    ).stdout.split()
    numbers = next((word[2:] for word in words if word.startswith("v=")), "?")
    return f"{redis.__version__}, Redis {numbers}"


def _socket(path: Path) -> Path:
    """Return where the socket of a store is; its path must be short."""
    return Path(tempfile.gettempdir()) / f"spinkv-bench-{zlib.crc32(bytes(path)):08x}.sock"


def _wait_for(socket: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + WAIT_S
    client = redis.Redis(unix_socket_path=str(socket))
    while time.monotonic() < end and process.poll() is None:
        try:
            client.ping()
        except redis.exceptions.RedisError:
            time.sleep(0.01)
        else:
            client.close()
            return
    raise SystemExit("error: redis-server does not answer")


@contextmanager
def _running(path: Path, durability: Durability) -> Iterator[None]:
    path.mkdir(exist_ok=True)
    socket = _socket(path)
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "dir": str(path),
        "save": "",
        "appendonly": "yes",
        "appendfsync": "always" if durability == "full" else "no",
        "auto-aof-rewrite-percentage": "0",
    }
    options = [word for name, value in settings.items() for word in (f"--{name}", value)]
    process = subprocess.Popen(
        ["redis-server", *options],
        executable=SERVER,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(socket, process)
        yield
    finally:
        process.terminate()
        process.wait()


class RedisPeer(Peer):
    """A client of the server at a path."""

    name = "redis-py"
    version = _version()
    durabilities: ClassVar[Durabilities] = {
        "full": "append-only file, appendfsync always",
        "normal": "append-only file, appendfsync no",
    }
    one_process = False

    def __init__(self, path: Path, durability: Durability, count: int) -> None:
        self._client = redis.Redis(unix_socket_path=str(_socket(path)))

    @classmethod
    def serve(cls, path: Path, durability: Durability) -> AbstractContextManager[None]:
        return _running(path, durability)

    def get(self, keys: Keys) -> None:
        get = self._client.get
        for key in keys:
            get(key)

    def exists(self, keys: Keys) -> None:
        exists = self._client.exists
        for key in keys:
            exists(key)

    def get_keys(self) -> int:
        return len(self._client.keys())

    def read_all(self) -> int:
        keys = self._client.keys()
        return sum(
            len(self._client.mget(keys[first : first + 1000]))
            for first in range(0, len(keys), 1000)
        )

    def set(self, pairs: Pairs) -> None:
        put = self._client.set
        for key, value in pairs:
            put(key, value)

    def set_many(self, pairs: Pairs) -> None:
        self._client.mset(dict(pairs))

    def delete(self, keys: Keys) -> None:
        delete = self._client.delete
        for key in keys:
            delete(key)

    def read(self, key: str) -> bytes | None:
        value: bytes | None = self._client.get(key)
        return value

    def close(self) -> None:
        self._client.close()
