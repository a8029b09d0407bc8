"""The data dictionary: one page that says, for people, what every column of every table means."""

from collections.abc import Iterable, Iterator, Mapping
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
STYLE = """
body { font: 100%/1.5 system-ui, "Segoe UI", Roboto, sans-serif; color: #1b2426; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h2 { border-top: 2px solid #0b5c6b; margin: 2.5rem 0 1rem; padding-top: .5rem; }
h3 { font-size: 1.0625rem; margin: 1.5rem 0 .25rem; }
h3 span { font-weight: 400; }
p, ul { margin: 0 0 .5rem; overflow-wrap: anywhere; }
.codes { columns: 16rem; column-gap: 2.5rem; }
.told { color: #4f5b5e; }
a { color: #0b5c6b; }
"""
"""How the page looks, in itself since it opens from a disk; servers with a strict policy allow it by its digest."""

_LONG = 60  # codes; a longer list is named, not told


def page(tables: Iterable[Table], imprint: Imprint) -> str:
    """The whole page, in French, without a script: it opens from a disk too, and reads as well without its style."""
    return "\n".join(_page(list(tables), imprint)) + "\n"


def _page(tables: list[Table], imprint: Imprint) -> Iterator[str]:
    terms = licence(imprint.licence)
    told = f'<a href="{escape(terms.url)}">{escape(terms.title)}</a>' if terms.url else escape(terms.title)
    yield '<!DOCTYPE html>\n<html lang="fr">'
    yield '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Dictionnaire des données</title>\n<style>{STYLE}</style></head>\n<body>\n<main>"
    yield f"<h1>Dictionnaire des données</h1>\n<p>{escape(TITLE)}. Licence : {told}.</p>"
    yield f"<p>Pour citer : {escape(imprint.citation)}.</p>"
    yield "<p>Les mêmes colonnes se retrouvent dans les fichiers CSV, XLSX, ODS, Parquet et GeoJSON.</p>\n<ul>"
    yield from (f'<li><a href="#{each.stem}">{escape(each.file.title)}</a></li>' for each in tables)
    yield "</ul>"
    for each in tables:
        yield f'<h2 id="{each.stem}">{escape(each.file.title)}</h2>\n<p><code>{escape(each.file.path)}</code></p>'
        for column in each.columns:
            yield from _told(each.stem, column)
    yield "</main>\n</body>\n</html>"


def _told(stem: str, column: Column) -> Iterator[str]:
    name, kind = escape(column.heading), _KINDS[column.kind] + (", plusieurs valeurs" if listed(column) else "")
    english = f'<span lang="en">({escape(column.title_en)})</span>'
    yield f'<h3 id="{stem}.{name}"><code>{name}</code> {escape(column.title_fr)} {english}</h3>'
    yield f"<p>{escape(explained(column))}</p>"
    if codes := _codes(column):
        yield '<ul class="codes">'
        yield from (f"<li><code>{escape(code)}</code> {escape(label)}</li>" for code, label in codes.items())
        yield "</ul>"
    example = escape(table.text(table.cell(column.example)))
    yield f'<p class="told">Type\N{NO-BREAK SPACE}: {escape(kind)}. Exemple\N{NO-BREAK SPACE}: {example}</p>'


def _codes(column: Column) -> Mapping[str, str]:
    """What its codes mean, where they are not too many to be told."""
    if column.vocabulary:
        terms = vocabulary(column.vocabulary).terms
        return {code: term.label_fr for code, term in terms.items()} if len(terms) <= _LONG else {}
    return column.choices or {}
