import gzip
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from hub.distributions import checksums
from hub.distributions.contents import Contents, IssuedId, MemberRow, Outline, outline
from hub.distributions.deltas import Base
from hub.distributions.formats import FORMATS
from hub.search import SearchIndex
from hub.stages import export_gate
from hub.stages.release import publish
from schemas.canonical import canonical
from tests.hub.distributions.lines import actor, project, published, real_actors

STATED = {"network": "bretagne", "id": "1", "pointer": "/name", "date": None, "rule": "most-complete"}
ACTORS = [line | {"provenance": {"/name": [STATED], "/type": [STATED]}} for line in real_actors()[:40]]
CONTENTS = Contents(
    lines={"actor": published(*ACTORS), "project": published(project())},
    members=[
        MemberRow(
            collection="actor",
            national_id=line["id"],
            network="bretagne",
            local_id=line["id"],
            modified_on=None,
            payload=canonical({"name": line["name"]}),
        )
        for line in ACTORS
    ],
    identifiers=[IssuedId(id=line["id"], collection="actor", state="live") for line in ACTORS],
)
EXPECTED = outline(CONTENTS)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(CONTENTS, tmp_path_factory.mktemp("releases"), datetime(2026, 11, 23, tzinfo=UTC)).folder


@pytest.fixture
def draft(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "draft")
    return tmp_path / "draft"


def checked(folder: Path, expected: Outline = EXPECTED) -> list[str]:
    """Why a folder is refused; its sums are made again first, so that they are not the only reason."""
    names = [line.split("  ")[1] for line in (folder / checksums.NAME).read_text().splitlines()]
    checksums.write(folder, [name for name in names if (folder / name).exists()])
    try:
        export_gate.check(folder, expected)
    except export_gate.ReleaseRefused as refused:
        return refused.reasons
    return []


def test_a_whole_release_passes(draft: Path) -> None:
    assert checked(draft) == []


FILES = [
    *(form.path("actor") for form in FORMATS),
    *("actors.records.jsonl.gz", "identifiers.csv"),
    *(
        "projects.csv",
        "catalogue.sqlite",
        "changes.sqlite",
        "site.zip",
        "statistics.json",
        "datapackage.json",
        "catalogue.ttl",
    ),
]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("left", [0.0, 0.5, 0.98])
def test_a_truncated_file_is_refused(draft: Path, name: str, left: float) -> None:
    whole = (draft / name).read_bytes()
    (draft / name).write_bytes(whole[: int(len(whole) * left)])

    assert any(name in reason for reason in checked(draft))


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(draft: Path, name: str) -> None:
    (draft / name).unlink()

    assert any(name in reason for reason in checked(draft))


def drop_a_line(folder: Path) -> str:
    lines = gzip.decompress((folder / "actors.jsonl.gz").read_bytes()).splitlines(keepends=True)
    (folder / "actors.jsonl.gz").write_bytes(gzip.compress(b"".join(lines[:-1])))
    return "actors.jsonl.gz holds 39 records, not 40"


def change_a_value(folder: Path) -> str:
    lines = gzip.decompress((folder / "actors.jsonl.gz").read_bytes())
    (folder / "actors.jsonl.gz").write_bytes(gzip.compress(lines.replace(b'"name":"', b'"name":"X', 1)))
    return "actors.jsonl.gz has set digest"


def swap_two_rows(folder: Path) -> str:
    first, second, third, *rest = (folder / "actors.csv").read_bytes().splitlines(keepends=True)
    (folder / "actors.csv").write_bytes(b"".join([first, third, second, *rest]))
    return "actors.csv holds other records, or in another order"


def drop_a_feature(folder: Path) -> str:
    lines = (folder / "actors.geojson").read_bytes().splitlines(keepends=True)
    (folder / "actors.geojson").write_bytes(b"".join([lines[0], *lines[2:]]))
    return "actors.geojson holds 39 records, not 40"


def drop_a_value(folder: Path) -> str:
    rows = (folder / "actors.provenance.csv").read_bytes().splitlines(keepends=True)
    (folder / "actors.provenance.csv").write_bytes(b"".join(rows[:-1]))
    return "actors.provenance.csv holds 79 records, not 80"


def drop_a_source_record(folder: Path) -> str:
    lines = gzip.decompress((folder / "actors.records.jsonl.gz").read_bytes()).splitlines(keepends=True)
    (folder / "actors.records.jsonl.gz").write_bytes(gzip.compress(b"".join(lines[1:])))
    return "actors.records.jsonl.gz holds 39 records, not 40"


def forget_an_identifier(folder: Path) -> str:
    rows = (folder / "identifiers.csv").read_bytes().splitlines(keepends=True)
    (folder / "identifiers.csv").write_bytes(b"".join(rows[:-1]))
    return "identifiers.csv holds 39 records, not 40"


def drop_an_organisation(folder: Path) -> str:
    first, *records = (folder / "actors.ttl").read_bytes().split(b"\n\n")
    (folder / "actors.ttl").write_bytes(b"\n\n".join([first, *records[1:]]))
    return "actors.ttl holds 39 records, not 40"


def describe_another_file(folder: Path) -> str:
    described = orjson.loads((folder / "datapackage.json").read_bytes())
    described["resources"][0]["bytes"] += 1
    (folder / "datapackage.json").write_bytes(orjson.dumps(described))
    return "datapackage.json tells another size or sum of actors.csv"


