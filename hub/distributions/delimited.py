"""CSV for machines: RFC 4180, UTF-8 without byte order mark, comma, CRLF; lists joined with a bar."""

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from hub.distributions import table
from hub.distributions.contents import Parsed

_END = b"\r\n"


class Torn(ValueError):
    """The file stops in the middle of a row."""


def write(path: Path, collection: str, lines: Iterable[Parsed]) -> Iterator[Parsed]:
    """Write one row a line, under the headings of `hub.distributions.table`, and pass the lines on."""
    readers = [field.read for field in table.fields(collection)]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(table.headings(collection))
        for line, parsed in lines:
            rows.writerow([table.text(read(parsed)) for read in readers])
            yield line, parsed


def ids(path: Path) -> Iterator[str]:
    """The ids of a file, read by DuckDB rather than by the library that wrote it.

    Raises duckdb.Error, or Torn when the last row is cut short: DuckDB would take what is left of it.
    """
    with path.open("rb") as file:
        file.seek(-len(_END), os.SEEK_END)
        if file.read() != _END:
            raise Torn(f"{path.name} does not end with a line")
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT id FROM read_csv(?, header = true, all_varchar = true, strict_mode = true, parallel = false,"
            " delim = ',', quote = '\"', escape = '\"', max_line_size = 16777216)",
            [str(path)],
        )
        while rows := found.fetchmany(10_000):
            yield from (row[0] for row in rows)
