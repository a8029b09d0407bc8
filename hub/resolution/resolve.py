"""Resolve: the whole of resolution over the records of any collections, in one call.

records ─► features ─► register (rarity, candidates, score, cluster) ─► clusters and their edges, told in French
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hub.model.match import Judgement, Pair, Verdict
from hub.model.record import Accepted
from hub.resolution.block import Couples
from hub.resolution.cluster import Contradiction, Couple
from hub.resolution.components import couples_of, ends
from hub.resolution.explain import in_french
from hub.resolution.features import Row, features, table
from hub.resolution.model import Model, Weights, load
from hub.resolution.register import Register, clusters, inside_clusters, revise, scored
from hub.resolution.score import BIAS, score
from schemas.record import RecordKey


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
    by_collection: dict[str, list[Accepted]] = defaultdict(list)
    for record in records:
        by_collection[record.key.collection].append(record)
    verdicts = _standing(judgements)
    found = [
        _resolve(sorted(of_one, key=lambda each: each.key), verdicts, model.collections[name])
        for name, of_one in sorted(by_collection.items())
    ]
    return Result(
        clusters=[each for one in found for each in one.clusters],
        edges=[each for one in found for each in one.edges],
        compared=sum(one.compared for one in found),
    )


def _standing(judgements: Iterable[Judgement]) -> Mapping[Pair, Verdict]:
    in_order = sorted(judgements, key=lambda each: (each.at, each.author, each.verdict))
    return {each.pair: each.verdict for each in in_order}


def _resolve(records: Sequence[Accepted], verdicts: Mapping[Pair, Verdict], weights: Weights) -> Result:
    """Resolve the records of one collection, given in the order of their keys."""
    keys = [record.key for record in records]
    couples = _numbered(keys, verdicts)
    try:
        register = revise(
            Register.empty(),
            [f"{number:010}" for number in range(len(keys))],
            table(features(record.key.collection, record.payload) for record in records),
            np.zeros(0, np.int64),
            weights,
            same=_couples(couples[Verdict.SAME]),
            different=_couples(couples[Verdict.DIFFERENT]),
        )
    except Contradiction as contradiction:
        raise Contradiction([keys[number] for number in contradiction.chain]) from None
    return Result(
        clusters=[frozenset(keys[number] for number in group) for group in clusters(register)],
        edges=_edges(register, keys, weights),
        compared=register.compared,
    )


def _couples(judged: Sequence[Couple]) -> Couples:
    return couples_of(*np.array(judged, dtype=np.int64).reshape(-1, 2).T)


def _numbered(keys: Sequence[RecordKey], verdicts: Mapping[Pair, Verdict]) -> Mapping[Verdict, list[Couple]]:
    numbers = {key: number for number, key in enumerate(keys)}
    found: dict[Verdict, list[Couple]] = {verdict: [] for verdict in Verdict}
    for pair, verdict in verdicts.items():
        if pair.left in numbers and pair.right in numbers:
            found[verdict].append((numbers[pair.left], numbers[pair.right]))
    return found


def _edges(register: Register, keys: Sequence[RecordKey], weights: Weights) -> list[Edge]:
    couples = inside_clusters(register)
    if not len(couples):
        return []
    pairs, rows = scored(register, couples)
    names = [(keys[left], keys[right]) for left, right in zip(*map(np.ndarray.tolist, ends(couples)), strict=True)]
    told = rows.to_pylist()
    lines = score(pairs, rows, weights).to_pylist()
    return [
        Edge(
            pair=Pair.of(*pair),
            log_odds=line["log_odds"],
            parts=parts(line, told[line["left"]], told[line["right"]], weights),
        )
        for pair, line in zip(names, lines, strict=True)
    ]


def parts(line: Mapping[str, float], left: Row, right: Row, weights: Weights) -> tuple[Part, ...]:
    """The reasons of one line of `score.score`, the weightiest first."""
    said = {BIAS: weights.bias} | {name: line[name] for name in weights.weights if line[name]}
    found = [
        Part(name=name, weight=weight, text_fr=in_french(name, weight, left, right)) for name, weight in said.items()
    ]
    return tuple(sorted(found, key=lambda part: (-abs(part.weight), part.name)))
