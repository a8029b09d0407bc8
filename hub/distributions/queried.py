"""A file of a release read by DuckDB, rather than by the library that wrote it."""

import os
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, pairwise, repeat
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

_ROWS = 10_000
_MEMORY = "128MB"


def rows(query: str, parameters: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows that a query finds, as they come. Raises duckdb.Error."""
    with _database(os.getpid()).cursor() as cursor:
        found = cursor.execute(query, parameters)
        while some := found.fetchmany(_ROWS):
            yield from some


def column(query: str, parameters: Sequence[Any]) -> Iterator[str]:
    """The texts of the one column that a query finds, as they come. Raises duckdb.Error.

    A text that comes again and again, as in a table of several rows a record, is made once.
    """
    with _database(os.getpid()).cursor() as cursor:
        found: pa.RecordBatchReader = cursor.sql(query, params=list(parameters)).to_arrow_reader(_ROWS)
        for batch in found:
            runs = pc.run_end_encode(batch.column(0))
            ends = [0, *runs.run_ends.to_pylist()]
            yield from chain.from_iterable(
                repeat(text, end - start)
                for text, (start, end) in zip(runs.values.to_pylist(), pairwise(ends), strict=True)
            )


@cache
def _database(_process: int) -> duckdb.DuckDBPyConnection:
    """Empty, in memory, one a process: to make one costs thirty times what it costs to read a small file.

    Without a limit it keeps what it read of a CSV file, up to most of the machine's memory.
    """
    return duckdb.connect(config={"memory_limit": _MEMORY, "threads": 1})
