"""What networks send instead of a table: refused in French, saying what was found and what to do."""

import zipfile
from pathlib import Path

import pytest

from connectors.connector import LIMITS, Limits, UnreadableFile, open_table
from tests.connectors.files import bytes_file, read, text_file


def _refusal(path: Path) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as refused:
        read(path)
    return refused.value


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", "empty-file", "est vide"),
        (b"\xef\xbb\xbf \r\n\t\r\n", "empty-file", "est vide"),
        (b";;;\n;;;\n", "empty-file", "est vide"),
        (b"<!DOCTYPE html>\n<html><body>Connexion</body></html>", "html-instead", "page web"),
        (b"\xef\xbb\xbf\n<HTML><table><tr><td>Nom</td></tr></table>", "html-instead", "tableur"),
        (b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml">', "html-instead", "page web"),
        (b'<table border="1"><tr><td>Nom</td></tr></table>', "html-instead", "page web"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "unknown-format", "PDF"),
        (b"\x1f\x8b\x08\x00\x00\x00", "unknown-format", "gzip"),
        (b'{"acteurs": [{"nom": "ADER"}]}', "unknown-format", "JSON"),
        (b'<?xml version="1.0"?><acteurs/>', "unknown-format", "XML"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "unknown-format", "image"),
        (bytes(range(256)) * 20, "unknown-format", "ni un fichier texte"),
        (b"PK\x03\x04 et puis rien", "corrupt", "abîmé"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 et puis rien", "corrupt", "abîmé"),
        (b"Nom;Ville;SIREN\n", "no-rows", "que sa ligne de titres"),
        (b"ADER;35000;contact@ader.fr\nRBS;29200;rbs@rbs.fr\n", "no-header", "ligne de titres des colonnes manque"),
        (b"1;ADER;512 234 097\n2;RBS;418688420\n", "no-header", "« 512 234 097 » est une donn"),
        (b"Nom;Ville;NOM\nADER;Rennes;x\n", "duplicate-column", "« Nom » (colonne A) et « NOM » (colonne C)"),
        ("Téléphone;Telephone\n1;2\n".encode(), "duplicate-column", "« Téléphone » (colonne A)"),
        (
            ";".join(f"c{n}" for n in range(10_000)).encode() + b"\n" + b"1;" * 9_999 + b"1\n",
            "too-many-columns",
            "10000",
        ),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(content: bytes, code: str, said: str, tmp_path: Path) -> None:
    refused = _refusal(bytes_file(tmp_path, content, "annuaire.xls"))

    assert (refused.code, refused.source) == (code, "annuaire.xls")
    assert said in refused.reason


def test_a_file_of_2_gigabytes_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "enorme.csv"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)  # sparse: takes no room on the disk
    path.chmod(0o000)

    refused = _refusal(path)

    assert refused.code == "too-large"
    assert "2000 Mo, 200 Mo au plus" in refused.reason


def test_an_archive_and_a_letter_are_told_from_a_workbook(tmp_path: Path) -> None:
    for name, said in (("word/document.xml", "traitement de texte"), ("annuaire.csv", "archive ZIP")):
        path = tmp_path / "envoi.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, "x")

        refused = _refusal(path)

        assert refused.code == "unknown-format"
        assert said in refused.reason


def test_more_rows_than_agreed_are_refused_when_they_are_reached(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "Nom\n" + "ADER\n" * 101), limits=Limits(max_rows=100))

    with pytest.raises(UnreadableFile, match="plus de 100 lignes"):
        list(table.rows)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert _refusal(tmp_path / "absent.csv").code == "not-found"
    assert _refusal(tmp_path).code == "not-found"


def test_the_limits_are_those_of_a_directory_and_not_of_a_data_warehouse() -> None:
    assert (LIMITS.max_bytes, LIMITS.max_columns, LIMITS.max_rows) == (200_000_000, 500, 1_000_000)
