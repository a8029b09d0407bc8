"""`rrma-hub rebuild`: refuses what it cannot do, and says what to do instead."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli.program import app


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "hub"
    assert CliRunner().invoke(app, ["init", str(home)]).exit_code == 0
    return home


def test_a_folder_that_holds_something_is_left_alone(home: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious").write_text("x", "utf-8")

    done = CliRunner().invoke(app, ["rebuild", "--from-log", "--home", str(home), "--out", str(tmp_path / "full")])

    assert "is not empty: name a new folder" in str(done.exception)
    assert [each.name for each in (tmp_path / "full").iterdir()] == ["precious"]


def test_it_says_what_to_rebuild_from(home: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["rebuild", "--home", str(home), "--out", str(tmp_path / "new")])

    assert "--from-log" in str(done.exception)


def test_a_hub_without_a_past_is_rebuilt_empty(home: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["rebuild", "--from-log", "--home", str(home), "--out", str(tmp_path / "new")])

    assert done.exit_code == 0, done.output
    assert "statements" in done.output
