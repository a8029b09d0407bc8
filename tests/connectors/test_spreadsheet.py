import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import xlwt

from connectors.connector import Limits, UnreadableFile, open_table
from connectors.spreadsheet import spell
from tests.connectors.files import Rows, bytes_file, ods, read, values, xls, xlsx

ROWS = [["Nom", "CP"], ["École", 1000], ["Lycée", 75001.0], ["Ça", 0.5]]


@pytest.mark.parametrize("write", [xlsx, xls, ods])
def test_numbers_are_spelt_as_the_spreadsheet_shows_them(write: Any, tmp_path: Path) -> None:
    assert values(write(tmp_path, ROWS)) == [["École", "1000"], ["Lycée", "75001"], ["Ça", "0.5"]]


def test_dates_truth_values_and_long_numbers_have_one_spelling(tmp_path: Path) -> None:
    moment = datetime.datetime.fromisoformat("2026-11-23T18:30")
    row = [datetime.date(2026, 11, 23), moment, datetime.time(9, 5), True, False, 21350016800025, 0.1 + 0.2, -1.68]

    assert values(xlsx(tmp_path, [[*"abcdefgh"], row])) == [
        ["2026-11-23", "2026-11-23T18:30:00", "09:05", "VRAI", "FAUX", "21350016800025", "0.3", "-1.68"]
    ]


def test_a_date_of_an_old_workbook_is_a_date(tmp_path: Path) -> None:
    style = xlwt.easyxf(num_format_str="DD/MM/YYYY")

    assert values(xls(tmp_path, [["Créée le"], [datetime.date(1984, 1, 2)]], style)) == [["1984-01-02"]]


def test_numbers_too_large_for_digits_are_never_written_with_an_exponent() -> None:
    assert spell(1e22) == "10000000000000000000000"
    assert spell(1.5e-7) == "0.00000015"


def test_rows_and_columns_count_from_the_corner_of_the_sheet(tmp_path: Path) -> None:
    table = open_table(xlsx(tmp_path, [[], ["", "Nom", "Ville"], [], ["", "ADER", "Rennes"]]))

    assert (table.header_row, table.columns) == (2, ("colonne A", "Nom", "Ville"))
    assert [row.number for row in table.rows] == [4]


def test_the_only_sheet_that_holds_something_is_read(tmp_path: Path) -> None:
    def arrange(workbook: Any) -> None:
        workbook.create_sheet("Vide", 0)
        hidden = workbook.create_sheet("Listes")
        hidden.append(["x", "y"])
        hidden.sheet_state = "hidden"

    table = open_table(xlsx(tmp_path, ROWS, arrange=arrange))

    assert table.sheet == "Acteurs"
    assert {row.sheet for row in table.rows} == {"Acteurs"}


def test_of_several_sheets_one_must_be_named_and_the_message_lists_them(tmp_path: Path) -> None:
    path = xlsx(tmp_path, ROWS, arrange=lambda workbook: workbook.create_sheet("Projets").append(["Titre"]))

    with pytest.raises(UnreadableFile, match="« Acteurs », « Projets »") as refused:
        open_table(path)
    with pytest.raises(UnreadableFile, match=r"pas de feuille « Contacts ».*« Acteurs », « Projets »"):
        open_table(path, sheet="Contacts")

    assert refused.value.code == "choose-sheet"
    assert open_table(path, sheet="acteurs").columns == ("Nom", "CP")


def test_a_formula_never_computed_is_told_with_its_cell(tmp_path: Path) -> None:
    path = xlsx(tmp_path, [["Nom", "Total"], ["ADER", "=1+1"]])

    (row,) = read(path)

    assert row.values["Total"] == ""
    (found,) = row.issues
    assert (found.row, found.sheet, found.column, found.issue.code) == (2, "Acteurs", "Total", "formula-without-value")
    assert "cellule B2" in found.issue.message


def _error(workbook: Any) -> None:
    workbook.active["C3"] = "#N/A"
    workbook.active["C3"].data_type = "e"


def test_an_error_cell_is_told_with_its_cell_and_what_it_shows(tmp_path: Path) -> None:
    path = xlsx(tmp_path, [["N°", "Nom", "Ville"], [1, "RBS", "Brest"], [2, "ADER", ""]], arrange=_error)

    first, second = read(path)

    assert first.issues == ()
    assert [(one.column, one.read, one.issue.code) for one in second.issues] == [("Ville", "#N/A", "error-cell")]
    assert "cellule C3" in second.issues[0].issue.message


