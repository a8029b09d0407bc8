"""Doubting: which decisions of the last resolution a person should look at first. Done when somebody asks.

clusters + records ──► scored pairs ──► doubts ──► the queue
     └── the same as last time ──► nothing to do
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import asdict

from sqlalchemy import Connection, Engine

from hub.doubts import Doubt, doubt_about, doubts
from hub.model.decision import bind, standing
from hub.model.match import Pair
from hub.resolution import Model
from hub.resolution.model import Weights
from hub.stages.comparison import Comparison
from hub.stages.resolve import RESOLVED
from hub.store import clusters, judgements, meta, publishable
from hub.store import doubts as stored
from hub.store.engine import reading
from schemas.record import COLLECTIONS

_DOUBTED = "doubted"


def doubt(engine: Engine, model: Model) -> None:
    """Bring the doubts in line with the clusters. model: the one that made the clusters."""
    with reading(engine) as connection:
        resolved = meta.get(connection, RESOLVED)
        if resolved is None or meta.get(connection, _DOUBTED) == resolved:
            return
        judged = _judged(connection)
        found = [each for name in COLLECTIONS for each in _of_one(connection, name, judged, model.collections[name])]
    with engine.begin() as connection:
        stored.replace(connection, found)
        meta.put(connection, _DOUBTED, resolved)


def _judged(connection: Connection) -> frozenset[Pair]:
    decided = standing(judgements.every(connection))
    return frozenset(
        bound.pair for bound in bind(decided, publishable.founders(connection), publishable.continued(connection))
    )


def _of_one(
    connection: Connection, collection: str, judged: frozenset[Pair], weights: Weights
) -> Iterator[stored.Doubt]:
    """The doubts of one collection, and every judged pair of it, which may have to be looked at again."""
    homes = clusters.homes(connection, collection)
    known = [record for record in publishable.accepted(connection, collection) if record.key in homes]
    if not known:
        return
    compared = Comparison(records=known, weights=weights)
    numbers = {name: number for number, name in enumerate(sorted(set(homes.values())))}
    home = [numbers[homes[record.key]] for record in known]
    asked = {
        (compared.places[pair.left], compared.places[pair.right])
        for pair in judged
        if pair.left in compared.places and pair.right in compared.places
    }
    members: dict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(home):
        members[number].append(place)
    scored = compared.worth_comparing(members.values())
    found = [each for each in doubts(home, scored, weights.unscored) if not _is_answered(each, asked)]
    rest = sorted(asked - {(each.left, each.right) for each in found})
    edges = compared.edges([(each.left, each.right) for each in found] + rest)
    found += [doubt_about(home, *pair, edge.log_odds) for pair, edge in zip(rest, edges[len(found) :], strict=True)]
    in_order = sorted(range(len(known)), key=lambda number: known[number].founded)
    age = [place for _, place in sorted((number, place) for place, number in enumerate(in_order))]
    for each, edge in zip(found, edges, strict=True):
        yield stored.Doubt(
            pair=edge.pair,
            joined=each.joined,
            log_odds=edge.log_odds,
            link=each.link,
            moved=each.moved(age),
            networks=len({known[number].key.source for side in each.sides for number in side}),
            parts=tuple(asdict(part) for part in edge.parts),
        )


def _is_answered(each: Doubt, asked: Collection[tuple[int, int]]) -> bool:
    """Whether a person was asked about these two sides already, at another pair."""
    one, two = each.sides
    others = ((left, right) for left, right in asked if (left, right) != (each.left, each.right))
    return any((left in one and right in two) or (left in two and right in one) for left, right in others)
