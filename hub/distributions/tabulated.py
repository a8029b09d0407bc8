"""Statistics in the forms that statisticians open: JSON-stat 2.0, and one long table.

    statistics.json ──► statistics.jsonstat.json   a dataset for each table and population
                   └──► statistics.csv             a row for each figure, and for each row of each table

Made from `statistics.json` and nothing else; both read back give its numbers.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import orjson

from hub.distributions import queried
from hub.distributions.files import entry
from hub.distributions.table import own
from hub.model.imprint import Imprint
from hub.model.release import FileEntry
from schemas.canonical import JSON

JSONSTAT, TABLE = "statistics.jsonstat.json", "statistics.csv"
COLUMNS = (
    own(
        "tableau",
        "Tableau ou chiffre",
        "Table or figure",
        "Nom du tableau, ou du chiffre quand le code est vide.",
        example="actors-by-country",
        required=True,
    ),
    own(
        "population",
        "Population",
        "Population",
        "Fiches comptées : open (données ouvertes), published (montrées), known (toutes).",
        example="open",
        required=True,
    ),
    own("code", "Code", "Code", "Valeur comptée, vide pour un chiffre.", example="SN"),
    own("libelle", "Libellé", "Label", "Ce que le code veut dire.", example="Sénégal"),
    own("nombre", "Nombre", "Count", "Le nombre.", example="120", kind="integer", required=True),
    own("unite", "Unité", "Unit", "Ce qui est compté.", example="acteurs", required=True),
    own(
        "definition",
        "Définition",
        "Definition",
        "Comment c'est compté.",
        example="Pays déclarés, quel que soit le rôle ; une fiche compte dans chacun de ses pays.",
        required=True,
    ),
)

# (figure or table, population, code) -> number; the code of a figure is "".
Cells = dict[tuple[str, str, str], int]


def write(folder: Path, statistics: JSON, imprint: Imprint) -> None:
    datasets = [_dataset(table, imprint) for table in statistics["tables"] if table["rows"]]
    collection = {
        "version": "2.0",
        "class": "collection",
        "label": imprint.citation,
        "link": {"item": datasets},
    }
    (folder / JSONSTAT).write_bytes(orjson.dumps(collection, option=orjson.OPT_INDENT_2))
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(column.heading for column in COLUMNS)
        out.writerows(_rows(statistics))


def entries(folder: Path) -> Iterator[FileEntry]:
    """The manifest's entries of both."""
    yield entry(
        folder / TABLE,
        rows=len(of_table(folder / TABLE)),
        media_type="text/csv",
        title="Statistiques en un tableau (CSV)",
        title_en="Statistics as one table (CSV)",
    )
    yield entry(
        folder / JSONSTAT,
        rows=None,
        media_type="application/json",
        title="Statistiques (JSON-stat 2.0)",
        title_en="Statistics (JSON-stat 2.0)",
    )


def cells(statistics: JSON) -> Cells:
    """Every published number."""
    found = {(each["id"], each["population"], ""): int(each["value"]) for each in statistics["figures"]}
    for table in statistics["tables"]:
        for row in table["rows"]:
            found[table["id"], table["population"], row["code"]] = int(row["count"])
    return found


def of_jsonstat(path: Path) -> Cells:
    """The numbers of the tables, as the file tells them. Raises OSError, ValueError or KeyError."""
    found: Cells = {}
    for dataset in orjson.loads(path.read_bytes())["link"]["item"]:
        [name], [size] = dataset["id"], dataset["size"]
        codes = dataset["dimension"][name]["category"]["index"]
        told = dataset["extension"]
        if not len(codes) == len(dataset["value"]) == size:
            raise ValueError(f"{told['id']}: {size} categories, {len(dataset['value'])} values")
        found |= {
            (told["id"], told["population"], code): value for code, value in zip(codes, dataset["value"], strict=True)
        }
    return found


def of_table(path: Path) -> Cells:
    """All the numbers, as the file tells them. Raises duckdb.Error."""
    query = "SELECT tableau, population, coalesce(code, ''), nombre FROM read_csv(?, all_varchar=true)"
    return {
        (table, population, code): int(number) for table, population, code, number in queried.rows(query, [str(path)])
    }


def _dataset(table: JSON, imprint: Imprint) -> JSON:
    dimension = table["dimension"]
    codes = [row["code"] for row in table["rows"]]
    return {
        "version": "2.0",
        "class": "dataset",
        "label": table["title_fr"],
        "source": imprint.citation,
        "note": [table["definition_fr"]],
        "id": [dimension],
        "size": [len(codes)],
        "role": {"geo": [dimension]} if dimension in ("country", "zone", "region", "department") else {},
        "dimension": {
            dimension: {
                "label": table["title_fr"],
                "category": {"index": codes, "label": {row["code"]: row["label_fr"] for row in table["rows"]}},
            }
        },
        "value": [row["count"] for row in table["rows"]],
        "extension": {
            name: table[name]
            for name in ("id", "population", "unit", "multivalued", "networks", "total", "known", "unknown", "overlap")
        },
    }


def _rows(statistics: JSON) -> Iterator[tuple[str | int, ...]]:
    for figure in statistics["figures"]:
        told = figure["value"], figure["unit"], figure["definition_fr"]
        yield figure["id"], figure["population"], "", "", *told
    for table in statistics["tables"]:
        for row in table["rows"]:
            told = row["count"], table["unit"], table["definition_fr"]
            yield table["id"], table["population"], row["code"], row["label_fr"], *told
