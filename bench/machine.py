"""What the numbers were taken on, without the machine's name or any path of it."""

from __future__ import annotations

import os
import platform
import sqlite3
from datetime import datetime, timezone
from pathlib import Path

import spinkv


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory_gib() -> str:
    try:
        pages, page_bytes = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return "unknown"
    return f"{pages * page_bytes / 2**30:.0f} GiB"


def _file_system(folder: Path) -> str:
    """Return the type of the file system that a folder is on."""
    best, kind = "", "unknown"
    try:
        mounts = Path("/proc/self/mounts").read_text().splitlines()
    except OSError:
        return kind
    for mount in mounts:
        _, point, mounted_kind, *_ = mount.split()
        at = Path(point.encode().decode("unicode_escape"))
        if folder.resolve().is_relative_to(at) and len(point) >= len(best):
            best, kind = point, mounted_kind
    return kind


def describe(folder: Path, c_versions: dict[str, str]) -> dict[str, str]:
    """Describe machine and versions; folder is where the stores' files go."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    version = ".".join(platform.release().split(".")[:2])
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": _memory_gib(),
        "load at the start": load,
        "system": f"{platform.system()} {version}, {platform.machine()}",
        "file system": _file_system(folder),
        "spinkv": c_versions["spinkv"],
        "SQLite": c_versions["sqlite"],
        "compiler": c_versions["compiler"],
        "clock": f"{c_versions['clock_ns']} ns a reading",
        "Python": f"{platform.python_version()}, spinkv {spinkv.__version__}, "
        f"sqlite3 with SQLite {sqlite3.sqlite_version}",
    }
