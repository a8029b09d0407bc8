"""Review and what-if on the command line."""

import json
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from hub.cli.door import exit_code
from hub.cli.program import app
from hub.resolution import load
from hub.stages.review import compare
from schemas.errors import ConfigError, FederationError, RequestError
from tests.hub.databases import database
from tests.hub.stages.past import Past, pair, said


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A hub of five records, whose threshold is right on one pair."""
    home = tmp_path / "hub"
    CliRunner().invoke(app, ["init", str(home)])
    names = ["Puits du Sahel", "Maison des solidarités", "Comité de jumelage de Chinon"]
    alpha = {f"alpha/{number}": said(name, website=f"https://www.asso{number}.fr") for number, name in enumerate(names)}
    beta = {"beta/0": said(names[0], website="https://www.asso0.fr"), "beta/1": said("Puits du Sahel et du Mali")}
    with database(home / "hub.sqlite") as engine:
        Past(engine).tell(alpha).tell(beta)
        doubtful = compare(engine, load(), pair("alpha/0", "beta/1")).log_odds
    (home / "hub.toml").write_text(f"threshold = {doubtful}\n")
    run("resolve", home=home)
    run("compile", home=home)
    return home


def run(*arguments: str, home: Path) -> Result:
    return CliRunner().invoke(app, [*arguments, "--home", str(home)])


def told(*arguments: str, home: Path) -> object:
    answer = run(*arguments, "--json", home=home)
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def refused(*arguments: str, home: Path) -> FederationError:
    error = run(*arguments, home=home).exception
    assert isinstance(error, FederationError)
    return error


def test_a_pair_is_listed_shown_judged_undone_and_remembered(home: Path) -> None:
    signed = ("--by", "claire", "--reason", "vu")
    listed = told("review", "list", "--collection", "actor", "--limit", "5", home=home)
    couple = (listed[0]["left"], listed[0]["right"])
    shown = told("review", "show", *couple, home=home)
    judged = told("review", "unsure", *couple, *signed, home=home)
    left = told("review", "list", home=home)
    number = str(judged["number"])

    assert shown["left"]["record"]["name"] == listed[0]["left_name"]
    assert couple not in [(each["left"], each["right"]) for each in left]
    assert told("review", "undo", number, *signed, home=home)["undone"]["author"] == "claire"
    assert told("review", "list", home=home) == told("review", "list", "--collection", "actor", home=home) == listed
    assert [each["number"] for each in told("review", "history", home=home)] == [judged["number"]]
    assert isinstance(refused("review", "undo", number, *signed, home=home), RequestError)


def test_a_person_reads_a_pair_in_words(home: Path) -> None:
    listed, shown = run("review", "list", home=home), run("review", "show", "alpha/0", "beta/1", home=home)

    assert "Puits du Sahel et du Mali" in listed.stdout
    assert "point de départ" in shown.stdout
    assert "if they were judged same:" in shown.stdout
    home_of_both = told("review", "show", "alpha/0", "beta/0", home=home)["left"]["national_id"]
    explained = run("review", "explain", home_of_both.lower(), home=home).stdout
    assert "actor:alpha/0 = actor:beta/0: +" in explained
    assert "même site web" in explained
    assert "actors-in-several-networks" in run("resolve", "--what-if", "--threshold", "60", home=home).stdout


def test_what_if_tells_and_resolve_does(home: Path) -> None:
    judge = ("--judge", "same", "alpha/1", "alpha/2")
    promised = told("resolve", "--what-if", *judge, home=home)
    before = told("status", home=home)["golden"]["actor"]
    told("review", "same", "alpha/1", "alpha/2", "--by", "claire", "--reason", "vu", home=home)
    told("resolve", home=home)
    done = told("compile", home=home)

    assert promised["counts"]["actor"] == {"before": before, "after": done["actors"]}
    assert len(promised["ids"]["merged"]) == 1
    assert told("resolve", "--what-if", home=home)["pages"] == []


def test_a_threshold_and_a_model_are_previewed_by_option_and_applied_by_setting(home: Path, tmp_path: Path) -> None:
    weights = tmp_path / "weights.json"
    model = orjson.loads(Path(load.__code__.co_filename).with_name("model.json").read_bytes())
    model["collections"]["actor"]["bias"] = -90.0
    weights.write_bytes(orjson.dumps(model))
    by_model = told("resolve", "--what-if", "--model", str(weights), home=home)
    by_threshold = told("resolve", "--what-if", "--threshold", "90", home=home)
    (home / "hub.toml").write_text(f'model = "{weights}"\n')
    told("resolve", home=home)

    assert by_model["counts"]["actor"]["after"] == by_threshold["counts"]["actor"]["after"] == 5
    assert told("compile", home=home)["actors"] == 5


def test_what_cannot_be_done_is_told(home: Path, tmp_path: Path) -> None:
    assert "--what-if" in str(refused("resolve", "--threshold", "3", home=home))
    assert "project" in str(refused("review", "list", "--collection", "person", home=home))
    assert "names no record" in str(refused("review", "show", "alpha", "beta/0", home=home))
    (tmp_path / "bad.json").write_text("[]")
    for path in (tmp_path / "bad.json", tmp_path / "nowhere.json"):
        error = refused("resolve", "--what-if", "--model", str(path), home=home)
        assert isinstance(error, ConfigError)
        assert exit_code(error) == 2
    assert "stewards.toml" in str(refused("steward", home=home))
