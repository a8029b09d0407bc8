"""One record as an article of a page: its values in words, from the columns and titles of the schemas."""

from collections.abc import Sequence
from functools import cache
from html import escape

from hub.distributions import table
from hub.distributions.table import Cell
from schemas.canonical import JSON
from schemas.registry import Column
from schemas.vocabularies import vocabulary

_LEFT_OUT = {"id", "nom", "titre", "latitude", "longitude", "precision", "origines", "texte"}
_LEFT_OUT_ENDS = ("_cle", "_id_national", "_latitude", "_longitude", "_precision")


def article(collection: str, says: JSON, cells: Sequence[Cell], titles: dict[str, str]) -> str:
    """cells: of the record, in the order of the columns. titles: network -> its name for people."""
    name = escape(says.get("name") or says["title"])
    filled = [(shown, cell) for shown, cell in zip(_shown(collection), cells, strict=True) if shown and cell != []]
    told = "".join([_told(column, heading, cell, titles) for (column, heading), cell in filled if cell is not None])
    return f'<article id="{says["id"]}"><h2>{name}</h2><dl>{told}</dl><p>Identifiant {says["id"]}</p></article>\n'


def subjects(collection: str, cells: Sequence[Cell]) -> list[str]:
    """The words by which a record may be looked for beside its name: what it is, where it is, what it is about."""
    return [text for at, column in _named(collection) if cells[at] for text in _texts(column, cells[at], {})]


@cache
def _named(collection: str) -> tuple[tuple[int, Column], ...]:
    named = (
        "commune",
        "lieu_commune",
        "sigle",
        "autres_noms",
        "type",
        "nature",
        "secteurs",
        "pays",
        "chef_de_file_nom",
    )
    return tuple((at, column) for at, column in enumerate(table.described(collection)) if column.heading in named)


@cache
def _shown(collection: str) -> tuple[tuple[Column, str] | None, ...]:
    """Of each column, itself and its heading in HTML; nothing of those that are left out."""
    return tuple(
        None
        if column.heading in _LEFT_OUT or column.heading.endswith(_LEFT_OUT_ENDS)
        else (column, f"<dt>{escape(column.title_fr)}</dt>")
        for column in table.described(collection)
    )


def _told(column: Column, heading: str, cell: Cell, titles: dict[str, str]) -> str:
    texts = _texts(column, cell, titles if column.heading == "reseaux" else {})
    if not texts:
        return ""
    told = ", ".join([_link(text) if column.kind == "url" else escape(text) for text in texts])
    return f"{heading}<dd>{told}</dd>"


def _texts(column: Column, cell: Cell, titles: dict[str, str]) -> list[str]:
    values = cell if isinstance(cell, list) else [] if cell in (None, "") else [cell]
    return [_word(column, value, titles) for value in values]


def _word(column: Column, value: Cell, titles: dict[str, str]) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    text = value if isinstance(value, str) else table.text(value)
    if column.vocabulary:
        return vocabulary(column.vocabulary).label(text)
    named = column.choices or titles
    return named.get(text, text) if named else text


def _link(address: str) -> str:
    """A link where the address is one; what a network wrote otherwise is only shown."""
    safe = escape(address)
    if not address.startswith(("http://", "https://")):
        return safe
    return f'<a href="{safe}" rel="external noopener noreferrer nofollow">{safe}</a>'
