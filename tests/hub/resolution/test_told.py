"""The same call relayed by several networks is one announcement, the same project told by two is one project."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import orjson
import pytest

from hub.resolution import resolve_records
from hub.resolution.features import features
from schemas.canonical import JSON
from schemas.validate import issues
from tests.hub.resolution.records import accepted

TOLD = Path(__file__).parents[2] / "data" / "told"


def told(collection: str) -> Iterator[JSON]:
    return map(orjson.loads, (TOLD / f"{collection}s.ndjson").read_bytes().splitlines())


def test_every_statement_is_one_that_a_network_could_make() -> None:
    found = [
        (line["id"], issue.message)
        for collection in ("announcement", "project")
        for line in told(collection)
        for issue in issues(f"{collection}/1.0", line["record"] | {"id": line["id"]})
    ]

    assert found == []


@pytest.mark.parametrize(("collection", "precision", "recall"), [("announcement", 0.99, 0.9), ("project", 0.89, 0.99)])
def test_things_told_by_several_networks_are_found_and_their_neighbours_left_apart(
    collection: str, precision: float, recall: float
) -> None:
    bodies = {
        accepted(line["source"], line["id"], line["record"], collection).key: line["body"] for line in told(collection)
    }
    records = [accepted(line["source"], line["id"], line["record"], collection) for line in told(collection)]

    clusters = resolve_records(records).clusters

    found = {pair for cluster in clusters for pair in combinations(sorted(cluster), 2)}
    true = {pair for pair in combinations(sorted(bodies), 2) if bodies[pair[0]] == bodies[pair[1]]}
    assert len(found & true) / len(found) >= precision, [(a.local_id, b.local_id) for a, b in found - true]
    assert len(found & true) / len(true) >= recall, [(a.local_id, b.local_id) for a, b in true - found]


@pytest.mark.parametrize(
    ("one", "two"),
    [("Ville de Strasbourg", "Strasbourg"), ("Anjou Forages Mali", "Association Anjou-Forages-Mali")],
)
def test_a_lead_is_known_under_its_usual_spellings(one: str, two: str) -> None:
    rows = [features("project", {"title": "Puits", "lead": {"name": name}})["owner"] for name in (one, two)]

    assert rows[0] == rows[1] != ""


def test_a_lead_of_another_region_is_another() -> None:
    rows = {
        features("project", {"title": "Puits", "lead": {"name": f"Électriciens sans frontières {region}"}})["owner"]
        for region in ("Occitanie", "Bretagne", "Comité de jumelage de Vierzon")
    }

    assert len(rows) == 3
