"""What a release says of itself, recounted from its public files."""

import gzip
from dataclasses import dataclass
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """records: source records behind the actors. merged: actors that have two or more."""

    actors: int
    records: int
    merged: int
    projects: int


def count(release: Path) -> Published:
    """Read the files of a release folder; a collection without any record has none."""
    members = [len(actor["sources"]) for actor in _lines(release / "actors.jsonl.gz")]
    return Published(
        actors=len(members),
        records=sum(members),
        merged=sum(several > 1 for several in members),
        projects=len(_lines(release / "projects.jsonl.gz")),
    )


def _lines(path: Path) -> list[dict[str, list[object]]]:
    if not path.exists():
        return []
    with gzip.open(path) as lines:
        return [orjson.loads(line) for line in lines]
