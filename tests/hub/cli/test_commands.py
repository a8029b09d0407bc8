"""The command line over a real server, and as the shell sees it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli.program import app
from hub.model.identity import national_id
from schemas.record import RecordKey
from tests.hub.feed_server import FakeNode, actor, serving

ROOT = Path(__file__).parents[3]


def run(*arguments: str, home: Path) -> Result:
    """Through the command line's own parser, in this process."""
    return CliRunner().invoke(app, [*arguments, "--home", str(home)])


def test_from_an_empty_folder_to_a_release_and_back(tmp_path: Path) -> None:
    home = tmp_path / "hub"
    node = FakeNode().put("A-1", actor("Eau")).put("A-2", actor("Terre")).put("A-bad", {"name": 3, "type": "ASSO"})
    assert CliRunner().invoke(app, ["init", str(home)]).exit_code == 0

    with serving(node.answer) as url:
        assert run("source", "add", "centraider", url, "--regions", "24, 44", "--local", home=home).exit_code == 0
        listed = json.loads(run("source", "list", "--json", home=home).stdout)
        cycled = run("cycle", "--json", home=home)
    report = json.loads(cycled.stdout)

    assert listed[0]["regions"] == ["24", "44"]
    assert cycled.exit_code == 3
    assert report["jobs"][0]["tally"] == {
        "received": 3, "accepted": 2, "unchanged": 0, "quarantined": 1, "deleted": 0,
        "held": 0, "rekeyed": 0, "kept": 0,
    }  # fmt: skip
    assert report["compiled"]["actors"] == 2
    assert (home / "releases" / report["release"]["release"] / "actors.jsonl.gz").is_file()

    gone = run("harvest", home=home)
    assert gone.exit_code == 1
    assert "centraider\tfailed" in gone.stdout
    status = json.loads(run("status", "--json", home=home).stdout)
    assert (status["sources"][0]["status"], status["golden"]) == ("failed", {"actor": 2})
    [waiting] = json.loads(run("quarantine", "list", "--json", home=home).stdout)
    assert waiting["id"] == "A-bad"
    shown = json.loads(run("quarantine", "show", str(waiting["number"]), "--json", home=home).stdout)
    assert shown["received"] == {"name": 3, "type": "ASSO"}
    assert [(issue["field"], issue["received"], issue["code"]) for issue in shown["issues"]] == [
        ("Nom", 3, "wrong-type")
    ]
    jobs = json.loads(run("job", "list", "--json", home=home).stdout)
    assert [job["status"] for job in jobs] == ["failed", "succeeded"]

    judged = run("review", "same", "centraider/A-1", "actor:centraider/A-2", "--by", "a", "--reason", "b", home=home)
    assert judged.exit_code == 0
    resolved = json.loads(run("resolve", "--json", home=home).stdout)
    assert (resolved["records"], resolved["clusters"]) == (2, 1)
    assert json.loads(run("compile", "--json", home=home).stdout)["actors"] == 1
    released = json.loads(run("release", "--json", home=home).stdout)
    assert released["changed"]
    founder = national_id(RecordKey("actor", "centraider", "A-1"))
    assert founder.encode() in (Path(released["folder"]) / "actors.csv").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("status",), 2, "no hub in"),
        (("nonsense",), 2, "No such command"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_a_code(
    tmp_path: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    command = [sys.executable, "-m", "hub.cli", *arguments, "--home", str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)

    assert answer.returncode == code
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr
