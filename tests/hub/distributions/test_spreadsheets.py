"""Files for spreadsheets, opened by the libraries that others open them with."""

import csv
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from odf import opendocument as odf
from odf.namespaces import OFFICENS
from odf.table import Table, TableCell, TableRow
from odf.teletype import extractText
from python_calamine import CalamineWorkbook

from hub.distributions import opendocument, sheets, table, workbook
from hub.distributions.batch import batches
from hub.model.imprint import Imprint
from schemas.canonical import JSON
from tests.hub.distributions.lines import actor, published, real_actors
from tests.hub.distributions.written import by_suffix, written

AWKWARD = actor(
    "1",
    name="  Deux  espaces\tet\r\nune ligne <b>&\u0001 \ufffe _x0041_ 😀 ",
    acronym="=1+1",
    seat={"postcode": "01000", "lat": 48.5, "lon": -1.0, "country": "FR"},
    member=True,
    other_names=["Un|deux", "Trois"],
)
NAME = "  Deux  espaces\tet\nune ligne <b>&\ufffd \ufffd _x0041_ 😀 "


def by_heading(rows: list[list[object]]) -> dict[str, object]:
    return dict(zip(rows[0], rows[1], strict=True))


def opened(path: Path) -> dict[str, list[list[object]]]:
    """Every sheet as calamine sees it."""
    with CalamineWorkbook.from_path(path) as book:
        return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def in_openpyxl(path: Path) -> dict[str, list[list[object]]]:
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}
    finally:
        book.close()


def in_odfpy(path: Path) -> dict[str, list[list[str]]]:
    document = odf.load(path)
    return {
        sheet.getAttribute("name"): [
            [
                cell.getAttrNS(OFFICENS, "value") or "\n".join(extractText(each) for each in cell.childNodes)
                for cell in row.getElementsByType(TableCell)
                for _ in range(int(cell.getAttribute("numbercolumnsrepeated") or 1))
            ]
            for row in sheet.getElementsByType(TableRow)
        ]
        for sheet in document.getElementsByType(Table)
    }


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_calamine_reads_every_cell_as_it_was(suffix: str, tmp_path: Path) -> None:
    found = opened(written(suffix, tmp_path, [AWKWARD]))
    row = by_heading(found["Acteurs"])

    assert list(found) == ["Acteurs", "Dictionnaire", "À propos"]
    assert row["nom"] == (
        NAME if suffix == "xlsx" else NAME.replace("\t", "")
    )  # calamine leaves OpenDocument's tabs out
    assert (row["sigle"], row["code_postal"], row["autres_noms"]) == ("=1+1", "01000", "Un/deux|Trois")
    assert (row["latitude"], row["longitude"], row["adherent"]) == (48.5, -1.0, True)
    assert row["description"] == ""


def test_openpyxl_reads_the_same_workbook(tmp_path: Path) -> None:
    path = written("xlsx", tmp_path, [AWKWARD, *real_actors()[:200]])
    sheets_ = in_openpyxl(path)
    row = next(
        dict(zip(sheets_["Acteurs"][0], each, strict=False)) for each in sheets_["Acteurs"] if each[0] == AWKWARD["id"]
    )

    assert openpyxl.load_workbook(path)["Acteurs"].freeze_panes == "A2"
    assert openpyxl.utils.escape.unescape(row["nom"]) == NAME
    assert (row["sigle"], row["code_postal"], row["latitude"], row["adherent"]) == ("=1+1", "01000", 48.5, True)
    assert [each[0] for each in sheets_["Acteurs"]] == ["id", *sorted(by_suffix("xlsx").ids(path))]


def test_odfpy_reads_the_same_spreadsheet(tmp_path: Path) -> None:
    row = by_heading(in_odfpy(written("ods", tmp_path, [AWKWARD]))["Acteurs"])

    assert row["nom"] == NAME
    assert (row["sigle"], row["code_postal"], row["latitude"]) == ("=1+1", "01000", "48.5")


@pytest.mark.parametrize(("suffix", "writer"), [("xlsx", workbook.write), ("ods", opendocument.write)])
@pytest.mark.parametrize(("count", "expected"), [(0, [0]), (3, [3]), (4, [3, 1]), (6, [3, 3]), (7, [3, 3, 1])])
def test_records_go_on_to_another_sheet_and_the_file_says_so(
    suffix: str, writer: object, count: int, expected: list[int], tmp_path: Path
) -> None:
    lines = published(*real_actors()[:count])
    path = tmp_path / f"actors.{suffix}"
    passing = batches("actor", (line.raw for line in lines))
    for _ in writer(path, "actor", passing, Imprint(), max_rows=4):  # type: ignore[operator]
        pass
    found = opened(path)
    names = ["Acteurs", *(f"Acteurs {number}" for number in range(2, len(expected) + 1))]

    assert [len(found[name]) - 1 for name in names] == expected
    assert list(sheets.ids(path)) == [line.id for line in lines]
    assert ["Feuilles", ", ".join(names)] in found["À propos"]


