"""Quality on pairs that a person judged, at the default model: floors that a change must not break.

The pairs were drawn over the whole range of scores, doubtful ones above all: these figures are lower than those of a
catalogue. Only the held-out half counts here; weights are set on the other.
"""

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from hub.resolution import resolve_records
from schemas.record import RecordKey
from tests.hub.resolution.records import accepted

JUDGED = Path(__file__).parents[2] / "data" / "judged"
PRECISION, RECALL = 0.95, 0.75


@pytest.fixture(scope="module")
def pairs() -> list[Mapping[str, str]]:
    with (JUDGED / "pairs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def homes() -> Mapping[str, int]:
    """Record -> the number of its cluster, when all judged records are resolved together."""
    lines = (JUDGED / "records.ndjson").read_text("utf-8").splitlines()
    records = [accepted(line["source"], line["id"], line["record"]) for line in map(json.loads, lines)]
    clusters = resolve_records(records).clusters
    return {_name(key): number for number, cluster in enumerate(clusters) for key in cluster}


def test_held_out_pairs_are_found_with_the_promised_precision_and_recall(
    pairs: list[Mapping[str, str]], homes: Mapping[str, int]
) -> None:
    held_out = [pair for pair in pairs if pair["split"] == "held-out"]
    found = {(pair["left"], pair["right"]) for pair in held_out if homes[pair["left"]] == homes[pair["right"]]}
    true = {(pair["left"], pair["right"]) for pair in held_out if pair["verdict"] == "same"}

    assert len(found & true) / len(found) >= PRECISION
    assert len(found & true) / len(true) >= RECALL


def test_the_judged_pairs_are_enough_and_well_formed(pairs: list[Mapping[str, str]]) -> None:
    assert len(pairs) >= 150
    assert len({(pair["left"], pair["right"]) for pair in pairs}) == len(pairs)
    assert {pair["verdict"] for pair in pairs} == {"same", "different"}
    assert all(pair["reason"] for pair in pairs)


def test_no_record_is_in_both_halves(pairs: list[Mapping[str, str]]) -> None:
    halves = {
        split: {side for pair in pairs if pair["split"] == split for side in (pair["left"], pair["right"])}
        for split in ("fit", "held-out")
    }

    assert not halves["fit"] & halves["held-out"]


def _name(key: RecordKey) -> str:
    return f"{key.source}/{key.local_id}"
