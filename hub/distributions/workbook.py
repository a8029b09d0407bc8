"""XLSX (ECMA-376), written as it passes: inline strings, so that nothing is held in memory, and no formula anywhere.

A zip entry that is being written cannot grow past 2 GiB, so a sheet ends there as it does at Excel's last row.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, count, islice, product
from pathlib import Path
from string import ascii_uppercase
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from hub.distributions import sheets, table
from hub.distributions.table import Cell, Row
from hub.distributions.zipped import entry
from hub.model.imprint import Imprint

_MAX_BYTES = 2_000_000_000
_FLUSH = 1 << 16
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
    path: Path, collection: str, rows: Iterable[Row], imprint: Imprint, max_rows: int = sheets.MAX_ROWS
) -> Iterator[Row]:
    """Write a workbook and pass the rows on.

    Records stand on the first sheet, and on further ones where it is full; then come a dictionary and the licence.
    """
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        names: list[str] = []
        rest = iter(rows)
        first = next(rest, None)
        while first or not names:
            names.append(sheets.name(collection, len(names) + 1))
            here = chain([first] if first else [], islice(rest, max_rows - 2))
            yield from _records(packed, _sheet(len(names)), collection, here)
            first = next(rest, None)
        for name, told in sheets.explained(collection, len(names), imprint).items():
            names.append(name)
            body = "".join(_row(at, zip(count(), texts, texts)) for at, texts in enumerate(told, 1))
            _put(packed, _sheet(len(names)), f"{_SHEET_BEGINS}{body}{_SHEET_ENDS}")
        _bind(packed, names)


def _records(packed: ZipFile, sheet: str, collection: str, rows: Iterator[Row]) -> Iterator[Row]:
    """Write one sheet, up to the size that a zip entry can have; what is left of `rows` goes to the next one."""
    headings = [(at, heading, heading) for at, heading in enumerate(table.headings(collection))]
    waiting, held, size = [_SHEET_BEGINS, _row(1, headings, ' s="1"')], 0, 0
    with packed.open(entry(sheet), "w") as file:
        for at, row in enumerate(rows, 2):
            text = _row(at, row.filled, plain=row.is_plain)
            waiting.append(text)
            held += len(text)
            if held > _FLUSH:
                size += file.write("".join(waiting).encode())
                waiting, held = [], 0
            yield row
            if size > _MAX_BYTES:
                break
        file.write("".join([*waiting, _SHEET_ENDS]).encode())


def _row(number: int, filled: Iterable[tuple[int, Cell, str]], style: str = "", *, plain: bool = False) -> str:
    """plain: no text has to be spelt otherwise."""
    told = [
        f'<c r="{_COLUMNS[at]}{number}"{style} t="inlineStr"><is><t xml:space="preserve">'
        f"{text if plain else _spelt(text)}</t></is></c>"
        if not isinstance(cell, int | float)
        else _number(f"{_COLUMNS[at]}{number}", cell)
        for at, cell, text in filled
        if text
    ]
    return f'<row r="{number}">{"".join(told)}</row>'


def _number(place: str, cell: float) -> str:
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    return f'<c r="{place}"><v>{cell}</v></c>'


def _spelt(text: str) -> str:
    return _ESCAPED.sub("_x005F_", escape(sheets.fit(text)))


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
