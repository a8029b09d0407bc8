"""XLSX (ECMA-376), written as it passes: inline strings, so that nothing is held in memory, and no formula anywhere.

A zip entry that is being written cannot grow past 2 GiB, so a sheet ends there as it does at Excel's last row.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import product
from pathlib import Path
from string import ascii_uppercase
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow as pa
import pyarrow.compute as pc

from hub.distributions import sheets, table
from hub.distributions.batch import Batch
from hub.distributions.kernels import Column, beside, data, respelt
from hub.distributions.sheets import fitted
from hub.distributions.zipped import entry
from hub.model.imprint import Imprint

_MAX_BYTES = 2_000_000_000
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SHEET_BEGINS = (
    f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2"'
    ' activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
    '<cols><col min="1" max="256" width="20" customWidth="1"/></cols><sheetData>'
)
_SHEET_ENDS = "</sheetData></worksheet>"
_TEXT = ' t="inlineStr"><is><t xml:space="preserve">'
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_COLUMNS = (*ascii_uppercase, *map("".join, product(ascii_uppercase, repeat=2)))
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # what Excel would read as a character


def write(
    path: Path, collection: str, batches: Iterable[Batch], imprint: Imprint, max_rows: int = sheets.MAX_ROWS
) -> Iterator[Batch]:
    """Write a workbook and pass the batches on.

    Records stand on the first sheet, and on further ones where it is full; then come a dictionary and the licence.
    """
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        with closing(_Sheets(packed, collection, max_rows)) as records:
            for batch in batches:
                records.add(batch)
                yield batch
        names = [sheets.name(collection, number) for number in range(1, records.count + 1)]
        for name, told in sheets.explained(collection, records.count, imprint).items():
            names.append(name)
            body = "".join(_row(at, texts) for at, texts in enumerate(told, 1))
            _put(packed, _sheet(len(names)), f"{_SHEET_BEGINS}{body}{_SHEET_ENDS}")
        _bind(packed, names)


class _Sheets(sheets.Sheets):
    """Each sheet is an entry of the archive, closed before the next is begun."""

    def __init__(self, packed: ZipFile, collection: str, max_rows: int) -> None:
        super().__init__(collection, max_rows, _MAX_BYTES)
        self._packed = packed

    def _begin(self, _title: str) -> None:
        self._file = self._packed.open(entry(_sheet(self.count)), "w")
        headings = _row(1, table.headings(self._collection), ' s="1"')
        self._file.write(f"{_SHEET_BEGINS}{headings}".encode())

    def _put(self, batch: Batch, taken: slice, first: int) -> int:
        return self._file.write(data(_rows(batch, taken, first)))

    def _end(self) -> None:
        with self._file:
            self._file.write(_SHEET_ENDS.encode())


def _rows(batch: Batch, taken: slice, first: int) -> Column:
    """Some records of a batch as rows; cells that hold nothing are left out."""
    numbers = pa.array(range(first, first + taken.stop - taken.start)).cast(pa.string())
    columns = zip(_COLUMNS, batch.cells, batch.texts, strict=False)
    told = [
        _column(f'<c r="{letters}', numbers, cells[taken], texts[taken])
        for letters, cells, texts in columns
        if texts.null_count < len(texts)
    ]
    return beside('<row r="', numbers, '">', *told, "</row>")


def _column(place: str, numbers: Column, cells: Any, texts: Column) -> Column:
    if pa.types.is_floating(cells.type):
        return pc.binary_join_element_wise(place, numbers, '"><v>', texts, "</v></c>", "")
    if pa.types.is_boolean(cells.type):
        return pc.binary_join_element_wise(place, numbers, '" t="b"><v>', pc.if_else(cells, "1", "0"), "</v></c>", "")
    spelt = respelt(fitted(texts), "[&<>]|_x", _spelt, among=b"&<>_")
    return pc.binary_join_element_wise(place, numbers, f'"{_TEXT}', spelt, "</t></is></c>", "")


def _row(number: int, texts: Iterable[str], style: str = "") -> str:
    """A row of texts: headings, and those of the sheets that explain."""
    told = [
        f'<c r="{letters}{number}"{style}{_TEXT}{_spelt(sheets.fit(text))}</t></is></c>'
        for letters, text in zip(_COLUMNS, texts, strict=False)
        if text
    ]
    return f'<row r="{number}">{"".join(told)}</row>'


def _spelt(text: str) -> str:
    return _ESCAPED.sub("_x005F_", escape(text))


def _sheet(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def _bind(packed: ZipFile, names: list[str]) -> None:
    """Everything that leads from the archive to its sheets."""
    numbers = range(1, len(names) + 1)
    _put(packed, "xl/styles.xml", _STYLES)
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(names, 1)
    )
    _put(
        packed,
        "xl/workbook.xml",
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
    )
    targets = [("worksheet", f"worksheets/sheet{at}.xml") for at in numbers] + [("styles", "styles.xml")]
    _put(packed, "xl/_rels/workbook.xml.rels", _relations(targets))
    _put(packed, "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
    parts = [(f"/{_sheet(at)}", "worksheet") for at in numbers]
    parts += [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    overrides = "".join(f'<Override PartName="{part}" ContentType="{_KIND}.{kind}+xml"/>' for part, kind in parts)
    _put(
        packed,
        "[Content_Types].xml",
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
        f' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{overrides}</Types>',
    )


def _relations(targets: list[tuple[str, str]]) -> str:
    told = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{told}</Relationships>'


def _put(packed: ZipFile, name: str, text: str) -> None:
    packed.writestr(entry(name), text)
