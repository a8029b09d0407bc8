"""ODS (OpenDocument 1.3), for LibreOffice: the rows are spooled beside the file, then packed with what binds them."""

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_STORED, ZipFile

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hub.distributions import sheets, table
from hub.distributions.batch import Batch
from hub.distributions.kernels import Column, beside, data, respelt, wrapped
from hub.distributions.sheets import fitted
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
_TABLE_ENDS, _ROW_BEGINS, _ROW_ENDS = "</table:table>", "<table:table-row>", "</table:table-row>"
_TEXT_BEGINS = '<table:table-cell office:value-type="string"><text:p>'
_TEXT_ENDS, _EMPTY = "</text:p></table:table-cell>", "<table:table-cell/>"
_REPEATED = "table:number-columns-repeated"
# White space that OpenDocument would drop: runs, and what stands at either end of a paragraph (part 3, 6.1.2).
_SPACES = re.compile(r"^ +| {2,}| +$")
_MARKED, _MARKS = r"^ |  | $|[\t\n&<>]", b" \t\n&<>"  # what is in a text that is not told as it stands


def write(
    path: Path, collection: str, batches: Iterable[Batch], imprint: Imprint, max_rows: int = sheets.MAX_ROWS
) -> Iterator[Batch]:
    """Write a spreadsheet and pass the batches on; its sheets are those of the XLSX file."""
    spool = path.with_suffix(".spool")
    try:
        with spool.open("wb") as file:
            yield from _content(file, collection, batches, imprint, max_rows)
        with ZipFile(path, "w") as packed:
            packed.writestr(entry("mimetype", method=ZIP_STORED), MEDIA_TYPE)  # first, and bare: part 2, 3.3
            with spool.open("rb") as read, packed.open(entry("content.xml", size=spool.stat().st_size), "w") as file:
                copyfileobj(read, file, _CHUNK)
            packed.writestr(entry("meta.xml"), _meta(imprint))
            packed.writestr(entry("META-INF/manifest.xml"), _MANIFEST)
    finally:
        spool.unlink(missing_ok=True)


def _content(
    file: IO[bytes], collection: str, batches: Iterable[Batch], imprint: Imprint, max_rows: int
) -> Iterator[Batch]:
    file.write(_BEGINS.encode())
    with closing(_Sheets(file, collection, max_rows)) as records:
        for batch in batches:
            records.add(batch)
            yield batch
    for name, told in sheets.explained(collection, records.count, imprint).items():
        file.write(f"{_table(name)}{''.join(map(_row, told))}{_TABLE_ENDS}".encode())
    file.write(_ENDS.encode())


class _Sheets(sheets.Sheets):
    """Each sheet is a table of the one document."""

    def __init__(self, file: IO[bytes], collection: str, max_rows: int) -> None:
        super().__init__(collection, max_rows)
        self._file = file

    def _begin(self, title: str) -> None:
        self._file.write(f"{_table(title)}{_row(table.headings(self._collection))}".encode())

    def _put(self, batch: Batch, taken: slice, _first: int) -> int:
        columns = zip(batch.cells, batch.texts, strict=True)
        told = _with_blanks([_column(cells[taken], texts[taken]) for cells, texts in columns])
        return self._file.write(data(beside(_ROW_BEGINS, *told, _ROW_ENDS)))

    def _end(self) -> None:
        self._file.write(_TABLE_ENDS.encode())


def _table(name: str) -> str:
    return f"<table:table table:name={quoteattr(name)}>"


def _with_blanks(columns: list[Column]) -> Iterator[Column]:
    """Columns of cells, null where they are blank, with one cell for each run of blanks between those of a row."""
    runs = pa.array(["", _EMPTY, *(f'{_EMPTY[:-2]} {_REPEATED}="{count}"/>' for count in range(2, len(columns) + 1))])
    blanks = np.zeros(len(columns[0]), int)  # of each row, since the last cell that holds anything
    for column in columns:
        if column.null_count < len(column):
            yield pc.binary_join_element_wise(runs.take(pa.array(blanks)), column, "")
        blanks = np.where(column.is_valid().to_numpy(zero_copy_only=False), 0, blanks + 1)
    yield runs.take(pa.array(blanks))


def _column(cells: Any, texts: Column) -> Column:
    """A column of cells, null where they are blank."""
    if pa.types.is_boolean(cells.type):
        return wrapped('<table:table-cell office:value-type="boolean" office:boolean-value="', texts, '"/>')
    if pa.types.is_floating(cells.type):
        return wrapped('<table:table-cell office:value-type="float" office:value="', texts, '"/>')
    return wrapped(_TEXT_BEGINS, respelt(fitted(texts), _MARKED, _paragraphs, among=_MARKS), _TEXT_ENDS)


def _row(texts: Iterable[str]) -> str:
    """A row of texts: headings, and those of the sheets that explain."""
    told = [f"{_TEXT_BEGINS}{_paragraphs(sheets.fit(text))}{_TEXT_ENDS}" if text else _EMPTY for text in texts]
    return f"{_ROW_BEGINS}{''.join(told)}{_ROW_ENDS}"


def _paragraphs(text: str) -> str:
    return "</text:p><text:p>".join(map(_paragraph, text.split("\n")))


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
