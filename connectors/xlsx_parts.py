"""Inside an XLSX archive: where its sheets are, and how far they reach.

calamine lays a sheet out as a full rectangle, so one forgotten character in the last corner of a sheet asks for
hundreds of gigabytes and ends the process. The corner is therefore looked for first.
"""

import re
from collections.abc import Iterator
from posixpath import join, normpath
from xml.parsers.expat import ParserCreate
from zipfile import ZipFile

Attributes = dict[str, str]

_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"
# The attribute r of cells and rows: r="F12". The patterns begin with a letter so that the search for it is fast.
_COLUMNS = re.compile(rb"""r\s*=\s*["']([A-Za-z]+)[0-9]""")
_ROWS = re.compile(rb"""r\s*=\s*["'][A-Za-z]*([0-9]+)""")
_CHUNK = 1 << 20
_EDGE = 64  # bytes: longer than any reference, so that none is lost between two chunks


def sheet_members(archive: ZipFile) -> dict[str, str]:
    """The file of each sheet, by name: workbook.xml names them, its relations locate them.

    Raises KeyError and ExpatError when the archive is not quite a workbook.
    """
    targets = {one["Id"]: one["Target"] for one in _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship")}
    sheets = {one["name"]: targets[one[_RELATION]] for one in _elements(archive, "xl/workbook.xml", "sheet")}
    return {
        name: path.lstrip("/") if path.startswith("/") else normpath(join("xl", path)) for name, path in sheets.items()
    }


def corners(archive: ZipFile) -> Iterator[tuple[int, int]]:
    """The last row and the last column that each part of the archive mentions, counted from 1.

    Every part is read but the texts: a sheet may lie under any name.
    """
    for member in archive.namelist():
        if member.startswith("xl/") and member.endswith(".xml") and not member.endswith("sharedStrings.xml"):
            yield _corner(archive, member)


def _corner(archive: ZipFile, member: str) -> tuple[int, int]:
    rows: set[bytes] = set()
    columns: set[bytes] = set()
    edge = b""
    with archive.open(member) as file:
        while chunk := file.read(_CHUNK):
            text = edge + chunk
            rows.update(_ROWS.findall(text))
            columns.update(_COLUMNS.findall(text))
            edge = chunk[-_EDGE:]
    last_column = max((column_number(one.decode()) for one in columns), default=0)
    return max(map(int, rows), default=0), last_column


def place(cell: str) -> tuple[int, int]:
    """Row and column from 0 of a cell named as F12. Raises ValueError for anything else."""
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :]) - 1, column_number(letters) - 1


def column_number(letters: str) -> int:
    """A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _elements(archive: ZipFile, member: str, wanted: str) -> list[Attributes]:
    found: list[Attributes] = []

    def start(name: str, attributes: Attributes) -> None:
        if name.rpartition(" ")[2] == wanted:
            found.append(attributes)

    parser = ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.Parse(archive.read(member), True)
    return found
