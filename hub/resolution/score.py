"""Score: from a batch of pairs to log-odds with their parts.

`score` is the one function that an engine calls: a batch of pairs and the rows they point into go in, one Arrow batch
comes out. A pair is worth the same in any batch, on any engine, whichever side is left: an engine may send a batch of
pairs with the rows they speak of (`left` and `right` counting within the batch's rows), as long as the columns of
`rarity.add_rarity` were made from the whole base (`Numbers.of` a part of the rows, `Shares.changed` with all of their
words, `spread` and `behind` over all rows that hold one name or one value).
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hub.resolution.columns import Bools, Codes, Columns, Floats, Ints
from hub.resolution.compare import facts, measures
from hub.resolution.compare_names import MOST, compare_names, same_town
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
    sides = left.astype(np.intp), right.astype(np.intp)
    total, parts = np.full(len(left), weights.bias, dtype=np.float64), {}
    for name, part in _weighed(measures(Columns(rows), *sides), weights):
        total += part
        parts[name] = np.round(part, 3)
    said = {name: parts[name] for name in weights.weights}
    columns = {"left": left, "right": right, "log_odds": np.round(total, 3)} | said
    return pa.RecordBatch.from_arrays([pa.array(each) for each in columns.values()], names=list(columns))


def log_odds(columns: Columns, left: Codes, right: Codes, weights: Weights, threads: int = 1) -> Floats:
    """The log-odds alone, of any number of pairs: the same numbers as `score` gives."""

    def chunk(one: Ints, two: Ints) -> Floats:
        total = np.full(len(one), weights.bias, dtype=np.float64)
        _add(total, measures(columns, one, two), weights)
        return np.round(total, 3)

    return np.concatenate([np.zeros(0), *_by_chunk(chunk, left, right, threads)])


def likely(columns: Columns, left: Codes, right: Codes, weights: Weights, threads: int = 1) -> Bools:
    """Whether the log-odds of pairs are positive. Names are compared only where they can still decide."""
    most = sum(max(weights.weights.get(name, 0.0), 0.0) * most for name, most in MOST.items())

    def chunk(one: Ints, two: Ints) -> Bools:
        total = np.full(len(one), weights.bias, dtype=np.float64)
        here = same_town(columns, one, two)
        _add(total, facts(columns, one, two, here), weights)
        open_ = np.flatnonzero(total > -most)
        total = total[open_]
        _add(total, compare_names(columns, one[open_], two[open_], here[open_]).items(), weights)
        found = np.zeros(len(one), dtype=bool)
        found[open_] = np.round(total, 3) > 0
        return found

    return np.concatenate([np.zeros(0, dtype=bool), *_by_chunk(chunk, left, right, threads)])


def _by_chunk(
    chunk: Callable[[Ints, Ints], NDArray[Any]], left: Codes, right: Codes, threads: int
) -> Iterator[NDArray[Any]]:
    def at(start: int) -> NDArray[Any]:
        return chunk(*(side[start : start + _CHUNK].astype(np.intp) for side in (left, right)))

    starts = range(0, len(left), _CHUNK)
    alone = len(starts) if threads == 1 else 1  # the first one reads the columns, before several threads do
    yield from map(at, starts[:alone])
    if starts[alone:]:
        with ThreadPoolExecutor(threads) as pool:
            yield from pool.map(at, starts[alone:])


def _add(total: Floats, found: Iterable[tuple[str, NDArray[Any]]], weights: Weights) -> None:
    """Add what the measures weigh to a total; most say nothing of most pairs."""
    wanted = weights.weights
    for name, value in found:
        if name in wanted and value.any():
            total += value * wanted[name]


def _weighed(found: Iterable[tuple[str, NDArray[Any]]], weights: Weights) -> Iterator[tuple[str, Floats]]:
    """The measures that may weigh, each times its weight."""
    wanted = weights.weights
    for name, value in found:
        if name in wanted:
            yield name, np.asarray(value, dtype=np.float64) * wanted[name]
