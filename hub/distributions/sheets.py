"""What every spreadsheet file is made of: what a cell can hold, how many rows a sheet has, the sheets that explain."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

import pyarrow.compute as pc

from hub.distributions import table, xmltext
from hub.distributions.batch import Batch
from hub.distributions.kernels import Column as Texts
from hub.distributions.kernels import data, respelt, respelt_where
from hub.model.imprint import TITLE, Imprint
from hub.model.licence import licence
from schemas.registry import Column

# Excel's limits, and LibreOffice's: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
MAX_ROWS = 1_048_576
MAX_CELL = 32_767  # in UTF-16 code units: a character beyond the first plane counts twice
CUT = "… [texte coupé : un tableur ne tient que 32 767 caractères]"
DATA = {"actor": "Acteurs", "project": "Projets", "announcement": "Annonces"}

# Where rows stand in a file of either kind, and what sheets, rows and cells are called there.
_CONTENT, _SHEET = "content.xml", re.compile(r"xl/worksheets/sheet\d+\.xml")
_ROW_ENDS = re.compile(rb"</(?:table:table-)?row\s*>")
_SHEETS, _ROWS, _CELLS = ("sheetData", "table:table"), ("row", "table:table-row"), ("c", "table:table-cell")

_HEADINGS = ("colonne", "intitulé", "intitulé (anglais)", "description", "exemple")


def fit(text: str) -> str:
    """A text as a cell can hold it: line ends as LF, no character that XML forbids, cut where a cell ends, and said."""
    text = xmltext.fit(text)
    if len(text) <= MAX_CELL // 2 or len(text.encode("utf-16-le")) <= 2 * MAX_CELL:
        return text
    kept = text.encode("utf-16-le")[: 2 * (MAX_CELL - len(CUT))]
    return kept.decode("utf-16-le", "ignore") + CUT


def fitted(texts: Texts) -> Texts:
    """A column of texts as cells can hold them: see `fit`."""
    texts = respelt(texts, xmltext.UNFIT, fit, among=xmltext.UNFIT_BYTES)
    if texts.null_count == len(texts) or len(data(texts)) <= MAX_CELL // 2:
        return texts
    return respelt_where(texts, pc.fill_null(pc.greater(pc.binary_length(texts), MAX_CELL // 2), False), fit)


class Sheets(ABC):
    """The sheets of records of a file: at least one, another where one is full. To be closed."""

    def __init__(self, collection: str, max_rows: int, max_bytes: int | None = None) -> None:
        """max_rows: of a sheet, its headings among them. max_bytes: how much a sheet may hold before its last batch."""
        self._collection, self._max_rows, self._max_bytes = collection, max_rows, max_bytes
        self._row, self._size, self.count = 0, 0, 0

    def add(self, batch: Batch) -> None:
        at = 0
        while at < len(batch):
            if not self.count or self._row == self._max_rows or (self._max_bytes and self._size > self._max_bytes):
                self._next()
            taken = slice(at, min(len(batch), at + self._max_rows - self._row))
            self._size += self._put(batch, taken, self._row + 1)
            self._row += taken.stop - at
            at = taken.stop

    def close(self) -> None:
        """End the last sheet."""
        if not self.count:
            self._next()
        self._end()

    def _next(self) -> None:
        if self.count:
            self._end()
        self.count += 1
        self._row, self._size = 1, 0
        self._begin(name(self._collection, self.count))

    @abstractmethod
    def _begin(self, title: str) -> None:
        """Begin a sheet with its headings."""

    @abstractmethod
    def _put(self, batch: Batch, taken: slice, first: int) -> int:
        """Write the rows of some records of a batch, the first under that number, and say how many bytes they take."""

    @abstractmethod
    def _end(self) -> None:
        """End a sheet."""


def name(collection: str, number: int) -> str:
    """What the n-th sheet of records is called."""
    return DATA[collection] if number == 1 else f"{DATA[collection]} {number}"


def explained(collection: str, count: int, imprint: Imprint) -> dict[str, Iterator[tuple[str, ...]]]:
    """The sheets that come after the records. count: how many sheets those fill."""
    return {"Dictionnaire": _dictionary(collection), "À propos": _about(collection, count, imprint)}


def ids(path: Path) -> Iterator[str]:
    """The ids of a file, sheet after sheet: the first cell of each row, as expat reads it out of the archive.

    Nothing is held, however many rows there are. Raises ValueError when it cannot be read as a whole.
    """
    try:
        with ZipFile(path) as packed:
            names = [_CONTENT] if _CONTENT in packed.namelist() else sorted(filter(_SHEET.fullmatch, packed.namelist()))
            for name in sorted(names, key=len):  # "sheet2" before "sheet10"
                with packed.open(name) as file:
                    yield from _ids(file)
    except (BadZipFile, expat.ExpatError) as error:
        raise ValueError(str(error)) from error


def _ids(file: IO[bytes]) -> Iterator[str]:
    """Of the sheets whose first cell is "id", what the first cell of each row below says."""
    listed = False
    for row, text in _first_cells(file):
        if row == 0:
            listed = text == "id"
        elif listed:
            yield text


def _first_cells(file: IO[bytes]) -> Iterator[tuple[int, str]]:
    """The number of each row in its sheet, and the text of its first cell.

    expat reads every byte, but tells of elements only until the second cell of a row: to be told of all takes twice as
    long.
    """
    found, parts = list[tuple[int, str]](), list[str]()
    row, cell = -1, 0

    def tell() -> None:
        if cell == 1:
            found.append((row, "".join(parts)))

    def start(name: str, _attributes: object) -> None:
        nonlocal row, cell
        if name in _CELLS:
            tell()
            cell += 1
            if cell > 1:
                reader.StartElementHandler = reader.CharacterDataHandler = None
        elif name in _ROWS:
            tell()
            row, cell = row + 1, 0
            parts.clear()
            reader.CharacterDataHandler = parts.append
        elif name in _SHEETS:
            tell()
            row, cell = -1, 0

    reader = expat.ParserCreate()
    reader.buffer_text = True
    for piece in _pieces(file):
        reader.StartElementHandler = start
        reader.Parse(piece, False)
        yield from found
        found.clear()
    reader.Parse(b"", True)
    tell()
    yield from found


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a file, in pieces that hold the beginning of one row at most."""
    while chunk := file.read(1 << 16):
        first = 0
        for end in _ROW_ENDS.finditer(chunk):
            yield chunk[first : end.end()]
            first = end.end()
        yield chunk[first:]


def _dictionary(collection: str) -> Iterator[tuple[str, ...]]:
    yield _HEADINGS
    yield from (_told(column) for column in table.described(collection))


def _about(collection: str, count: int, imprint: Imprint) -> Iterator[tuple[str, ...]]:
    terms = licence(imprint.licence)
    yield "Catalogue", TITLE
    yield "Éditeur", imprint.publisher
    if imprint.site:
        yield "Adresse", imprint.site
    yield "Licence", terms.title
    if terms.url:
        yield "Texte de la licence", terms.url
    yield "Citation", imprint.citation
    yield "Feuilles", ", ".join(name(collection, number) for number in range(1, count + 1))


def _told(column: Column) -> tuple[str, ...]:
    example = table.text(table.cell(column.example))
    return column.heading, column.title_fr, column.title_en, column.description, example
