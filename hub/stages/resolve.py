"""Resolve: which records speak of one real thing, and under which national identifier each is known.

    what states something else ─► registers revised ─► clusters and edges touched ─► identifiers
         └── nothing, under the same judgements and model ──► nothing to do

Everything is read from one state of the database and written in one transaction, unless another process resolved in
between: then it is done again. `find` is the reading half: what would be written can be looked at first.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from time import perf_counter

import structlog
from sqlalchemy import Connection, Engine

from hub.model.cluster import Cluster
from hub.model.decision import Bound, Standing, bind, standing
from hub.model.issued import IssuedId, reissue
from hub.model.match import Verdict
from hub.resolution import Model, load
from hub.resolution.keeping import write
from hub.stages.decided import Followed, followed
from hub.stages.regrouping import News, Regrouped, news, regrouped
from hub.store import clusters, judgements, meta, moments, publishable
from hub.store.clusters import Placed, StoredEdge
from hub.store.engine import reading
from hub.store.moments import Given, Moment
from hub.store.registers import Stored
from schemas.canonical import content_hash
from schemas.record import COLLECTIONS, RecordKey

log = structlog.get_logger()

RESOLVED = "resolved"
"""What the last resolution was made of."""
RESOLUTION = "resolution"
"""The number of the last resolution."""
_RESOLVING = "resolving"


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

    inputs:    a hash of all that it depends on.
    given:     what had been stated and decided.
    model:     a hash of the weights.
    parts:     what became of each collection that anything became of.
    issued:    the identifiers of the records in the clusters touched, and of those that left; others stay as they are.
    set_aside: judgements that could not be followed, because networks made them contradict others.
    """

    inputs: str
    given: Given
    model: str
    parts: Mapping[str, Regrouped]
    issued: Sequence[IssuedId]
    set_aside: Sequence[Bound]

    @property
    def compared(self) -> int:
        return sum(part.compared for part in self.parts.values())


def resolve(engine: Engine, now: datetime, model: Model | None = None, *, full: bool = False) -> Resolution:
    """Bring the clusters in line with what is published.

    now:  the start of the cycle, when new identifiers are issued.
    full: resolve everything again.
    """
    started = perf_counter()
    model = model or load()
    while True:
        with reading(engine) as connection:
            last = meta.get(connection, RESOLUTION)
            found = find(connection, model, standing(judgements.every(connection)), whole=full)
            if not full and found.inputs == meta.get(connection, RESOLVED):
                return _told(connection, started, changed=False)
        with engine.begin() as connection:
            meta.put(connection, _RESOLVING, "")  # nobody else writes what is resolved until this transaction ends
            if meta.get(connection, RESOLUTION) == last:
                _write(connection, found, int(last or 0) + 1, now)
                told = _told(connection, started, changed=True)
                break
    for bound in found.set_aside:
        log.warning(
            "judgement.set_aside", number=bound.decision.number, pair=[str(bound.pair.left), str(bound.pair.right)]
        )
    log.info("resolved", records=told.records, clusters=told.clusters, compared=found.compared, pairs=told.pairs)
    return told


def is_current(connection: Connection, model: Model) -> bool:
    """Whether the clusters are those of the records, judgements and weights that stand, and none is left out."""
    clustered = {name: count for name, (count, _) in clusters.totals(connection).items()}
    return has_seen_all(connection, model) and clustered == publishable.accepted_counts(connection)


def has_seen_all(connection: Connection, model: Model) -> bool:
    """Whether the last resolution was given the records, judgements and weights that stand."""
    told = [news(connection, name, model.collections[name]) for name in COLLECTIONS]
    return meta.get(connection, RESOLVED) == _inputs(told, model, standing(judgements.every(connection)))


def find(connection: Connection, model: Model, decided: Standing, *, whole: bool = False) -> Found:
    """Resolve what is published in this state of the database, as if these were people's decisions.

    whole: as if nothing had been kept; what is found is the same.
    """
    told = [news(connection, name, model.collections[name], whole=whole) for name in COLLECTIONS]
    inputs = _inputs(told, model, decided)
    continued = publishable.continued(connection)
    obeyed = _obeyed(connection, decided, continued)
    verdicts = {each.pair: each.verdict for each in obeyed.judgements}
    parts = {
        each.collection: part
        for each in told
        if (part := regrouped(connection, each, verdicts, model.collections[each.collection]))
    }
    return Found(
        inputs=inputs,
        given=moments.given(connection),
        model=fingerprint(model),
        parts=parts,
        issued=_reissued(connection, parts.values(), continued),
        set_aside=obeyed.set_aside,
    )


