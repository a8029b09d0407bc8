"""Score: from a batch of pairs to log-odds with their parts.

`score` is the one function that an engine calls: a batch of pairs and the rows they point into go in, one Arrow batch
comes out. A pair is worth the same in any batch, on any engine, whichever side is left: an engine may send a batch of
pairs with the rows they speak of (`left` and `right` counting within the batch's rows), as long as the columns of
`rarity.add_rarity` were made from the whole base (`Numbers.of` a part of the rows, `Shares.changed` with all of their
words, `spread` and `behind` over all rows that hold one name or one value).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa

from hub.resolution.columns import Codes, Columns, Floats
from hub.resolution.compare import measures
from hub.resolution.model import Weights

BIAS = "bias"
_CHUNK = 1 << 14  # pairs scored at a time: what bounds memory


def score(pairs: pa.Table | pa.RecordBatch, rows: pa.Table, weights: Weights) -> pa.RecordBatch:
    """`left`, `right`, `log_odds`, then one float64 column a part that may weigh: its share of the log-odds.

    pairs: integer columns `left` and `right`, row numbers of `rows`.
    rows:  the columns of `features.SCHEMA` and of `rarity.add_rarity`.
    Raises KeyError when the model names a measure that does not exist.
    """
    left, right = (np.asarray(pairs[side], dtype=np.int32) for side in ("left", "right"))
    total, parts = np.full(len(left), weights.bias, dtype=np.float64), {}
    for name, part in _parts(Columns(rows), left, right, weights):
        total += part
        parts[name] = np.round(part, 3)
    said = {name: parts[name] for name in weights.weights}
    columns = {"left": left, "right": right, "log_odds": np.round(total, 3)} | said
    return pa.RecordBatch.from_arrays([pa.array(each) for each in columns.values()], names=list(columns))


def log_odds(columns: Columns, left: Codes, right: Codes, weights: Weights, threads: int = 1) -> Floats:
    """The log-odds alone, of any number of pairs: the same numbers as `score` gives."""

    def chunk(start: int) -> Floats:
        here = slice(start, start + _CHUNK)
        total = np.full(len(left[here]), weights.bias, dtype=np.float64)
        for _, part in _parts(columns, left[here], right[here], weights):
            total += part
        return np.round(total, 3)

    starts = range(0, len(left), _CHUNK)
    first = [chunk(start) for start in starts[:1]]  # reads the columns, before several threads do
    with ThreadPoolExecutor(threads) as pool:
        return np.concatenate([np.zeros(0), *first, *pool.map(chunk, starts[1:])])


def _parts(columns: Columns, left: Codes, right: Codes, weights: Weights) -> Iterator[tuple[str, Floats]]:
    """The measures that may weigh, each times its weight, always in the same order."""
    wanted = weights.weights
    for name, value in measures(columns, left, right):
        if name in wanted:
            yield name, np.asarray(value, dtype=np.float64) * wanted[name]
