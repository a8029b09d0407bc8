"""Reading a network's files: rows a second of CPU, encodings found, payloads made."""

import csv
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path
from statistics import median

import openpyxl

from connectors.connector import RawRow, open_table
from connectors.mapping import apply, parse
from tests.benchmarks.row import Row
from tests.connectors.french_files import french_files

_ROWS = 10_000
_TURNS = 3
_COLUMNS = ("N°", "Nom", "Type", "SIREN", "Adresse", "CP", "Commune", "Lat", "Lon", "Téléphone", "Courriel", "Site")
_MORE = ("Thèmes", "Pays", "ODD", "Création", "Adhérent", "Objet")
_CELLS = (
    ("Comité de jumelage", "Association", "732829320", "12 rue de la Liberté", 1000, "Bourg-en-Bresse", 46.2, 5.22),
    ("Électriciens du monde", "Association", "418688420", "3 place de l'Église", 35000, "Rennes", 48.11, -1.68),
)
_REST = (
    "02 99 45 88 02",
    "contact@exemple.fr",
    "www.exemple.fr",
    "Eau; Santé",
    "Mali; Bénin",
    "6",
    1984,
    "oui",
    "Aider",
)
_MAPPING = parse("""
    name = "banc"
    collection = "actor"
    [id]
    columns = ["N°"]
    [constants]
    "seat.country" = "FR"
    [columns]
    "Nom" = "name"
    "Type" = "type"
    "SIREN" = "identifiers.siren"
    "Adresse" = "seat.street"
    "CP" = "seat.postcode"
    "Commune" = "seat.city"
    "Lat" = "seat.lat"
    "Lon" = "seat.lon"
    "Téléphone" = "phone"
    "Courriel" = "email"
    "Site" = "website"
    "Thèmes" = { to = "sectors", split = ";", terms = "themes" }
    "Pays" = { to = "countries", split = ";" }
    "ODD" = "sdgs"
    "Création" = "founded_on"
    "Adhérent" = "member"
    "Objet" = "description"
    [terms.themes]
    "Eau" = "EAU"
    "Santé" = "SANT"
""")


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        return [_workbook(Path(folder)), _text(Path(folder)), _encodings(Path(folder)), _mapping()]


def _table() -> list[list[object]]:
    filled = islice(cycle(_CELLS), _ROWS)
    return [[*_COLUMNS, *_MORE], *([f"A-{number}", *cells, *_REST] for number, cells in enumerate(filled))]


def _workbook(folder: Path) -> Row:
    path = folder / "annuaire.xlsx"
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("Acteurs")
    for cells in _table():
        page.append(cells)
    book.save(path)
    ours, theirs = _in_turns(lambda: _drain(path), lambda: _openpyxl(path))
    return _row("read XLSX, 18 columns", ours, theirs, "openpyxl read_only", goal=6)


def _text(folder: Path) -> Row:
    path = folder / "annuaire.csv"
    with path.open("w", encoding="cp1252", newline="") as file:
        csv.writer(file, delimiter=";").writerows(_table())
    ours, theirs = _in_turns(lambda: _drain(path), lambda: _bare_csv(path))
    return _row("read CSV in cp1252, 18 columns", ours, theirs, "csv.DictReader, told the encoding")


def _encodings(folder: Path) -> Row:
    files = list(french_files())
    right = 0
    for file in files:
        path = folder / "essai.csv"
        path.write_bytes(file.content)
        table = open_table(path)
        right += [table.columns, *(tuple(row.values.values()) for row in table.rows)] == list(file.table)
    return Row(
        name="French files read right",
        unit="files",
        value=right,
        baseline=len(files),
        baseline_name="all",
        goal=80 / 84,
    )


def _mapping() -> Row:
    headings, *table = _table()
    raw = [
        RawRow(number=number, values=dict(zip(map(str, headings), map(str, cells), strict=True)))
        for number, cells in enumerate(table, 2)
    ]
    seconds = median(_cpu(lambda: [apply(_MAPPING, row) for row in raw]) for _ in range(_TURNS))
    return Row(
        name="map rows to payloads",
        unit="records/s",
        value=_ROWS / seconds,
        baseline=10_000,
        baseline_name="what a region needs",
        goal=1,
    )


def _drain(path: Path) -> None:
    assert sum(1 for _ in open_table(path).rows) == _ROWS


def _openpyxl(path: Path) -> None:
    book = openpyxl.load_workbook(path, read_only=True)
    assert sum(1 for _ in book.worksheets[0].iter_rows(values_only=True)) == _ROWS + 1
    book.close()


def _bare_csv(path: Path) -> None:
    with path.open(encoding="cp1252", newline="") as file:
        assert sum(1 for _ in csv.DictReader(file, delimiter=";")) == _ROWS


def _in_turns(*works: Callable[[], object]) -> Sequence[float]:
    """Median CPU seconds of each, measured one after the other, several times."""
    turns = [[_cpu(work) for work in works] for _ in range(_TURNS)]
    return [median(times) for times in zip(*turns, strict=True)]


def _cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _row(name: str, ours: float, theirs: float, baseline_name: str, goal: float | None = None) -> Row:
    return Row(
        name=name,
        unit="rows/s",
        value=_ROWS / ours,
        baseline=_ROWS / theirs,
        baseline_name=baseline_name,
        goal=goal,
    )
