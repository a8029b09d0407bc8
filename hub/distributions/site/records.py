"""One record as an article of a page: its values in words, from the columns and titles of the schemas."""

from functools import cache
from html import escape

from hub.distributions import table
from hub.distributions.table import Cell
from schemas.canonical import JSON
from schemas.registry import Column
from schemas.vocabularies import vocabulary

_LEFT_OUT = {"id", "nom", "titre", "latitude", "longitude", "precision", "origines", "texte"}
_LEFT_OUT_ENDS = ("_cle", "_id_national", "_latitude", "_longitude", "_precision")


def article(collection: str, says: JSON, titles: dict[str, str]) -> str:
    """titles: network -> its name for people."""
    name = escape(says.get("name") or says["title"])
    cells = table.cells(collection, says)
    told = "".join(
        [_told(column, cells[at], titles) for at, column in _shown(collection) if cells[at] not in (None, [])]
    )
    return f'<article id="{says["id"]}"><h2>{name}</h2><dl>{told}</dl><p>Identifiant {says["id"]}</p></article>\n'


def subjects(collection: str, says: JSON) -> list[str]:
    """The words by which a record may be looked for beside its name: what it is, where it is, what it is about."""
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
    cells = table.cells(collection, says)
    found = [(column, cells[at]) for at, column in enumerate(table.described(collection)) if column.heading in named]
    return [text for column, cell in found for text in _texts(column, cell, {})]


@cache
def _shown(collection: str) -> tuple[tuple[int, Column], ...]:
    return tuple(
        (at, column)
        for at, column in enumerate(table.described(collection))
        if column.heading not in _LEFT_OUT and not column.heading.endswith(_LEFT_OUT_ENDS)
    )


def _told(column: Column, cell: Cell, titles: dict[str, str]) -> str:
    texts = _texts(column, cell, titles if column.heading == "reseaux" else {})
    if not texts:
        return ""
    told = ", ".join(map(_link if column.kind == "url" else escape, texts))
    return f"<dt>{escape(column.title_fr)}</dt><dd>{told}</dd>"


def _texts(column: Column, cell: Cell, titles: dict[str, str]) -> list[str]:
    values = cell if isinstance(cell, list) else [] if cell in (None, "") else [cell]
    return [_word(column, value, titles) for value in values]


def _word(column: Column, value: Cell, titles: dict[str, str]) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    text = table.text(value)
    if column.vocabulary:
        return vocabulary(column.vocabulary).label(text)
    return (column.choices or titles).get(text, text)


def _link(address: str) -> str:
    """A link where the address is one; what a network wrote otherwise is only shown."""
    safe = escape(address)
    if not address.startswith(("http://", "https://")):
        return safe
    return f'<a href="{safe}" rel="external noopener noreferrer nofollow">{safe}</a>'
