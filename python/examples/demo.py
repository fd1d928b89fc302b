"""The main job on real input: the countries of ISO 3166-1 go into the default store.

Each country becomes one tuple, `country/AW` and so on, whose value is its record as JSON. Then the
demo calls every operation a beginner needs and prints what it gave, and in the end the plain
sqlite3 shell shows the same rows. It leaves the store in ./.spin, so the next run finds it there.

    python demo.py [folder with iso_3166-1.json]
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import spinkv

ISO_CODES = Path("/usr/share/iso-codes/json")
STORE_FILE = Path(".spin") / "sqlite_key_value.db"
QUERY = """
    SELECT store, key, length(value) AS bytes, substr(CAST(value AS TEXT), 1, 42) AS value
    FROM spin_key_value WHERE key BETWEEN 'country/IS' AND 'country/JP' ORDER BY key"""


def heading(text: str) -> None:
    """Print the line above a part of the demo."""
    print(f"\n{text}\n{'-' * len(text)}")


def show(call: str, result: object) -> None:
    """Print a call as one would write it, and what it gave."""
    print(f"  {call:<50} {result}")


def load_countries(folder: Path) -> list[dict[str, str]]:
    """Read the records of ISO 3166-1 as Debian's iso-codes package ships them."""
    path = folder / "iso_3166-1.json"
    if not path.exists():
        sys.exit(f"error: there is no {path}; Debian's package iso-codes brings it")
    countries: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))["3166-1"]
    return countries


def write_countries(store: spinkv.Store, countries: list[dict[str, str]]) -> None:
    """Store every country under its two-letter code; each write is on disk when it returns."""
    heading("Writing: one tuple a country")
    start = time.perf_counter()
    for country in countries:
        store.set_json(f"country/{country['alpha_2']}", country)
    print(f"  {len(countries)} calls of set_json took {time.perf_counter() - start:.2f} s")


def read_back(store: spinkv.Store) -> None:
    """Read a country in the ways there are, and ask for one that is not there."""
    heading("Reading: a value is bytes, or JSON as Python's own data")
    show('store.get("country/IS")', f"{store.get('country/IS')[:32]!r}...")
    iceland = store.get_json("country/IS")
    show('store.get_json("country/IS")["name"]', f"{iceland['name']} {iceland['flag']}")
    show('store.exists("country/IS")', store.exists("country/IS"))
    show('store.exists("country/XX")', store.exists("country/XX"))
    show('store.get("country/XX", default=None)', store.get("country/XX", default=None))
    try:
        store.get("country/XX")
    except spinkv.NoSuchKey as error:
        show('store.get("country/XX")', f"NoSuchKey: {error}")


def list_countries(store: spinkv.Store) -> None:
    """List keys: all of them, then those with a prefix, a page at a time."""
    heading("Listing: keys come in byte order")
    show("len(store.get_keys())", len(store.get_keys()))
    page = store.list_keys(prefix="country/S", limit=6)
    show('store.list_keys(prefix="country/S", limit=6)', codes(page))
    page = store.list_keys(prefix="country/S", after=page[-1], limit=6)
    show("... and after=the last of these", codes(page))


def codes(keys: list[str]) -> str:
    """Shortens country keys to their codes."""
    return " ".join(key.rpartition("/")[2] for key in keys)


def count_runs(store: spinkv.Store) -> None:
    """Count in a way that no other writer can come between."""
    heading("Counting: the number outlives the process")
    show('store.increment("demo/runs")', store.increment("demo/runs"))
    show('store.increment("demo/steps", 10)', store.increment("demo/steps", 10))


def write_odd_values(store: spinkv.Store) -> None:
    """Store bytes that are no text, an empty value and many at once, and delete a key."""
    heading("Any bytes: a value need not be text, and an empty one is a value")
    store.set("demo/binary", bytes([0, 255, 0, 128]))
    show('store.get("demo/binary")', store.get("demo/binary"))
    store["demo/empty"] = b""
    show('store["demo/empty"], "demo/empty" in store', (store["demo/empty"], "demo/empty" in store))
    store.set_many({"demo/a": b"1", "demo/b": b"2"})
    show('store.get_many(["demo/b", "demo/none"])', store.get_many(["demo/b", "demo/none"]))
    store.delete("demo/empty")
    show('after store.delete("demo/empty"): exists', store.exists("demo/empty"))


def meet_a_limit(store: spinkv.Store) -> None:
    """Show that a refused write says why, and changes nothing."""
    heading("Limits: an error names what was met and what is allowed")
    try:
        store.set("demo/binary", bytes(2**20 + 1))
    except spinkv.ValueTooLarge as error:
        print(f"  {type(error).__name__} ({error.code}): {error}")
    show('store.get("demo/binary") still is', store.get("demo/binary"))


def show_with_sqlite() -> None:
    """Print rows of the file with the sqlite3 shell, which knows nothing of this library."""
    heading("The same rows in plain SQLite: the file is the one that Spin reads and writes")
    print(f'  $ sqlite3 -header -column {STORE_FILE} "{QUERY}"\n')
    command = ["sqlite3", "-header", "-column", str(STORE_FILE), QUERY]
    table = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    print("\n".join(f"  {line}" for line in table.splitlines()))


def main() -> None:
    """Run the parts in order on one store."""
    countries = load_countries(Path(sys.argv[1]) if len(sys.argv) > 1 else ISO_CODES)
    with spinkv.open_default() as store:
        print(f"spinkv.open_default() opened {store!r}, kept in {STORE_FILE}")
        print(f"It holds {len(store)} tuples{', from an earlier run' if len(store) else ''}.")
        write_countries(store, countries)
        read_back(store)
        list_countries(store)
        count_runs(store)
        write_odd_values(store)
        meet_a_limit(store)
    show_with_sqlite()


if __name__ == "__main__":
    main()
