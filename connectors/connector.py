"""The door to a network's files: whatever the file, a table of rows of text.

    file ──► size ──► what it really is ──┬──► spreadsheet.py
                                          ├──► delimited.py
                                          └──► refused, with what to do

A file is known by its first bytes, never by its name: half of the ".xls" that programs export are web pages or CSV.
"""

import re
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from connectors.delimited import open_delimited
from connectors.spreadsheet import open_spreadsheet
from connectors.table import LIMITS, FileNote, Limits, RawRow, RowIssue, Table, UnreadableFile

__all__ = ["LIMITS", "FileNote", "Limits", "RawRow", "RowIssue", "Table", "UnreadableFile", "open_table"]

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|div|script)\b",
    re.IGNORECASE | re.DOTALL,
)
_EXPECTED = "Envoyez un fichier CSV, XLSX, XLS ou ODS."
# Bytes that a text may hold in one of the encodings we know; zeros are half of UTF-16.
_TEXT_BYTES = bytes({0x00, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, *range(0x20, 0x100)} - {0x7F})
# What is often sent instead of a table: its first bytes, and what to say.
_OTHERS = (
    (b"%PDF", "c'est un document PDF. Demandez le tableau d'origine"),
    (b"\x1f\x8b", "c'est un fichier compressé (gzip). Décompressez-le d'abord"),
    (b"7z\xbc\xaf", "c'est une archive 7z. Décompressez-la d'abord"),
    (b"Rar!", "c'est une archive RAR. Décompressez-la d'abord"),
    (b"{\\rtf", "c'est un document de traitement de texte (RTF)"),
    (b"\x89PNG", "c'est une image"),
    (b"\xff\xd8\xff", "c'est une image"),
    (b"SQLite format 3", "c'est une base de données SQLite. Exportez la table en CSV"),
    (b"<?xml", "c'est un fichier XML"),
)


def open_table(
    path: Path,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    limits: Limits = LIMITS,
) -> Table:
    """Open a file as a table. What is not given is found; `sheet` is for workbooks, the last two for text.

    header_row: the row of the headings, counted from 1 as a spreadsheet shows it.
    Raises UnreadableFile, at once or while the rows are read.
    """
    start = _first_bytes(path, limits)
    if start.startswith(_OLE) or (start.startswith(_ZIP) and _is_workbook(path)):
        return open_spreadsheet(path, sheet=sheet, header_row=header_row, limits=limits)
    _refuse_others(path, start)
    return open_delimited(path, header_row=header_row, encoding=encoding, delimiter=delimiter, limits=limits)


def _first_bytes(path: Path, limits: Limits) -> bytes:
    try:
        size = path.stat().st_size
        if size > limits.max_bytes:
            raise UnreadableFile(
                path,
                "too-large",
                f"le fichier pèse {size // 1_000_000} Mo, {limits.max_bytes // 1_000_000} Mo au plus sont lus. "
                "Retirez les images et les feuilles inutiles, ou partagez-le en plusieurs fichiers.",
            )
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise UnreadableFile(
            path,
            "not-found",
            f"le fichier ne peut pas être ouvert ({error.strerror}). Vérifiez son chemin et ses droits.",
        ) from None
    if not start.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        raise UnreadableFile(
            path,
            "empty-file",
            "le fichier est vide. Envoyez un tableau avec une ligne de titres puis une ligne par structure.",
        )
    return start


def _is_workbook(path: Path) -> bool:
    """Whether a zip archive is a workbook. Raises UnreadableFile for any other."""
    try:
        with ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = archive.read("mimetype")[:80] if "mimetype" in names else b""
    except (BadZipFile, ValueError, NotImplementedError, OSError, RuntimeError, KeyError) as error:
        raise UnreadableFile(
            path, "corrupt", f"le fichier est incomplet ou abîmé ({error}). Envoyez-le de nouveau."
        ) from None
    if any(name.startswith("xl/") for name in names) or kind.startswith(
        b"application/vnd.oasis.opendocument.spreadsheet"
    ):
        return True
    found = (
        "un document de traitement de texte" if any(n.startswith("word/") for n in names) or kind else "une archive ZIP"
    )
    raise UnreadableFile(path, "unknown-format", f"c'est {found}, pas un tableau. {_EXPECTED}")


def _refuse_others(path: Path, start: bytes) -> None:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _HTML.match(text):
        raise UnreadableFile(
            path,
            "html-instead",
            "c'est une page web (HTML), pas un tableau, même si son nom finit en .xls ou .csv. Ouvrez-la dans un "
            "tableur et enregistrez-la en XLSX ; ou vérifiez l'adresse de téléchargement, qui mène peut-être à une "
            "page de connexion.",
        )
    for mark, message in _OTHERS:
        if text.startswith(mark):
            raise UnreadableFile(path, "unknown-format", f"{message}. {_EXPECTED}")
    if re.match(rb'[\[{]\s*(?:"|\{|\[)', text):
        raise UnreadableFile(path, "unknown-format", f"c'est un fichier JSON. {_EXPECTED}")
    if len(start.translate(None, _TEXT_BYTES)) > len(start) // 20 + 3:
        raise UnreadableFile(path, "unknown-format", f"ce n'est ni un fichier texte ni un classeur connu. {_EXPECTED}")
