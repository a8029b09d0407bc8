"""The smallest real files: what a test is about, and nothing else."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from connectors.connector import RawRow, open_table

Rows = Sequence[Sequence[Any]]


def text_file(folder: Path, text: str, name: str = "annuaire.csv", encoding: str = "utf-8") -> Path:
    return bytes_file(folder, text.encode(encoding), name)


def bytes_file(folder: Path, content: bytes, name: str = "annuaire.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def xlsx(folder: Path, rows: Rows, sheet: str = "Acteurs", arrange: Callable[[Any], None] | None = None) -> Path:
    """`arrange` receives the workbook before it is saved."""
    workbook = openpyxl.Workbook()
    page = workbook.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    if arrange:
        arrange(workbook)
    workbook.save(folder / "annuaire.xlsx")
    return folder / "annuaire.xlsx"


def xls(folder: Path, rows: Rows, style: Any = None) -> Path:
    workbook = xlwt.Workbook()
    page = workbook.add_sheet("Acteurs")
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            page.write(number, place, value, *([style] if style and not isinstance(value, str) else []))
    workbook.save(str(folder / "annuaire.xls"))
    return folder / "annuaire.xls"


def ods(folder: Path, rows: Rows, formulas: dict[tuple[int, int], dict[str, str]] | None = None) -> Path:
    """`formulas`: attributes of the cells that hold one, by row and column from 0."""
    document = OpenDocumentSpreadsheet()
    table = Table(name="Acteurs")
    document.spreadsheet.addElement(table)
    for number, row in enumerate(rows):
        line = TableRow()
        table.addElement(line)
        for place, value in enumerate(row):
            attributes = (formulas or {}).get((number, place)) or _typed(value)
            cell = TableCell(**attributes)
            if value != "":
                cell.addElement(P(text=str(value)))
            line.addElement(cell)
    document.save(str(folder / "annuaire.ods"))
    return folder / "annuaire.ods"


def _typed(value: Any) -> dict[str, str]:
    if value == "":
        return {}
    if isinstance(value, int | float):
        return {"valuetype": "float", "value": str(value)}
    return {"valuetype": "string"}


def read(path: Path, **settings: Any) -> list[RawRow]:
    return list(open_table(path, **settings).rows)


def values(path: Path, **settings: Any) -> list[list[str]]:
    """The cells of each row, in the order of the columns."""
    return [list(row.values.values()) for row in read(path, **settings)]
