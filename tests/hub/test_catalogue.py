import threading
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from hub.catalogue import Catalogue, ProjectLink
from hub.distributions.contents import Contents, EdgeRow, IssuedId, MemberRow
from hub.model.release import NetworkEntry
from hub.search import Query
from hub.stages.release import publish
from schemas.canonical import canonical
from schemas.errors import ConfigError
from tests.hub.distributions.lines import actor, project, published

NOW = datetime(2026, 11, 23, tzinfo=UTC)
WATER, OTHER = actor("1", networks=["bretagne", "centraider"]), actor("2", name="Autre")
WELL = project(
    "1",
    lead={"national_id": WATER["id"]},
    partners=[{"national_id": OTHER["id"]}, {"name": "Mairie de Kayes"}],
)
PARTS = [{"name": "siren", "weight": 9.0, "text_fr": "même SIREN"}]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    contents = Contents(
        lines={"actor": published(WATER, OTHER), "project": published(WELL)},
        members=[
            member("bretagne", "1", modified_on="2026-11-01"),
            member("centraider", "A-42"),
            member("bretagne", "2", of=OTHER["id"]),
        ],
        edges=[
            EdgeRow(
                collection="actor",
                left_network="bretagne",
                left_id="1",
                right_network="centraider",
                right_id="A-42",
                log_odds=9.0,
                parts=PARTS,
            )
        ],
        identifiers=[
            IssuedId(id=WATER["id"], collection="actor", state="live"),
            IssuedId(id="0000000000001", collection="actor", state="redirect", leads_to=WATER["id"]),
            IssuedId(id="0000000000002", collection="actor", state="gone"),
        ],
        networks=(NetworkEntry(id="bretagne", title="Bretagne", regions=("53",), website=None, harvest=None),),
    )
    releases = tmp_path_factory.mktemp("releases")
    return publish(contents, releases, NOW).folder


@pytest.fixture
def catalogue(folder: Path) -> Catalogue:
    return Catalogue.open(folder)


def member(network: str, local_id: str, *, of: str = WATER["id"], modified_on: str | None = None) -> MemberRow:
    return MemberRow(
        collection="actor",
        national_id=of,
        network=network,
        local_id=local_id,
        modified_on=modified_on,
        payload=canonical({"name": "Eau & Vie"}),
    )


def test_a_record_comes_back_as_the_bytes_that_were_published(catalogue: Catalogue) -> None:
    assert catalogue.actor(WATER["id"]) == canonical(WATER)
    assert catalogue.project(WELL["id"]) == canonical(WELL)
    assert catalogue.actor(WELL["id"]) is None
    assert catalogue.announcement(WELL["id"]) is None


def test_every_identifier_ever_issued_answers(catalogue: Catalogue) -> None:
    assert catalogue.resolve_id(WATER["id"]) == ("live", WATER["id"])
    assert catalogue.resolve_id("0000000000001") == ("redirect", WATER["id"])
    assert catalogue.resolve_id("0000000000002") == ("gone", "0000000000002")
    assert catalogue.resolve_id("0000000000003") is None


def test_the_source_records_and_why_they_were_joined(catalogue: Catalogue) -> None:
    members = catalogue.members(WATER["id"])

    assert [(each.network, each.local_id, each.modified_on) for each in members] == [
        ("bretagne", "1", "2026-11-01"),
        ("centraider", "A-42", None),
    ]
    assert members[0].record == {"name": "Eau & Vie"}
    assert [(each.left_id, each.right_id, each.log_odds, each.parts) for each in catalogue.edges(WATER["id"])] == [
        ("1", "A-42", 9.0, PARTS)
    ]
    assert catalogue.edges(OTHER["id"]) == []


def test_the_projects_of_an_actor_with_its_role(catalogue: Catalogue) -> None:
    assert catalogue.projects_of(WATER["id"]) == [ProjectLink(id=WELL["id"], title=WELL["title"], role="lead")]
    assert [each.role for each in catalogue.projects_of(OTHER["id"])] == ["partner"]


def test_a_project_is_found_by_the_names_of_those_it_only_refers_to(catalogue: Catalogue) -> None:
    for text in ("puits eau et vie", "puits autre", "puits kayes"):
        assert catalogue.search.search(Query(collection="project", text=text)).ids == (WELL["id"],)


def test_only_what_the_manifest_lists_can_be_downloaded(catalogue: Catalogue, folder: Path) -> None:
    assert catalogue.file("actors.csv") == folder / "actors.csv"
    assert catalogue.file("SHA256SUMS") == folder / "SHA256SUMS"
    for name in ("announcements.csv", "index/actor/meta.json", "../current", ""):
        assert catalogue.file(name) is None


def test_networks_and_statistics_are_those_of_the_release(catalogue: Catalogue, folder: Path) -> None:
    assert [network.title for network in catalogue.networks()] == ["Bretagne"]
    assert catalogue.statistics() == orjson.loads((folder / "statistics.json").read_bytes())


def test_many_threads_read_one_catalogue(catalogue: Catalogue) -> None:
    read: list[bytes | None] = []

    def work() -> None:
        read.extend(catalogue.actor(WATER["id"]) for _ in range(200))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(read) == {canonical(WATER)}
    assert len(read) == 1600


def test_a_folder_that_is_no_release_is_said_so(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(ConfigError, match="no release"):
        Catalogue.open(tmp_path)
    (tmp_path / "manifest.json").write_bytes((folder / "manifest.json").read_bytes())
    with pytest.raises(ConfigError, match=r"no catalogue\.sqlite"):
        Catalogue.open(tmp_path)
