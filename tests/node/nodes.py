"""A small network to test with: its node, its mapping, its files."""

import csv
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from node import home as homes
from node import ingest as stages
from node.home import Home
from node.ingest import Ingested
from node.plan import Plan

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DATED = datetime(2026, 11, 1, tzinfo=UTC)
EPOCH = UUID("0b4c1f9e-0000-4000-8000-000000000001")

MAPPING = """
name = "{name}"
collection = "actor"
[id]
columns = ["Code"]
[constants]
"seat.country" = "FR"
[columns]
"Nom" = "name"
"Type" = "type"
"Sigle" = "acronym"
"Rue" = "seat.street"
"CP" = {{ to = "seat.postcode", clean = "postcode" }}
"Ville" = "seat.city"
"INSEE" = "seat.insee"
"Lat" = "seat.lat"
"Lon" = "seat.lon"
"SIREN" = "identifiers.siren"
"Pays" = {{ to = "countries", split = "," }}
"Secteurs" = {{ to = "sectors", split = "," }}
"Site" = {{ to = "website", clean = "url" }}
"Courriel" = "email"
"Téléphone" = "phone"
"Présentation" = "description"
"Publication" = "publication"
"Contact" = "contacts.name"
"Courriel du contact" = "contacts.email"
"Téléphone du contact" = "contacts.phone"
"Accord" = "contacts.consent.scope"
"""
COLUMNS = (
    "Code",
    "Nom",
    "Type",
    "Sigle",
    "Rue",
    "CP",
    "Ville",
    "INSEE",
    "Lat",
    "Lon",
    "SIREN",
    "Pays",
    "Secteurs",
    "Site",
)
PRIVATE = ("Courriel", "Téléphone", "Présentation", "Publication", "Contact", "Courriel du contact")
HEADINGS = (*COLUMNS, *PRIVATE, "Téléphone du contact", "Accord")


def make_home(path: Path, **settings: Any) -> Home:
    """A node of the region Centre-Val de Loire with one mapping, `annuaire`."""
    values = {"network": "centraider", "name": "Centraider", "regions": ["24"]} | settings
    home = homes.create(path, values, epoch=EPOCH, now=NOW)
    add_mapping(home, "annuaire")
    return home


def add_mapping(home: Home, name: str) -> Path:
    path = home.path / homes.MAPPINGS / f"{name}.toml"
    path.write_text(MAPPING.format(name=name), "utf-8")
    return path


def row(code: str, **over: str) -> dict[str, str]:
    """The smallest valid row, by heading; a test names only the cell it is about."""
    return {"Code": code, "Nom": f"Association {code}", "Type": "COLL-COM"} | over


def rows(count: int, **over: str) -> list[dict[str, str]]:
    return [row(f"A-{number:04}", **over) for number in range(count)]


def write_csv(path: Path, lines: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADINGS, delimiter=";")
        writer.writeheader()
        writer.writerows(lines)
    return path


def ingest(
    home: Home,
    lines: list[dict[str, str]],
    *,
    mapping: str = "annuaire",
    dated: datetime = DATED,
    confirm: bool = False,
) -> Ingested:
    """Write the rows to a file and take it in."""
    file = write_csv(home.path / "envoi.csv", lines)
    reading = stages.prepare(home, file, home.path / homes.MAPPINGS / f"{mapping}.toml")
    return stages.ingest(home, reading, dated=dated, now=NOW, confirm_loss=confirm)


def check(home: Home, lines: list[dict[str, str]], *, mapping: str = "annuaire") -> Plan:
    file = write_csv(home.path / "envoi.csv", lines)
    return stages.check(home, stages.prepare(home, file, home.path / homes.MAPPINGS / f"{mapping}.toml"))


def effect(plan: Plan) -> Mapping[str, int]:
    return {name: plan.counts[name] for name in ("new", "changed", "same", "vanished", "kept_back")}


def codes(plan: Plan) -> Iterator[tuple[int, str]]:
    """(row, issue code) of everything a plan found."""
    return ((one.row, one.issue.code) for planned in plan.rows for one in planned.candidate.issues)
