"""CSV on the Web: one metadata document for all tables, under the name that consumers look for beside a CSV file."""

from collections.abc import Iterable

from hub.distributions.descriptions.tables import Table, explained, listed
from hub.distributions.table import JOINT
from hub.model.imprint import Imprint
from hub.model.licence import licence
from schemas.canonical import JSON
from schemas.registry import Column

NAME = "csv-metadata.json"
_TYPES = {"number": "number", "integer": "integer", "boolean": "boolean", "date": "date"}


def of(tables: Iterable[Table], imprint: Imprint) -> JSON:
    terms = licence(imprint.licence)
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "fr"}],
        "dc:publisher": imprint.publisher,
        "dc:bibliographicCitation": imprint.citation,
        **({"dc:license": {"@id": terms.uri}} if terms.uri else {}),
        "dialect": {"delimiter": ",", "encoding": "utf-8", "header": True, "lineTerminators": ["\r\n", "\n"]},
        "tables": [_table(each) for each in tables],
    }


def _table(found: Table) -> JSON:
    columns = [_column(column) for column in found.columns]
    keyed = {"primaryKey": "id"} if found.keyed else {}
    return {"url": found.file.path, "dc:title": found.file.title, "tableSchema": {"columns": columns} | keyed}


def _column(column: Column) -> JSON:
    return {
        "name": column.heading,
        "titles": column.heading,
        "dc:title": column.title_fr,
        "dc:description": explained(column),
        "datatype": "string" if listed(column) else _TYPES.get(column.kind, "string"),
        "required": column.required,
    } | ({"separator": JOINT} if listed(column) else {})
