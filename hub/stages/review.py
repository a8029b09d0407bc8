"""Review: people decide about pairs of records, and take it back; the queue says where it matters most.

doubts ──► less what was decided on what stands today ──► queue, the greatest expected effect first
same, different, unsure ──► judgements (append only) ──► the next resolution follows them
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Engine

from hub.doubts import LEAST_PROBABILITY, probability
from hub.model.decision import Bound, Decision, bind, standing
from hub.model.match import Pair
from hub.model.standing import Standing
from hub.resolution import Model
from hub.resolution.features import features
from hub.stages.comparison import Comparison
from hub.stages.doubting import doubt
from hub.stages.judging import founder, published
from hub.store import clusters, doubts, judgements, publishable, records, statements
from hub.store.clusters import StoredEdge
from hub.store.doubts import Doubt
from hub.store.engine import reading
from schemas import registry
from schemas.canonical import JSON
from schemas.errors import NotFound
from schemas.record import RecordKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One compared property of a record that says something else than when its pair was judged."""

    record: RecordKey
    property: str
    before: object
    now: object

    def as_json(self) -> JSON:
        return {"record": str(self.record), "property": self.property, "before": self.before, "now": self.now}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A pair that waits for a person.

    decided: what a person said of it earlier; asked again because of `changes`.
    """

    doubt: Doubt
    names: tuple[str, str]
    decided: Decision | None
    changes: tuple[Change, ...]

    @property
    def probability(self) -> float:
        """That the present decision is wrong, if the log-odds are right."""
        return probability(self.doubt.link, joined=self.doubt.joined)

    @property
    def expected(self) -> float:
        """Expected effect: how likely the decision is wrong, times what hangs on it."""
        return self.probability * (1 + self.doubt.moved + self.doubt.networks)

    def as_json(self) -> JSON:
        doubt = self.doubt
        return {
            "left": str(doubt.pair.left),
            "right": str(doubt.pair.right),
            "left_name": self.names[0],
            "right_name": self.names[1],
            "joined": doubt.joined,
            "log_odds": doubt.log_odds,
            "link": doubt.link,
            "probability": round(self.probability, 4),
            "effect": {"ids": 1, "records": doubt.moved, "networks": doubt.networks},
            "expected": round(self.expected, 4),
            "parts": list(doubt.parts),
            "decided": self.decided.as_json() if self.decided else None,
            "changes": [each.as_json() for each in self.changes],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A record of a pair. payload: its public part. national_id: of its cluster, None before it is resolved."""

    key: RecordKey
    payload: JSON
    national_id: str | None

    def as_json(self) -> JSON:
        return {"key": str(self.key), "national_id": self.national_id, "record": self.payload}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """Two records side by side.

    parts:   name, weight and text_fr of each reason for or against; they add up to log_odds.
    history: every decision on this pair, the undone ones too, the oldest first.
    changes: since the one that stands.
    """

    left: Side
    right: Side
    log_odds: float
    parts: tuple[JSON, ...]
    history: tuple[Decision, ...]
    changes: tuple[Change, ...]

    @property
    def joined(self) -> bool:
        return self.left.national_id is not None and self.left.national_id == self.right.national_id

    def as_json(self) -> JSON:
        return {
            "left": self.left.as_json(),
            "right": self.right.as_json(),
            "joined": self.joined,
            "log_odds": self.log_odds,
            "parts": list(self.parts),
            "history": [each.as_json() for each in self.history],
            "changes": [each.as_json() for each in self.changes],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Why the records of one cluster stand together.

    members: the oldest first, with their names.
    edges:   the compared pairs among them, each with the parts of its score.
    decided: what people said of pairs among them, and stands.
    """

    national_id: str
    members: tuple[tuple[RecordKey, str], ...]
    edges: tuple[StoredEdge, ...]
    decided: tuple[Decision, ...]

    def as_json(self) -> JSON:
        return {
            "national_id": self.national_id,
            "members": [{"key": str(key), "name": name} for key, name in self.members],
            "edges": [
                {
                    "left": str(edge.pair.left),
                    "right": str(edge.pair.right),
                    "log_odds": edge.log_odds,
                    "parts": list(edge.parts),
                }
                for edge in self.edges
            ],
            "decided": [each.as_json() for each in self.decided],
        }


def queue(engine: Engine, model: Model, collection: str | None = None, limit: int | None = None) -> list[Question]:
    """What waits for a person, the greatest expected effect first.

    model: the one that the clusters were made with.
    """
    doubt(engine, model)
    with reading(engine) as connection:
        bound = _bound(connection)
        changes = _changes(connection, bound.values())
        waiting = [
            Question(
                doubt=each,
                names=("", ""),
                decided=bound[each.pair].decision if each.pair in bound else None,
                changes=changes.get(each.pair, ()),
            )
            for each in doubts.every(connection, collection)
            if each.pair not in bound or each.pair in changes
        ]
        likely = [each for each in waiting if each.changes or each.probability >= LEAST_PROBABILITY]
        first = sorted(likely, key=lambda each: (-each.expected, each.doubt.pair))[:limit]
        name = _names(connection, [key for each in first for key in (each.doubt.pair.left, each.doubt.pair.right)])
        return [replace(each, names=(name(each.doubt.pair.left), name(each.doubt.pair.right))) for each in first]


def compare(engine: Engine, model: Model, pair: Pair) -> Comparing:
    """Two records side by side, whether resolution compared them or not. Raises NotFound."""
    with reading(engine) as connection:
        left, right = published(connection, pair)
        founders = Pair.of(founder(left), founder(right))
        log_odds, parts = _explained(connection, model, pair)
        payloads = _payloads(connection, (left, right))
        bound = _bound(connection)
        history = tuple(each for each in judgements.every(connection) if each.judgement.pair == founders)
        sides = [
            Side(
                key=each.key,
                payload=registry.public(registry.LATEST[each.key.collection], payloads[each.key]),
                national_id=clusters.home_of(connection, each.key),
            )
            for each in (left, right)
        ]
        changes = _changes(connection, [bound[pair]] if pair in bound else []).get(pair, ())
    return Comparing(left=sides[0], right=sides[1], log_odds=log_odds, parts=parts, history=history, changes=changes)


def explain(engine: Engine, national_id: str) -> Explained:
    """Why the records of a cluster stand together. national_id: live. Raises NotFound."""
    with reading(engine) as connection:
        members = clusters.members_of(connection, national_id)
        if not members:
            raise NotFound(f"no cluster is known by {national_id!r}")
        name = _names(connection, members)
        bound = _bound(connection)
        return Explained(
            national_id=national_id,
            members=tuple((key, name(key)) for key in members),
            edges=tuple(clusters.edges_among(connection, members)),
            decided=tuple(each.decision for pair, each in bound.items() if {pair.left, pair.right} <= set(members)),
        )


def differences(collection: str, before: JSON, now: JSON) -> Iterator[tuple[str, object, object]]:
    """(property, before, now) of each property that resolution reads otherwise than before."""
    old = features(collection, before)
    if features(collection, now) != old:
        for name in sorted(before.keys() | now.keys()):
            if before.get(name) != now.get(name) and features(collection, before | {name: now.get(name)}) != old:
                yield name, before.get(name), now.get(name)


def _explained(connection: Connection, model: Model, pair: Pair) -> tuple[float, tuple[JSON, ...]]:
    known = clusters.edge_of(connection, pair)
    if known is not None:
        return known.log_odds, known.parts
    collection = pair.left.collection
    everyone = list(publishable.accepted(connection, collection))
    compared = Comparison(records=everyone, weights=model.collections[collection])
    [edge] = compared.edges([(compared.places[pair.left], compared.places[pair.right])])
    return edge.log_odds, tuple(
        {"name": each.name, "weight": each.weight, "text_fr": each.text_fr} for each in edge.parts
    )


def _bound(connection: Connection) -> Mapping[Pair, Bound]:
    decided = standing(judgements.every(connection))
    here = bind(decided, publishable.founders(connection), publishable.continued(connection)) if decided else []
    return {each.pair: each for each in here}


def _changes(connection: Connection, bound: Iterable[Bound]) -> dict[Pair, tuple[Change, ...]]:
    """The judged pairs of which a record says something relevant that its judge did not see."""
    judged = [(each.pair, key, seen) for each in bound for key, seen in _seen(each)]
    stands = records.standings(connection, {key for _, key, _ in judged})
    news = [(pair, key, seen, stands[key].accepted) for pair, key, seen in judged if stands[key].accepted != seen]
    payloads = statements.payloads(connection, (number for _, _, *both in news for number in both if number))
    found: dict[Pair, tuple[Change, ...]] = {}
    for pair, key, seen, now in news:
        told = differences(key.collection, payloads.get(seen, {}), payloads[now] if now else {})
        changes = tuple(Change(record=key, property=name, before=old, now=new) for name, old, new in told)
        if changes:
            found[pair] = found.get(pair, ()) + changes
    return found


def _seen(bound: Bound) -> Iterator[tuple[RecordKey, int]]:
    """The records of a pair of which it is known what their judge saw."""
    for key, seen in zip((bound.pair.left, bound.pair.right), bound.seen, strict=True):
        if seen is not None:
            yield key, seen


def _payloads(connection: Connection, stands: Sequence[Standing]) -> dict[RecordKey, JSON]:
    payloads = statements.payloads(connection, [each.accepted for each in stands if each.accepted is not None])
    return {each.key: payloads.get(each.accepted or 0, {}) for each in stands}


def _names(connection: Connection, keys: Sequence[RecordKey]) -> Callable[[RecordKey], str]:
    payloads = _payloads(connection, list(records.standings(connection, set(keys)).values()))
    return lambda key: str(payloads[key].get("name") or payloads[key].get("title") or "")
