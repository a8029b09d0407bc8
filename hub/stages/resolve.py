"""Resolve: which records speak of one real thing, and under which national identifier each is known.

    published records + judgements + model ──► resolution ──► clusters, edges ──► identifiers
         └── the same as last time ──► nothing to do

Everything is read from one state of the database and written in one transaction. `find` is the reading half: what
would be written can be looked at first.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import chain
from time import perf_counter

import structlog
from sqlalchemy import Connection, Engine

from hub.model.cluster import Cluster
from hub.model.decision import Bound, Standing, bind, standing
from hub.model.issued import IssuedId, assemble, reissue
from hub.model.match import Verdict
from hub.model.record import Accepted
from hub.resolution import Edge, Model, load, resolve_records
from hub.stages.decided import followed
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What resolution finds in one state of the database, before anything is written.

    issued:    every identifier ever issued, and where it leads.
    set_aside: judgements that could not be followed, because networks made them contradict others.
    """

    records: Sequence[Accepted]
    clusters: Sequence[Cluster]
    edges: Sequence[Edge]
    issued: Sequence[IssuedId]
    set_aside: Sequence[Bound]
    compared: int


def resolve(engine: Engine, now: datetime, model: Model | None = None) -> Resolution:
    """Resolve all that is published. now: the start of the cycle, when new identifiers are issued."""
    started = perf_counter()
    model = model or load()
    with reading(engine) as connection:
        decided = standing(judgements.every(connection))
        inputs = _inputs(connection, model, decided)
        if meta.get(connection, RESOLVED) == inputs:
            return _told(connection, started, changed=False)
        found = find(connection, model, decided)
    with engine.begin() as connection:
        clusters.replace(connection, found.clusters)
        clusters.replace_edges(connection, [_stored(edge) for edge in found.edges])
        clusters.save_issued(connection, found.issued, now)
        meta.put(connection, RESOLVED, inputs)
        told = _told(connection, started, changed=True)
    for bound in found.set_aside:
        log.warning(
            "judgement.set_aside", number=bound.decision.number, pair=[str(bound.pair.left), str(bound.pair.right)]
        )
    log.info("resolved", records=told.records, clusters=told.clusters, compared=found.compared, pairs=told.pairs)
    return told


def is_current(connection: Connection, model: Model) -> bool:
    """Whether the clusters are those of the records, judgements and weights that stand, and none is left out."""
    clustered = {name: count for name, (count, _) in clusters.totals(connection).items()}
    return has_seen_all(connection, model) and clustered == records.accepted_counts(connection)


def has_seen_all(connection: Connection, model: Model) -> bool:
    """Whether the last resolution was given the records, judgements and weights that stand."""
    return meta.get(connection, RESOLVED) == _inputs(connection, model, standing(judgements.every(connection)))


def find(connection: Connection, model: Model, decided: Standing) -> Found:
    """Resolve what is published in this state of the database, as if these were people's decisions."""
    accepted = list(chain.from_iterable(records.accepted(connection, name) for name in COLLECTIONS))
    founded = {record.key: record.founded for record in accepted}
    present = {founding.key: key for key, founding in founded.items()}
    continued = records.continued(connection)
    obeyed = followed(bind(decided, present, continued))
    result = resolve_records(accepted, obeyed.judgements, model)
    found = assemble(result.clusters, founded)
    issued = reissue(clusters.issued(connection), clusters.members(connection), found, founded, continued)
    return Found(
        records=accepted,
        clusters=found,
        edges=result.edges,
        issued=issued,
        set_aside=obeyed.set_aside,
        compared=result.compared,
    )


def at_threshold(model: Model, threshold: float) -> Model:
    """The model under which two records are one when their log-odds are above `threshold`; as it is, above 0."""
    moved = {name: replace(weights, bias=weights.bias - threshold) for name, weights in model.collections.items()}
    return replace(model, collections=moved)


def _inputs(connection: Connection, model: Model, decided: Standing) -> str:
    """A hash of all that resolution depends on."""
    binding = [
        [str(pair.left), str(pair.right), decision.judgement.verdict]
        for pair, decision in sorted(decided.items())
        if decision.judgement.verdict is not Verdict.UNSURE
    ]
    return content_hash(
        {
            "records": {name: records.accepted_digest(connection, name) for name in COLLECTIONS},
            "judgements": binding,
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
