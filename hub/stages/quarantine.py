"""What waits of one network, told so that its officer can act: each issue with its record, its field and an example."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from hub.quality.remedy import Remedy, remedies
from hub.store import statements
from hub.store.statements import Quarantined
from schemas.canonical import JSON
from schemas.record import Severity

# Key in JSON -> heading in a spreadsheet.
HEADINGS = {
    "collection": "collection",
    "id": "identifiant",
    "name": "nom",
    "field": "champ",
    "severity": "gravité",
    "message": "ce qui ne va pas",
    "received": "valeur reçue",
    "example": "exemple de valeur juste",
    "published": "ancienne version publiée",
    "received_at": "reçue le",
    "code": "code",
    "pointer": "emplacement",
}
_SEVERITIES = {Severity.ERROR: "à corriger", Severity.WARNING: "à vérifier", Severity.ADVICE: "conseil"}
_COLLECTIONS = {"actor": "acteur", "project": "projet", "announcement": "annonce", None: "ligne illisible"}


def report(connection: Connection, source: str) -> Iterator[JSON]:
    """One object an issue, under the keys of HEADINGS, of all that waits of a source; by record."""
    for found in statements.quarantine(connection, source):
        for remedy in remedies(found.collection, found.record, found.issues):
            yield _told(found, remedy)


def as_row(told: JSON) -> list[str]:
    """One object of the report as a row under the headings, in the words of an officer."""
    cells = told | {
        "collection": _COLLECTIONS[told["collection"]],
        "severity": _SEVERITIES[Severity(told["severity"])],
        "published": "oui" if told["published"] else "non",
        "received_at": told["received_at"][:10],
    }
    return [_text(cells[key]) for key in HEADINGS]


def _told(found: Quarantined, remedy: Remedy) -> JSON:
    record = found.record or {}
    return remedy.as_json() | {
        "collection": found.collection,
        "id": found.local_id,
        "name": record.get("name") or record.get("title"),
        "published": found.published,
        "received_at": found.received_at.isoformat(),
    }


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
