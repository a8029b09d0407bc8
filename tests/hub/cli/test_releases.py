"""`rrma-hub releases` over a hub that reads a real feed."""

import json
from pathlib import Path

import time_machine
from typer.testing import CliRunner

from hub.cli.door import REFUSED
from hub.cli.program import app
from hub.stages.export_gate import Pinned
from tests.hub.cli.test_commands import run
from tests.hub.feed_server import FakeNode, actor, serving


def told(*arguments: str, home: Path) -> object:
    answer = run(*arguments, "--json", home=home)
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


@time_machine.travel("2026-11-23T12:00:00Z")
def test_a_mistake_is_taken_back_held_mended_and_followed(tmp_path: Path) -> None:
    home, node = tmp_path / "hub", FakeNode().put("A-1", actor("Eau"))
    assert CliRunner().invoke(app, ["init", str(home)]).exit_code == 0

    with serving(node.answer) as url:
        run("source", "add", "centraider", url, "--regions", "24", "--local", home=home)
        first = told("cycle", home=home)["release"]["release"]
        node.put("A-1", actor("Terre"))
        second = told("cycle", home=home)["release"]["release"]

        back = told("releases", "rollback", first, "--reason", "nom inversé", home=home)
        assert (back["rolled_back_from"], back["rolled_back_to"], back["held"]) == (second, first, True)

        node.put("A-2", actor("Air"))
        night = run("cycle", "--json", home=home)
        assert night.exit_code == REFUSED
        of_it = json.loads(night.stdout)["run"]
        assert (of_it["status"], of_it["error"]) == ("failed", Pinned.code)
        assert f"({Pinned.code})" in night.stderr
        status = told("status", home=home)
        assert (status["release"], status["held"]) == (back["release"], True)

        node.put("A-1", actor("Eau"))
        assert told("releases", "resume", home=home) == {"resumed_after": back["release"]}
        after = told("cycle", home=home)["release"]

    assert after["changed"]
    rows = told("releases", "list", home=home)
    assert [row["release"] for row in rows] == [first, second, back["release"], after["release"]]
    assert [row["state"] for row in rows] == [None, None, None, "current"]
    assert [row["reason"] for row in rows] == [None, None, "nom inversé", None]
    assert [row["stays"] for row in rows] == [None, None, "in use", "monthly"]


@time_machine.travel("2026-11-23T12:00:00Z")
def test_what_no_rule_keeps_is_told_before_it_goes(tmp_path: Path) -> None:
    home, node = tmp_path / "hub", FakeNode().put("A-1", actor("Eau"))
    CliRunner().invoke(app, ["init", str(home)])
    with serving(node.answer) as url:
        run("source", "add", "centraider", url, "--regions", "24", "--local", home=home)
        made = []
        for name in ("Eau", "Terre", "Air"):
            node.put("A-1", actor(name))
            made.append(told("cycle", home=home)["release"]["release"])

    assert [row["release"] for row in told("releases", "prune", "--dry-run", home=home)] == made[:1]
    assert len(told("releases", "list", home=home)) == 3
    assert [row["release"] for row in told("releases", "prune", home=home)] == made[:1]
    assert [row["release"] for row in told("releases", "list", home=home)] == made[1:]
