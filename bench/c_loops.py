"""The loops of the benchmark in C, called from Python: both take turns in one process."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

import c_program
from measurements import Calls


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(str(c_program.LOOPS))
    library.bench_open.argtypes = [ctypes.c_char_p, ctypes.c_bool, ctypes.c_char_p]
    library.bench_open.restype = ctypes.c_void_p
    library.bench_operations.argtypes = [ctypes.c_void_p]
    library.bench_operations.restype = ctypes.c_size_t
    library.bench_time_batch.argtypes = [ctypes.c_void_p]
    library.bench_time_batch.restype = ctypes.c_double
    library.bench_time_calls.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint64)]
    library.bench_time_calls.restype = None
    library.bench_close.argtypes = [ctypes.c_void_p]
    library.bench_close.restype = None
    return library


class CSubject:
    """spinkv's store in C under one of the workloads of the C program."""

    name = "spinkv in C"

    def __init__(self, workload: str, durability: str, folder: Path) -> None:
        library = _library()
        self._subject = library.bench_open(
            workload.encode(), durability == "full", str(folder).encode()
        )
        self.operations = int(library.bench_operations(self._subject))

    def time_batch(self) -> float:
        """Run a batch and return the nanoseconds that one operation took."""
        return float(_library().bench_time_batch(self._subject))

    def time_calls(self, calls: Calls) -> None:
        """Run a batch and time each of its calls."""
        ns = (ctypes.c_uint64 * self.operations)()
        _library().bench_time_calls(self._subject, ns)
        for each in ns:
            calls.add(each)

    def close(self) -> None:
        """Close the store and remove its file."""
        _library().bench_close(self._subject)
