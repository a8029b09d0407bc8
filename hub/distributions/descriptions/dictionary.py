"""The data dictionary: one page that says, for people, what every column of every table means."""

from collections.abc import Iterable, Iterator
from html import escape

from hub.distributions import table
from hub.distributions.descriptions.tables import Table, explained, listed
from hub.model.imprint import TITLE, Imprint
from hub.model.licence import licence
from schemas.registry import Column
from schemas.vocabularies import vocabulary

NAME = "dictionnaire.html"
_KINDS = {
    "text": "texte",
    "long-text": "texte long",
    "html": "texte mis en forme (HTML)",
    "url": "adresse web",
    "email": "adresse électronique",
    "phone": "téléphone",
    "date": "date (AAAA-MM-JJ)",
    "partial-date": "date, mois ou année (AAAA-MM-JJ, AAAA-MM ou AAAA)",
    "moment": "date et heure (ISO 8601)",
    "number": "nombre",
    "integer": "nombre entier",
    "boolean": "true ou false",
    "code": "code",
    "object": "nom ou identifiant",
}
_HEADINGS = ("Colonne", "Intitulé", "Intitulé anglais", "Sens", "Type", "Exemple")
_HEAD = "".join(f'<th scope="col">{heading}</th>' for heading in _HEADINGS)
_LONG = 60  # codes; a longer list is named, not told


def page(tables: Iterable[Table], imprint: Imprint) -> str:
    """The whole page, in French, without style or script: it opens from a disk too."""
    return "\n".join(_page(list(tables), imprint)) + "\n"


def _page(tables: list[Table], imprint: Imprint) -> Iterator[str]:
    terms = licence(imprint.licence)
    told = f'<a href="{escape(terms.url)}">{escape(terms.title)}</a>' if terms.url else escape(terms.title)
    yield '<!DOCTYPE html>\n<html lang="fr">'
    yield '<head><meta charset="utf-8"><title>Dictionnaire des données</title></head>\n<body>'
    yield f"<h1>Dictionnaire des données</h1>\n<p>{escape(TITLE)}. Licence : {told}.</p>"
    yield f"<p>Pour citer : {escape(imprint.citation)}.</p>"
    yield "<p>Les mêmes colonnes se retrouvent dans les fichiers CSV, XLSX, ODS, Parquet et GeoJSON.</p>\n<ul>"
    yield from (f'<li><a href="#{each.stem}">{escape(each.file.title)}</a></li>' for each in tables)
    yield "</ul>"
    for each in tables:
        yield f'<h2 id="{each.stem}">{escape(each.file.title)}</h2>'
        yield f"<table>\n<caption>{escape(each.file.path)}</caption>"
        yield f"<thead><tr>{_HEAD}</tr></thead>\n<tbody>"
        yield from map(_row, each.columns)
        yield "</tbody>\n</table>"
    yield "</body>\n</html>"


def _row(column: Column) -> str:
    kind = _KINDS[column.kind] + (", plusieurs valeurs" if listed(column) else "")
    cells = (column.title_fr, column.title_en, _sense(column), kind, table.text(table.cell(column.example)))
    told = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row"><code>{escape(column.heading)}</code></th>{told}</tr>'


def _sense(column: Column) -> str:
    """What it means, and what its codes do."""
    labels = column.choices or {}
    if column.vocabulary:
        terms = vocabulary(column.vocabulary).terms
        labels = {code: term.label_fr for code, term in terms.items()} if len(terms) <= _LONG else {}
    codes = " ; ".join(f"{code} : {label}" for code, label in labels.items())
    return f"{explained(column)} {codes}." if codes else explained(column)
