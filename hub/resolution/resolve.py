"""Resolve: the whole of resolution over the records of any collections, in one call.

records ─► features ─► rarity ─► candidates ─► score ─► cluster
                                      ▲            │
                                      └─ complete ─┘   pairs that a group of lookalikes leaves uncompared
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hub.model.match import Judgement, Pair, Verdict
from hub.model.record import Accepted
from hub.resolution.block import candidates
from hub.resolution.cluster import Contradiction, Couple, Scored, cluster
from hub.resolution.complete import missing_pairs
from hub.resolution.explain import in_french
from hub.resolution.features import Row, features, table
from hub.resolution.model import Model, Weights, load
from hub.resolution.rarity import add_rarity
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
    rows = [features(record.key.collection, record.payload) for record in records]
    scored = score_all(rows, weights)
    couples = _numbered(keys, verdicts)
    try:
        groups = cluster(
            len(keys),
            _triples(scored),
            same=couples[Verdict.SAME],
            different=couples[Verdict.DIFFERENT],
            unscored=weights.unscored,
        )
    except Contradiction as contradiction:
        raise Contradiction([keys[number] for number in contradiction.chain]) from None
    return Result(
        clusters=[frozenset(keys[number] for number in group) for group in groups],
        edges=_edges(scored, groups, keys, rows, weights),
        compared=len(scored),
    )


def score_all(rows: Sequence[Row], weights: Weights) -> pa.Table:
    """Every pair of rows worth comparing, scored as `score.score` says: candidates first, then what they leave open."""
    weighed = add_rarity(table(rows))
    first = score(candidates(weighed), weighed, weights)
    rest = missing_pairs(len(rows), _triples(pa.table(first)))
    return pa.Table.from_batches([first, score(rest, weighed, weights)])


def _triples(scored: pa.Table) -> list[Scored]:
    columns = (scored[name].to_pylist() for name in ("left", "right", "log_odds"))
    return list(zip(*columns, strict=True))


def _numbered(keys: Sequence[RecordKey], verdicts: Mapping[Pair, Verdict]) -> Mapping[Verdict, list[Couple]]:
    numbers = {key: number for number, key in enumerate(keys)}
    found: dict[Verdict, list[Couple]] = {verdict: [] for verdict in Verdict}
    for pair, verdict in verdicts.items():
        if pair.left in numbers and pair.right in numbers:
            found[verdict].append((numbers[pair.left], numbers[pair.right]))
    return found


def _edges(
    scored: pa.Table, groups: list[list[int]], keys: Sequence[RecordKey], rows: Sequence[Row], weights: Weights
) -> list[Edge]:
    home = np.zeros(len(keys), dtype=np.int64)
    for number, group in enumerate(groups):
        home[group] = number
    left, right = (np.asarray(scored[side], dtype=np.int64) for side in ("left", "right"))
    inside = scored.filter(pa.array(home[left] == home[right]))
    return sorted((_edge(line, keys, rows, weights) for line in inside.to_pylist()), key=lambda edge: edge.pair)


def _edge(line: Mapping[str, float], keys: Sequence[RecordKey], rows: Sequence[Row], weights: Weights) -> Edge:
    left, right = int(line["left"]), int(line["right"])
    said = {BIAS: weights.bias} | {name: line[name] for name in weights.weights if line[name]}
    parts = [
        Part(name=name, weight=weight, text_fr=in_french(name, weight, rows[left], rows[right]))
        for name, weight in said.items()
    ]
    return Edge(
        pair=Pair.of(keys[left], keys[right]),
        log_odds=line["log_odds"],
        parts=tuple(sorted(parts, key=lambda part: (-abs(part.weight), part.name))),
    )
