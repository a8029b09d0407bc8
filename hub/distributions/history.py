"""The history of identifiers as a table: every one ever issued, and what became of it."""

import csv
from collections.abc import Iterable
from pathlib import Path

from hub.distributions.contents import IssuedId
from hub.distributions.table import own

NAME = "identifiers.csv"
COLUMNS = (
    own(
        "id",
        "Identifiant national",
        "National identifier",
        "Identifiant attribué ; il ne l'est jamais deux fois.",
        example="7H3KQ0V2M9XTC",
        required=True,
    ),
    own(
        "collection",
        "Collection",
        "Collection",
        "Ce qu'il désigne : actor (acteur), project (projet) ou announcement (annonce).",
        example="actor",
        required=True,
    ),
    own(
        "etat",
        "État",
        "State",
        "live : en vigueur ; redirect : la fiche a été réunie à une autre ; gone : la fiche a été retirée.",
        example="redirect",
        required=True,
    ),
    own(
        "mene_a",
        "Mène à",
        "Leads to",
        "L'identifiant en vigueur qui le remplace, quand l'état est redirect.",
        example="5N8RT4B6W1YZD",
    ),
)


def write(path: Path, issued: Iterable[IssuedId]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(column.heading for column in COLUMNS)
        out.writerows((each.id, each.collection, each.state, each.leads_to) for each in issued)
