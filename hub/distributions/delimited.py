"""CSV for machines (RFC 4180: UTF-8, comma, CRLF, lists joined with a bar) and CSV for Excel, each read by DuckDB."""

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from hub.distributions import queried, table
from hub.distributions.sheets import fit
from hub.distributions.table import Cell, Row
from hub.model.imprint import Imprint
from schemas import excel

_END = b"\r\n"
_BUFFER = 1 << 16


class Torn(ValueError):
    """The file stops in the middle of a row."""


def write(path: Path, collection: str, rows: Iterable[Row], _imprint: Imprint) -> Iterator[Row]:
    """Write one row a record, under the headings of `hub.distributions.table`, and pass the rows on."""
    blank = [""] * len(table.headings(collection))
    with path.open("w", encoding="utf-8", newline="", buffering=_BUFFER) as file:
        out = csv.writer(file)
        out.writerow(table.headings(collection))
        for row in rows:
            texts = blank.copy()
            for at, _, text in row.filled:
                texts[at] = text
            out.writerow(texts)
            yield row


def write_excel(path: Path, collection: str, rows: Iterable[Row], _imprint: Imprint) -> Iterator[Row]:
    """The same for Excel in French: byte order mark, semicolons, decimal commas, nothing that it would run."""
    blank = [""] * len(table.headings(collection))
    with path.open("w", encoding=excel.ENCODING, newline="", buffering=_BUFFER) as file:
        out = csv.writer(file, delimiter=excel.DELIMITER)
        out.writerow(table.headings(collection))
        for row in rows:
            texts, plain = blank.copy(), row.is_plain
            for at, cell, text in row.filled:
                texts[at] = _harmless(cell, text, plain=plain)
            out.writerow(texts)
            yield row


def _harmless(cell: Cell, text: str, *, plain: bool) -> str:
    if isinstance(cell, int | float):
        return text.replace(".", ",")
    return excel.harmless(text) if plain else fit(excel.harmless(text))


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
        " delim = ?, quote = '\"', escape = '\"', max_line_size = 16777216)"
    )
    yield from queried.column(query, [str(path), delimiter])
