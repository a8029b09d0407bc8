"""Public lines for tests: the smallest valid one, and a directory of real ones."""

import csv
from functools import cache
from pathlib import Path
from typing import Any

from hub.distributions.contents import PublicLine
from hub.model.identity import national_id
from schemas.canonical import JSON, canonical
from schemas.identifiers import tidy
from schemas.record import RecordKey
from schemas.vocabularies import vocabulary

REAL_ROWS = Path(__file__).parents[2] / "data" / "search" / "actors.csv"

_TYPES = {
    "association": "ASSO-ASI",
    "établissement d’enseignement supérieur": "ENSR-SUP",
    "collectivité territoriale": "COLL-COM",
    "collectivité": "COLL-COM",
    "établissement de santé": "PUBL-SAN",
    "organisme public": "PUBL-AUT",
    "établissement scolaire": "ENSR-SCO",
    "organisme de recherche": "ENSR-REC",
    "établissement d’enseignement": "ENSR-SCO",
    "fondation": "ECO-FOND",
}


def actor(local_id: str = "1", *, network: str = "bretagne", name: str = "Eau et Vie", **more: Any) -> JSON:
    key = RecordKey("actor", network, local_id)
    return {
        "id": national_id(key),
        "name": name,
        "type": "ASSO-ASI",
        "networks": [network],
        "sources": [{"network": network, "id": local_id, "modified_on": "2026-11-01"}],
        "provenance": {},
    } | more


def project(local_id: str = "1", *, network: str = "bretagne", title: str = "Un puits à Kayes", **more: Any) -> JSON:
    key = RecordKey("project", network, local_id)
    return {
        "id": national_id(key),
        "title": title,
        "countries": [{"code": "ML"}],
        "networks": [network],
        "sources": [{"network": network, "id": local_id, "modified_on": None}],
        "provenance": {},
    } | more


def published(*lines: JSON) -> list[PublicLine]:
    """The lines as a release takes them: canonical, in order of id."""
    return [PublicLine(line["id"], canonical(line)) for line in sorted(lines, key=lambda line: str(line["id"]))]


@cache
def real_actors() -> tuple[JSON, ...]:
    """2,789 rows of French public-sector open data as public lines (see tests/data/search/SOURCES.md)."""
    with REAL_ROWS.open(encoding="utf-8", newline="") as rows:
        lines = [_line(row) for row in csv.DictReader(rows)]
    return tuple(sorted(lines, key=lambda line: str(line["id"])))


def _line(row: dict[str, str]) -> JSON:
    seat = {
        "city": row["commune"],
        "postcode": row["code_postal"],
        "insee": row["code_insee"],
        "country": "FR",
        "lat": float(row["latitude"]) if row["latitude"] else None,
        "lon": float(row["longitude"]) if row["longitude"] else None,
    }
    sectors = [vocabulary("sectors").find(theme) for theme in row["themes_derives"].split("|") if theme]
    return actor(
        row["id_ligne"],
        network=row["annuaire"],
        name=row["nom"],
        acronym=row["sigle"] or None,
        type=_TYPES.get(row["type_acteur"], "AUTRE"),
        identifiers=[
            {"scheme": scheme, "value": tidy(scheme, row[scheme])}
            for scheme in ("siren", "siret", "rna", "uai", "ror")
            if row[scheme]
        ],
        seat={name: value for name, value in seat.items() if value not in ("", None)},
        sectors=[sector for sector in sectors if sector],
        countries=[{"code": code} for code in row["pays_intervention"].split("|") if code],
    )
