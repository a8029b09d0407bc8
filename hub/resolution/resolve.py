"""Resolve: the whole of resolution over records of any collections, in one call, or night by night.

records ─► features ─► register (rarity, candidates, score, cluster) ─► clusters and their edges, told in French
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hub.model.match import Judgement, Pair, Verdict
from hub.model.record import Accepted
from hub.resolution.block import Couples
from hub.resolution.cluster import Contradiction
from hub.resolution.columns import Ints
from hub.resolution.components import couples_of, ends
from hub.resolution.explain import in_french
from hub.resolution.features import Row, features, table
from hub.resolution.model import Model, Weights, load
from hub.resolution.register import Register, clusters, inside, places, revise, scored
from hub.resolution.score import BIAS, score
from schemas.canonical import JSON
from schemas.record import RecordKey

_BETWEEN = "\n"  # before any letter of a source, so that ids sort as keys do; and in no id of a feed's


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One reason for or against: a measure, what it weighs in log-odds, and the same in French."""

    name: str
    weight: float
    text_fr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Two records that were compared and stand in one cluster. The parts add up to the log-odds."""

    pair: Pair
    log_odds: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What resolution found.

    clusters: every record in exactly one, in order of their smallest key.
    edges:    the compared pairs inside clusters, in order of their keys.
    compared: how many pairs were compared.
    """

    clusters: list[frozenset[RecordKey]]
    edges: list[Edge]
    compared: int


def resolve_records(
    records: Iterable[Accepted], judgements: Iterable[Judgement] = (), model: Model | None = None
) -> Result:
    """Group the records that speak of one real thing. The order of the arguments changes nothing.

    records:    each key once; collections never mix.
    judgements: the newest of a pair binds; those on records that are not here wait.
    Raises Contradiction when judgements contradict one another.
    """
    model = model or load()
    by_collection: dict[str, list[tuple[RecordKey, JSON]]] = defaultdict(list)
    for record in records:
        by_collection[record.key.collection].append((record.key, record.payload))
    verdicts = standing(judgements)
    found = [
        _resolve(name, sorted(stated, key=lambda each: each[0]), verdicts, model.collections[name])
        for name, stated in sorted(by_collection.items())
    ]
    return Result(
        clusters=[each for one in found for each in one.clusters],
        edges=[each for one in found for each in one.edges],
        compared=sum(one.compared for one in found),
    )


def standing(judgements: Iterable[Judgement]) -> Mapping[Pair, Verdict]:
    """What the newest judgement of each pair says."""
    in_order = sorted(judgements, key=lambda each: (each.at, each.author, each.verdict))
    return {each.pair: each.verdict for each in in_order}


def night(
    register: Register,
    collection: str,
    stated: Iterable[tuple[RecordKey, JSON]],
    gone: Collection[RecordKey],
    verdicts: Mapping[Pair, Verdict],
    weights: Weights,
) -> Register:
    """The register of one collection after a night.

    stated:   the records that are new or changed, each once, with their payloads.
    gone:     those that are no longer there.
    verdicts: all that stand; those on other collections or on records that are not there wait.
    Raises Contradiction when verdicts contradict one another.
    """
    keys: list[RecordKey] = []

    def rows() -> Iterator[Row]:
        for key, payload in stated:
            keys.append(key)
            yield features(collection, payload)

    made = table(rows())
    known = places(register, [_id_of(key) for key in (*keys, *gone)])
    left = np.sort(known[known >= 0])
    new = {key: len(register) + at for at, key in enumerate(keys)}
    same, different = _judged(register, collection, new, left, verdicts)
    ids = pa.array(map(_id_of, keys), pa.string())
    try:
        return revise(register, ids, made, left, weights, same=same, different=different)
    except Contradiction as found:
        everyone = [*register.ids.to_pylist(), *ids.to_pylist()]
        raise Contradiction([key_of(collection, everyone[place]) for place in found.chain]) from None


def members(register: Register, collection: str, groups: Iterable[Ints]) -> list[frozenset[RecordKey]]:
    """The records of each group of places."""
    return [frozenset(keys_at(register, collection, group)) for group in groups]


def keys_at(register: Register, collection: str, wanted: Ints) -> list[RecordKey]:
    """The records at some places, in that order."""
    return [key_of(collection, text) for text in register.ids.take(pa.array(wanted)).to_pylist()]


def edges(register: Register, collection: str, groups: Iterable[Ints], weights: Weights) -> list[Edge]:
    """Why the records of these clusters stand together, in order of the pairs' keys."""
    couples = inside(register, groups)
    if not len(couples):
        return []
    pairs, rows = scored(register, couples)
    keys = [keys_at(register, collection, end) for end in ends(couples)]
    sides = [zip(key, pairs[name].to_pylist(), strict=True) for key, name in zip(keys, ("left", "right"), strict=True)]
    told = rows.to_pylist()
    found = []
    for one, other, line in zip(*sides, score(pairs, rows, weights).to_pylist(), strict=True):
        (left, at_left), (right, at_right) = sorted((one, other))
        reasons = parts(line, told[at_left], told[at_right], weights)
        found.append(Edge(pair=Pair(left, right), log_odds=line["log_odds"], parts=reasons))
    return sorted(found, key=lambda each: each.pair)


def key_of(collection: str, text: str) -> RecordKey:
    """The record of an id of the register."""
    source, _, local_id = text.partition(_BETWEEN)
    return RecordKey(collection, source, local_id)


def _id_of(key: RecordKey) -> str:
    return f"{key.source}{_BETWEEN}{key.local_id}"


def _resolve(
    collection: str, stated: Sequence[tuple[RecordKey, JSON]], verdicts: Mapping[Pair, Verdict], weights: Weights
) -> Result:
    """Resolve the records of one collection, given in the order of their keys."""
    register = night(Register.empty(), collection, stated, (), verdicts, weights)
    groups = clusters(register)
    return Result(
        clusters=members(register, collection, groups),
        edges=edges(register, collection, groups, weights),
        compared=register.compared,
    )


def _judged(
    register: Register,
    collection: str,
    new: Mapping[RecordKey, int],
    left: Ints,
    verdicts: Mapping[Pair, Verdict],
) -> tuple[Couples, Couples]:
    """The couples of places that are judged the same, and those judged different. new: places of tonight's records."""
    here = {pair: verdict for pair, verdict in verdicts.items() if pair.left.collection == collection}
    asked = sorted({key for pair in here for key in (pair.left, pair.right)} - new.keys())
    found = places(register, list(map(_id_of, asked)))
    place = dict(new) | dict(zip(asked, np.where(np.isin(found, left), -1, found).tolist(), strict=True))

    def couples(wanted: Verdict) -> Couples:
        said = [(place[pair.left], place[pair.right]) for pair, verdict in here.items() if verdict is wanted]
        return couples_of(*np.array([each for each in said if min(each) >= 0], dtype=np.int64).reshape(-1, 2).T)

    return couples(Verdict.SAME), couples(Verdict.DIFFERENT)


def parts(line: Mapping[str, float], left: Row, right: Row, weights: Weights) -> tuple[Part, ...]:
    """The reasons of one line of `score.score`, the weightiest first."""
    said = {BIAS: weights.bias} | {name: line[name] for name in weights.weights if line[name]}
    found = [
        Part(name=name, weight=weight, text_fr=in_french(name, weight, left, right)) for name, weight in said.items()
    ]
    return tuple(sorted(found, key=lambda part: (-abs(part.weight), part.name)))
