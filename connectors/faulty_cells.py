"""Cells that calamine reads as empty though they hold something: an error (#N/A), a formula never computed.

Only the XML of XLSX and ODS tells them apart; in XLS and XLSB such a cell is read as empty. The XML is searched for the
marks of such cells first, and parsed only when it holds one.
"""

from pathlib import Path
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import BadZipFile, ZipFile

from connectors.tabulate import Fault, cell_name
from connectors.xlsx_parts import place, sheet_members
from schemas.record import Severity

Attributes = dict[str, str]
Faults = dict[int, list[Fault]]

_EXCEL_MARKS = (b"<f", b't="e"')
_ODS_MARKS = (b"table:formula=",)


def faulty_cells(path: Path, sheet: str) -> Faults:
    """The faulty cells of a sheet, by row counted from 1. Empty for formats without XML."""
    try:
        with ZipFile(path) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" in names:
                member = sheet_members(archive)[sheet]
                if _holds(archive, member, _EXCEL_MARKS):
                    return _parse(archive, member, _ExcelCells())
            elif "content.xml" in names and _holds(archive, "content.xml", _ODS_MARKS):
                return _parse(archive, "content.xml", _OdsCells(sheet))
    except (BadZipFile, ExpatError, LookupError, ValueError, NotImplementedError, OSError, RuntimeError):
        pass  # calamine reads files that are not quite well-formed: then there is only less to tell
    return {}


class _ExcelCells:
    """Reads `<c r="F12" t="e"><f>A1/0</f><v>#DIV/0!</v></c>`: t="e" is an error; a formula whose v is absent or empty
    has no value, unless its value is an empty text (t="str").
    """

    def __init__(self) -> None:
        self.faults: Faults = {}
        self._cell: Attributes = {}
        self._formula = False
        self._value: str | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._cell, self._formula, self._value = attributes, False, None
        elif name == "f":
            self._formula = True
        elif name == "v":
            self._value = ""

    def text(self, text: str) -> None:
        if self._value is not None:
            self._value += text

    def end(self, name: str) -> None:
        if name == "v" and self._cell.get("t") == "e":
            _tell(self.faults, *place(self._cell["r"]), self._value or "#ERREUR")
        elif name == "c" and self._formula and not self._value and self._cell.get("t") != "str":
            _tell(self.faults, *place(self._cell["r"]), None)


class _OdsCells:
    """Reads `<table:table-cell table:formula="…" calcext:value-type="error"><text:p>#N/D</text:p></…>`.

    Cells and rows have no address: they are counted, repeated ones as often as they say.
    """

    def __init__(self, sheet: str) -> None:
        self.faults: Faults = {}
        self._sheet, self._here = sheet, False
        self._row = self._column = 0
        self._rows = 1
        self._cell: Attributes = {}
        self._text = ""

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "table:table":
            self._here, self._row = attributes.get("table:name") == self._sheet, 0
        elif name == "table:table-row":
            self._column, self._rows = 0, int(attributes.get("table:number-rows-repeated", "1"))
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._cell, self._text = attributes, ""

    def text(self, text: str) -> None:
        self._text += text

    def end(self, name: str) -> None:
        if name == "table:table-row":
            self._row += self._rows
        elif name in ("table:table-cell", "table:covered-table-cell"):
            if self._here and "table:formula" in self._cell:
                self._judge()
            self._column += int(self._cell.get("table:number-columns-repeated", "1"))

    def _judge(self) -> None:
        if self._cell.get("calcext:value-type") == "error":
            _tell(self.faults, self._row, self._column, self._text.strip() or "#ERREUR")
        elif "office:value-type" not in self._cell:
            _tell(self.faults, self._row, self._column, None)


def _tell(faults: Faults, row: int, column: int, error: str | None) -> None:
    """`row` and `column` count from 0; `error` is what the cell shows, None for a formula without a value."""
    cell = cell_name(column, row + 1)
    if error is None:
        message = (
            f"la formule de la cellule {cell} n'a jamais été calculée : lue comme vide. Ouvrez le classeur dans un "
            "tableur et enregistrez-le."
        )
        fault = Fault(column, "formula-without-value", Severity.WARNING, message)
    else:
        message = f"la cellule {cell} affiche une erreur ({error}) : lue comme vide. Corrigez-la ou écrivez la valeur."
        fault = Fault(column, "error-cell", Severity.WARNING, message, error)
    faults.setdefault(row + 1, []).append(fault)


def _holds(archive: ZipFile, member: str, marks: tuple[bytes, ...]) -> bool:
    """Whether a member holds one of the marks, be it cut in two by the edge of a chunk."""
    edge = b""
    with archive.open(member) as file:
        while chunk := file.read(1 << 18):
            if any(mark in edge + chunk for mark in marks):
                return True
            edge = chunk[-64:]
    return False


def _parse(archive: ZipFile, member: str, cells: _ExcelCells | _OdsCells) -> Faults:
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = cells.start
    parser.EndElementHandler = cells.end
    parser.CharacterDataHandler = cells.text
    with archive.open(member) as file:
        parser.ParseFile(file)
    return cells.faults
