"""`rrma-hub quarantine` as an operator uses it."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from hub.settings import init_home
from schemas.errors import NotFound
from tests.hub.cli.test_commands import run
from tests.hub.feed_server import FakeNode, actor, serving

NANTES = {"city": "Nantes", "postcode": "44000", "insee": "44109"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A hub that has read two records: one outside its network's perimeter, one with a wrong address."""
    home = tmp_path / "hub"
    init_home(home)
    node = FakeNode().put("A-1", actor("=Eau", seat=NANTES)).put("A-2", actor("Terre", website="pas une adresse"))
    with serving(node.answer) as url:
        run("source", "add", "centraider", url, "--regions", "24", "--local", home=home)
        run("harvest", home=home)
    return home


def listed(home: Path, *options: str) -> list[str]:
    return [each["id"] for each in json.loads(run("quarantine", "list", *options, "--json", home=home).stdout)]


def test_what_waits_is_listed_by_source_collection_and_code(home: Path) -> None:
    assert listed(home) == ["A-1", "A-2"]
    assert listed(home, "centraider", "--code", "outside-perimeter") == ["A-1"]
    assert listed(home, "--collection", "project") == []


def test_a_record_is_shown_beside_what_is_wrong_with_it(home: Path) -> None:
    [number] = [each["number"] for each in json.loads(run("quarantine", "list", "--json", home=home).stdout)][1:]
    shown = run("quarantine", "show", str(number), home=home).stdout

    assert "Site web\tpas une adresse\t" in shown
    assert '"name": "Terre"' in shown
    assert isinstance(run("quarantine", "show", "7", home=home).exception, NotFound)


def test_the_whole_report_is_a_table_for_excel_or_json(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "centraider.csv"
    assert run("quarantine", "report", "centraider", "--out", str(file), home=home).exit_code == 0
    told = json.loads(run("quarantine", "report", "centraider", "--json", home=home).stdout)

    written = file.read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(StringIO(written.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [(row["identifiant"], row["nom"]) for row in rows] == [("A-1", "'=Eau"), ("A-2", "Terre")]
    assert [each["message"] for each in told] == [row["ce qui ne va pas"] for row in rows]
    assert isinstance(run("quarantine", "report", "nobody", home=home).exception, NotFound)


def test_what_a_changed_perimeter_lets_in_is_rejudged_without_the_network(home: Path) -> None:
    path = home / "sources" / "centraider.toml"
    path.write_text(path.read_text().replace('["24"]', '["24", "52"]'))
    done = run("quarantine", "rejudge", "--json", home=home)

    [job] = json.loads(done.stdout)
    assert (job["kind"], job["status"], job["tally"]["accepted"]) == ("rejudgement", "succeeded", 1)
    assert done.exit_code == 3
    assert listed(home) == ["A-2"]
    assert isinstance(run("quarantine", "rejudge", "nobody", home=home).exception, NotFound)
