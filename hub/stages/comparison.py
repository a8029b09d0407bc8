"""Comparison: all published records of one collection, ready to be compared with one another.

How rare a name or a contact is depends on all of them, so that even two records are compared among the whole.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import pyarrow as pa

from hub.model.match import Pair
from hub.model.record import Accepted
from hub.resolution import Edge, Part
from hub.resolution.block import candidates
from hub.resolution.explain import in_french
from hub.resolution.features import Row, features, table
from hub.resolution.model import Weights
from hub.resolution.rarity import add_rarity
from hub.resolution.score import BIAS, score
from schemas.record import RecordKey

MOST_IN_GROUP = 60  # beyond, the pairs that blocking proposes are enough to doubt by


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """records: of one collection, in the order of their keys. Pairs are told by places in it, left < right."""

    records: Sequence[Accepted]
    weights: Weights

    @cached_property
    def places(self) -> dict[RecordKey, int]:
        return {record.key: place for place, record in enumerate(self.records)}

    def worth_comparing(self, groups: Iterable[Collection[int]]) -> list[tuple[int, int, float]]:
        """Every pair that blocking proposes, and all pairs inside groups of usual size, each with its log-odds."""
        proposed = candidates(self._weighed)
        couples = set(zip(proposed["left"].to_pylist(), proposed["right"].to_pylist(), strict=True))
        for group in groups:
            if len(group) <= MOST_IN_GROUP:
                couples |= set(combinations(sorted(group), 2))
        scored = self._scored(sorted(couples))
        columns = (scored[name].to_pylist() for name in ("left", "right", "log_odds"))
        return list(zip(*columns, strict=True))

    def edges(self, pairs: Iterable[tuple[int, int]]) -> list[Edge]:
        """Any pairs, each with the parts of its score in words, the weightiest first; in the order given."""
        return [self._edge(line) for line in self._scored(list(pairs)).to_pylist()]

    def _scored(self, pairs: Sequence[tuple[int, int]]) -> pa.RecordBatch:
        sides = [[pair[side] for pair in pairs] for side in (0, 1)]
        couples = pa.table({"left": pa.array(sides[0], pa.int64()), "right": pa.array(sides[1], pa.int64())})
        return score(couples, self._weighed, self.weights)

    @cached_property
    def _rows(self) -> list[Row]:
        return [features(record.key.collection, record.payload) for record in self.records]

    @cached_property
    def _weighed(self) -> pa.Table:
        return add_rarity(table(self._rows))

    def _edge(self, line: dict[str, float]) -> Edge:
        left, right = int(line["left"]), int(line["right"])
        weighing = {BIAS: self.weights.bias} | {name: line[name] for name in self.weights.weights if line[name]}
        parts = [
            Part(name=name, weight=weight, text_fr=in_french(name, weight, self._rows[left], self._rows[right]))
            for name, weight in weighing.items()
        ]
        return Edge(
            pair=Pair.of(self.records[left].key, self.records[right].key),
            log_odds=line["log_odds"],
            parts=tuple(sorted(parts, key=lambda part: (-abs(part.weight), part.name))),
        )
