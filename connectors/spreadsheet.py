"""Workbooks: XLSX, XLSM, XLSB, XLS and ODS, read by calamine.

A cell becomes the text that the spreadsheet shows, without its formatting: 75001 and not 75001.0, dates as ISO 8601,
truth values as VRAI and FAUX. A formula is its last computed value.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import BadZipFile, ZipFile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from connectors.faulty_cells import faulty_cells
from connectors.merged_headings import join_merged_headings
from connectors.table import LIMITS, FileNote, Limits, Table, UnreadableFile
from connectors.tabulate import Fault, Line, cell_name, read_head, rows
from connectors.xlsx_parts import corners
from schemas.record import Severity
from schemas.text import fold

_RATIO_FROM = 50_000_000  # a small file may well be squeezed a thousand times


def open_spreadsheet(
    path: Path, *, sheet: str | None = None, header_row: int | None = None, limits: Limits = LIMITS
) -> Table:
    """Open one sheet of a workbook as a table: the one named, else the only one that holds something.

    Raises UnreadableFile.
    """
    _inspect(path, limits)
    workbook = _workbook(path)
    found = _sheet(path, workbook, sheet)
    merged = [*(found.merged_cell_ranges or ())]
    faults = faulty_cells(path, found.name)
    head = read_head(path, join_merged_headings(_lines(found, faults), merged, header_row), header_row, limits)
    return Table(
        path=path,
        columns=head.columns,
        rows=rows(path, head, limits, sheet=found.name),
        header_row=head.row,
        sheet=found.name,
        notes=tuple(_notes(merged, head.row)),
    )


def _inspect(path: Path, limits: Limits) -> None:
    """Refuse what calamine does not survive: a workbook that would fill the memory, an ODS whose XML breaks off."""
    try:
        with ZipFile(path) as archive:
            _refuse_bomb(path, archive, limits)
            if "content.xml" in archive.namelist():
                with archive.open("content.xml") as content:
                    ParserCreate().ParseFile(content)
    except (ExpatError, LookupError) as error:  # LookupError: it announces an encoding that does not exist
        raise _corrupt(path, error) from error
    except (BadZipFile, OSError, RuntimeError, ValueError, NotImplementedError, zlib.error):
        return  # an old .xls is no archive; anything else is refused by calamine


def _refuse_bomb(path: Path, archive: ZipFile, limits: Limits) -> None:
    expanded = sum(entry.file_size for entry in archive.infolist())
    if expanded > limits.max_expanded or expanded > max(_RATIO_FROM, limits.max_ratio * path.stat().st_size):
        _refuse(
            path,
            f"le classeur occupe {expanded // 1_000_000} Mo une fois décompressé, {limits.max_expanded // 1_000_000} "
            "Mo au plus sont lus",
            "Supprimez les lignes vides mises en forme, ou enregistrez la feuille en CSV.",
        )
    for row, column in corners(archive):
        if row * column > limits.max_area:
            _refuse(path, f"une feuille s'étend jusqu'à la cellule {cell_name(column - 1, row)}", _TRIM)


_TRIM = "Supprimez les lignes et les colonnes au-delà du tableau, où un caractère est oublié, puis enregistrez."


def _refuse(path: Path, found: str, remedy: str) -> NoReturn:
    raise UnreadableFile(path, "too-large", f"{found}. {remedy}")


def _workbook(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(path)
    except PasswordError:
        raise UnreadableFile(
            path, "password", "le classeur est protégé par un mot de passe. Enregistrez-en une copie sans mot de passe."
        ) from None
    except (CalamineError, OSError, ValueError) as error:
        raise _corrupt(path, error) from error


def _corrupt(path: Path, error: Exception) -> UnreadableFile:
    return UnreadableFile(
        path,
        "corrupt",
        f"le classeur est abîmé ou incomplet ({error}). Ouvrez-le dans un tableur et enregistrez-le de nouveau, "
        "par exemple au format XLSX.",
    )


def _sheet(path: Path, workbook: CalamineWorkbook, wanted: str | None) -> CalamineSheet:
    visible = [
        entry.name
        for entry in workbook.sheets_metadata
        if entry.typ == SheetTypeEnum.WorkSheet and entry.visible == SheetVisibleEnum.Visible
    ]
    if wanted is not None:
        names = [name for name in workbook.sheet_names if fold(name) == fold(wanted)]
        if not names:
            raise UnreadableFile(
                path,
                "unknown-sheet",
                f"pas de feuille « {wanted} ». Le classeur contient : {_listed(workbook.sheet_names)}.",
            )
        return _load(path, workbook, names[0])
    filled = [sheet for sheet in (_load(path, workbook, name) for name in visible) if sheet.start is not None]
    if not filled:
        raise UnreadableFile(
            path,
            "empty-file",
            f"aucune feuille visible ne contient de données (feuilles : {_listed(workbook.sheet_names)}).",
        )
    if len(filled) > 1:
        raise UnreadableFile(
            path,
            "choose-sheet",
            f"plusieurs feuilles contiennent des données : {_listed([sheet.name for sheet in filled])}. Indiquez dans "
            f'[file] celle à lire, par exemple sheet = "{filled[0].name}".',
        )
    return filled[0]


def _load(path: Path, workbook: CalamineWorkbook, name: str) -> CalamineSheet:
    try:
        return workbook.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError) as error:
        raise _corrupt(path, error) from error


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"« {name} »" for name in names)


def _lines(sheet: CalamineSheet, faults: dict[int, list[Fault]]) -> Iterator[Line]:
    """Rows count from the top of the sheet, columns from A; calamine leaves out empty columns before the data."""
    if sheet.start is None:
        return
    left = [""] * sheet.start[1]
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = [cell.strip() if type(cell) is str else spell(cell) for cell in cells]
        yield Line(number, left + texts if left else texts, tuple(faults.get(number, ())))


def spell(cell: object) -> str:
    """A cell's value as text, one spelling for each value.

    >>> spell(75001.0), spell(0.1 + 0.2), spell(True)
    ('75001', '0.3', 'VRAI')
    """
    spelling = _SPELLINGS.get(type(cell))
    return spelling(cell) if spelling else str(cell).strip()


def _number(value: float) -> str:
    """Fifteen digits, which is all that a spreadsheet computes with and shows."""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.15g}"
    return f"{Decimal(text):f}" if "e" in text else text


def _moment(value: datetime) -> str:
    return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")


_SPELLINGS: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "VRAI" if value else "FAUX",
    int: str,
    float: _number,
    datetime: _moment,
    date: date.isoformat,
    time: lambda value: value.isoformat(timespec="minutes"),
    timedelta: str,
}


def _notes(merged: Sequence[tuple[tuple[int, int], tuple[int, int]]], header_row: int) -> Iterator[FileNote]:
    below = [(start, end) for start, end in merged if start[0] >= header_row]
    if below:
        (top, left), (bottom, right) = below[0]
        yield FileNote(
            code="merged-cells",
            severity=Severity.WARNING,
            message=f"{len(below)} groupe(s) de cellules fusionnées sous les titres, le premier en "
            f"{cell_name(left, top + 1)}:{cell_name(right, bottom + 1)} : seule la première cellule d'un groupe est "
            "lue. Défusionnez-les et recopiez la valeur sur chaque ligne.",
        )
