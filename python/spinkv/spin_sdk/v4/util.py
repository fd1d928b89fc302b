"""What an asynchronous listing is made of, and making a list of it."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from ..wit.types import Err

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["FutureReader", "StreamReader", "collect"]


class _Reader:
    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass


class StreamReader(_Reader):
    """Keys, a few at a time."""

    def __init__(self, keys: list[str]) -> None:
        self._keys = keys

    @property
    def writer_dropped(self) -> bool:
        """Whether nothing more will come."""
        return not self._keys

    async def read(self, max_count: int) -> list[str]:
        """Read at most so many keys; none at the end."""
        read, self._keys = self._keys[:max_count], self._keys[max_count:]
        return read


class FutureReader(_Reader):
    """Whether a stream came to its end."""

    def __init__(self, result: Err | None) -> None:
        self._result = result

    async def read(self) -> Err | None:
        """Read the result: ``None``, or an ``Err`` that was not raised."""
        return self._result


async def collect(listing: tuple[StreamReader, FutureReader]) -> list[str]:
    """Read a listing to its end; raises its ``Err`` if it has one."""
    stream, future = listing
    keys: list[str] = []
    with stream, future:
        while not stream.writer_dropped:
            keys += await stream.read(128)
        result = await future.read()
    if isinstance(result, Err):
        raise result
    return keys
