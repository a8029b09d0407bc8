"""The commands as an officer or a script meets them: words, tables, JSON, exit codes; never a traceback."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from node.cli import exits, main
from schemas.canonical import JSON
from tests.node.nodes import MAPPING, row, rows, write_csv

BAD = {"SIREN": "732829321"}

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run `rrma-node` in an empty folder; gives exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RRMA_NODE_HOME", raising=False)

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rrma-node", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        code = ended.value.code
        return code if isinstance(code, int) else 0, said.out, said.err

    return run


@pytest.fixture
def home(run: Run, tmp_path: Path) -> Path:
    run("init", "noeud", "--network", "centraider", "--name", "Centraider", "--regions", "24,53")
    (tmp_path / "noeud" / "mappings" / "annuaire.toml").write_text(MAPPING.format(name="annuaire"), "utf-8")
    return tmp_path / "noeud"


def told(answer: tuple[int, str, str]) -> JSON:
    read: JSON = orjson.loads(answer[1])
    return read


def test_init_makes_a_node_and_says_what_comes_next(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("init", "n", "--network", "gescod", "--name", "Gescod", "--regions", "44", "--regions", "27")

    assert (code, sorted(path.name for path in (tmp_path / "n").iterdir())) == (
        0,
        ["mappings", "node.sqlite", "node.toml"],
    )
    assert "rrma-node check" in out
    assert 'regions = ["44", "27"]' in (tmp_path / "n" / "node.toml").read_text()


def test_ingest_tells_in_json_what_the_contract_between_programs_says(run: Run, home: Path) -> None:
    file = write_csv(home / "a.csv", [row("A-1"), row("A-2", **BAD), row("A-3", Ville="Lyon", CP="69001")])

    answer = run("ingest", file, "--home", home, "--dated", "2026-11-01", "--json")

    found = told(answer)
    counted = {
        name: found[name] for name in ("rows", "accepted", "issues", "kept_back", "new", "changed", "same", "vanished")
    }
    assert answer[0] == exits.KEPT_BACK
    assert counted == {
        "rows": 3,
        "accepted": 2,
        "issues": 2,
        "kept_back": 1,
        "new": 2,
        "changed": 0,
        "same": 0,
        "vanished": 0,
    }
    assert (found["network"], found["origin"], found["seq"]) == ("centraider", "annuaire", 2)
    assert set(found["digest"]) == {"actor", "project", "announcement"}
    assert found["coverage"]["rows"] == 3
    (kept,) = [one for one in found["details"] if one["verdict"] == "kept_back"]
    assert (kept["row"], kept["id"], kept["issues"][0]["column"]) == (3, "A-2", "SIREN")


def test_check_shows_row_by_row_what_would_happen_and_does_nothing(run: Run, home: Path) -> None:
    run("ingest", write_csv(home / "a.csv", rows(3)), "--home", home)
    file = write_csv(home / "b.csv", [row("A-0000", Nom="Autre"), row("A-0001"), row("B-1"), row("B-2", **BAD)])

    code, out, _ = run("check", file, "--home", home)

    lines = [line.split("\t") for line in out.splitlines()]
    assert code == exits.KEPT_BACK
    assert ["2", "A-0000", "modifiée", "name", "Association A-0000 → Autre"] in lines
    assert ["4", "B-1", "nouvelle", "", "Association B-1"] in lines
    assert ["", "A-0002", "retirée", "", "plus dans le fichier"] in lines
    assert [line[:5] for line in lines if line[:1] == ["5"]] == [["5", "B-2", "mise de côté", "SIREN", "732829321"]]
    assert "Rien n'a été enregistré." in out
    assert told(run("status", "--home", home, "--json"))["seq"] == 3


def test_check_and_ingest_tell_the_same_counts(run: Run, home: Path) -> None:
    file = write_csv(home / "a.csv", [row("A-1"), row("A-2", **BAD), row("A-1")])

    said, done = told(run("check", file, "--home", home, "--json")), told(run("ingest", file, "--home", home, "--json"))

    assert {name: done[name] for name in said} == said


def test_a_loss_is_refused_with_its_own_exit_code_until_confirmed(run: Run, home: Path) -> None:
    run("ingest", write_csv(home / "a.csv", rows(10)), "--home", home)
    few = write_csv(home / "b.csv", rows(2))

    code, _, err = run("ingest", few, "--home", home)
    assert (code, "--confirm-loss" in err) == (exits.LOSS, True)
    assert run("check", few, "--home", home)[0] == exits.LOSS
    assert run("ingest", few, "--home", home, "--confirm-loss")[0] == exits.DONE


def test_status_lists_collections_last_files_and_rows_kept_back(run: Run, home: Path) -> None:
    run("ingest", write_csv(home / "a.csv", [row("A-1"), row("A-2", **BAD)]), "--home", home, "--dated", "2026-11-01")

    found = told(run("status", "--home", home, "--json"))
    _, out, _ = run("status", "--home", home)

    assert found["collections"]["actor"]["count"] == 1
    assert [(one["origin"], one["file"], one["rows"], one["dated"][:10]) for one in found["origins"]] == [
        ("annuaire", "a.csv", 2, "2026-11-01")
    ]
    assert found["kept_back"][0]["issues"][0]["read"] == "732829321"
    assert "annuaire\t3\tA-2\tSIREN\t732829321" in out


def test_compact_tells_how_many_withdrawals_it_forgot(run: Run, home: Path) -> None:
    run("ingest", write_csv(home / "a.csv", rows(4)), "--home", home)
    run("ingest", write_csv(home / "a.csv", rows(2)), "--home", home)

    assert told(run("compact", "--before", 99, "--home", home, "--json"))["forgotten"] == 2
    assert told(run("status", "--home", home, "--json"))["compacted_before"] == 6


def test_the_home_may_come_from_the_environment_or_be_the_current_folder(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RRMA_NODE_HOME", str(home))
    assert run("status")[0] == exits.DONE
    monkeypatch.delenv("RRMA_NODE_HOME")
    assert run("status")[0] == exits.USAGE
    monkeypatch.chdir(home)
    assert run("status")[0] == exits.DONE


def test_a_mapping_is_found_by_path_by_name_or_because_it_is_alone(run: Run, home: Path, tmp_path: Path) -> None:
    file = write_csv(home / "a.csv", rows(2))
    (tmp_path / "ailleurs.toml").write_text(MAPPING.format(name="ailleurs"), "utf-8")

    assert told(run("check", file, "--home", home, "--json"))["origin"] == "annuaire"
    assert told(run("check", file, "--home", home, "--mapping", "annuaire", "--json"))["origin"] == "annuaire"
    assert told(run("check", file, "--home", home, "--mapping", "ailleurs.toml", "--json"))["origin"] == "ailleurs"
    (home / "mappings" / "ecoles.toml").write_text(MAPPING.format(name="ecoles"), "utf-8")
    code, _, err = run("check", file, "--home", home)
    assert (code, "annuaire, ecoles" in err) == (exits.USAGE, True)
    assert "introuvable" in run("check", file, "--home", home, "--mapping", "rien")[2]


Case = tuple[str, Callable[[Path], Any], int, str]
CASES: list[Case] = [
    ("vide.csv", lambda path: path.write_bytes(b""), exits.SOURCE, "vide"),
    ("page.xls", lambda path: path.write_text("<html><body>Connexion</body></html>"), exits.SOURCE, "page web"),
    ("titres.csv", lambda path: path.write_text("Nom;Ville\nEau;Tours\n"), exits.SOURCE, "Code"),
    (
        "large.csv",
        lambda path: path.write_text(";".join(f"c{n}" for n in range(10_000)) + "\n1\n"),
        exits.SOURCE,
        "500",
    ),
    ("lourd.csv", lambda path: _sparse(path, 2_000_000_000), exits.SOURCE, "2000 Mo"),
    ("absent.csv", lambda path: None, exits.SOURCE, "absent.csv"),
]


def _sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_a_file_that_cannot_be_read_is_told_in_one_sentence(run: Run, home: Path, case: Case) -> None:
    name, write, expected, said = case
    write(home / name)

    for command in ("check", "ingest"):
        code, out, err = run(command, home / name, "--home", home)

        assert (code, out) == (expected, "")
        assert err.startswith("Erreur : ")
        assert said in err
        assert "Traceback" not in err


def test_a_column_mapped_twice_is_a_setting_to_mend(run: Run, home: Path) -> None:
    mapping = home / "mappings" / "annuaire.toml"
    mapping.write_text(mapping.read_text() + '"NOM" = "acronym"\n', "utf-8")

    code, _, err = run("check", write_csv(home / "a.csv", rows(1)), "--home", home)

    assert code == exits.USAGE
    assert "Nom" in err
    assert "Traceback" not in err


def test_a_disk_that_refuses_is_told_without_a_traceback(run: Run, home: Path, tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")

    code, _, err = run("export-static", tmp_path / "fichier" / "dessous", "--home", home)

    assert code == exits.SOURCE
    assert err.startswith("Erreur du système : ")


def test_export_static_writes_the_files_it_names(run: Run, home: Path, tmp_path: Path) -> None:
    answer = run("export-static", tmp_path / "public", "--home", home, "--json")

    assert {path.name: path.stat().st_size for path in (tmp_path / "public").iterdir()} == told(answer)["files"]


def test_marks_and_signs_of_a_file_are_printed_as_they_are(run: Run, home: Path) -> None:
    file = write_csv(home / "a.csv", [row("A-1", Nom="[bold]Eau[/bold] :smile:")])

    assert "[bold]Eau[/bold] :smile:" in run("check", file, "--home", home)[1]
