"""Files for analysis: Parquet by Arrow and Polars, provenance, history, source records, Zstandard."""

import csv
import gzip
import io
import json
import tracemalloc
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import polars
import pyarrow.parquet as pq
import pytest
import zstandard

from hub.distributions import harvested, history
from hub.distributions.batch import batches
from hub.distributions.contents import IssuedId, MemberRow
from hub.distributions.formats import FORMATS, Format
from hub.model.imprint import Imprint
from schemas.canonical import canonical
from tests.hub.distributions.lines import actor, real_actors
from tests.hub.distributions.written import by_suffix, written

LINE = actor(
    "1",
    name="Eau",
    member=True,
    other_names=["Un|deux", "Trois"],
    identifiers=[{"scheme": "siren", "value": "732829320"}],
    seat={"city": "Rennes", "lat": 48.5, "lon": -1, "country": "FR"},
    provenance={
        "/name": [
            {"network": "bretagne", "id": "1", "pointer": "/name", "date": "2026-11-01", "rule": "most-complete"},
            {"network": "normandie", "id": "7", "pointer": "/name", "date": None, "rule": "most-complete"},
        ],
        "/other_names/1": [{"network": "x", "id": "2", "pointer": "/other_names/0", "date": None, "rule": "union"}],
        "/seat": [{"network": "x", "id": "2", "pointer": "/seat", "date": None, "rule": "one-block"}],
        "/gone~1/9": [{"network": "x", "id": "2", "pointer": "/gone", "date": None, "rule": "union"}],
    },
)


def test_arrow_and_polars_read_types_and_lists(tmp_path: Path) -> None:
    path = written("parquet", tmp_path, [LINE, *real_actors()[:50]])
    by_arrow = next(row for row in pq.read_table(path).to_pylist() if row["id"] == LINE["id"])
    by_polars = polars.read_parquet(path).filter(polars.col("id") == LINE["id"]).to_dicts()[0]

    assert by_arrow == by_polars
    assert by_arrow["autres_noms"] == ["Un|deux", "Trois"]
    assert by_arrow["siren"] == ["732829320"]
    assert (by_arrow["latitude"], by_arrow["longitude"], by_arrow["adherent"]) == (48.5, -1.0, True)
    assert by_arrow["description"] is None


def test_a_parquet_file_carries_its_licence_and_the_sense_of_its_columns(tmp_path: Path) -> None:
    shape = pq.read_schema(written("parquet", tmp_path, [LINE], imprint=Imprint(licence="ODbL-1.0")))

    assert shape.metadata[b"licence"] == b"https://opendatacommons.org/licenses/odbl/1-0/"
    assert shape.field("nom").metadata[b"description"]


def test_row_groups_have_one_size(tmp_path: Path) -> None:
    path = tmp_path / "actors.parquet"
    passing = batches("actor", repeat(canonical(LINE), 10_001))
    for _ in by_suffix("parquet").write(path, "actor", passing, Imprint()):
        pass
    told = pq.read_metadata(path)

    assert [told.row_group(at).num_rows for at in range(told.num_row_groups)] == [10_000, 1]


def test_provenance_has_a_row_for_each_value_and_source(tmp_path: Path) -> None:
    with written("provenance.csv", tmp_path, [LINE]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]

    assert [row[1:] for row in rows] == [
        ["/gone~1/9", "", "1", "x", "2", "/gone", "", "union"],
        ["/name", "Eau", "1", "bretagne", "1", "/name", "2026-11-01", "most-complete"],
        ["/name", "Eau", "2", "normandie", "7", "/name", "", "most-complete"],
        ["/other_names/1", "Trois", "1", "x", "2", "/other_names/0", "", "union"],
        ["/seat", canonical(LINE["seat"]).decode(), "1", "x", "2", "/seat", "", "one-block"],
    ]
    told = polars.read_parquet(written("provenance.parquet", tmp_path, [LINE]))
    assert [tuple("" if cell is None else str(cell) for cell in row) for row in told.rows()] == [*map(tuple, rows)]


def test_zstandard_holds_the_same_lines(tmp_path: Path) -> None:
    lines = real_actors()[:200]
    packed = zstandard.ZstdDecompressor().stream_reader(written("jsonl.zst", tmp_path, lines).read_bytes())

    assert packed.read() == gzip.decompress(written("jsonl.gz", tmp_path, lines).read_bytes())


def test_source_records_are_told_with_the_record_they_went_into(tmp_path: Path) -> None:
    row = MemberRow(
        collection="actor",
        national_id="7H3KQ0V2M9XTC",
        network="bretagne",
        local_id='A"1',
        modified_on=None,
        payload=canonical({"name": "Eau"}),
    )
    harvested.write(tmp_path / "records", [row])

    assert json.loads(gzip.decompress((tmp_path / "records").read_bytes())) == {
        "id": "7H3KQ0V2M9XTC",
        "network": "bretagne",
        "local_id": 'A"1',
        "modified_on": None,
        "record": {"name": "Eau"},
    }


def test_the_history_tells_what_became_of_every_identifier(tmp_path: Path) -> None:
    issued = [
        IssuedId(id="A", collection="actor", state="redirect", leads_to="B"),
        IssuedId(id="B", collection="actor", state="live"),
    ]
    history.write(tmp_path / history.NAME, issued)

    told = (tmp_path / history.NAME).read_text("utf-8")
    assert list(csv.reader(io.StringIO(told))) == [
        ["id", "collection", "etat", "mene_a"],
        ["A", "actor", "redirect", "B"],
        ["B", "actor", "live", ""],
    ]


class Endless:
    """The same real records again and again, made as they are asked for."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __iter__(self) -> Iterator[bytes]:
        lines = [canonical(line) for line in real_actors()[:50]]
        for number in range(self._count):
            yield lines[number % len(lines)]


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.suffix)
def test_no_writer_keeps_what_it_has_written(form: Format, tmp_path: Path) -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        try:
            for _ in form.write(tmp_path / "file", "actor", batches("actor", Endless(count), records=100), Imprint()):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(1_500) < peak(300) + 100_000
