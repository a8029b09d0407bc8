"""Training: the same bytes from the same files, within what a person set, at the minimum of its loss."""

import gzip
import hashlib
from pathlib import Path

import numpy as np
import orjson
import pytest
from typer.testing import CliRunner

from hub.cli.program import app
from hub.resolution import load
from hub.resolution.model import PRIOR
from hub.resolution.train import LEAST, MOST, WRONG, fit, hidden, labelled, loss, measures_of
from tests.directories import HELD_OUT, directories

DATA = Path(__file__).parents[2] / "data"
TRAINED_ON = {
    "directories.ndjson.gz": DATA / "training/directories.ndjson.gz",
    "records.ndjson": DATA / "judged/records.ndjson",
    "pairs.csv": DATA / "judged/pairs.csv",
    "prior.json": PRIOR,
}


def few() -> tuple[list[dict[str, object]], list[str]]:
    listed = directories(3, 500, without=HELD_OUT)
    return [each.record for each in listed], [each.body for each in listed]


def test_the_model_names_the_files_it_was_trained_on_as_they_are_now() -> None:
    found = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in TRAINED_ON.items()}

    assert load().provenance == found


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    records, bodies = few()
    lines = [orjson.dumps({"record": record, "body": body}) for record, body in zip(records, bodies, strict=True)]
    labels = tmp_path / "few.ndjson.gz"
    labels.write_bytes(gzip.compress(b"\n".join(lines)))

    for name in ("one.json", "two.json"):
        arguments = ["model", "train", str(labels), "--judged", str(DATA / "judged"), "--out", str(tmp_path / name)]
        assert CliRunner().invoke(app, arguments).exit_code == 0

    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_every_weight_keeps_the_sign_and_the_order_of_magnitude_that_a_person_set() -> None:
    prior, actor = load(PRIOR).collections["actor"].weights, load().collections["actor"].weights

    shares = {name: actor[name] / prior[name] for name in prior}
    assert {name: share for name, share in shares.items() if not LEAST - 0.1 <= share <= MOST + 0.1} == {}


def test_the_fit_ends_where_no_weight_alone_can_do_better() -> None:
    before, records = load(PRIOR).collections["actor"], few()
    examples = labelled(*records)

    found = fit(before, [examples])

    names = list(before.weights)
    measured, same = measures_of(names, examples), examples.same.astype(np.float64)
    importance = np.where(same, 1, WRONG)
    prior, at = (np.array([*each.weights.values(), each.bias]) for each in (before, found))
    least = loss(measured, same, importance, prior, at)
    for number, name in enumerate(names):
        for step in (-0.1, 0.1):
            moved = at.copy()
            moved[number] += step
            if LEAST <= moved[number] / prior[number] <= MOST:
                assert loss(measured, same, importance, prior, moved) > least - 0.05, name


@pytest.mark.parametrize("share", [0.2, 0.7])
def test_fields_are_hidden_as_often_as_asked_but_names_never_and_places_seldom(share: float) -> None:
    records, _ = few()

    found = hidden(records, 1, share)

    said = {name: sum(name in record for record in records) for name in ("name", "seat", "website")}
    left = {name: sum(name in record for record in found) for name in said}
    assert left["name"] == said["name"]
    assert left["website"] / said["website"] == pytest.approx(1 - share, abs=0.12)
    assert left["seat"] / said["seat"] > 0.8
