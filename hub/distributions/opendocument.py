"""ODS (OpenDocument 1.3), for LibreOffice: the rows are spooled beside the file, then packed with what binds them."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from shutil import copyfileobj
from typing import IO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_STORED, ZipFile

from hub.distributions import sheets, table
from hub.distributions.table import Cell, Row
from hub.distributions.zipped import entry
from hub.model.imprint import TITLE, Imprint

MEDIA_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_CHUNK = 1 << 16
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_BEGINS = (
    f'{_HEAD}<office:document-content xmlns:office="{_OASIS}:office:1.0" xmlns:table="{_OASIS}:table:1.0"'
    f' xmlns:text="{_OASIS}:text:1.0" office:version="1.3"><office:body><office:spreadsheet>'
)
_ENDS = "</office:spreadsheet></office:body></office:document-content>"
_MANIFEST = (
    f'{_HEAD}<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{MEDIA_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
_EMPTY = "<table:table-cell/>"
# White space that OpenDocument would drop: runs, and what stands at either end of a paragraph (part 3, 6.1.2).
_SPACES = re.compile(r"^ +| {2,}| +$")


def write(
    path: Path, collection: str, rows: Iterable[Row], imprint: Imprint, max_rows: int = sheets.MAX_ROWS
) -> Iterator[Row]:
    """Write a spreadsheet and pass the rows on; its sheets are those of the XLSX file."""
    spool = path.with_suffix(".spool")
    try:
        with spool.open("w", encoding="utf-8", buffering=_CHUNK) as file:
            yield from _content(file, collection, rows, imprint, max_rows)
        with ZipFile(path, "w") as packed:
            packed.writestr(entry("mimetype", method=ZIP_STORED), MEDIA_TYPE)  # first, and bare: part 2, 3.3
            with spool.open("rb") as read, packed.open(entry("content.xml", size=spool.stat().st_size), "w") as file:
                copyfileobj(read, file, _CHUNK)
            packed.writestr(entry("meta.xml"), _meta(imprint))
            packed.writestr(entry("META-INF/manifest.xml"), _MANIFEST)
    finally:
        spool.unlink(missing_ok=True)


def _content(file: IO[str], collection: str, rows: Iterable[Row], imprint: Imprint, max_rows: int) -> Iterator[Row]:
    headings = table.headings(collection)
    rest, count = iter(rows), 0
    first = next(rest, None)
    blank = [_EMPTY] * len(headings)
    file.write(_BEGINS)
    while first or not count:
        count += 1
        file.write(_table(sheets.name(collection, count)))
        file.write(_row([_cell(heading, heading) for heading in headings]))
        for row in chain([first] if first else [], islice(rest, max_rows - 2)):
            cells, plain = blank.copy(), row.is_plain
            for at, cell, text in row.filled:
                cells[at] = _cell(cell, text, plain=plain)
            file.write(_row(cells))
            yield row
        file.write("</table:table>")
        first = next(rest, None)
    for name, told in sheets.explained(collection, count, imprint).items():
        file.write(_table(name))
        file.writelines(_row([_cell(text, text) for text in texts]) for texts in told)
        file.write("</table:table>")
    file.write(_ENDS)


def _table(name: str) -> str:
    return f"<table:table table:name={quoteattr(name)}>"


def _row(cells: Iterable[str]) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def _cell(cell: Cell, text: str, *, plain: bool = False) -> str:
    """plain: the text has not to be spelt otherwise."""
    if not text:
        return _EMPTY
    if isinstance(cell, bool):
        return f'<table:table-cell office:value-type="boolean" office:boolean-value="{text}"/>'
    if isinstance(cell, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{text}"/>'
    told = text if plain else "</text:p><text:p>".join(map(_paragraph, sheets.fit(text).split("\n")))
    return f'<table:table-cell office:value-type="string"><text:p>{told}</text:p></table:table-cell>'


def _paragraph(line: str) -> str:
    told = _SPACES.sub(lambda found: f'<text:s text:c="{len(found[0])}"/>', escape(line))
    return told.replace("\t", "<text:tab/>")


def _meta(imprint: Imprint) -> str:
    return (
        f'{_HEAD}<office:document-meta xmlns:office="{_OASIS}:office:1.0"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3"><office:meta>'
        f"<dc:title>{escape(TITLE)}</dc:title><dc:creator>{escape(imprint.publisher)}</dc:creator>"
        f"<dc:description>{escape(imprint.citation)}</dc:description><dc:language>fr</dc:language>"
        "</office:meta></office:document-meta>"
    )
