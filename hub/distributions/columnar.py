"""Parquet: the same columns with their types, lists as lists; zstd, row groups of one size."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hub.distributions import queried, table
from hub.distributions.batch import Batch
from hub.model.imprint import Imprint
from hub.model.licence import licence
from schemas.registry import Column

_GROUP = 10_000
_TYPES = {"number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_()}


def write(path: Path, collection: str, batches: Iterable[Batch], imprint: Imprint) -> Iterator[Batch]:
    """Write a file and pass the batches on."""
    columns = table.described(collection)
    coded = [f"{each.heading}.list.element" if each.many else each.heading for each in columns if each.kind == "code"]
    return grouped(path, schema(columns, imprint), batches, lambda batch: batch.cells, coded=coded)


def grouped(
    path: Path,
    shape: pa.Schema,
    batches: Iterable[Batch],
    columns: Callable[[Batch], list[Any]],
    rows: int = _GROUP,
    coded: list[str] | bool = True,
) -> Iterator[Batch]:
    """Write columns of batches in row groups of `rows`, whatever the size of a batch, and pass the batches on.

    coded: the columns of few different values, kept as numbers in a dictionary; True: Arrow tries each.
    """
    waiting = shape.empty_table()
    with pq.ParquetWriter(path, shape, compression="zstd", use_dictionary=coded) as file:
        for batch in batches:
            waiting = pa.concat_tables([waiting, pa.Table.from_arrays(columns(batch), schema=shape)])
            while len(waiting) >= rows:
                _put(file, waiting.slice(0, rows))
                waiting = waiting.slice(rows)
            yield batch
        if len(waiting):
            _put(file, waiting)


def _put(file: Any, rows: pa.Table) -> None:
    """Write one row group; its pages do not show where batches ended."""
    file.write_table(rows.combine_chunks(), row_group_size=len(rows))


def schema(columns: Iterable[Column], imprint: Imprint) -> pa.Schema:
    """The columns of a file, each with its description; the licence and the citation stand in the file."""
    terms = licence(imprint.licence)
    return pa.schema(
        [pa.field(each.heading, _type(each), metadata={"description": each.description}) for each in columns],
        metadata={"licence": terms.url or terms.code, "citation": imprint.citation},
    )


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
