"""Table Schema, after the conventions of schema.data.gouv.fr: every field with title, description and example."""

from hub.distributions import table
from hub.distributions.descriptions.tables import Table, explained, listed
from hub.model.imprint import Imprint
from hub.model.licence import licence
from schemas.canonical import JSON
from schemas.registry import Column

_FIRST_PUBLISHED = "2026-11-23"  # of version 1.0 of every table
_PARTIAL_DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"
_TYPES = {"number": "number", "integer": "integer", "boolean": "boolean", "date": "date"}


def of(found: Table, imprint: Imprint) -> JSON:
    """The schema of a table, as a document of its own."""
    terms = licence(imprint.licence)
    contact = {"email": imprint.contact} if imprint.contact else {}
    about = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "name": f"rrma-{found.stem.replace('.', '-')}",
        "title": found.file.title,
        "description": f"{found.file.title}. {imprint.citation}.",
        "countryCode": "FR",
        "homepage": f"{imprint.site}/donnees" if imprint.site else "",
        "path": imprint.file(found.schema_path),
        "version": found.version,
        "created": _FIRST_PUBLISHED,
        "lastModified": _FIRST_PUBLISHED,
        "licenses": [{"name": terms.code, "title": terms.title} | ({"path": terms.url} if terms.url else {})],
        "contributors": [{"title": imprint.publisher, "role": "author", "roles": ["author"]} | contact],
        "resources": [{"title": "Fichier en cours", "path": imprint.file(found.file.path)}],
        "fields": [_field(column, unique=found.keyed and column.heading == "id") for column in found.columns],
        "missingValues": [""],
    }
    keyed = {"primaryKey": ["id"]} if found.keyed else {}
    return {name: value for name, value in about.items() if value} | keyed


def texts(found: Table) -> JSON:
    """The schema of the same columns where each cell is what a spreadsheet shows."""
    return {"fields": [{"name": column.heading, "type": "string"} for column in found.columns]}


def _field(column: Column, *, unique: bool) -> JSON:
    constraints: JSON = {"required": column.required}
    if unique:
        constraints["unique"] = True
    if column.kind == "partial-date":
        constraints["pattern"] = _PARTIAL_DATE
    if column.choices and not listed(column):
        constraints["enum"] = list(column.choices)
    kind = "string" if listed(column) else _TYPES.get(column.kind, "string")
    return {
        "name": column.heading,
        "title": column.title_fr,
        "description": explained(column),
        "type": kind,
        "example": table.text(table.cell(column.example)),
        "constraints": constraints,
    } | ({"format": "%Y-%m-%d"} if kind == "date" else {})
