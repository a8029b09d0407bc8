"""Snapshot: the contents of a release, walked once and written down, so that any process can walk them again.

    working database ──► walked once ──► files that nobody else sees ──► every process that writes a part of the release

What comes back is the same contents, to be passed on by value: the files are named in it, not held in memory.
"""

import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Generic, TypeVar

from hub.distributions.contents import Contents, PublicLine

_Row = TypeVar("_Row")
_BATCH = 1_000
_OPEN, _CLOSED = b"+", b"-"


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
    return replace(
        contents,
        lines={name: _lines(folder / f"{name}.lines", lines) for name, lines in contents.lines.items()},
        counted=_rows(folder / "counted", contents.counted),
        members=_rows(folder / "members", contents.members),
        edges=_rows(folder / "edges", contents.edges),
        identifiers=_rows(folder / "identifiers", contents.identifiers),
    )


def _lines(path: Path, lines: Iterable[PublicLine]) -> Lines:
    with path.open("wb", buffering=1 << 18) as file:
        for line in lines:
            file.write(b"%b%b %b\n" % (_OPEN if line.open else _CLOSED, line.id.encode(), line.raw))
    return Lines(path)


def _rows(path: Path, rows: Iterable[_Row]) -> Rows[_Row]:
    rest = iter(rows)
    with path.open("wb", buffering=1 << 18) as file:
        while batch := list(islice(rest, _BATCH)):
            pickle.dump(batch, file, pickle.HIGHEST_PROTOCOL)
        pickle.dump([], file)
    return Rows(path)
