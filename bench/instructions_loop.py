"""What instructions.py runs to count a get in Python: as many as its second argument says, in a
store in the folder that its first one names.
"""

from __future__ import annotations

import sys
from pathlib import Path

import spinkv

folder, calls = Path(sys.argv[1]), int(sys.argv[2])
keys = [f"user:{number:011}" for number in range(100)]
with spinkv.open("bench", path=folder / "loop.db", durability="normal") as store:
    for key in keys:
        store.set(key, b"v" * 100)
    for _ in range(calls // len(keys)):
        for key in keys:
            store.get(key)
