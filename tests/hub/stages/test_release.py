import gzip
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from hub.catalogue import Catalogue
from hub.distributions import shelf, tabulated
from hub.distributions.contents import Contents, MemberRow, PublicLine
from hub.distributions.formats import FORMATS
from hub.model.imprint import Imprint
from hub.model.release import LastHarvest, NetworkEntry
from hub.search import Query
from hub.stages.export_gate import EmptyCatalogue, ReleaseRefused
from hub.stages.release import Release, Unchanged, publish
from schemas.canonical import JSON, SetDigest, canonical, hash_of
from tests.hub.distributions.lines import actor, project, published

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
DAY = timedelta(days=1)
HARVEST = LastHarvest(status="succeeded", at=NOW, declared=3, received=3, accepted=2, quarantined=1, held=0, error=None)
BRETAGNE = NetworkEntry(
    id="bretagne", title="Réseau Bretagne Solidaire", regions=("53",), website=None, harvest=HARVEST
)
ACTORS = (
    actor("1", seat={"city": "Rennes", "insee": "35238", "lat": 48.1, "lon": -1.68}),
    actor("2", name="Ploeuc Europe", sectors=["EDUC"]),
)


def contents(*actors: JSON, **more: object) -> Contents:
    lines = {"actor": published(*actors), "project": published(project()), "announcement": []}
    return replace(Contents(lines=lines, networks=(BRETAGNE,)), **more)


def released(found: Release | Unchanged) -> Release:
    assert isinstance(found, Release)
    return found


def test_a_release_holds_every_file_and_says_so(tmp_path: Path) -> None:
    made = released(publish(contents(*ACTORS), tmp_path, NOW))

    assert made.folder == tmp_path / made.name
    assert (tmp_path / "current").resolve() == made.folder
    assert made.name.startswith("20261123T023000Z-")
    assert [(file.path, file.rows) for file in made.manifest.files] == [
        *((form.path("actor"), 0 if form.values else 2) for form in FORMATS),
        ("actors.records.jsonl.gz", 0),
        *((form.path("project"), 0 if form.values else 1) for form in FORMATS),
        ("projects.records.jsonl.gz", 0),
        ("identifiers.csv", 0),
        ("catalogue.sqlite", 3),
        ("statistics.json", None),
        ("statistics.csv", len(tabulated.of_table(made.folder / tabulated.TABLE))),
        ("statistics.jsonstat.json", None),
        ("changes.sqlite", 3),
        ("site.zip", 3),
        ("rrma-verify", None),
        ("rrma-recompute", None),
        ("actors.schema.json", None),
        ("actors.provenance.schema.json", None),
        ("projects.schema.json", None),
        ("projects.provenance.schema.json", None),
        ("identifiers.schema.json", None),
        ("statistics.schema.json", None),
        ("csv-metadata.json", None),
        ("datapackage.json", None),
        ("catalogue.jsonld", None),
        ("catalogue.ttl", None),
        ("dictionnaire.html", None),
    ]
    assert all(file.title and file.title_en and file.media_type for file in made.manifest.files)
    assert {path.name for path in made.folder.iterdir()} == {file.path for file in made.manifest.files} | {
        "manifest.json",
        "SHA256SUMS",
        "index",
    }


def test_the_sums_are_those_of_the_standard_tool(tmp_path: Path) -> None:
    made = released(publish(contents(*ACTORS), tmp_path, NOW))

    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=made.folder, capture_output=True, check=False
    )

    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.count(b": OK") == len(made.manifest.files) + 1


def test_the_digest_can_be_recomputed_from_the_published_lines(tmp_path: Path) -> None:
    made = released(publish(contents(*ACTORS), tmp_path, NOW))

    raw = gzip.decompress((made.folder / "actors.jsonl.gz").read_bytes()).splitlines()
    digest = SetDigest.of(("actor", orjson.loads(line)["id"], hash_of(line)) for line in raw)

    assert made.manifest.digests["actor"] == digest.hex
    assert [orjson.loads(line)["id"] for line in raw] == sorted(line["id"] for line in ACTORS)


def test_the_same_contents_make_no_second_release(tmp_path: Path) -> None:
    first = released(publish(contents(*ACTORS), tmp_path, NOW))

    read_again = replace(BRETAGNE, harvest=replace(HARVEST, at=NOW + DAY))
    second = publish(contents(*ACTORS, networks=(read_again,)), tmp_path, NOW + DAY)

    assert second == Unchanged(name=first.name, folder=first.folder)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("2")] == [first.name]


@pytest.mark.parametrize(
    "change",
    [
        {"networks": (replace(BRETAGNE, title="Autre nom"),)},
        {"networks": (replace(BRETAGNE, licence="ODbL-1.0"),)},
        {"networks": (replace(BRETAGNE, harvest=replace(HARVEST, status="failed", error="source-unreachable")),)},
        {"notice": "Une démonstration."},
        {"imprint": Imprint(site="https://annuaire.example.org")},
        {"counted": [actor("3")]},
        {"lines": {"actor": [PublicLine(line.id, line.raw, open=False) for line in published(*ACTORS)]}},
    ],
)
def test_anything_that_is_published_counts_as_a_change(tmp_path: Path, change: dict[str, object]) -> None:
    publish(contents(*ACTORS), tmp_path, NOW)

    assert isinstance(publish(contents(*ACTORS, **change), tmp_path, NOW + DAY), Release)


