"""The demonstration's files, read by other readers than ours: what the table of the demonstration is held against."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from odf.opendocument import load
from odf.table import Table, TableCell, TableRow
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

Row = dict[str, str]
PROJECTS = {"projets-afd.xlsx", "projets (mac).csv", "projets_afd.psv", "projets.csv", "projets.ods"}


def delimited(path: Path, encoding: str, delimiter: str) -> list[Row]:
    with path.open(encoding=encoding, newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


def xlsx(path: Path, sheet: str) -> list[Row]:
    workbook = load_workbook(path, read_only=True)
    rows = _named([list(row) for row in workbook[sheet].iter_rows(values_only=True)])
    workbook.close()
    return rows


def xls(path: Path, sheet: str) -> list[Row]:
    """There is no second reader of this old format at hand: the same library, without any code of ours."""
    return _named(CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python())


def ods(path: Path, sheet: str, above: int = 0) -> list[Row]:
    table = next(one for one in load(path).spreadsheet.getElementsByType(Table) if one.getAttribute("name") == sheet)
    rows = [[str(cell) for cell in row.getElementsByType(TableCell)] for row in table.getElementsByType(TableRow)]
    return _named(rows[above:])


def _named(rows: list[list[Any]]) -> list[Row]:
    head, *body = rows
    return [dict(zip(head, ("" if cell is None else str(cell) for cell in row), strict=False)) for row in body]


# network -> file -> how it is read, the column of its key, that of the commune's INSEE code (None: the file has none)
FILES: dict[str, dict[str, tuple[Any, str, str | None]]] = {
    "resacoop": {
        "annuaire-resacoop.xlsx": (lambda path: xlsx(path, "Annuaire"), "N° fiche", "Code commune"),
        "projets-afd.xlsx": (lambda path: xlsx(path, "Projets AFD"), "N° concours", None),
    },
    "bfc-international": {"bfc_acteurs.csv": (lambda path: delimited(path, "utf-8-sig", ";"), "id", "insee")},
    "reseau-bretagne-solidaire": {"Repertoire RBS.ods": (lambda path: ods(path, "Répertoire", 2), "Réf.", "INSEE")},
    "centraider": {"annuaire_centraider.csv": (lambda path: delimited(path, "cp1252", ";"), "Code", "Code INSEE")},
    "gescod": {"export-gescod.txt": (lambda path: delimited(path, "utf-16", "\t"), "ID", "INSEE")},
    "lianes-cooperation": {
        "annuaire_2026.xls": (lambda path: xls(path, "Acteurs"), "Numéro", "Code officiel géographique"),
    },
    "horizons-solidaires": {
        "acteurs-normandie.csv": (lambda path: delimited(path, "iso8859-15", ","), "identifiant", "code_insee"),
    },
    "so-cooperation": {
        "Annuaire SO Cooperation (mac).csv": (lambda path: delimited(path, "mac_roman", ";"), "Fiche", "Code commune"),
        "projets (mac).csv": (lambda path: delimited(path, "mac_roman", ";"), "Concours", None),
    },
    "occitanie-cooperation": {
        "occitanie_acteurs.psv": (lambda path: delimited(path, "utf-8", "|"), "ref", "code_insee"),
        "projets_afd.psv": (lambda path: delimited(path, "utf-8", "|"), "concours", None),
    },
    "pays-de-la-loire-ci": {
        "loire-atlantique-44.csv": (lambda path: delimited(path, "cp1252", ";"), "N°", None),
        "maine-et-loire-49.xlsx": (lambda path: xlsx(path, "Tiers"), "Réf. tiers", "Code INSEE"),
        "sarthe-vendee-72-85.ods": (lambda path: ods(path, "Subventions"), "Identifiant", "INSEE"),
        "reserve-parlementaire.csv": (lambda path: delimited(path, "utf-8", ","), "id_ligne", "code_insee"),
        "registres-publics.csv": (lambda path: delimited(path, "utf-8-sig", ";"), "Clé", "Code commune"),
        "projets.csv": (lambda path: delimited(path, "utf-8", ","), "concours", None),
    },
    "territoires-solidaires": {
        "territoires-solidaires.csv": (lambda path: delimited(path, "utf-8", ","), "id", "Code INSEE de la ville"),
        "projets.ods": (lambda path: ods(path, "Projets"), "Référence", None),
    },
    "karib-horizon": {"karib.csv": (lambda path: delimited(path, "iso8859-15", ";"), "Ref", "Code INSEE")},
}

# The départements of each region that has a network (INSEE): the seat of an actor must lie in one of its network's.
DEPARTMENTS = {
    "resacoop": "01 03 07 15 26 38 42 43 63 69 73 74",
    "bfc-international": "21 25 39 58 70 71 89 90",
    "reseau-bretagne-solidaire": "22 29 35 56",
    "centraider": "18 28 36 37 41 45",
    "gescod": "08 10 51 52 54 55 57 67 68 88",
    "lianes-cooperation": "02 59 60 62 80",
    "horizons-solidaires": "14 27 50 61 76",
    "so-cooperation": "16 17 19 23 24 33 40 47 64 79 86 87",
    "occitanie-cooperation": "09 11 12 30 31 32 34 46 48 65 66 81 82",
    "pays-de-la-loire-ci": "44 49 53 72 85",
    "territoires-solidaires": "04 05 06 13 83 84",
    "karib-horizon": "971",
}


def rows(federation: Path, network: str) -> Iterator[tuple[str, str, str]]:
    """Each row of a network's files as (collection, key, INSEE code of the seat or "")."""
    for name, (read, key, insee) in FILES[network].items():
        collection = "project" if name in PROJECTS else "actor"
        for row in read(federation / "networks" / network / name):
            yield collection, row[key], row[insee] if insee else ""


def is_outside(network: str, insee: str) -> bool:
    """The commune lies outside the network's region; an unknown commune does not."""
    department = insee[:3] if insee.startswith("97") else insee[:2]
    return bool(insee) and department not in DEPARTMENTS[network].split()
