"""The fixtures that spinkv brings to pytest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .testing import RecordedApp, RecordedStore


@pytest.fixture
def spinkv_app() -> Iterator[RecordedApp]:
    """An app of the test's own whose default store is in memory; ``calls`` has what was called.

    :mod:`spinkv.spin_sdk` opens its stores from it while the test runs.
    """
    from spinkv.spin_sdk import using
    from spinkv.testing import RecordedApp

    app = RecordedApp(state_dir="")
    with using(app):
        yield app


@pytest.fixture
def spinkv_store(spinkv_app: RecordedApp) -> Iterator[RecordedStore]:
    """The empty default store of ``spinkv_app``."""
    with spinkv_app.open_default() as store:
        yield store
