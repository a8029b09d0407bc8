"""The machine under the hub: it is switched off at any write, or its disk is full.

A killed hub writes nothing more, whatever its clean-up code tries: every later statement and every later change of a
file raises too, until the database is opened again.
"""

import os
import resource
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "WITH")
_CHANGES = ("os.rename", "os.symlink", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.truncate")


class Killed(BaseException):
    """The process is gone. Not an Exception: nothing in the hub may catch it."""


class Machine:
    """Counts what is written. `kill_at`: the write at which it ends, None for never.

    commits: only those of transactions that wrote are counted. What an open one had done is undone, so the states
    between two of them are all in which a database can be left, and each is as likely as another.
    """

    def __init__(self) -> None:
        self.kill_at: int | None = None
        self.after_commit, self.commits = False, False
        self.written, self.dead = 0, False
        self._wrote = False
        self.full_pages: int | None = None
        self.folder = ""
        _watching.append(self)

    def arm(
        self,
        kill_at: int | None,
        *,
        after_commit: bool = False,
        commits: bool = False,
        full_pages: int | None = None,
    ) -> None:
        self.kill_at, self.after_commit, self.full_pages = kill_at, after_commit, full_pages
        self.commits = commits
        self.written, self.dead = 0, False

    def watch(self, engine: Engine) -> None:
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "commit", self._commit)
        event.listen(engine, "begin", self._begin)

    def close(self) -> None:
        _watching.remove(self)

    def write(self) -> None:
        """One more write. Raises Killed at the chosen one, and at every one after it."""
        self.written += 1
        if self.dead or self.written == self.kill_at:
            self.dead = True
            raise Killed

    def _statement(self, _: Connection, __: Any, statement: str, *___: Any) -> None:
        if self.dead:
            raise Killed
        if statement.lstrip()[:6].upper().startswith(WRITES):
            self._wrote = True
            if not self.commits:
                self.write()

    def _commit(self, connection: Connection) -> None:
        if self.commits and not self._wrote and not self.dead:
            return
        if self.after_commit and self.written + 1 == self.kill_at:
            connection.connection.dbapi_connection.commit()  # type: ignore[union-attr]  # a SQLite connection
        self.write()

    def _begin(self, connection: Connection) -> None:
        self._wrote = False
        if self.full_pages is not None:
            connection.exec_driver_sql(f"PRAGMA max_page_count={self.full_pages}")


_watching: list[Machine] = []


def _audit(name: str, arguments: tuple[Any, ...]) -> None:
    if not _watching or (name != "open" and name not in _CHANGES):
        return
    if name == "open" and not (isinstance(arguments[1], str) and arguments[1][:1] in "wax"):
        return
    path = arguments[0]
    for machine in _watching:
        if machine.folder and isinstance(path, str | bytes | os.PathLike) and machine.folder in os.fsdecode(path):
            machine.write()


sys.addaudithook(_audit)


class SmallDisk:
    """While it is entered, no file of this process grows past `size` bytes: writers get EFBIG, native ones too."""

    def __init__(self, size: int) -> None:
        self._size, self._before = size, resource.getrlimit(resource.RLIMIT_FSIZE)

    def __enter__(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._size, self._before[1]))

    def __exit__(self, *_: object) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)


def pages_of(database: Path) -> int:
    """Pages of a SQLite file, as its header says (bytes 16 and 28 of the file format)."""
    head = database.read_bytes()[:32]
    return int.from_bytes(head[28:32])
