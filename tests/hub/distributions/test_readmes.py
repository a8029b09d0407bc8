"""What is written about releases stays true."""

import sqlite3
from contextlib import closing
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

from hub.distributions.contents import Contents
from hub.distributions.formats import FORMATS
from hub.distributions.shelf import Busy
from hub.search import Query
from hub.search.fields import FACETS, WEIGHTS
from hub.stages.export_gate import EmptyCatalogue, Pinned, ReleaseRefused
from hub.stages.release import publish
from hub.statistics import Statistics
from tests.hub.distributions.lines import actor, published

HUB = Path(__file__).parents[3] / "hub"


def told(path: str) -> str:
    return (HUB / path).read_text("utf-8")


def test_every_module_is_in_its_readme() -> None:
    for folder in ("distributions", "search", "catalogue"):
        modules = {path.name for path in (HUB / folder).glob("*.py")} - {"__init__.py"}
        assert {name for name in modules if f"`{name}`" not in told(f"{folder}/README.md")} == set(), folder


def test_every_format_and_error_code_is_told() -> None:
    assert all(f"`actors.{form.suffix}`" in told("distributions/README.md") for form in FORMATS)
    assert all(
        f"`{error.code}`" in told("stages/RELEASE.md") for error in (ReleaseRefused, EmptyCatalogue, Pinned, Busy)
    )


def test_every_facet_is_told_and_is_a_filter() -> None:
    assert all(f"`{facet}`" in told("search/README.md") for facet in FACETS)
    assert set(FACETS) < {field.name for field in fields(Query)}
    assert all(f"{weight:g}" in told("search/README.md") for weight in WEIGHTS.values())


def test_every_table_and_column_of_the_database_is_told(tmp_path: Path) -> None:
    made = publish(Contents(lines={"actor": published(actor())}), tmp_path, datetime(2026, 11, 23, tzinfo=UTC))
    rows = told("catalogue/README.md").splitlines()
    with closing(sqlite3.connect(made.folder / "catalogue.sqlite")) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = {name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")] for name in names}

    for name in tables.keys() - {"meta", "sqlite_stat1"}:
        row = next(row for row in rows if row.startswith(f"| `{name}`"))
        assert [column for column in tables[name] if f"`{column}`" not in row] == [], name


def test_every_figure_and_dimension_is_told() -> None:
    told_here = told("stages/RELEASE.md")
    statistics = Statistics({}).as_json()

    figures = {
        figure["id"] for figure in statistics["figures"] if figure["unit"] in ("acteurs", "pays", "départements")
    }
    assert {figure for figure in figures if f"`{figure}`" not in told_here} == set()
    words = {"sdg": "SDG", "detailed-type": "detailed type", "department": "département"}
    dimensions = {table["dimension"] for table in statistics["tables"]}
    assert {each for each in dimensions if words.get(each, each) not in told_here} == set()
