"""JSON Lines: the whole published record, one canonical line each. Every other file can be made from this one."""

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson

from hub.distributions.contents import Parsed, PublicLine

_LEVEL = 6


def write(path: Path, _collection: str, lines: Iterable[Parsed]) -> Iterator[Parsed]:
    """Write gzipped lines and pass them on. No time and no name in the header: same lines, same bytes."""
    with path.open("wb") as file, gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
        for line in lines:
            packed.write(line[0].raw + b"\n")
            yield line


def read(path: Path) -> Iterator[PublicLine]:
    """The lines of a file written above. Raises OSError, EOFError or ValueError when it is not whole."""
    with gzip.open(path, "rb") as lines:
        for line in lines:
            raw = line.removesuffix(b"\n")
            yield PublicLine(orjson.loads(raw)["id"], raw)


def ids(path: Path) -> Iterator[str]:
    return (line.id for line in read(path))
