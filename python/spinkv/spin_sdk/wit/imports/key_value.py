"""The values of the errors of Spin's key-value interface, version 2 and 3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

__all__ = [
    "Error",
    "Error_AccessDenied",
    "Error_NoSuchStore",
    "Error_Other",
    "Error_StoreTableFull",
]


@dataclass
class Error_StoreTableFull:
    """Too many stores are open."""


@dataclass
class Error_NoSuchStore:
    """No store with that label is configured."""


@dataclass
class Error_AccessDenied:
    """The store is not granted to the component."""


@dataclass
class Error_Other:
    """Anything else; ``value`` is a line of text."""

    value: str


Error: TypeAlias = Error_StoreTableFull | Error_NoSuchStore | Error_AccessDenied | Error_Other
