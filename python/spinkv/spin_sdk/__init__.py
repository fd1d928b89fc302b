"""The key-value part of Spin's own Python SDK, natively: code written for a Spin app runs in tests.

Only the import changes. Code for versions 2 and 3 of the SDK::

    from spinkv.spin_sdk import key_value            # was: from spin_sdk import key_value
    from spinkv.spin_sdk.wit.types import Err

and for version 4, which is asynchronous::

    from spinkv.spin_sdk.v4 import key_value, util

Stores are opened from the default app, or from the one that :func:`using` names::

    with spinkv.spin_sdk.using(spinkv.App(manifest="spin.toml", component="hello")):
        answer = handler.handle_request(request)

A missing key is ``None`` and every error an ``Err`` that holds one of the interface's error values,
as in the SDK; ``Err.__cause__`` is spinkv's own error. Exceptions are no part of how fast this is:
it is for tests and for moving code, and :mod:`spinkv` is the better interface for new code.
"""

from __future__ import annotations

from ._app import using

__all__ = ["using"]
