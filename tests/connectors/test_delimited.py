from pathlib import Path

import pytest

from connectors.connector import UnreadableFile, open_table
from schemas.record import Severity
from tests.connectors.files import bytes_file, read, text_file, values
from tests.connectors.french_files import ENCODINGS, SEPARATORS, SIZES, FrenchFile, french_files

FILES = list(french_files())


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.encoding} {file.rows} {file.separator!r}")
def test_a_french_file_is_read_whatever_its_encoding_and_separator(file: FrenchFile, tmp_path: Path) -> None:
    path = bytes_file(tmp_path, file.content)

    table = open_table(path)
    found = [table.columns, *(tuple(row.values.values()) for row in table.rows)]

    assert table.delimiter == file.separator
    assert found == list(file.table)


def test_the_matrix_of_french_files_has_84_of_them() -> None:
    assert len(FILES) == len(ENCODINGS) * len(SIZES) * len(SEPARATORS) == 84


def test_the_encoding_that_was_guessed_is_said_and_one_that_is_certain_is_not(tmp_path: Path) -> None:
    guessed = open_table(text_file(tmp_path, "Nom;Ville\nÉcole;Nîmes\n", encoding="cp1252"))
    certain = open_table(text_file(tmp_path, "Nom;Ville\nÉcole;Nîmes\n", encoding="utf-8"))

    assert (guessed.encoding, [note.code for note in guessed.notes]) == ("cp1252", ["encoding-guessed"])
    assert (certain.encoding, certain.notes) == ("utf-8", ())


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_zeros(encoding: str, tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "Nom;Ville\nÉcole;Nîmes\n", encoding=encoding))

    assert table.encoding == encoding
    assert [dict(row.values) for row in table.rows] == [{"Nom": "École", "Ville": "Nîmes"}]


def test_an_accent_far_down_a_large_file_is_still_right(tmp_path: Path) -> None:
    text = "Nom;Ville\n" + "ADER;Rennes\n" * 30_000 + "Coopération;Nîmes\n"

    assert values(text_file(tmp_path, text, encoding="mac_roman"))[-1] == ["Coopération", "Nîmes"]


def test_a_file_in_two_encodings_is_refused_with_the_line_that_differs(tmp_path: Path) -> None:
    content = "Nom;Ville\nÉcole;Nîmes\nLycée;Orléans\nÉté;Évry\n".encode() + "Café;Angoulême\n".encode("cp1252")

    with pytest.raises(UnreadableFile, match="sauf la ligne 5") as refused:
        open_table(bytes_file(tmp_path, content))

    assert refused.value.code == "encoding"


def test_an_encoding_that_is_imposed_is_used_and_a_wrong_one_is_refused(tmp_path: Path) -> None:
    path = text_file(tmp_path, "Nom\nCœur\n", encoding="iso-8859-15")

    assert values(path, encoding="iso-8859-15") == [["Cœur"]]
    with pytest.raises(UnreadableFile, match="n'est pas en utf-8"):
        open_table(path, encoding="utf-8")
    with pytest.raises(UnreadableFile, match="n'existe pas"):
        open_table(path, encoding="klingon")


def test_the_hint_that_excel_writes_is_no_row(tmp_path: Path) -> None:
    (row,) = read(text_file(tmp_path, "sep=|\nNom|Ville\nADER, section|Rennes\n"))

    assert (row.number, dict(row.values)) == (2, {"Nom": "ADER, section", "Ville": "Rennes"})


def test_rows_are_numbered_as_a_spreadsheet_does_over_quoted_line_breaks_and_empty_lines(tmp_path: Path) -> None:
    text = 'Nom;Objet\nADER;"Un\ntexte\nlong"\n\n;;\nRBS;Court\n'

    rows = read(text_file(tmp_path, text))

    assert [(row.number, row.values["Nom"]) for row in rows] == [(2, "ADER"), (5, "RBS")]
    assert rows[0].values["Objet"] == "Un\ntexte\nlong"


def test_title_lines_above_the_headings_are_passed_over(tmp_path: Path) -> None:
    text = "Annuaire 2026;;;\nexporté le 12/03/2026;;;\n;;;\nN°;Nom;Ville;Site\n1;ADER;Rennes;ader.fr\n"

    table = open_table(text_file(tmp_path, text))

    assert (table.header_row, table.columns) == (4, ("N°", "Nom", "Ville", "Site"))
    assert [row.number for row in table.rows] == [5]