def test_faulty_cells_of_an_opendocument_sheet_are_told(tmp_path: Path) -> None:
    rows: Rows = [["Nom", "Ville", "Total"], ["ADER", "#N/D", ""], ["RBS", "Brest", 2]]
    formulas = {
        (1, 1): {"formula": "of:=NA()", "valuetype": "string", "stringvalue": ""},
        (1, 2): {"formula": "of:=1+1"},
        (2, 2): {"formula": "of:=1+1", "valuetype": "float", "value": "2"},
    }
    path = _with_calc_errors(ods(tmp_path, rows, formulas))

    first, second = read(path)

    assert [(one.column, one.issue.code) for one in first.issues] == [
        ("Ville", "error-cell"),
        ("Total", "formula-without-value"),
    ]
    assert (second.values["Total"], second.issues) == ("2", ())


def _with_calc_errors(path: Path) -> Path:
    """Mark NA() as LibreOffice does: odfpy does not know that attribute."""
    formula, root = b'table:formula="of:=NA()"', b"<office:document-content "
    namespace = b'xmlns:calcext="urn:org:documentfoundation:names" '
    return _rewritten(
        path,
        lambda content: content.replace(formula, b'calcext:value-type="error" ' + formula).replace(
            root, root + namespace, 1
        ),
    )


def _rewritten(path: Path, change: Callable[[bytes], bytes]) -> Path:
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, change(part) if name == "content.xml" else part)
    return path


def test_headings_merged_over_two_rows_are_joined(tmp_path: Path) -> None:
    def arrange(workbook: Any) -> None:
        for area in ("A2:A3", "B2:C2"):
            workbook.active.merge_cells(area)

    rows = [["Annuaire"], ["Structure", "Contact", ""], ["", "Nom", "Courriel"], ["ADER", "Anne", "a@ader.fr"]]

    table = open_table(xlsx(tmp_path, rows, arrange=arrange))

    assert table.columns == ("Structure", "Contact / Nom", "Contact / Courriel")
    assert [row.number for row in table.rows] == [4]


def test_cells_merged_below_the_headings_are_noted_with_their_place(tmp_path: Path) -> None:
    rows = [["Ville", "Nom"], ["Rennes", "ADER"], ["", "RBS"]]

    table = open_table(xlsx(tmp_path, rows, arrange=lambda workbook: workbook.active.merge_cells("A2:A3")))

    assert table.columns == ("Ville", "Nom")
    assert [note.code for note in table.notes] == ["merged-cells"]
    assert "A2:A3" in table.notes[0].message


def test_a_cell_beside_the_headings_is_told_and_does_not_spoil_its_row(tmp_path: Path) -> None:
    (row,) = read(xlsx(tmp_path, [["Nom", "Ville"], ["ADER", "Rennes", "à revoir"]]))

    assert dict(row.values) == {"Nom": "ADER", "Ville": "Rennes"}
    assert [(one.read, one.issue.code) for one in row.issues] == [("à revoir", "cell-without-heading")]


def test_a_workbook_that_would_fill_the_memory_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = xlsx(tmp_path, [["Nom"], *([["a" * 1000]] * 50)])

    with pytest.raises(UnreadableFile, match="une fois décompressé") as refused:
        open_table(path, limits=Limits(max_expanded=5_000))

    assert refused.value.code == "too-large"


def test_a_character_forgotten_in_the_last_corner_of_a_sheet_is_found_before_it_fills_the_memory(
    tmp_path: Path,
) -> None:
    def forget(workbook: Any) -> None:
        workbook.active["XFD1048576"] = "."

    with pytest.raises(UnreadableFile, match="jusqu'à la cellule XFD1048576") as refused:
        open_table(xlsx(tmp_path, ROWS, arrange=forget))

    assert refused.value.code == "too-large"


def test_a_workbook_cut_short_is_refused(tmp_path: Path) -> None:
    content = xlsx(tmp_path, ROWS).read_bytes()

    with pytest.raises(UnreadableFile) as refused:
        open_table(bytes_file(tmp_path, content[: len(content) // 2], "coupe.xlsx"))

    assert refused.value.code == "corrupt"


def test_an_opendocument_sheet_whose_xml_breaks_off_is_refused(tmp_path: Path) -> None:
    path = _rewritten(ods(tmp_path, ROWS), lambda content: content[: len(content) // 2])

    with pytest.raises(UnreadableFile) as refused:
        open_table(path)

    assert refused.value.code == "corrupt"


def test_a_workbook_without_a_value_is_empty(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as refused:
        open_table(xlsx(tmp_path, []))

    assert refused.value.code == "empty-file"
