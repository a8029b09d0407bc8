"""A file of a release read by DuckDB, rather than by the library that wrote it."""

import os
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import duckdb

_ROWS = 10_000


def rows(query: str, parameters: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows that a query finds, as they come. Raises duckdb.Error."""
    with _database(os.getpid()).cursor() as cursor:
        found = cursor.execute(query, parameters)
        while some := found.fetchmany(_ROWS):
            yield from some


@cache
def _database(_process: int) -> duckdb.DuckDBPyConnection:
    """Empty, in memory, one a process: to make one costs thirty times what it costs to read a small file."""
    return duckdb.connect()
