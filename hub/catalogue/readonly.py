"""A SQLite file of a release, read by any number of threads and never written to."""

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class ReadOnly:
    """One connection a thread. `immutable`: the file never changes, so SQLite takes no lock and no look at it."""

    def __init__(self, path: Path) -> None:
        self._address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._threads = threading.local()

    def one(self, query: str, *values: Any) -> Any:
        """The first row, or None."""
        return self._connection().execute(query, values).fetchone()

    def all(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._connection().execute(query, values).fetchall()

    def _connection(self) -> sqlite3.Connection:
        opened: sqlite3.Connection | None = getattr(self._threads, "connection", None)
        if opened is None:
            opened = sqlite3.connect(self._address, uri=True)
            self._threads.connection = opened
        return opened
