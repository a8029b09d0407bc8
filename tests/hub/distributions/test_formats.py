import csv
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from geojson_pydantic import Feature, FeatureCollection, Point
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.distributions import delimited, geojson, jsonlines, table
from hub.distributions.batch import batches
from hub.distributions.formats import FORMATS, Format
from hub.model.imprint import Imprint
from hub.model.territory import Territory, territory
from schemas.canonical import JSON, canonical
from schemas.registry import columns
from tests.hub.distributions.lines import actor, project, published, real_actors

IMPRINT = Imprint()
AWKWARD = actor(
    "1",
    name='Les « amis », "vrais"\r\net l\'eau;=1+1',
    other_names=["Un|deux", "Trois"],
    seat={"city": "Saint-Étienne", "insee": "42218", "lat": 45.43398765432, "lon": 4.39, "country": "FR"},
    identifiers=[{"scheme": "siren", "value": "732829320"}, {"scheme": "ror", "value": "057qpr032"}],
    countries=[{"code": "ML", "roles": ["project"]}, {"code": "SN"}],
    sectors=["EAU", "SANT"],
    member=True,
)


def written(form: Format, path: Path, lines: Sequence[JSON], collection: str = "actor", records: int = 4_000) -> Path:
    target = path / form.path(collection)
    passing = batches(collection, (line.raw for line in published(*lines)), records)
    passed_on = [name for batch in form.write(target, collection, passing, IMPRINT) for name in batch.ids]
    assert passed_on == sorted(line["id"] for line in lines)
    return target


def by_suffix(suffix: str) -> Format:
    return next(form for form in FORMATS if form.suffix == suffix)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.suffix)
@pytest.mark.parametrize("lines", [(), (AWKWARD,), real_actors()[:500]], ids=["none", "one", "many"])
def test_what_is_written_is_read_back_by_another_reader(form: Format, lines: Sequence[JSON], tmp_path: Path) -> None:
    path = written(form, tmp_path, lines)

    assert list(form.ids(path)) == ([] if form.values else sorted(line["id"] for line in lines))


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.suffix)
def test_equal_lines_give_equal_bytes_wherever_a_batch_ends(form: Format, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    lines = [AWKWARD, *real_actors()[:50]]
    again = written(form, tmp_path / "again", lines, records=7)

    assert written(form, tmp_path, lines).read_bytes() == again.read_bytes()


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)


@settings(max_examples=40)
@given(name=texts, others=st.lists(texts, max_size=3))
def test_any_text_survives_every_format(tmp_path_factory: pytest.TempPathFactory, name: str, others: list[str]) -> None:
    line = actor("1", name=name, other_names=others)
    folder = tmp_path_factory.mktemp("formats")
    paths = {form.suffix: written(form, folder, [line]) for form in FORMATS}

    for form in FORMATS:
        assert list(form.ids(paths[form.suffix])) == ([] if form.values else [line["id"]])
    with paths["csv"].open(encoding="utf-8", newline="") as rows:
        assert next(csv.DictReader(rows))["nom"] == name
    assert json.loads(paths["geojson"].read_bytes())["features"][0]["properties"]["nom"] == name
    assert gzip.decompress(paths["jsonl.gz"].read_bytes()) == canonical(line) + b"\n"


def test_a_table_has_the_headings_of_the_schema_and_its_lists_are_joined(tmp_path: Path) -> None:
    with written(by_suffix("csv"), tmp_path, [AWKWARD]).open(encoding="utf-8", newline="") as rows:
        row = next(csv.DictReader(rows))

    assert list(row)[:3] == ["id", "nom", "sigle"]
    assert list(row)[-5:] == ["departement", "region", "reseaux", "sources", "origines"]
    assert not any(heading.startswith("origine_") for heading in row)
    assert row == row | {
        "autres_noms": "Un/deux|Trois",
        "siren": "732829320",
        "ror": "057qpr032",
        "pays": "ML|SN",
        "secteurs": "EAU|SANT",
        "commune": "Saint-Étienne",
        "departement": "42",
        "region": "84",
        "adherent": "true",
        "sources": "bretagne:1",
        "sigle": "",
    }