def leave_a_dataset_out(folder: Path) -> str:
    graph = (folder / "catalogue.ttl").read_text("utf-8")
    (folder / "catalogue.ttl").write_text(graph.replace('dct:identifier "rrma-projects" ;', ""), "utf-8")
    return "catalogue.jsonld and catalogue.ttl say different things"


def replace_an_actor(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "catalogue.sqlite")) as connection, connection:
        connection.execute("UPDATE actors SET id = 'X' WHERE id = (SELECT max(id) FROM actors)")
    return "catalogue.sqlite (actor) holds other records"


def forget_a_change(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "changes.sqlite")) as connection, connection:
        connection.execute(
            "UPDATE changes SET gone = 1 WHERE id = (SELECT max(id) FROM changes WHERE collection = 'actor')"
        )
    return "changes.sqlite (actor) holds 39 records, not 40"


def index_another(folder: Path) -> str:
    shutil.rmtree(folder / "index")
    SearchIndex.build(folder / "index", {"actor": [actor("elsewhere")], "project": [project()]})
    return "search index (actor) holds 1 records, not 40"


def miscount(folder: Path) -> str:
    figures = orjson.loads((folder / "statistics.json").read_bytes())
    figures["tables"][0]["known"] += 1
    (folder / "statistics.json").write_bytes(orjson.dumps(figures))
    return "does not reconcile"


def understate(folder: Path) -> str:
    said = orjson.loads((folder / "statistics.json").read_bytes())
    [figure] = [each for each in said["figures"] if (each["id"], each["population"]) == ("actors", "published")]
    figure["value"] -= 1
    (folder / "statistics.json").write_bytes(orjson.dumps(said))
    return "statistics.json: [39] actors, not 40"


def round_a_table(folder: Path) -> str:
    path = folder / "statistics.csv"
    path.write_text(
        re.sub(r"(actors-by-type,open,[^\n]*?),(\d+),", r"\1,99,", path.read_text("utf-8"), count=1), "utf-8"
    )
    return "statistics.csv tells other numbers"


def empty_a_dataset(folder: Path) -> str:
    path = folder / "statistics.jsonstat.json"
    said = orjson.loads(path.read_bytes())
    del said["link"]["item"][0]
    path.write_bytes(orjson.dumps(said))
    return "statistics.jsonstat.json tells other numbers"


def understate_what_is_open(folder: Path) -> str:
    said = orjson.loads((folder / "statistics.json").read_bytes())
    [table] = [each for each in said["tables"] if (each["id"], each["population"]) == ("actors-by-type", "open")]
    table["rows"][0]["count"] -= 1
    table["known"], table["unknown"] = table["known"] - 1, table["unknown"] + 1
    (folder / "statistics.json").write_bytes(orjson.dumps(said))
    return f"statistics.json: actors-by-type/{table['rows'][0]['code']} is"


@pytest.mark.parametrize(
    "tamper",
    [
        drop_a_line,
        change_a_value,
        swap_two_rows,
        drop_a_feature,
        drop_a_value,
        drop_a_source_record,
        forget_an_identifier,
        drop_an_organisation,
        describe_another_file,
        leave_a_dataset_out,
        replace_an_actor,
        forget_a_change,
        index_another,
        miscount,
        understate,
        understate_what_is_open,
        round_a_table,
        empty_a_dataset,
    ],
    ids=lambda tamper: tamper.__name__,
)
def test_a_file_that_says_something_else_is_refused(draft: Path, tamper: Callable[[Path], str]) -> None:
    reason = tamper(draft)

    assert any(reason in each for each in checked(draft))


def test_a_file_that_is_not_what_its_sum_says_is_refused(draft: Path) -> None:
    with (draft / "manifest.json").open("ab") as file:
        file.write(b" ")

    with pytest.raises(export_gate.ReleaseRefused, match=r"manifest\.json differs from its sum"):
        export_gate.check(draft, EXPECTED)


def test_deltas_are_applied_to_the_release_they_start_from(tmp_path: Path) -> None:
    day = datetime(2026, 11, 23, tzinfo=UTC)
    first = publish(Contents(lines={"actor": published(*real_actors()[:30])}), tmp_path, day)
    second = publish(Contents(lines={"actor": published(*real_actors()[10:40])}), tmp_path, day + timedelta(days=1))
    base = Base(since="previous", release=first.name, folder=first.folder, digests=first.manifest.digests)
    expected = outline(Contents(lines={"actor": published(*real_actors()[10:40])}))
    told = second.folder / "deltas/previous/actors.jsonl.gz"
    whole = gzip.decompress(told.read_bytes()).splitlines(keepends=True)

    def reasons() -> list[str]:
        try:
            export_gate.check(second.folder, expected, [base])
        except export_gate.ReleaseRefused as refused:
            return refused.reasons
        return []

    assert (len(whole), reasons()) == (20, [])
    told.write_bytes(gzip.compress(b"".join(whole[1:])))
    assert any(reason.startswith("deltas/previous/actors.jsonl.gz: ") for reason in reasons())
    told.write_bytes(gzip.compress(b"".join(whole))[:-40])
    assert any(reason.startswith("deltas/previous/actors.jsonl.gz: ") for reason in reasons())
    told.unlink()
    assert any(reason.startswith("deltas/previous/actors.jsonl.gz: ") for reason in reasons())