def test_a_release_that_can_no_longer_be_searched_is_made_again(tmp_path: Path) -> None:
    first = released(publish(contents(*ACTORS), tmp_path, NOW))
    (first.folder / "index" / "actor" / "meta.json").write_text("{}")

    second = released(publish(contents(*ACTORS), tmp_path, NOW + DAY))

    assert second.manifest.digests == first.manifest.digests
    assert Catalogue.open(second.folder).search.search(Query()).total == 2


def test_a_release_chains_to_the_one_before(tmp_path: Path) -> None:
    first = released(publish(contents(ACTORS[0]), tmp_path, NOW))
    second = released(publish(contents(*ACTORS), tmp_path, NOW + DAY))

    assert (first.manifest.previous, first.manifest.previous_digests) == (None, {})
    assert second.manifest.previous == first.name
    assert second.manifest.previous_digests == first.manifest.digests
    assert second.manifest.sources == ("Réseau Bretagne Solidaire, annuaire lu le 2026-11-23, Licence Ouverte 2.0",)
    assert orjson.loads((second.folder / "manifest.json").read_bytes()) == second.manifest.as_json()


def test_a_release_carries_the_most_demanding_licence_and_names_the_origins_of_its_records(tmp_path: Path) -> None:
    origin = {"source": "reserve-parlementaire-an-2016", "licence": "ODbL-1.0"}
    row = MemberRow(
        collection="actor",
        national_id=str(ACTORS[0]["id"]),
        network="bretagne",
        local_id="1",
        modified_on=None,
        payload=canonical({"name": "Eau Vive", "type": "ASSO", "attribution": origin}),
    )
    free = replace(BRETAGNE, id="normandie", licence="CC0-1.0")
    demanding = replace(BRETAGNE, licence="ODbL-1.0")

    manifest = released(publish(contents(*ACTORS, members=(row,), networks=(demanding, free)), tmp_path, NOW)).manifest

    assert manifest.licence == "ODbL-1.0"
    assert "reserve-parlementaire-an-2016, Open Database License 1.0" in manifest.sources


def test_equal_contents_give_equal_bytes(tmp_path: Path) -> None:
    one = released(publish(contents(*ACTORS), tmp_path / "one", NOW))
    other = released(publish(contents(*ACTORS), tmp_path / "other", NOW + DAY))

    dated = {"changes.sqlite", "site.zip", "datapackage.json", "catalogue.jsonld", "catalogue.ttl"}
    for path in {file.path for file in one.manifest.files} - dated:
        assert (one.folder / path).read_bytes() == (other.folder / path).read_bytes(), path


def test_equal_releases_are_described_in_equal_bytes(tmp_path: Path) -> None:
    one = released(publish(contents(*ACTORS), tmp_path / "one", NOW))
    other = released(publish(contents(*ACTORS), tmp_path / "other", NOW))

    for file in one.manifest.files:
        assert (one.folder / file.path).read_bytes() == (other.folder / file.path).read_bytes(), file.path


def test_names_are_never_used_twice_even_within_a_second(tmp_path: Path) -> None:
    there, back = contents(*ACTORS), contents(ACTORS[0])

    names = [released(publish(each, tmp_path, NOW)).name for each in (there, back, there, back)]

    assert len(set(names)) == 4
    assert (tmp_path / "current").resolve().name == names[-1]


def test_an_empty_catalogue_is_refused_unless_allowed(tmp_path: Path) -> None:
    with pytest.raises(EmptyCatalogue, match="no actor"):
        publish(contents(), tmp_path, NOW)
    assert shelf.current(tmp_path) is None

    made = released(publish(contents(), tmp_path, NOW, allow_empty=True))
    assert made.manifest.counts == {"actor": 0, "project": 1, "announcement": 0}
    assert Catalogue.open(made.folder).search.search(Query()).total == 0


def test_an_empty_catalogue_never_replaces_a_full_one(tmp_path: Path) -> None:
    made = released(publish(contents(*ACTORS), tmp_path, NOW))

    with pytest.raises(EmptyCatalogue):
        publish(contents(), tmp_path, NOW + DAY)

    assert shelf.current(tmp_path) == made.folder


def test_a_release_that_is_not_what_was_announced_is_refused_and_the_last_one_stays(tmp_path: Path) -> None:
    made = released(publish(contents(ACTORS[0]), tmp_path, NOW))
    first, second = published(*ACTORS)
    misfiled = [first, PublicLine("ZZZZZZZZZZZZZ", second.raw)]

    with pytest.raises(ReleaseRefused, match=r"actors\.csv holds other records"):
        publish(contents(*ACTORS, lines={"actor": misfiled}), tmp_path, NOW + DAY)

    assert shelf.current(tmp_path) == made.folder
    assert left_over(tmp_path) == []


