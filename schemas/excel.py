"""A table as Excel in French opens it on a double click: byte order mark, semicolons, nothing that it would run."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import TextIO

DELIMITER = ";"
ENCODING = "utf-8-sig"
# What a spreadsheet takes for a formula (OWASP, CSV injection), spaces before it left out and full-width signs too, but
# not an international phone number in groups.
_FORMULA = re.compile(r"(?!\+\d+(?: \d+)+\Z)(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    if text[:1].isalnum():  # nearly all of them, told without the pattern
        return text
    return f"'{text}" if _FORMULA.match(text) else text


def write(file: TextIO, rows: Iterable[Sequence[str]]) -> None:
    """Write rows of any texts to a file opened with ENCODING and newline=""."""
    out = csv.writer(file, delimiter=DELIMITER)
    out.writerows([harmless(cell) for cell in row] for row in rows)


def as_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """The whole file, for a table that fits in memory."""
    file = StringIO(newline="")
    write(file, rows)
    return file.getvalue().encode(ENCODING)
