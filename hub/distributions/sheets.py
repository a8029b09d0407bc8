"""What every spreadsheet file is made of: what a cell can hold, how many rows a sheet has, the sheets that explain."""

from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from hub.distributions import table, xmltext
from hub.model.imprint import TITLE, Imprint
from hub.model.licence import licence
from schemas.registry import Column

# Excel's limits, and LibreOffice's: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
MAX_ROWS = 1_048_576
MAX_CELL = 32_767  # in UTF-16 code units: a character beyond the first plane counts twice
CUT = "… [texte coupé : un tableur ne tient que 32 767 caractères]"
DATA = {"actor": "Acteurs", "project": "Projets", "announcement": "Annonces"}

_HEADINGS = ("colonne", "intitulé", "intitulé (anglais)", "description", "exemple")


def fit(text: str) -> str:
    """A text as a cell can hold it: line ends as LF, no character that XML forbids, cut where a cell ends, and said."""
    text = xmltext.fit(text)
    if len(text) <= MAX_CELL // 2 or len(text.encode("utf-16-le")) <= 2 * MAX_CELL:
        return text
    kept = text.encode("utf-16-le")[: 2 * (MAX_CELL - len(CUT))]
    return kept.decode("utf-16-le", "ignore") + CUT


def name(collection: str, number: int) -> str:
    """What the n-th sheet of records is called."""
    return DATA[collection] if number == 1 else f"{DATA[collection]} {number}"


def explained(collection: str, count: int, imprint: Imprint) -> dict[str, Iterator[tuple[str, ...]]]:
    """The sheets that come after the records. count: how many sheets those fill."""
    return {"Dictionnaire": _dictionary(collection), "À propos": _about(collection, count, imprint)}


def ids(path: Path) -> Iterator[str]:
    """The ids of a file, sheet after sheet, read by calamine. Raises ValueError when it cannot be read as a whole."""
    try:
        with CalamineWorkbook.from_path(path) as book:
            for name_of_sheet in book.sheet_names:
                rows = book.get_sheet_by_name(name_of_sheet).iter_rows()
                if next(rows, [""])[0] == "id":
                    yield from (str(row[0]) for row in rows)
    except CalamineError as error:
        raise ValueError(str(error)) from error


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
