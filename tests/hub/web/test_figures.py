"""Every published figure says how to cite it, and is counted again from the public files by the script that ships."""

import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import orjson
import pytest

from hub.catalogue import Catalogue


def recompute(release: Path, *asked: str) -> tuple[int, str]:
    """What the script of a release answers, run as a reader runs it."""
    run = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", release / "rrma-recompute", *asked],
        capture_output=True,
        check=False,
        text=True,
    )
    assert "Traceback" not in run.stderr
    return run.returncode, run.stdout + run.stderr


def figures(release: Path, population: str) -> dict[str, int]:
    said = orjson.loads((release / "statistics.json").read_bytes())
    return {each["id"]: each["value"] for each in said["figures"] if each["population"] == population}


def test_every_figure_of_a_real_release_is_recomputed_from_its_files(releases: Path) -> None:
    code, said = recompute(releases / "current")

    lines = said.splitlines()
    assert (code, lines[-1]) == (0, "MÊMES CHIFFRES / SAME FIGURES")
    names = {line.split()[1] for line in lines[:-1]}
    assert {"actors", "actors-by-country/SN", "actors-by-zone", "projects-by-sector/total", "announcements"} <= names
    assert all(line.startswith("OK ") for line in lines[:-1])


def test_one_figure_is_recomputed_by_its_name(releases: Path) -> None:
    code, said = recompute(releases / "current", "actors", "actors-by-country/SN")

    assert code == 0
    assert [line.split()[:2] for line in said.splitlines()[:-1]] == [["OK", "actors"], ["OK", "actors-by-country/SN"]]


def test_a_figure_that_the_files_do_not_bear_out_is_told(releases: Path, tmp_path: Path) -> None:
    spoilt = shutil.copytree((releases / "current").resolve(), tmp_path / "spoilt")
    statistics = orjson.loads((spoilt / "statistics.json").read_bytes())
    [figure] = [each for each in statistics["figures"] if (each["id"], each["population"]) == ("projects", "open")]
    figure["value"] += 1
    (spoilt / "statistics.json").write_bytes(orjson.dumps(statistics))

    code, said = recompute(spoilt, "projects")

    assert code == 1
    assert f"!!  projects {figure['value']} ≠ {figure['value'] - 1}" in said


@pytest.mark.parametrize("query", ["SELECT count(*) FROM '/etc/passwd'", "COPY (SELECT 1) TO 'out.csv'", "nonsense"])
def test_a_query_reads_the_release_and_nothing_else(releases: Path, tmp_path: Path, query: str) -> None:
    spoilt = shutil.copytree((releases / "current").resolve(), tmp_path / "spoilt")
    statistics = orjson.loads((spoilt / "statistics.json").read_bytes())
    for each in statistics["figures"]:
        each["query"] = query
    (spoilt / "statistics.json").write_bytes(orjson.dumps(statistics))

    code, said = recompute(spoilt, "actors")

    assert code == 1
    assert "NON RECALCULÉ" in said
    assert not list(spoilt.parent.rglob("out.csv"))


def test_an_unknown_figure_is_a_wrong_call(releases: Path) -> None:
    code, said = recompute(releases / "current", "actorz")

    assert code == 2
    assert "chiffre inconnu / unknown figure: actorz" in said


def test_what_is_shown_and_not_open_is_told_apart(releases: Path) -> None:
    opened, shown = (figures(releases / "current", population) for population in ("open", "published"))

    assert shown["actors"] == opened["actors"] + 1
    assert shown["projects"] == opened["projects"]


def test_a_figure_is_cited_with_its_release_its_method_and_its_command(
    client: httpx.Client, catalogue: Catalogue
) -> None:
    found = client.get("/api/v1/statistics/actors").json()
    table = client.get("/api/v1/statistics/actors-by-type", params={"population": "open"}).json()

    assert found["value"] == catalogue.manifest.counts["actor"]
    assert catalogue.manifest.release in found["citation"]
    assert found["method"] in found["citation"]
    assert (found["command"], table["command"]) == (
        "python rrma-recompute actors",
        "python rrma-recompute actors-by-type",
    )
    assert sum(row["count"] for row in table["rows"]) == table["known"]
    assert client.get("/api/v1/statistics/actorz").status_code == 404
    assert client.get("/api/v1/statistics/actors", params={"population": "all"}).status_code == 400


def test_the_page_of_figures_cites_each(client: httpx.Client, catalogue: Catalogue) -> None:
    page = client.get("/chiffres").text

    assert "python rrma-recompute actors-by-region" in page
    assert page.count(f"version {catalogue.manifest.release}") > 20
