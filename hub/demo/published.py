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
    """Read the actors and the projects of a release folder."""
    sources = []
    with gzip.open(release / "actors.jsonl.gz") as lines:
        sources = [len(orjson.loads(line)["sources"]) for line in lines]
    with gzip.open(release / "projects.jsonl.gz") as lines:
        projects = sum(1 for _ in lines)
    return Published(
        actors=len(sources),
        records=sum(sources),
        merged=sum(several > 1 for several in sources),
        projects=projects,
    )
