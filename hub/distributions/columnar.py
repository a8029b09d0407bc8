"""Parquet: the same columns with their types, lists as lists; zstd, row groups of one size."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hub.distributions import queried, table
from hub.distributions.table import Cell, Row
from hub.model.imprint import Imprint
from hub.model.licence import licence
from schemas.registry import Column

_GROUP = 10_000
_TYPES = {"number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_()}


def write(path: Path, collection: str, rows: Iterable[Row], imprint: Imprint) -> Iterator[Row]:
    """Write a file and pass the rows on."""
    waiting: list[list[Cell]] = []
    with pq.ParquetWriter(path, schema(table.described(collection), imprint), compression="zstd") as file:
        for row in rows:
            waiting.append(row.cells)
            if len(waiting) == _GROUP:
                put(file, waiting)
                waiting.clear()
            yield row
        if waiting:
            put(file, waiting)


def schema(columns: Iterable[Column], imprint: Imprint) -> pa.Schema:
    """The columns of a file, each with its description; the licence and the citation stand in the file."""
    terms = licence(imprint.licence)
    return pa.schema(
        [pa.field(each.heading, _type(each), metadata={"description": each.description}) for each in columns],
        metadata={"licence": terms.url or terms.code, "citation": imprint.citation},
    )


def put(file: Any, rows: Sequence[Sequence[Any]]) -> None:
    """Write one row group."""
    arrays = [pa.array(cells, field.type) for cells, field in zip(zip(*rows, strict=True), file.schema, strict=True)]
    file.write_batch(pa.record_batch(arrays, schema=file.schema), row_group_size=_GROUP)


def ids(path: Path) -> Iterator[str]:
    """The column `id` of a file, in order, read by DuckDB. Raises duckdb.Error."""
    return queried.column("SELECT id FROM read_parquet(?)", [str(path)])


def count(path: Path) -> int:
    """How many rows a file says it has."""
    return int(pq.read_metadata(path).num_rows)


def _type(column: Column) -> Any:
    """Identifiers are a list: nothing keeps a body from having two of one kind."""
    listed = column.many or column.property.startswith("identifiers.")
    one = _TYPES.get(column.kind, pa.string())
    return pa.list_(one) if listed else one
