"""The networks we read, and how far each was read."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select, update

from hub.model.freshness import PROMISE_DAYS
from hub.model.job import Proof
from hub.model.source import Source
from hub.store.tables import jobs, source_state, sources
from hub.store.upsert import upsert
from schemas.errors import SourceError
from schemas.manifest import Manifest

# Built once, since every visit runs them. This sets what its parameters name, as long as the source is still the job's.
_MINE = update(source_state).where(source_state.c.source == bindparam("of"), source_state.c.job == bindparam("by"))
_JUDGED_WITH = select(source_state.c.judged_with).where(source_state.c.source == bindparam("source"))
_LICENCE = update(sources).where(sources.c.name == bindparam("of"))
_POSITION = (
    select(source_state, jobs.c.proof)
    .join(jobs, jobs.c.number == source_state.c.proved_job, isouter=True)
    .where(source_state.c.source == bindparam("source"))
)


class Superseded(SourceError):
    """A newer visit to this source took over; this one writes nothing more."""

    code = "source-superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far a source was read.

    epoch, seq: of the feed, None before the first page.
    etag, proof: of the manifest that the last successful job proved complete; None when the last job did not succeed.
    """

    epoch: str | None = None
    seq: int | None = None
    etag: str | None = None
    proof: Proof | None = None

    def needs_snapshot(self, manifest: Manifest) -> bool:
        """Whether changes alone cannot bring us there: a new history, a cursor ahead or compacted."""
        if self.seq is None:
            return manifest.compacted_before > 0
        return manifest.epoch != self.epoch or manifest.seq < self.seq or self.seq < manifest.compacted_before


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network as the public knows it. regions: INSEE codes. licence: its node's code, None before the first visit.

    promise_days: how old its records may be (see `hub.model.freshness`).
    """

    name: str
    title: str
    regions: tuple[str, ...]
    website: str | None
    licence: str | None = None
    promise_days: int = PROMISE_DAYS


def register(connection: Connection, source: Source) -> None:
    """Remember how a source presents itself, so that a release can name it without its configuration."""
    row = {
        "name": source.name,
        "title": source.title,
        "regions": list(source.regions),
        "website": source.website,
        "promise_days": source.promise_days,
    }
    upsert(connection, sources, [row])


def networks(connection: Connection) -> list[Network]:
    """Every network ever read, by name."""
    rows = connection.execute(select(sources).order_by(sources.c.name))
    return [
        Network(
            name=row.name,
            title=row.title,
            regions=tuple(row.regions),
            website=row.website,
            licence=row.licence,
            promise_days=row.promise_days,
        )
        for row in rows
    ]


def state_licence(connection: Connection, source: str, code: str) -> None:
    """Keep under which licence a node states its directory."""
    connection.execute(_LICENCE, {"of": source, "licence": code})


def take_over(connection: Connection, source: str, job: int) -> Position:
    """Make `job` the one visit that may write, and say where the last one stopped."""
    upsert(connection, source_state, [{"source": source, "job": job}])
    return position(connection, source)


def position(connection: Connection, source: str) -> Position:
    """How far a source was read."""
    row = connection.execute(_POSITION, {"source": source}).one_or_none()
    if row is None:
        return Position()
    return Position(
        epoch=row.epoch, seq=row.seq, etag=row.etag, proof=Proof.from_json(row.proof) if row.proof else None
    )


def judged_with(connection: Connection, source: str) -> str | None:
    """The stamp of the gate that looked last at all that waits of a source; None when none is known to have."""
    return connection.scalar(_JUDGED_WITH, {"source": source})


def judged(connection: Connection, source: str, job: int, stamp: str) -> None:
    """All that waits of a source has been looked at with this gate. Raises Superseded."""
    _still(connection, source, job, {"judged_with": stamp})


def stand_still(connection: Connection, source: str) -> int:
    """Let no visit begin before this transaction ends; returns the newest job, which may be at work."""
    here = source_state.c.source == source
    connection.execute(update(source_state).where(here).values(job=source_state.c.job))
    return int(connection.execute(select(source_state.c.job).where(here)).scalar_one())


def fence(connection: Connection, source: str, job: int) -> None:
    """First act of every writing transaction of a visit. Raises Superseded when a newer visit took over."""
    _still(connection, source, job, {"job": job})


def advance(connection: Connection, source: str, job: int, epoch: str, seq: int) -> None:
    """Move the cursor, in the transaction that stores what was read up to it. Raises Superseded."""
    _still(connection, source, job, {"epoch": epoch, "seq": seq})


def settle(connection: Connection, source: str, job: int, *, etag: str | None, proved: bool) -> None:
    """At the end of a job: what the next one may take for proved. A visit that was overtaken settles nothing."""
    values = {"etag": etag if proved else None, "proved_job": job if proved else None}
    connection.execute(_MINE, {"of": source, "by": job} | values)


def _still(connection: Connection, source: str, job: int, values: dict[str, object]) -> None:
    if connection.execute(_MINE, {"of": source, "by": job} | values).rowcount == 0:
        raise Superseded(source, "a newer visit to this source took over")
