"""Snapshot: the contents of a release, walked once and written down, so that any process can walk them again.

    working database ──► walked once ──► files that nobody else sees ──► every process that writes a part of the release

What comes back is the same contents, to be passed on by value: the files are named in it, not held in memory.
"""

import hashlib
import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, Any, Generic, TypeVar

import numpy as np

from hub.distributions.contents import Contents, PublicLine, portions

_Row = TypeVar("_Row")
_OPEN, _CLOSED = b"+", b"-"
_MARK = 16  # bytes of a hash by which an id is told


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
    with apart.open("wb", buffering=1 << 18) as marks:
        lines = {name: _lines(folder / f"{name}.lines", rows, marks) for name, rows in contents.lines.items()}
    if apart.stat().st_size:
        _marks(apart, "r+").sort()
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
    """Those of some ids that a file tells, which is searched where it lies."""
    if not ids or not path.stat().st_size:
        return frozenset()
    told, asked = _marks(path, "r"), np.array([_mark(each) for each in ids], f"S{_MARK}")
    places = np.minimum(np.searchsorted(told, asked), len(told) - 1)
    return frozenset(each for each, found in zip(ids, told[places] == asked, strict=True) if found)


def _marks(path: Path, mode: Any) -> Any:
    return np.memmap(path, f"S{_MARK}", mode)


def _mark(national_id: str) -> bytes:
    return hashlib.sha256(national_id.encode()).digest()[:_MARK]


def _lines(path: Path, lines: Iterable[PublicLine], apart: IO[bytes]) -> Lines:
    with path.open("wb", buffering=1 << 18) as file:
        for line in lines:
            file.write(b"%b%b %b\n" % (_OPEN if line.open else _CLOSED, line.id.encode(), line.raw))
            if not line.open:
                apart.write(_mark(line.id))
    return Lines(path)


def _rows(path: Path, rows: Iterable[_Row]) -> Rows[_Row]:
    with path.open("wb", buffering=1 << 18) as file:
        for batch in portions(rows):
            pickle.dump(batch, file, pickle.HIGHEST_PROTOCOL)
        pickle.dump([], file)
    return Rows(path)
