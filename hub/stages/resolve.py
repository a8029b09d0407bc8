"""Resolve: which records speak of one real thing, and under which national identifier each is known.

    published records + judgements + model ──► resolution ──► clusters, edges ──► identifiers
         └── the same as last time ──► nothing to do

Everything is read from one state of the database and written in one transaction.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain
from time import perf_counter

import structlog
from sqlalchemy import Connection, Engine

from hub.model.issued import assemble, reissue
from hub.resolution import Edge, Model, load, resolve_records
from hub.store import clusters, judgements, meta, records
from hub.store.clusters import StoredEdge
from hub.store.engine import reading
from schemas.canonical import content_hash
from schemas.record import COLLECTIONS

log = structlog.get_logger()

RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What resolution found, over all collections.

    merged_records: records that share a cluster with another.
    pairs:          compared pairs inside clusters.
    changed:        False when nothing it depends on had changed, and it was not done again.
    """

    records: int
    clusters: int
    merged_records: int
    pairs: int
    seconds: float
    changed: bool


def resolve(engine: Engine, now: datetime, model: Model | None = None) -> Resolution:
    """Resolve all that is published. now: the start of the cycle, when new identifiers are issued.

    Raises Contradiction when people's judgements contradict one another.
    """
    started = perf_counter()
    model = model or load()
    with reading(engine) as connection:
        inputs = _inputs(connection, model)
        if meta.get(connection, RESOLVED) == inputs:
            return _told(connection, started, changed=False)
        accepted = list(chain.from_iterable(records.accepted(connection, name) for name in COLLECTIONS))
        decided = list(judgements.every(connection))
        earlier, issued = clusters.members(connection), clusters.issued(connection)
        continued = records.continued(connection)
    result = resolve_records(accepted, decided, model)
    founded = {record.key: record.founded for record in accepted}
    found = assemble(result.clusters, founded)
    present = reissue(issued, earlier, found, founded, continued)
    with engine.begin() as connection:
        clusters.replace(connection, found)
        clusters.replace_edges(connection, [_stored(edge) for edge in result.edges])
        clusters.save_issued(connection, present, now)
        meta.put(connection, RESOLVED, inputs)
        told = _told(connection, started, changed=True)
    log.info("resolved", records=told.records, clusters=told.clusters, compared=result.compared, pairs=told.pairs)
    return told


def _inputs(connection: Connection, model: Model) -> str:
    """A hash of all that resolution depends on."""
    return content_hash(
        {
            "records": {name: records.accepted_digest(connection, name) for name in COLLECTIONS},
            "judgements": judgements.last_number(connection),
            "model": asdict(model),
        }
    )


def _stored(edge: Edge) -> StoredEdge:
    return StoredEdge(pair=edge.pair, log_odds=edge.log_odds, parts=tuple(asdict(part) for part in edge.parts))


def _told(connection: Connection, started: float, *, changed: bool) -> Resolution:
    totals = clusters.totals(connection)
    return Resolution(
        records=sum(count for count, _ in totals.values()),
        clusters=sum(count for _, count in totals.values()),
        merged_records=clusters.merged_records(connection),
        pairs=clusters.count_edges(connection),
        seconds=perf_counter() - started,
        changed=changed,
    )
