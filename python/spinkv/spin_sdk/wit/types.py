"""The types that interfaces share."""

from __future__ import annotations

from typing import Any

__all__ = ["Err"]


class Err(Exception):
    """An interface's error; ``value`` says which."""

    value: Any

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Err) and self.value == other.value

    def __hash__(self) -> int:
        return hash(repr(self.value))
