"""Block: which pairs are worth comparing. A join of the keys with themselves, over the rows of one collection.

A block that holds more than MOST_IN_BLOCK records says too little and is dropped; rarer keys find its pairs. In SQL,
over the table that `keys.keys` gives:

    SELECT DISTINCT a.record AS left, b.record AS right
    FROM keys a JOIN keys b ON a.key = b.key AND a.record < b.record
    WHERE a.key IN (SELECT key FROM keys GROUP BY key HAVING count(*) <= MOST_IN_BLOCK)
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hub.resolution.hashing import Hashes
from hub.resolution.keys import Records, keys

MOST_IN_BLOCK = 80
_COUPLES_AT_A_TIME = 1 << 16  # what bounds memory

Couples = NDArray[np.int64]  # left << 32 | right: sorts as pairs do


def candidates(rows: pa.Table) -> pa.Table:
    """The pairs worth comparing: int32 columns `left` < `right`, row numbers of `rows`, in order, each pair once.

    rows: with the columns of `features.SCHEMA` and `weights` of `rarity.add_rarity`.
    """
    records, values = keys(rows)
    return as_table(within(values, records))


def within(values: Hashes, records: Records) -> Couples:
    """Every couple of records inside the blocks that are small enough; keys ascending, each couple once."""
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]])) if len(values) else np.zeros(0, int)
    sizes = np.diff(starts, append=len(values))
    are_several = (sizes > 1) & (sizes <= MOST_IN_BLOCK)
    starts, sizes = starts[are_several], sizes[are_several]
    every, found = np.zeros(0, np.int64), list[Couples]()
    for size in range(2, MOST_IN_BLOCK + 1):
        one, two = (side.astype(np.intp) for side in np.triu_indices(size, k=1))
        blocks = starts[sizes == size]
        for some in np.array_split(blocks, len(blocks) * len(one) // _COUPLES_AT_A_TIME + 1):
            members = records[some[:, None] + np.arange(size)].astype(np.int64)
            a, b = members[:, one].ravel(), members[:, two].ravel()
            found.append(np.minimum(a, b) << 32 | np.maximum(a, b))
            if sum(map(len, found)) > len(every) // 2 + _COUPLES_AT_A_TIME:
                every = _together(every, found)  # most were found before, under other keys
    return _together(every, found)


def _together(every: Couples, more: list[Couples]) -> Couples:
    """Each couple once, in order; `more` is given away."""
    joined = np.concatenate([every, *more])
    more.clear()
    joined.sort()
    return _once(joined)


def distinct(values: Couples) -> Couples:
    """Each value once, in order: by sorting, which is quicker than hashing when most are different."""
    return _once(np.sort(values))


def _once(ordered: Couples) -> Couples:
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def as_table(couples: Couples) -> pa.Table:
    """Couples as `left` and `right`, int32."""
    return pa.table({"left": (couples >> 32).astype(np.int32), "right": (couples & 0xFFFFFFFF).astype(np.int32)})
