"""CSV for machines (RFC 4180: UTF-8, comma, CRLF, lists joined with a bar) and CSV for Excel, each read by DuckDB."""

import codecs
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hub.distributions import queried, table
from hub.distributions.batch import Batch
from hub.distributions.kernels import Column, beside, data, either, respelt
from hub.distributions.sheets import fitted
from hub.model.imprint import Imprint
from schemas import excel

_END = b"\r\n"
_QUOTE = '"'
_UNLIKE_WORDS = "^[^0-9A-Za-z]"  # how a text begins that is to be looked at


class Torn(ValueError):
    """The file stops in the middle of a row."""


def write(path: Path, collection: str, batches: Iterable[Batch], _imprint: Imprint) -> Iterator[Batch]:
    """Write one row a record, under the headings of `hub.distributions.table`, and pass the batches on."""
    with path.open("wb") as file:
        file.write(heading(table.headings(collection)))
        for batch in batches:
            file.write(lines(batch.texts))
            yield batch


def write_excel(path: Path, collection: str, batches: Iterable[Batch], _imprint: Imprint) -> Iterator[Batch]:
    """The same for Excel in French: byte order mark, semicolons, decimal commas, nothing that it would run."""
    with path.open("wb") as file:
        file.write(codecs.BOM_UTF8 + heading(table.headings(collection), excel.DELIMITER))
        for batch in batches:
            columns = zip(batch.cells, batch.texts, strict=True)
            file.write(lines([_harmless(cells, texts) for cells, texts in columns], excel.DELIMITER))
            yield batch


def _harmless(cells: Any, texts: Column) -> Column:
    if pa.types.is_floating(cells.type):
        return pc.replace_substring(texts, ".", ",")
    return fitted(respelt(texts, _UNLIKE_WORDS, excel.harmless))


def heading(names: Iterable[str], delimiter: str = ",") -> bytes:
    """The first line of a file; names of columns are plain words."""
    return delimiter.join(names).encode() + _END


def lines(columns: list[Column], delimiter: str = ",") -> memoryview:
    """Columns as the lines of a file: a text is quoted where it has to be."""
    special = f'{delimiter}"\r\n'
    quoted = [respelt(texts, either(special), _quoted, among=special.encode()) for texts in columns]
    cells = pc.binary_join_element_wise(*quoted, delimiter, null_handling="replace", null_replacement="")
    return data(beside(cells, _END.decode()))


def _quoted(text: str) -> str:
    return f'"{text.replace(_QUOTE, 2 * _QUOTE)}"'


def ids(path: Path) -> Iterator[str]:
    """The column `id` of a file, read by DuckDB rather than by the library that wrote it.

    Raises duckdb.Error, or Torn when the last row is cut short: DuckDB would take what is left of it.
    """
    return _ids(path, ",")


def excel_ids(path: Path) -> Iterator[str]:
    """As `ids`, of a file for Excel."""
    return _ids(path, excel.DELIMITER)


def _ids(path: Path, delimiter: str) -> Iterator[str]:
    with path.open("rb") as file:
        file.seek(-len(_END), os.SEEK_END)
        if file.read() != _END:
            raise Torn(f"{path.name} does not end with a line")
    query = (
        "SELECT id FROM read_csv(?, header = true, all_varchar = true, strict_mode = true, parallel = false,"
        " delim = ?, quote = '\"', escape = '\"', max_line_size = 16777216, buffer_size = 33554432)"
    )
    yield from queried.column(query, [str(path), delimiter])
