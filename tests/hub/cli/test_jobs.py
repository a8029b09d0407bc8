"""Holds, pauses and overrides as the shell sees them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli.program import app
from tests.hub.feed_server import FakeNode, actor, serving

WHO = ("--by", "Awa", "--reason", "vérifié")


def run(*arguments: str, home: Path) -> Result:
    return CliRunner().invoke(app, [*arguments, "--home", str(home)])


def told(*arguments: str, home: Path) -> dict:
    return json.loads(run(*arguments, "--json", home=home).stdout)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[tuple[FakeNode, Path]]:
    """A hub that read a node of twenty once."""
    node, home = FakeNode(), tmp_path / "hub"
    for number in range(20):
        node.put(f"A-{number}", actor(f"Association {number}"))
    CliRunner().invoke(app, ["init", str(home)])
    with serving(node.answer) as url:
        run("source", "add", "centraider", url, "--local", home=home)
        assert run("harvest", home=home).exit_code == 0
        yield node, home


def test_a_hold_is_shown_with_its_records_and_with_what_to_do_until_it_is_decided(hub: tuple[FakeNode, Path]) -> None:
    node, home = hub
    for number in range(5):
        node.delete(f"A-{number}")
    node.put("N-9", actor("Association 9")).delete("A-9")

    assert run("harvest", home=home).exit_code == 3
    [status] = told("status", home=home)["sources"]
    newest, first = told("job", "list", home=home)
    shown = told("job", "show", "2", home=home)
    as_text = run("job", "show", "2", home=home).stdout
    rekeyed = run("job", "confirm", "2", "--rekey", *WHO, "--json", home=home)
    confirmed = run("job", "confirm", "2", *WHO, "--json", home=home)
    again = told("job", "confirm", "2", *WHO, home=home)
    refused = run("job", "reject", "2", *WHO, home=home)

    assert (status["hold"], status["hold_job"], status["hold_nights"]) == ("held", 2, 0)
    assert (newest["hold"], first["hold"], first["to_do"]) == ("held", None, None)
    assert newest["to_do"] == (
        "`rrma-hub job confirm 2` or `reject 2`; `rrma-hub job confirm 2 --rekey` or `reject 2 --rekey`, "
        "with --by and --reason"
    )
    waiting = {each["id"]: (each["name"], each["why"], each["to"]) for each in shown["waiting_records"]}
    assert waiting["A-0"] == ("Association 0", "waits", None)
    assert waiting["A-9"] == ("Association 9", "rekeyed", "N-9")
    assert len(waiting) == 6
    assert "actor\tA-9\tAssociation 9\trekeyed\tN-9" in as_text
    assert (rekeyed.exit_code, json.loads(rekeyed.stdout)["now"]) == (3, "5 deletions wait for a person")
    assert (confirmed.exit_code, json.loads(confirmed.stdout)["status"]) == (0, "succeeded")
    assert (again["again"], again["by"]) == (True, "Awa")
    assert refused.exception is not None
    decided = told("job", "show", "2", home=home)
    assert [each["ruling"] for each in decided["rulings"]] == ["rekeyed", "confirmed"]
    assert (decided["hold"], decided["waiting_records"]) == (None, [])


def test_a_pause_and_an_override_are_given_listed_and_taken_back(hub: tuple[FakeNode, Path]) -> None:
    node, home = hub

    assert told("source", "pause", "centraider", *WHO, home=home)["kind"] == "pause"
    node.asked = []
    assert run("harvest", home=home).exit_code == 0
    assert node.asked == []
    [status] = told("status", home=home)["sources"]
    assert status["paused"] is not None
    assert told("source", "resume", "centraider", *WHO, home=home)["ended_by"] == "Awa"
    assert run("source", "override", "centraider", "--until", "soon", *WHO, home=home).exception is not None
    assert run("source", "override", "centraider", *WHO, home=home).exception is not None
    assert run("source", "pause", "nobody", *WHO, home=home).exception is not None
    assert len(told("source", "instructions", home=home)) == 1


def test_a_preview_is_a_table_of_lines(hub: tuple[FakeNode, Path]) -> None:
    node, home = hub
    node.put("A-bad", {"name": 3, "type": "ASSO"})

    text = run("source", "preview", "centraider", home=home).stdout
    raw = told("source", "preview", "centraider", home=home)

    assert "actor\tA-bad\tquarantined\t" in text
    assert [each["fate"] for each in raw["records"]] == ["quarantined"]
