"""Feeds as nodes of each published version once stated them: their bytes, served again to today's hub.

feeds/<what stated it>/night-1/, night-2/, …   the answers of each night, as `freeze` kept them
feeds/<what stated it>/expected.json           what a hub must know after each of them
"""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from schemas.canonical import JSON
from tests.hub.feed_server import Answer, Question

FEEDS = Path(__file__).parent / "feeds"
_TYPES = {"feed.json": "application/json", "snapshot.ndjson.gz": "application/gzip"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """The answers of one night. after: the cursor that a hub has by then."""

    folder: Path
    after: int

    @property
    def manifest(self) -> JSON:
        read: JSON = orjson.loads((self.folder / "feed.json").read_bytes())
        return read

    @property
    def records(self) -> dict[tuple[str, str], JSON]:
        """(collection, id) -> record of everything that stands on this night."""
        _, *puts, _ = gzip.decompress((self.folder / "snapshot.ndjson.gz").read_bytes()).splitlines()
        return {(line["collection"], line["id"]): line["record"] for line in map(orjson.loads, puts)}

    def answer(self, path: str, question: Question) -> Answer:
        """Only what was asked when the feed was frozen has an answer."""
        file = self.folder / ("changes.ndjson" if path == "changes" else path)
        if path.startswith("digests/"):
            file = file.with_suffix(".ndjson")
        if path == "changes" and int(question["after"]) < self.manifest["compacted_before"]:
            return Answer(b'{"code": "cursor-expired"}', "application/problem+json", 410)
        asked_otherwise = path == "changes" and question.get("after") != str(self.after)
        if asked_otherwise or not file.is_file():
            return Answer(b"{}", "application/problem+json", 404)
        return Answer(file.read_bytes(), _TYPES.get(path, "application/x-ndjson"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """One frozen feed, known by the folder it is in."""

    name: str

    @property
    def nights(self) -> Iterator[Night]:
        after = 0
        for folder in sorted((FEEDS / self.name).glob("night-*")):
            night = Night(folder=folder, after=after)
            yield night
            after = night.manifest["seq"]


def every() -> list[Frozen]:
    return [Frozen(name=folder.name) for folder in sorted(FEEDS.iterdir())]