def test_the_row_of_the_headings_can_be_imposed(tmp_path: Path) -> None:
    path = text_file(tmp_path, "Nom;Ville;Site\nname;city;website\nADER;Rennes;ader.fr\n")

    assert open_table(path, header_row=2).columns == ("name", "city", "website")
    with pytest.raises(UnreadableFile, match="aucune ligne à partir de la ligne 9"):
        open_table(path, header_row=9)


def test_a_row_with_too_many_cells_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    first, second = read(text_file(tmp_path, "Nom;Ville\nADER;eau;Rennes\nRBS;Brest\n"))

    assert [(one.row, one.issue.code, one.issue.severity) for one in first.issues] == [
        (2, "too-many-cells", Severity.ERROR)
    ]
    assert (dict(second.values), second.issues) == ({"Nom": "RBS", "Ville": "Brest"}, ())


def test_a_row_with_too_few_cells_is_read_and_told(tmp_path: Path) -> None:
    (row,) = read(text_file(tmp_path, "Nom;Ville;Site\nADER;Rennes\n"))

    assert dict(row.values) == {"Nom": "ADER", "Ville": "Rennes", "Site": ""}
    assert [(one.issue.code, one.issue.severity) for one in row.issues] == [("too-few-cells", Severity.WARNING)]
    assert "« Site »" in row.issues[0].issue.message


@pytest.mark.parametrize("after", [3, 40_000])
def test_a_quote_never_closed_costs_its_own_row_only(after: int, tmp_path: Path) -> None:
    text = 'Nom;Ville\nADER;Rennes\n"Les Amis;Brest\n' + "RBS;Quimper\n" * after

    rows = read(text_file(tmp_path, text))

    assert [row.number for row in rows] == list(range(2, after + 4))
    assert [one.issue.code for row in rows for one in row.issues] == ["unclosed-quote"]
    assert dict(rows[1].values) == {"Nom": "Les Amis", "Ville": "Brest"}
    assert dict(rows[-1].values) == {"Nom": "RBS", "Ville": "Quimper"}


def test_a_control_character_is_taken_out_and_told(tmp_path: Path) -> None:
    (row,) = read(text_file(tmp_path, "Nom;Ville\nAD\x00ER;Ren\x0bnes\n"))

    assert dict(row.values) == {"Nom": "ADER", "Ville": "Rennes"}
    assert [(one.column, one.issue.code) for one in row.issues] == [
        ("Nom", "control-character"),
        ("Ville", "control-character"),
    ]


def test_a_very_long_cell_is_cut_and_told(tmp_path: Path) -> None:
    (row,) = read(text_file(tmp_path, "Nom;Objet\nADER;" + "a" * 40_000 + "\n"))

    assert len(row.values["Objet"]) == 32_767
    assert [(one.column, one.issue.code) for one in row.issues] == [("Objet", "cell-too-long")]


def test_a_heading_left_empty_is_called_after_its_place(tmp_path: Path) -> None:
    assert open_table(text_file(tmp_path, "Nom;;Ville;;\nADER;x;Rennes;;\n")).columns == ("Nom", "colonne B", "Ville")


def test_old_macintosh_line_ends_make_rows(tmp_path: Path) -> None:
    assert values(text_file(tmp_path, "Nom;Ville\rADER;Rennes\rRBS;Brest\r")) == [["ADER", "Rennes"], ["RBS", "Brest"]]


def test_a_comma_in_texts_does_not_pass_for_the_separator(tmp_path: Path) -> None:
    text = "Nom;Adresse\n" + "ADER;1, rue du Port, Brest\n" * 10

    assert open_table(text_file(tmp_path, text)).delimiter == ";"


def test_accents_that_were_converted_twice_are_told(tmp_path: Path) -> None:
    text = "Nom;Ville\nCoopération à l’œuvre;Orléans\n".encode().decode("cp1252")

    assert [note.code for note in open_table(text_file(tmp_path, text)).notes] == ["double-encoded"]


def test_a_single_column_is_read_and_told(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "Nom\nADER\nRBS\n"))

    assert (table.columns, [note.code for note in table.notes]) == (("Nom",), ["single-column"])
    assert [row.values["Nom"] for row in table.rows] == ["ADER", "RBS"]
