"""The stores of a Spin app, opened from Python as its components would open them.

The app in spin_app/ has two components. `page` may open the stores "default" and "sessions",
`report` only "default". The example works on a copy of the app, in a folder that is removed in the
end or in the one that is given, so that the data can be looked at.

    python spin_app.py [folder]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import spinkv

SPIN_APP = Path(__file__).parent / "spin_app"


def app_for(folder: Path, component: str) -> spinkv.App:
    """The app as one of its components sees it."""
    return spinkv.App(
        manifest=folder / "spin.toml",
        component=component,
        runtime_config=folder / "runtime-config.toml",
    )


def seed(folder: Path) -> None:
    """Put data into the default store, as `spin up --key-value title=...` does."""
    app_for(folder, "report").seed({"title": "Guest book", "visits/2024-02-29": "17"})


def visit(folder: Path) -> None:
    """Do what the page would do for a visitor."""
    app = app_for(folder, "page")
    for label, place in app.stores().items():
        print(f"{label:<9}{place}")
    with app.open_default() as store, app.open("sessions") as sessions:
        print(f"title:   {store.get('title').decode()}")
        print(f"visitor: number {store.increment('visitors')}")
        sessions.set_json("session/1", {"name": "Ada", "admin": False})
        print(f"session: {sessions.get_json('session/1')}")


def report(folder: Path) -> None:
    """Do what the report would do, and try what it may not."""
    app = app_for(folder, "report")
    with app.open_default() as store:
        print(f"keys:    {store.get_keys()}")
    try:
        app.open("sessions")
    except spinkv.AccessDenied as error:
        print(f"denied:  {error}")
    app.grant("sessions")
    with app.open("sessions") as sessions:
        print(f"granted: {sessions.count()} session")


def main() -> None:
    """Run the parts on a copy of the app."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else temporary)
        shutil.copytree(SPIN_APP, folder, dirs_exist_ok=True)
        seed(folder)
        visit(folder)
        report(folder)


if __name__ == "__main__":
    main()
