"""From lines of cells, whatever file they come from, to a table with headings and rows.

lines ──► the first ones ──► headings
   └────────────────────────► rows     one at a time, each with its own issues
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from connectors.headings import column_letter, find_header, headings, shorten
from connectors.table import Limits, RawRow, RowIssue, UnreadableFile
from schemas.record import Issue, Severity

_SAMPLE = 40  # first rows that are looked at to find the headings
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


class Fault(NamedTuple):
    """Something wrong in a line before its columns have names; `column` counts from 0, None for the whole line."""

    column: int | None
    code: str
    severity: Severity
    message: str
    read: str | None = None


class Line(NamedTuple):
    """One row of a file: its number as a spreadsheet shows it, its cells without outer blanks."""

    number: int
    cells: Sequence[str]
    faults: tuple[Fault, ...] = ()


class Head(NamedTuple):
    """The headings, the row they stand in, and the lines after them."""

    columns: tuple[str, ...]
    row: int
    lines: Iterator[Line]


def read_head(path: Path, lines: Iterator[Line], header_row: int | None, limits: Limits) -> Head:
    """Find the headings. `header_row` counts from 1; None looks for them among the first rows.

    Raises UnreadableFile when there is nothing, no heading, or nothing below the headings.
    """
    filled = (line for line in lines if any(line.cells))
    if header_row is not None:
        filled = (line for line in filled if line.number >= header_row)
    sample = list(islice(filled, _SAMPLE))
    if not sample:
        raise UnreadableFile(path, "empty-file", _nothing(header_row))
    index = 0 if header_row is not None else find_header(path, [line.cells for line in sample])
    header = sample[index]
    if header_row is not None and header.number != header_row:
        raise UnreadableFile(path, "no-header", f"la ligne {header_row}, annoncée comme ligne de titres, est vide.")
    columns = headings(path, header.cells, limits)
    if len(sample) == index + 1:
        raise UnreadableFile(
            path,
            "no-rows",
            f"le fichier ne contient que sa ligne de titres (ligne {header.number}) : aucune structure à lire. "
            "Vérifiez que l'export est complet.",
        )
    return Head(columns, header.number, chain(sample[index + 1 :], filled))


def _nothing(header_row: int | None) -> str:
    if header_row is None:
        return "le fichier est vide. Envoyez un tableau avec une ligne de titres puis une ligne par structure."
    return f"aucune ligne à partir de la ligne {header_row}, annoncée comme ligne de titres (header_row)."


def rows(path: Path, head: Head, limits: Limits, *, sheet: str | None = None) -> Iterator[RawRow]:
    """The rows under the headings, empty ones left out.

    sheet: None for a text file, where a row may have too few cells or too many; a spreadsheet is always square.
    Raises UnreadableFile past `limits.max_rows`.
    """
    columns, width = head.columns, len(head.columns)
    for count, line in enumerate(head.lines, 1):
        if count > limits.max_rows:
            raise UnreadableFile(
                path, "too-many-rows", f"plus de {limits.max_rows} lignes. Partagez le fichier en plusieurs."
            )
        faults, cells = line.faults, line.cells
        if len(cells) != width:
            faults = (*faults, *(_ragged(cells, columns) if sheet is None else _beside(cells, width)))
            cells = [*cells[:width], *[""] * (width - len(cells))]
        text = "".join(cells)
        if len(text) > limits.max_cell or not text.isprintable():
            cells, more = _mend(cells, limits.max_cell)
            faults = (*faults, *more)
        issues = tuple(_row_issue(fault, line.number, sheet, columns) for fault in faults)
        yield RawRow(number=line.number, values=dict(zip(columns, cells, strict=True)), sheet=sheet, issues=issues)


def _ragged(cells: Sequence[str], columns: Sequence[str]) -> Iterator[Fault]:
    width = len(columns)
    beyond = [cell for cell in cells[width:] if cell]
    if beyond:
        yield Fault(
            None,
            "too-many-cells",
            Severity.ERROR,
            f"{len(cells)} cellules pour {width} colonnes : le séparateur se trouve sans doute dans un texte sans "
            'guillemets. Entourez ce texte de guillemets, par exemple "Eau ; assainissement".',
            beyond[0],
        )
    elif len(cells) < width:
        yield Fault(
            None,
            "too-few-cells",
            Severity.WARNING,
            f"{len(cells)} cellules pour {width} colonnes : les dernières, à partir de « {columns[len(cells)]} », "
            "sont lues comme vides. Vérifiez qu'aucun texte ne contient de saut de ligne sans guillemets.",
        )


def _beside(cells: Sequence[str], width: int) -> Iterator[Fault]:
    for index, cell in enumerate(cells[width:], width):
        if cell:
            message = f"la colonne {column_letter(index)} n'a pas de titre : elle n'est pas lue. Donnez-lui un titre."
            yield Fault(None, "cell-without-heading", Severity.ADVICE, message, cell)


def _mend(cells: Sequence[str], max_cell: int) -> tuple[list[str], list[Fault]]:
    """Cut cells that are too long, take out characters that no text holds."""
    mended, faults = list(cells), []
    for index, cell in enumerate(cells):
        if len(cell) > max_cell:
            mended[index] = cell[:max_cell]
            message = f"{len(cell)} caractères ; seuls les {max_cell} premiers sont gardés. Raccourcissez ce texte."
            faults.append(Fault(index, "cell-too-long", Severity.WARNING, message, cell))
        if _CONTROL.search(cell):
            mended[index] = _CONTROL.sub("", mended[index]).strip()
            message = "caractère de contrôle invisible retiré. Recopiez ce texte sans mise en forme."
            faults.append(Fault(index, "control-character", Severity.WARNING, message, mended[index]))
    return mended, faults


def _row_issue(fault: Fault, row: int, sheet: str | None, columns: Sequence[str]) -> RowIssue:
    index = fault.column
    return RowIssue(
        row=row,
        sheet=sheet,
        column=columns[index] if index is not None and index < len(columns) else None,
        read=None if fault.read is None else shorten(fault.read),
        issue=Issue(code=fault.code, pointer="", severity=fault.severity, message=fault.message),
    )


def cell_name(column: int, row: int) -> str:
    """The spreadsheet's name of a cell: F12. `column` counts from 0, `row` from 1."""
    return f"{column_letter(column)}{row}"
