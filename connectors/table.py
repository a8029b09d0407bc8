"""What every file becomes before it is understood: a table of rows of text, and what went wrong while reading it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from schemas.errors import SourceError
from schemas.record import Issue, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a file we agree to read. `max_bytes` is checked before the file is opened.

    max_cell:     in characters; a spreadsheet cell cannot hold more than 32,767 (Microsoft's own limit).
    max_expanded: bytes of a zipped workbook once unzipped; max_ratio: expanded over zipped, checked past 50 MB.
    max_area:     rows times columns of a sheet, up to its last cell; it is laid out whole, at 32 bytes a cell.
    """

    max_bytes: int = 200_000_000
    max_columns: int = 500
    max_rows: int = 1_000_000
    max_cell: int = 32_767
    max_expanded: int = 1_000_000_000
    max_ratio: int = 200
    max_area: int = 25_000_000


LIMITS = Limits()


class UnreadableFile(SourceError):
    """The file cannot be read as a table: the network must send another one, or say how to read this one.

    `code` is one of those listed in the README of this folder; `reason` is plain French: what was found, what is
    expected, what to do.
    """

    def __init__(self, path: Path, code: str, reason: str) -> None:
        super().__init__(path.name, reason)
        self.path, self.code = path, code


@dataclass(frozen=True, slots=True, kw_only=True)
class FileNote:
    """Something worth knowing about a whole file that does not stop its reading. `message` is plain French."""

    code: str
    severity: Severity
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowIssue:
    """One thing wrong in one row, with all that a person needs to find it in the file.

    row:    as a spreadsheet counts, from 1, headings included.
    column: the heading as written in the file, None for the whole row.
    read:   what was read there, shortened.
    """

    row: int
    sheet: str | None = None
    column: str | None = None
    read: str | None = None
    issue: Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """One row of a file: each heading with its text, "" for an empty cell.

    Numbers, dates and truth values of a spreadsheet are spelt as text: 75001, 0.5, 2026-11-23, VRAI.
    """

    number: int
    values: Mapping[str, str]
    sheet: str | None = None
    issues: tuple[RowIssue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file opened: its headings, then its rows, read as they are asked for.

    Reading the rows may raise UnreadableFile when the damage lies far down the file.
    encoding, delimiter: how a text file was read; None for a spreadsheet. sheet: None for a text file.
    header_row: the row of the headings, from 1.
    """

    path: Path
    columns: tuple[str, ...]
    rows: Iterator[RawRow] = field(repr=False)
    header_row: int
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    notes: tuple[FileNote, ...] = ()
