"""One record as an article of a page: its values in words, from the columns and titles of the schemas."""

import re
from collections.abc import Sequence
from functools import cache
from html import escape

from hub.distributions import table
from hub.distributions.table import Cell
from schemas.canonical import JSON
from schemas.registry import Column
from schemas.vocabularies import vocabulary

_LEFT_OUT = {"id", "nom", "titre", "latitude", "longitude", "precision", "origines", "texte"}
_MARKUP = re.compile("[&<>\"']")
_LEFT_OUT_ENDS = ("_cle", "_id_national", "_latitude", "_longitude", "_precision")


def article(collection: str, says: JSON, cells: Sequence[Cell], titles: dict[str, str]) -> str:
    """cells: of the record, in the order of the columns. titles: network -> its name for people."""
    name, shown = escape(says.get("name") or says["title"]), _shown(collection)
    told = []
    for at, cell in enumerate(cells):
        if cell is None or cell == [] or cell == "" or (entry := shown[at]) is None:
            continue
        column, heading, is_text = entry
        if is_text and type(cell) is str:
            inner = _escaped(cell)
        elif column.kind == "url":
            inner = ", ".join([_link(text) for text in _texts(column, cell, {})])
        else:
            inner = _escaped(", ".join(_texts(column, cell, titles if column.heading == "reseaux" else {})))
        told.append(f"{heading}<dd>{inner}</dd>")
    return (
        f'<article id="{says["id"]}"><h2>{name}</h2><dl>{"".join(told)}</dl><p>Identifiant {says["id"]}</p></article>\n'
    )


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
def _shown(collection: str) -> tuple[tuple[Column, str, bool] | None, ...]:
    """Of each column, itself, its heading in HTML, whether its texts stand for themselves; nothing if left out."""
    return tuple(
        None
        if column.heading in _LEFT_OUT or column.heading.endswith(_LEFT_OUT_ENDS)
        else (
            column,
            f"<dt>{escape(column.title_fr)}</dt>",
            not (column.vocabulary or column.choices) and column.kind != "url" and column.heading != "reseaux",
        )
        for column in table.described(collection)
    )


def _escaped(text: str) -> str:
    return escape(text) if _MARKUP.search(text) else text


def _texts(column: Column, cell: Cell, titles: dict[str, str]) -> list[str]:
    if isinstance(cell, list):
        return [_word(column, value, titles) for value in cell]
    return [] if cell in (None, "") else [_word(column, cell, titles)]


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