def test_records_that_are_not_open_data_are_shown_and_in_no_download(tmp_path: Path) -> None:
    shy, bold = actor("1", name="Discrète"), actor("2", name="Ouverte")
    lines = [PublicLine(line.id, line.raw, open=line.id == bold["id"]) for line in published(shy, bold)]

    made = released(publish(contents(lines={"actor": lines}), tmp_path, NOW))
    catalogue = Catalogue.open(made.folder)

    assert "Discr" not in gzip.decompress((made.folder / "actors.jsonl.gz").read_bytes()).decode()
    assert "Discr" not in (made.folder / "actors.csv").read_text("utf-8")
    assert "Discr" not in (made.folder / "actors.geojson").read_text("utf-8")
    assert catalogue.file("catalogue.sqlite") is None
    assert catalogue.actor(shy["id"]) is not None
    assert catalogue.search.search(Query(text="discrete")).ids == (shy["id"],)
    assert [orjson.loads(each)["id"] for each in catalogue.open_data([shy["id"], bold["id"]])] == [bold["id"]]
    assert made.manifest.counts["actor"] == 2


def test_who_may_only_be_counted_is_nowhere_but_in_the_figures(tmp_path: Path) -> None:
    made = released(publish(contents(*ACTORS, counted=[actor("9", name="Introuvable")]), tmp_path, NOW))

    holders = [path for path in made.folder.rglob("*") if path.is_file() and b"ntrouvable" in path.read_bytes()]
    figures = {
        (each["id"], each["population"]): each["value"] for each in Catalogue.open(made.folder).statistics()["figures"]
    }

    assert holders == []
    assert (figures["actors", "published"], figures["actors", "known"]) == (2, 3)


WRITER = """
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from hub.stages.release import publish
from tests.hub.distributions.lines import actor, published
from hub.distributions.contents import Contents

releases, processes, stop = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]

def here():
    print("here", flush=True)
    sys.stdin.read()

class Lines:
    def __iter__(self):
        for number, line in enumerate(published(*(actor(str(each)) for each in range(50)))):
            if (stop, number) == ("lines", 40):
                here()
            yield line

if __name__ == "__main__":
    if stop == "disk":
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
    publish(
        Contents(lines={"actor": Lines()}),
        releases,
        datetime.now(UTC),
        processes=processes,
        last_word=here if stop == "last word" else lambda: None,
    )
"""


@pytest.mark.parametrize(
    ("processes", "stop"),
    [(1, "lines"), (2, "index"), (2, "last word")],
)
def test_a_killed_writer_leaves_the_last_release_and_the_next_one_sweeps_up(
    tmp_path: Path, processes: int, stop: str
) -> None:
    made = released(publish(contents(*ACTORS), tmp_path, NOW))

    command = [sys.executable, "-c", WRITER, str(tmp_path), str(processes), stop]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        if stop in ("lines", "last word"):
            assert writer.stdout.readline() == b"here\n"
        else:  # as soon as that file is there
            while writer.poll() is None and not [*tmp_path.glob(f".building-*/{stop}")]:
                pass
        writer.send_signal(signal.SIGKILL)
        assert writer.stdout.read() == b""  # nor is anyone of its crew left, who would hold the other end

    assert shelf.current(tmp_path) == made.folder
    released(publish(contents(ACTORS[0]), tmp_path, NOW + DAY))
    assert left_over(tmp_path) == []


@pytest.mark.parametrize("processes", [1, 2])
def test_a_full_disk_leaves_the_last_release_and_is_told_with_what_was_being_written(
    tmp_path: Path, processes: int
) -> None:
    made = released(publish(contents(*ACTORS), tmp_path, NOW))

    command = [sys.executable, "-c", WRITER, str(tmp_path), str(processes), "disk"]
    failed = subprocess.run(command, capture_output=True, check=False)

    assert failed.returncode == 1, failed.stderr
    assert b"while working on " in failed.stderr
    assert shelf.current(tmp_path) == made.folder
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", made.name, "current"]


def left_over(releases: Path) -> list[str]:
    return [path.name for path in releases.iterdir() if path.name.startswith(".") and path.name != ".lock"]


def test_any_number_of_processes_writes_the_same_bytes(tmp_path: Path) -> None:
    every = contents(*ACTORS, lines={"actor": published(*ACTORS), "project": published(project())})

    alone, shared = (
        released(publish(every, tmp_path / str(processes), NOW, processes=processes)) for processes in (1, 2)
    )

    assert (alone.folder / "SHA256SUMS").read_bytes() == (shared.folder / "SHA256SUMS").read_bytes()


def test_two_writers_do_not_meet(tmp_path: Path) -> None:
    with shelf.writing(tmp_path), pytest.raises(shelf.Busy):
        publish(contents(*ACTORS), tmp_path, NOW)