@pytest.mark.parametrize("collection", ["actor", "project", "announcement"])
def test_no_private_column_is_in_a_table(collection: str) -> None:
    headings = table.headings(collection)

    assert len(headings) == len(set(headings))
    assert set(headings).isdisjoint(column.heading for column in columns(f"{collection}/1.0") if not column.public)
    assert "contacts" not in headings


def test_the_csv_is_rfc_4180(tmp_path: Path) -> None:
    raw = written(by_suffix("csv"), tmp_path, [AWKWARD]).read_bytes()

    assert not raw.startswith(b"\xef\xbb\xbf")
    assert raw.endswith(b"\r\n")
    assert b'"Les \xc2\xab amis \xc2\xbb, ""vrais""\r\net l\'eau;=1+1"' in raw


def test_a_feature_collection_is_rfc_7946(tmp_path: Path) -> None:
    somewhere = project(
        places=[{"name": "Kayes", "lat": 14.45, "lon": -11.44}, {"name": "Nioro", "lat": 15.2, "lon": -9.6}]
    )
    actors = FeatureCollection[Feature[Point, dict[str, Any]]](
        **json.loads(written(by_suffix("geojson"), tmp_path, [AWKWARD, actor("2")]).read_bytes())
    )
    projects = json.loads(written(by_suffix("geojson"), tmp_path, [somewhere], "project").read_bytes())

    placed = next(feature for feature in actors.features if feature.id == AWKWARD["id"])
    assert placed.geometry.coordinates == (4.39, 45.4339877)
    assert [feature.geometry for feature in actors.features if feature.id != AWKWARD["id"]] == [None]
    assert projects["features"][0]["geometry"] == {"type": "MultiPoint", "coordinates": [[-11.44, 14.45], [-9.6, 15.2]]}


@pytest.mark.parametrize("place", [{"lat": 91.0, "lon": 2.0}, {"lat": 45.0, "lon": 181.0}, {"lat": 45.0}, {}])
def test_an_impossible_position_is_no_position(place: JSON, tmp_path: Path) -> None:
    read = json.loads(written(by_suffix("geojson"), tmp_path, [actor(seat=place)]).read_bytes())

    assert [feature["geometry"] for feature in read["features"]] == [None]


@pytest.mark.parametrize(
    "torn",
    [
        b"",
        b'{"type":"FeatureCollection","licence":"x","features":[\n',
        b'{"type":"FeatureCollection","licence":"x","features":[\n{"id":"a"},\n]}\n',
        b'{"type":"FeatureCollection","licence":"x","features":[\n{"id":"a"}\n{"id":"b"}\n]}\n',
        b'{"type":"FeatureCollection","licence":"x","features":[\n{"id":"a"}\n]}\n{"id":"b"}\n',
    ],
)
def test_a_torn_feature_collection_is_told_apart(torn: bytes, tmp_path: Path) -> None:
    (tmp_path / "torn.geojson").write_bytes(torn)

    with pytest.raises(ValueError, match="feature"):
        list(geojson.ids(tmp_path / "torn.geojson"))


def test_json_lines_keep_every_byte(tmp_path: Path) -> None:
    path = written(by_suffix("jsonl.gz"), tmp_path, real_actors()[:20])

    assert [line.raw for line, _ in jsonlines.read(path)] == [canonical(line) for line in real_actors()[:20]]
    assert path.read_bytes()[4:8] == b"\0\0\0\0"


def test_a_csv_with_a_row_too_many_cells_is_not_readable(tmp_path: Path) -> None:
    (tmp_path / "actors.csv").write_bytes(b"id,nom\r\na,b,c\r\n")

    with pytest.raises(duckdb.Error):
        list(delimited.ids(tmp_path / "actors.csv"))


@pytest.mark.parametrize(
    ("seat", "expected"),
    [
        ({"insee": "35238"}, Territory("35", "53")),
        ({"insee": "2A004"}, Territory("2A", "94")),
        ({"postcode": "97110"}, Territory("971", "01")),
        ({"insee": "35999", "postcode": "69001"}, Territory("35", "53")),
        ({"postcode": "69001", "country": "FR"}, Territory("69", "84")),
        ({"postcode": "1000", "country": "BE"}, Territory()),
        ({"city": "Rennes"}, Territory()),
    ],
)
def test_a_seat_is_in_the_territory_of_its_codes(seat: JSON, expected: Territory) -> None:
    assert territory(seat) == expected
