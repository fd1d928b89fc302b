"""The other program of the conformance cases: plain sqlite3 in a process of its own.

It has its own process so that the cases meet the locks and caches that a stranger's process would
meet, whatever copy of SQLite the package is linked to. Started as a program, this file reads
requests, one JSON text a line, runs their SQL and answers with the rows. It never imports spinkv.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any


class Sql:
    """The other program: a process that runs SQL with plain sqlite3."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, path: Path, sql: Any, connection: str | None) -> list[list[Any]]:
        """Runs one statement or several and returns the rows of the last."""
        statements = [sql] if isinstance(sql, str) else sql
        return self._ask({"path": str(path), "sql": statements, "connection": connection})

    def end_case(self) -> None:
        """Closes the connections that were kept open, undoing what they had not committed."""
        self._ask({})

    def stop(self) -> None:
        """Ends the process."""
        self._process.communicate()

    def _ask(self, request: dict[str, Any]) -> list[list[Any]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "failed" in answer:
            raise AssertionError(f"the SQL failed: {answer['failed']}")
        return [[_from_json(cell) for cell in row] for row in answer["rows"]]


def _from_json(cell: Any) -> Any:
    return bytes.fromhex(cell["hex"]) if isinstance(cell, dict) else cell


def _to_json(cell: Any) -> Any:
    return {"hex": cell.hex()} if isinstance(cell, bytes) else cell


def _serve() -> None:
    kept: dict[tuple[str, str], sqlite3.Connection] = {}
    for line in sys.stdin:
        request = json.loads(line)
        answer: dict[str, Any] = {"rows": []}
        if not request:
            for connection in kept.values():
                connection.close()
            kept.clear()
        else:
            try:
                answer["rows"] = _run_sql(kept, request)
            except sqlite3.Error as error:
                answer = {"failed": str(error)}
        print(json.dumps(answer), flush=True)


def _run_sql(
    kept: dict[tuple[str, str], sqlite3.Connection], request: dict[str, Any]
) -> list[list[Any]]:
    path, name = request["path"], request["connection"]
    if (path, name) in kept:
        connection = kept[path, name]
    else:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None)
    with contextlib.ExitStack() as stack:
        if name is None:
            stack.callback(connection.close)
        else:
            kept[path, name] = connection
        rows: list[tuple[Any, ...]] = []
        for statement in request["sql"]:
            rows = connection.execute(statement).fetchall()
        return [[_to_json(cell) for cell in row] for row in rows]


if __name__ == "__main__":
    _serve()