def at_threshold(model: Model, threshold: float) -> Model:
    """The model under which two records are one when their log-odds are above `threshold`; as it is, above 0."""
    moved = {name: replace(weights, bias=weights.bias - threshold) for name, weights in model.collections.items()}
    return replace(model, collections=moved)


def fingerprint(model: Model) -> str:
    """A hash of all weights, the threshold among them."""
    return content_hash(asdict(model))


def _inputs(told: Sequence[News], model: Model, decided: Standing) -> str:
    """A hash of all that resolution depends on."""
    binding = [
        [str(pair.left), str(pair.right), decision.judgement.verdict]
        for pair, decision in sorted(decided.items())
        if decision.judgement.verdict is not Verdict.UNSURE
    ]
    return content_hash(
        {
            "records": {each.collection: each.digest.hex for each in told},
            "erased": {each.collection: each.erased for each in told},
            "judgements": binding,
            "model": fingerprint(model),
        }
    )


def _obeyed(connection: Connection, decided: Standing, continued: Mapping[RecordKey, RecordKey]) -> Followed:
    judged = {key for pair in decided for key in (pair.left, pair.right)}
    heirs = {continued[key] for key in judged & continued.keys()}
    present = publishable.founders(connection, judged)
    present |= {each.founded.key: key for key, each in publishable.stated(connection, heirs).items()}
    return followed(bind(decided, present, continued))


def _reissued(
    connection: Connection, parts: Collection[Regrouped], continued: Mapping[RecordKey, RecordKey]
) -> list[IssuedId]:
    """The identifiers that what was found can concern, and where they lead now.

    What was not touched leads where it led: the identifiers of its records, and those that lead there because their
    own records left, unless a network names a successor for one.
    """
    grouped = [cluster for part in parts for cluster in part.clusters]
    touched = {at.national_id for part in parts for at in part.before.values()}
    left = [
        each
        for each in clusters.left(connection)
        if each.founder in continued or (each.leads_to or each.national_id) in touched
    ]
    earlier = clusters.members(connection, {each.leads_to or each.national_id for each in left})
    here = {member for cluster in grouped for member in cluster.members}
    heirs = {continued[each.founder] for each in left if each.founder in continued} - here
    asked = {at.national_id for at in clusters.placed(connection, heirs).values()} | earlier.keys()
    beside = [
        Cluster(national_id=name, collection=members[0].collection, members=tuple(members))
        for name, members in clusters.members(connection, asked - touched).items()
    ]
    stated = {key: each for part in parts for key, each in part.stated.items()}
    stated |= publishable.stated(connection, {member for cluster in beside for member in cluster.members})
    founded = {key: each.founded for key, each in stated.items()}
    return reissue(left, earlier, [*grouped, *beside], founded, continued)


def _write(connection: Connection, found: Found, number: int, now: datetime) -> None:
    """Write what was found, as the resolution of this number."""
    for collection, part in found.parts.items():
        homes = part.homes
        moved = {key for key in homes.keys() | part.before.keys() if homes.get(key) != part.before.get(key)}
        touched = {at.national_id for each in (homes, part.before) for key in moved if (at := each.get(key))}
        clusters.place(connection, {key: at for key, at in homes.items() if at.national_id in touched}, number)
        clusters.remove(connection, part.before.keys() - homes.keys())
        clusters.mention(connection, part.mentions)
        _write_edges(connection, part)
        write(Stored(connection, collection), part.kept, part.model)
    clusters.touch_mentioning(connection, resettled(found.parts), number)
    clusters.save_issued(connection, found.issued, now)
    meta.put(connection, RESOLVED, found.inputs)
    meta.put(connection, RESOLUTION, str(number))
    moments.add(connection, Moment(at=now, given=found.given, resolved_with=found.model))


def resettled(parts: Mapping[str, Regrouped]) -> set[RecordKey]:
    """The actors whose records are known under another identifier than before, under one at last, or no more."""
    if "actor" not in parts:
        return set()
    now, before = parts["actor"].homes, parts["actor"].before
    return {key for key in now.keys() | before.keys() if _home(now, key) != _home(before, key)}


def _home(homes: Mapping[RecordKey, Placed], key: RecordKey) -> str | None:
    at = homes.get(key)
    return at.national_id if at else None


def _write_edges(connection: Connection, part: Regrouped) -> None:
    wanted = {
        edge.pair: StoredEdge(pair=edge.pair, log_odds=edge.log_odds, parts=tuple(map(asdict, edge.parts)))
        for edge in part.edges
    }
    stored = clusters.edges_of(connection, part.before.keys())
    clusters.change_edges(
        connection,
        stored.keys() - wanted.keys(),
        [edge for pair, edge in wanted.items() if stored.get(pair) != edge],
    )


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
