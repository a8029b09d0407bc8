"""Base: how common everything is among rows that no single process holds.

    rows, some at a time ─► facts ─► counted by Spark ─► Base ─► the columns of `rarity.add_rarity`, some rows at a time

Only what more than two different values stand behind can weigh, and the words of names are as many as people use: what
is counted is small, and goes to every task.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa

from hub.resolution.columns import Floats
from hub.resolution.hashing import Hashes
from hub.resolution.rarity import SHARED, Numbers, Shares, looked_up, nothing, several, spread_of, with_rarity

WORD = "word"
NAME = "name"
FACTS = pa.schema({"kind": pa.string(), "key": pa.int64(), "value": pa.int64()})
LEAST_TOLD = 2  # different values from which a key may weigh: `rarity.spread_of` of one is 0


def facts(rows: pa.Table) -> pa.Table:
    """What is to be counted, as FACTS: words, the départements of names, the names behind each X of SHARED.

    key, value: hashes as signed integers; no value where none is said.
    """
    numbers = Numbers.of(rows)
    words = pa.nulls(len(numbers.words), pa.int64())
    told = [_facts(NAME, numbers.name, numbers.department)]
    told += [_facts(name, numbers.values[name], numbers.name) for name in SHARED]
    return pa.concat_tables([_table(WORD, signed(numbers.words), words), *told])


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What was counted of all rows.

    different: NAME or an X of SHARED -> its keys that weigh, ascending, and how many different values each has.
    """

    shares: Shares
    different: Mapping[str, tuple[Hashes, Floats]]

    @classmethod
    def of(cls, counts: pa.Table, names: int) -> Self:
        """counts: `kind`, `key`, `rows` and `different` values of each; names: how many rows there are."""
        kinds = np.asarray(counts["kind"].to_pylist(), dtype=object)
        keys = counts["key"].to_numpy().view(np.uint64)
        order = np.argsort(keys)

        def of(kind: str, column: str) -> tuple[Hashes, Floats]:
            at = order[kinds[order] == kind]
            return keys[at], counts[column].to_numpy()[at].astype(np.float64)

        words, rows = of(WORD, "rows")
        shares = Shares(words=words, counts=rows.astype(np.int64), names=names)
        return cls(shares=shares, different={kind: of(kind, "different") for kind in (NAME, *SHARED)})

    def added_to(self, rows: pa.Table) -> pa.Table:
        """Some rows with the columns that `rarity.add_rarity` would give them among all rows."""
        numbers = Numbers.of(rows)
        spread = spread_of(self._different(NAME, numbers.name), numbers.is_branching)
        behind = {name: several(self._different(name, numbers.values[name])) for name in SHARED}
        return with_rarity(rows, self.shares.weights(numbers.words), spread, behind)

    def _different(self, kind: str, wanted: Hashes) -> Floats:
        return looked_up(*self.different[kind], wanted, 1.0)


def signed(hashes: Hashes) -> pa.Array:
    """Hashes as the 64-bit integers that SQL has."""
    return pa.array(hashes.view(np.int64))


def _facts(kind: str, keys: Hashes, values: Hashes) -> pa.Table:
    is_said = keys != nothing()
    told = values[is_said]
    return _table(kind, signed(keys[is_said]), pa.array(told.view(np.int64), mask=told == nothing()))


def _table(kind: str, keys: pa.Array, values: pa.Array) -> pa.Table:
    return pa.table({"kind": pa.repeat(pa.scalar(kind), len(keys)), "key": keys, "value": values}, FACTS)
