"""Snapshot: the contents of a release, walked once and written down, so that any process can walk them again.

    working database ──► walked once ──► files that nobody else sees ──► every process that writes a part of the release

What comes back is the same contents, to be passed on by value: the files are named in it, not held in memory.
"""

import pickle
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

import orjson

from hub.distributions.contents import Contents, PublicLine, batches

_Row = TypeVar("_Row")
_OPEN, _CLOSED = b"+", b"-"
_CLOSED_IDS = "CREATE TABLE closed (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID"


@dataclass(frozen=True, slots=True)
class Lines:
    """Golden records in a file, a line each, led by a sign that tells whether it is open data and by its id."""

    path: Path

    def __iter__(self) -> Iterator[PublicLine]:
        with self.path.open("rb", buffering=1 << 18) as file:
            for line in file:
                national_id, _, raw = line[1:-1].partition(b" ")
                yield PublicLine(national_id.decode(), raw, line[:1] == _OPEN)


@dataclass(frozen=True, slots=True)
class Rows(Generic[_Row]):
    """Anything else, a thousand at a time. The file is ours, made a moment ago and read by nobody else."""

    path: Path

    def __iter__(self) -> Iterator[_Row]:
        with self.path.open("rb", buffering=1 << 18) as file:
            while batch := pickle.load(file):  # noqa: S301
                yield from batch


def take(contents: Contents, folder: Path) -> Contents:
    """Write everything down in a folder. The same contents come back, to be read there."""
    apart = folder / "closed"
    with closing(sqlite3.connect(apart, isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; " + _CLOSED_IDS)
        connection.execute("BEGIN")
        lines = {name: _lines(folder / f"{name}.lines", rows, connection) for name, rows in contents.lines.items()}
        connection.execute("COMMIT")
    return replace(
        contents,
        lines=lines,
        counted=_rows(folder / "counted", contents.counted),
        members=_rows(folder / "members", contents.members),
        edges=_rows(folder / "edges", contents.edges),
        identifiers=_rows(folder / "identifiers", contents.identifiers),
        closed=partial(closed, apart),
    )


def closed(path: Path, ids: list[str]) -> frozenset[str]:
    """Those of some ids that a file names."""
    query = "SELECT id FROM closed WHERE id IN (SELECT value FROM json_each(?))"
    with closing(sqlite3.connect(path)) as connection:
        return frozenset(row[0] for row in connection.execute(query, [orjson.dumps(ids)]))


def _lines(path: Path, lines: Iterable[PublicLine], apart: sqlite3.Connection) -> Lines:
    with path.open("wb", buffering=1 << 18) as file:
        for line in lines:
            file.write(b"%b%b %b\n" % (_OPEN if line.open else _CLOSED, line.id.encode(), line.raw))
            if not line.open:
                apart.execute("INSERT INTO closed VALUES (?)", [line.id])
    return Lines(path)


def _rows(path: Path, rows: Iterable[_Row]) -> Rows[_Row]:
    with path.open("wb", buffering=1 << 18) as file:
        for batch in batches(rows):
            pickle.dump(batch, file, pickle.HIGHEST_PROTOCOL)
        pickle.dump([], file)
    return Rows(path)
