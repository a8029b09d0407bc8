"""Preview: what the next visit to a source would find, from its manifest and the first lines it would read.

Nothing is written. The lines go through the gate as in a visit; what would leave is told from counts, as the guard
would measure it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, Engine

from hub.feeds import Feed
from hub.feeds.paging import Change
from hub.model.holding import Holding
from hub.model.source import Source
from hub.quality.expectations import Turnover
from hub.quality.gate import examine, schema_for
from hub.stages.departures import history, measured
from hub.stages.proof import declared_by
from hub.store import records, sources
from hub.store.engine import reading
from hub.store.sources import Position
from schemas.canonical import JSON
from schemas.feed import Delete, Manifest, Put, Rekey
from schemas.record import RecordKey
from schemas.registry import LATEST

FIRST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """One line. fate: accepted, quarantined, unchanged, leaves or rekeyed. why: the codes of its issues."""

    collection: str | None
    id: str | None
    fate: str
    why: tuple[str, ...] = ()

    def as_json(self) -> JSON:
        return {"collection": self.collection, "id": self.id, "fate": self.fate, "why": list(self.why)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """way: changes or snapshot. turnovers: what each collection would lose at least, told by its count."""

    manifest: Manifest
    way: str
    turnovers: tuple[Turnover, ...]
    lines: tuple[Previewed, ...]

    def as_json(self) -> JSON:
        return {
            "network": self.manifest.network.id,
            "name": self.manifest.network.name,
            "software": self.manifest.software,
            "epoch": self.manifest.epoch,
            "seq": self.manifest.seq,
            "reads": self.way,
            "collections": [
                {
                    "collection": each.collection,
                    "declared": each.remaining,
                    "last_accepted": each.last,
                    "lost_at_least": each.lost,
                    "guard": str(each.guard),
                }
                for each in self.turnovers
            ],
            "records": [each.as_json() for each in self.lines],
        }


def preview(source: Source, feed: Feed, engine: Engine, first: int = FIRST) -> Preview:
    """Look at a source without visiting it. Raises a SourceError when it cannot be read."""
    with reading(engine) as connection:
        position = sources.position(connection, source.name)
    manifest, _ = feed.required_manifest()
    whole = not feed.offers_changes(manifest) or position.needs_snapshot(manifest)
    changes = list(islice(_lines(feed, manifest, position, whole=whole), first))
    with reading(engine) as connection:
        return Preview(
            manifest=manifest,
            way="snapshot" if whole else "changes",
            turnovers=tuple(_turnovers(connection, source.name, manifest)),
            lines=tuple(_previewed(connection, source, manifest, change) for change in changes),
        )


def _lines(feed: Feed, manifest: Manifest, position: Position, *, whole: bool) -> Iterator[Change]:
    if whole:
        with feed.snapshot(manifest) as (_, pages):
            for page in pages:
                yield from page.changes
    elif position.seq != manifest.seq:
        for page, _ in feed.changes(manifest, position.seq or 0):
            yield from page.changes


def _turnovers(connection: Connection, source: str, manifest: Manifest) -> Iterator[Turnover]:
    declared, past = declared_by(manifest), history(connection, source)
    ours = records.holdings(connection, source)
    for name in sorted(declared.keys() | ours.keys()):
        count = declared.get(name, Holding()).count
        yield measured(past, name, max(0, ours.get(name, Holding()).count - count), count)


def _previewed(connection: Connection, source: Source, manifest: Manifest, change: Change) -> Previewed:
    told = {"collection": change.collection, "id": change.id}
    match change:
        case Delete():
            return Previewed(**told, fate="leaves", why=(change.reason,) if change.reason else ())
        case Rekey():
            return Previewed(**told, fate="rekeyed", why=(change.to,))
        case Put():
            return _judged(connection, source, manifest, change)
    return Previewed(**told, fate="quarantined", why=(change.code,))


def _judged(connection: Connection, source: Source, manifest: Manifest, put: Put) -> Previewed:
    key = RecordKey(put.collection, source.name, put.id)
    known = records.standings(connection, [key]).get(key)
    if known is not None and not known.is_news(put.hash):
        return Previewed(collection=put.collection, id=put.id, fate="unchanged")
    state = manifest.collections.get(put.collection)
    schema = schema_for(put.collection, state.schema) if state else None
    found = examine(put, schema or LATEST[put.collection], source.perimeter)
    why = tuple(sorted({issue.code for issue in found.issues}))
    return Previewed(collection=put.collection, id=put.id, fate="accepted" if found.fit else "quarantined", why=why)
