"""Score: from a batch of pairs to log-odds with their parts.

The one function that an engine calls: a batch of pairs and the rows they point into go in, one Arrow batch comes out.
The parts are kept, so that every decision can be told in words.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from hub.resolution.columns import Floats
from hub.resolution.compare import compare
from hub.resolution.model import Weights

BIAS = "bias"


def score(pairs: pa.Table | pa.RecordBatch, rows: pa.Table, weights: Weights) -> pa.RecordBatch:
    """`left`, `right`, `log_odds`, then one float64 column a part that may weigh: its share of the log-odds.

    Raises KeyError when the model names a measure that does not exist.
    """
    measures = compare(pairs, rows)
    parts: Mapping[str, Floats] = {
        name: np.round(measures[name] * weight, 3) for name, weight in weights.weights.items()
    }
    log_odds = np.full(len(pairs["left"]), weights.bias)
    for part in parts.values():
        log_odds = log_odds + part
    columns = {"left": pairs["left"], "right": pairs["right"], "log_odds": np.round(log_odds, 3), **parts}
    arrays = [
        column.combine_chunks() if isinstance(column, pa.ChunkedArray) else pa.array(column)
        for column in columns.values()
    ]
    return pa.RecordBatch.from_arrays(arrays, names=list(columns))
