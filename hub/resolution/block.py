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
    sizes = np.diff(np.append(starts, len(values)))
    found = [np.zeros(0, np.int64)]
    for size in range(2, MOST_IN_BLOCK + 1):
        blocks = starts[sizes == size]
        if len(blocks):
            one, two = np.triu_indices(size, k=1)
            members = records[blocks[:, None] + np.arange(size)].astype(np.int64)
            a, b = members[:, one].ravel(), members[:, two].ravel()
            found.append(distinct(np.minimum(a, b) << 32 | np.maximum(a, b)))
    every = np.concatenate(found)
    found.clear()  # so that no couple is held three times
    return distinct(every)


def distinct(values: Couples) -> Couples:
    """Each value once, in order: by sorting, which is quicker than hashing when most are different."""
    ordered = np.sort(values)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def as_table(couples: Couples) -> pa.Table:
    """Couples as `left` and `right`, int32."""
    return pa.table({"left": (couples >> 32).astype(np.int32), "right": (couples & 0xFFFFFFFF).astype(np.int32)})
