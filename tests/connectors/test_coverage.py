from pathlib import Path

import pytest

from connectors.connector import UnreadableFile
from connectors.mapping import Coverage, apply, open_for, parse
from tests.connectors.files import text_file

MAPPING = """
name = "annuaire"
collection = "actor"
[id]
columns = ["N°"]
[columns]
"Nom" = "name"
"Type" = { to = "type", terms = "types" }
"Site" = "website"
"Notes" = { ignore = true }
[terms.types]
"Comité" = { code = "ASSO", lossy = true }
"""


def _coverage(folder: Path, text: str) -> Coverage:
    mapping = parse(MAPPING)
    table = open_for(mapping, text_file(folder, text))
    coverage = Coverage(mapping, table.columns)
    for row in table.rows:
        coverage.add(row, apply(mapping, row))
    return coverage


def test_what_is_left_aside_unknown_or_blurred_is_counted(tmp_path: Path) -> None:
    text = (
        "N°;Nom;Type;Notes;Président;Fax\n"
        "1;ADER;Comité;x;Anne;\n2;RBS;Club;x;Anne;\n3;Eau Vive;Club;;Paul;\n4;Ti;comite;;;\n"
    )

    coverage = _coverage(tmp_path, text)

    assert coverage.as_json() == {
        "rows": 4,
        "missing_columns": ["Site"],
        "unmapped_columns": [
            {"column": "Président", "filled": 3, "samples": ["Anne", "Paul"]},
            {"column": "Fax", "filled": 0, "samples": []},
        ],
        "unknown_terms": [{"column": "Type", "term": "Club", "count": 2}],
        "lossy_terms": [
            {"column": "Type", "term": "Comité", "code": "ASSO", "count": 1},
            {"column": "Type", "term": "comite", "code": "ASSO", "count": 1},
        ],
    }
    assert list(coverage.sentences()) == [
        "« Type » : le terme « Club » est inconnu (2 fois).",
        "La colonne « Président » n'est pas reliée (3 valeurs, dont « Anne », « Paul »).",
        "« Type » : « Comité » devient « ASSO », moins précis (1 fois).",
        "« Type » : « comite » devient « ASSO », moins précis (1 fois).",
    ]


def test_a_heading_that_is_missing_is_noted_with_the_nearest_one(tmp_path: Path) -> None:
    table = open_for(parse(MAPPING), text_file(tmp_path, "N°;Nom;Type;Sites;Notes\n1;ADER;Comité;x;y\n"))

    (note,) = table.notes
    assert note.code == "missing-column"
    assert note.message == ("une colonne de la correspondance manque au fichier : « Site » (serait-ce « Sites » ?).")


def test_all_missing_headings_are_told_at_once_and_a_column_in_use_is_no_likely_one(tmp_path: Path) -> None:
    table = open_for(
        parse(MAPPING.replace("[columns]", '[constants]\ntype = "ASSO"\n[columns]')),
        text_file(tmp_path, "N°;Nom\n1;ADER\n"),
    )

    (note,) = table.notes
    assert note.message == "des colonnes de la correspondance manquent au fichier : « Type », « Site »."


@pytest.mark.parametrize(("headings", "lacking"), [("Nom;Type;Site", "« N° »"), ("N°;Type;Site", "« Nom »")])
def test_a_file_without_what_every_record_needs_is_not_the_one_described(
    headings: str, lacking: str, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableFile, match=f"il lui manque {lacking}") as refused:
        open_for(parse(MAPPING), text_file(tmp_path, f"{headings}\na;b;c\n"))

    assert refused.value.code == "columns-missing"