@pytest.mark.parametrize("suffix", ["xlsx", "ods", "excel.csv"])
@pytest.mark.parametrize("text", ["x" * 32_768, "😀" * 16_384, "é" * 100_000])
def test_a_text_longer_than_a_cell_is_cut_and_says_so(suffix: str, text: str, tmp_path: Path) -> None:
    path = written(suffix, tmp_path, [actor("1", description=text)])
    if suffix == "excel.csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            row = next(csv.DictReader(file, delimiter=";"))
    else:
        row = by_heading(opened(path)["Acteurs"])
    told = str(row["description"])

    assert len(told.encode("utf-16-le")) // 2 <= 32_767
    assert told.endswith("un tableur ne tient que 32 767 caractères]")
    assert told.startswith(text[:16_000])


@given(text=st.text(st.characters(codec="utf-8"), max_size=60))
def test_what_a_cell_holds_is_xml_and_fits_once_for_all(text: str) -> None:
    once = sheets.fit(text)

    assert sheets.fit(once) == once
    assert "\r" not in once
    assert once == text or len(once) <= len(text)


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_nothing_in_a_workbook_tells_when_it_was_made(suffix: str, tmp_path: Path) -> None:
    with ZipFile(written(suffix, tmp_path, [AWKWARD])) as packed:
        entries = packed.infolist()

    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    if suffix == "ods":
        assert (entries[0].filename, entries[0].compress_type, entries[0].extra) == ("mimetype", ZIP_STORED, b"")
        assert list(tmp_path.iterdir()) == [tmp_path / "actors.ods"]


def test_a_workbook_explains_its_columns_and_its_licence(tmp_path: Path) -> None:
    imprint = Imprint(site="https://annuaire.example.org", publisher="Les réseaux", licence="ODbL-1.0")
    found = opened(written("xlsx", tmp_path, [AWKWARD], imprint=imprint))
    about = dict(found["À propos"])

    assert [row[0] for row in found["Dictionnaire"][1:]] == table.headings("actor")
    assert about["Licence"] == "Open Database License 1.0"
    assert about["Citation"].startswith("Les réseaux, «")


def guarded(line: JSON, folder: Path) -> dict[str, str]:
    with written("excel.csv", folder, [line]).open(encoding="utf-8-sig", newline="") as file:
        return next(csv.DictReader(file, delimiter=";"))


@pytest.mark.parametrize("text", ["=1+1", "+1-2", "-3+cmd", "@SUM(1)", "\t=1", "\r=1", "+33238000000"])
def test_excel_runs_nothing(text: str, tmp_path: Path) -> None:
    assert guarded(actor("1", name=text), tmp_path)["nom"] == f"'{text}".replace("\r", "\n")


def test_excel_in_french_gets_its_commas_and_phone_numbers(tmp_path: Path) -> None:
    line = actor("1", phone="+33 2 38 00 00 00", name="a;b", seat={"lat": 48.5, "lon": -1.25, "country": "FR"})
    row = guarded(line, tmp_path)

    assert (row["latitude"], row["longitude"], row["nom"]) == ("48,5", "-1,25", "a;b")
    assert row["telephone"] == "+33 2 38 00 00 00"
    assert (tmp_path / "actors.excel.csv").read_bytes().startswith(b"\xef\xbb\xbfid;nom;")


@pytest.mark.parametrize("shift", range(14))
def test_rows_are_found_wherever_a_file_is_cut_while_it_is_read(tmp_path: Path, shift: int) -> None:
    """Read 64 KiB at a time: the cut falls into an end tag, a start tag, a text; other spellings of XML do no harm."""
    first = f"<row><c><is><t>id</t></is></c><c><v>{'x' * (65_499 + shift)}</v></c></row>"
    rows = "".join(
        f"<row><c><is><t>r{number}</t></is></c>{more}</row {'' if number % 2 else ' '}>"
        for number, more in enumerate(["<c/><c/>", "", "<c/>", "<c><v>1</v></c>"])
    )
    with ZipFile(tmp_path / "actors.xlsx", "w") as packed:
        packed.writestr("xl/worksheets/sheet1.xml", f"<sheetData>{first}{rows}</sheetData>")

    assert list(sheets.ids(tmp_path / "actors.xlsx")) == ["r0", "r1", "r2", "r3"]
