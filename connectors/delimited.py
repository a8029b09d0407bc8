"""Delimited text: CSV and its cousins, whatever program and country they come from.

    bytes ──► encoding ──► lines ──► separator ──► cells ──► headings, rows

A quote that is never closed would swallow the rest of the file: the row that opens it is told, and reading goes on with
the line after it.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from connectors.encoding import Encoding, find_encoding
from connectors.table import LIMITS, FileNote, Limits, Table, UnreadableFile
from connectors.tabulate import Fault, Line, read_head, rows
from schemas.record import Severity

DELIMITERS = (";", "\t", "|", ",")  # in order of preference when two would do: a comma also stands in texts
_DELIMITER_NAMES = {";": "point-virgule", "\t": "tabulation", "|": "barre verticale", ",": "virgule"}
_SAMPLE_LINES = 60
_SAMPLE_CHARACTERS = 120_000  # under csv.field_size_limit(), so that a sample never fails
# é, è, à, ê, ç, ô … and the curly apostrophe, once UTF-8 has been taken for Windows text and written as UTF-8 again.
_TWICE = re.compile("Ã[©¨ª«§´®¯»¢‰€]|Ã\u00a0|â€™")
_EXCEL_HINT = re.compile(r'"?sep=([;,\t|:])"?\s*', re.IGNORECASE)  # Excel's own first line, not a row: sep=;


def open_delimited(
    path: Path,
    *,
    header_row: int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    limits: Limits = LIMITS,
) -> Table:
    """Open a text file as a table. What is not given is found: see the README for how.

    Raises UnreadableFile.
    """
    found = Encoding(name=encoding) if encoding else find_encoding(path)
    lines = _text_lines(path, found.name)
    sample = list(islice(lines, _SAMPLE_LINES))
    hint = _EXCEL_HINT.fullmatch(sample[0]) if sample else None
    sample = sample[1:] if hint else sample
    separator = delimiter or (hint[1] if hint else find_delimiter(sample))
    head = read_head(path, _records(_Lines(chain(sample, lines)), separator or DELIMITERS[0]), header_row, limits)
    return Table(
        path=path,
        columns=head.columns,
        rows=rows(path, head, limits),
        header_row=head.row,
        encoding=found.name,
        delimiter=separator,
        notes=tuple(_notes(found, separator, len(head.columns), sample)),
    )


def find_delimiter(lines: Sequence[str]) -> str | None:
    """The separator under which most lines have the same number of cells, more than one. None for a single column.

    Between two as regular as each other, the one that makes more columns.
    """
    lines = [line[: _SAMPLE_CHARACTERS // len(lines)] for line in lines]
    best, choice = (0.0, 1), None
    for delimiter in DELIMITERS:
        widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=delimiter) if any(cells))
        if not widths:
            continue
        width, regular = max(widths.items(), key=lambda item: (item[1], item[0]))
        score = (round(regular / widths.total(), 1), width)
        if width > 1 and score > best:
            best, choice = score, delimiter
    return choice


def _text_lines(path: Path, encoding: str) -> Iterator[str]:
    number = 0
    try:
        with path.open(encoding=encoding, newline="") as file:
            for number, line in enumerate(file, 1):  # noqa: B007 (named in the message below)
                yield line
    except LookupError:
        raise UnreadableFile(
            path, "encoding", f"l'encodage « {encoding} » n'existe pas. Essayez « utf-8 » ou « cp1252 »."
        ) from None
    except UnicodeError:
        raise UnreadableFile(
            path,
            "encoding",
            f"après la ligne {number}, le texte n'est pas en {encoding}. Enregistrez le fichier en « CSV UTF-8 » "
            "depuis un tableur, ou indiquez son encodage par encoding dans [file].",
        ) from None


class _Lines:
    """Lines that remember what was taken since `forget`, so that all but the first can be put back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: list[str] = []
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else next(self._lines)
        self.taken.append(line)
        return line

    def forget(self) -> None:
        self.taken.clear()

    def put_back(self) -> str:
        """Put back all lines taken but the first, which is returned."""
        first, *others = self.taken
        self._back.extend(reversed(others))
        self.taken.clear()
        return first


def _records(lines: _Lines, delimiter: str) -> Iterator[Line]:
    """Split lines into records, numbered as a spreadsheet would: a quoted text over several lines is one row."""
    number = 0
    while True:
        reader = csv.reader(lines, delimiter=delimiter)
        try:
            for cells in reader:
                if len(lines.taken) > 1 and _is_open(lines.taken):
                    break
                number += 1
                yield Line(number, [cell.strip() for cell in cells])
                lines.forget()
            else:
                return
        except csv.Error:  # a cell longer than csv.field_size_limit(): here too a quote was never closed
            pass
        number += 1
        yield Line(number, _unquoted(lines.put_back(), delimiter), (_UNCLOSED,))


_UNCLOSED = Fault(
    None,
    "unclosed-quote",
    Severity.ERROR,
    "un guillemet ouvert sur cette ligne n'est jamais refermé. Fermez-le, ou doublez-le s'il fait partie du texte, par "
    'exemple "Association ""Les Amis""".',
)


def _is_open(open_lines: Sequence[str]) -> bool:
    """Whether the quotes of a record that spans several lines do not pair up: the file ended inside one."""
    return sum(line.count('"') for line in open_lines) % 2 == 1


def _unquoted(line: str, delimiter: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.rstrip("\r\n").split(delimiter)]


def _notes(found: Encoding, delimiter: str | None, columns: int, sample: Sequence[str]) -> Iterator[FileNote]:
    twice = _TWICE.search("".join(sample))
    if twice:
        yield FileNote(
            code="double-encoded",
            severity=Severity.WARNING,
            message=f"des accents sont écrits « {twice[0]} » : le texte a été converti deux fois avant de nous "
            "parvenir. Refaites l'export depuis le logiciel d'origine, en UTF-8.",
        )
    if not found.certain:
        yield FileNote(
            code="encoding-guessed",
            severity=Severity.ADVICE,
            message=f"encodage reconnu d'après les lettres accentuées : {found.name}. Si des accents sont faux, "
            "enregistrez le fichier en « CSV UTF-8 ».",
        )
    if delimiter is None:
        yield FileNote(
            code="single-column",
            severity=Severity.WARNING,
            message="aucun séparateur trouvé : le fichier est lu comme une seule colonne.",
        )
    elif columns == 1:
        yield FileNote(
            code="single-column",
            severity=Severity.WARNING,
            message=f"une seule colonne avec le séparateur {_DELIMITER_NAMES.get(delimiter, delimiter)}.",
        )
