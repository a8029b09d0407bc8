"""Where the headings of a table stand, and what they are.

Annuaire 2026 ;        ;           a title, a date of export: rows less than half filled
              ;        ;
Nom           ; Ville  ; Courriel  the headings: the first row filled by more than half
ADER          ; Rennes ; …
"""

import re
from collections.abc import Sequence
from pathlib import Path

from connectors.table import Limits, UnreadableFile
from schemas.text import fold

# What stands in a cell of data, never in a heading: a long number, an e-mail, a web address, a date. Years may head.
_DATA = re.compile(r"\+?\d[\d .]{4,}|\S+@\S+\.\S+|(?:https?://|www\.)\S+|\d{1,2}/\d{1,2}/\d{2,4}|\d{4}-\d\d-\d\d")


def heading_key(heading: str) -> str:
    """The form in which two headings are compared: folded, or as written when nothing of it folds ("%", "€")."""
    return fold(heading) or heading.strip()


def column_letter(index: int) -> str:
    """The spreadsheet's own name of a column counted from 0: A, Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def find_header(path: Path, rows: Sequence[Sequence[str]]) -> int:
    """The index of the headings among the first rows: the first one filled by more than half of the fullest row.

    Raises UnreadableFile when that row holds data, as a file without headings does.
    """
    filled = [sum(map(bool, row)) for row in rows]
    index = next(i for i, count in enumerate(filled) if 2 * count > max(filled))
    data = next((cell for cell in rows[index] if _DATA.fullmatch(cell)), None)
    if data is not None:
        raise UnreadableFile(
            path,
            "no-header",
            f"la ligne de titres des colonnes manque : « {shorten(data)} » est une donnée, pas un titre. Ajoutez une "
            "première ligne qui nomme chaque colonne, par exemple « Nom », « Commune », « SIREN », ou indiquez son "
            "numéro par header_row dans [file].",
        )
    return index


def headings(path: Path, cells: Sequence[str], limits: Limits) -> tuple[str, ...]:
    """The headings of a table, each on one line; a column without one is called « colonne F » after its place.

    Empty headings at the end are left out. Raises UnreadableFile when there are too many columns or two are alike.
    """
    width = max((i for i, cell in enumerate(cells, 1) if cell), default=0)
    if width == 0:
        raise UnreadableFile(path, "no-header", "la ligne de titres est vide. Indiquez la bonne ligne par header_row.")
    if width > limits.max_columns:
        raise UnreadableFile(
            path,
            "too-many-columns",
            f"{width} colonnes trouvées, {limits.max_columns} au plus sont lues. Le tableau est peut-être transposé, "
            "ou le séparateur mal choisi : une ligne par structure, une colonne par information.",
        )
    names = tuple(
        " ".join(cell.split()) or f"colonne {column_letter(index)}" for index, cell in enumerate(cells[:width])
    )
    _refuse_duplicates(path, names)
    return names


def _refuse_duplicates(path: Path, names: Sequence[str]) -> None:
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        first = seen.setdefault(heading_key(name), index)
        if first != index:
            raise UnreadableFile(
                path,
                "duplicate-column",
                f"deux colonnes portent le même titre : « {names[first]} » (colonne {column_letter(first)}) et "
                f"« {name} » (colonne {column_letter(index)}). Donnez-leur deux titres différents, par exemple "
                f"« {name} 1 » et « {name} 2 ».",
            )


def shorten(text: str, length: int = 80) -> str:
    """A text for a message: on one line, cut at `length` characters."""
    line = " ".join(text[: 4 * length].split())
    return line if len(line) <= length and len(text) <= 4 * length else line[: length - 1].rstrip() + "…"
