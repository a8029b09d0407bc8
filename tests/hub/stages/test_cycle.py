"""From harvested records to clusters, golden records and releases, night after night."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine

from hub.feeds import FeedClient
from hub.feeds.http import open_client
from hub.model.identity import national_id
from hub.model.issued import IdState
from hub.model.match import Judgement, Verdict
from hub.stages.compile import compile_catalogue
from hub.stages.cycle import CycleReport, cycle
from hub.stages.release import Release, Unchanged
from hub.stages.resolve import resolve
from hub.store import clusters, goldens, judgements
from hub.store.engine import reading
from schemas.record import RecordKey
from tests.hub.databases import database
from tests.hub.feed_server import FakeNode, actor, serving
from tests.hub.visits import NIGHT, source_at

TOURS = {"city": "Tours", "postcode": "37000", "insee": "37261"}
NAMES = [
    "Association des amis de Koupéla",
    "Comité de jumelage de Chinon",
    "Électriciens sans frontières Touraine",
    "Lycée agricole de Fondettes",
    "Maison des solidarités internationales",
    "Puits du Sahel",
]


def directory(network: str, names: list[str], **more: Any) -> FakeNode:
    node = FakeNode(network)
    for number, name in enumerate(names):
        node.put(f"{network}-{number}", actor(name, seat=TOURS, **more))
    return node


class Federation:
    """Some nodes and one hub, one cycle a night."""

    def __init__(self, engine: Engine, releases: Path, nodes: list[FakeNode], stack: ExitStack) -> None:
        self.engine, self.releases, self.night = engine, releases, NIGHT
        self.feeds = FeedClient(stack.enter_context(open_client()))
        self.sources = [
            source_at(stack.enter_context(serving(node.answer)), node.network, regions=()) for node in nodes
        ]

    def cycle(self) -> CycleReport:
        self.night += timedelta(days=1)
        return cycle(self.sources, self.feeds, self.engine, self.releases, self.night)


@pytest.fixture
def nodes() -> list[FakeNode]:
    return [directory("alpha", NAMES), directory("beta", NAMES[:3])]


@pytest.fixture
def federation(embedded: Engine, tmp_path: Path, nodes: list[FakeNode]) -> Iterator[Federation]:
    with ExitStack() as stack:
        yield Federation(embedded, tmp_path / "releases", nodes, stack)


@pytest.fixture
def federation_on_each(engine: Engine, tmp_path: Path, nodes: list[FakeNode]) -> Iterator[Federation]:
    """The same on each database engine."""
    with ExitStack() as stack:
        yield Federation(engine, tmp_path / "releases", nodes, stack)


def key(text: str) -> RecordKey:
    return RecordKey("actor", text.partition("-")[0], text)


def homes(engine: Engine) -> dict[str, str]:
    with reading(engine) as connection:
        return {member.local_id: home for member, home in clusters.homes(connection, "actor").items()}


def lines(engine: Engine, collection: str = "actor") -> dict[str, dict[str, Any]]:
    with reading(engine) as connection:
        return {line.national_id: orjson.loads(line.raw) for line in goldens.of(connection, collection)}


def judge(engine: Engine, left: str, right: str, verdict: Verdict, at: datetime = NIGHT) -> None:
    with engine.begin() as connection:
        decided = Judgement(left=key(left), right=key(right), verdict=verdict, author="a", reason="b", at=at)
        judgements.add(connection, decided)


def test_the_same_organisation_in_two_networks_is_one_actor_with_two_sources(federation_on_each: Federation) -> None:
    report = federation_on_each.cycle()

    assert (report.resolution.records, report.resolution.clusters) == (9, 6)
    assert report.resolution.merged_records == 6
    shared = lines(federation_on_each.engine)[national_id(key("alpha-0"))]
    assert shared["networks"] == ["alpha", "beta"]
    assert [source["id"] for source in shared["sources"]] == ["alpha-0", "beta-0"]
    assert shared["provenance"]["/name"][0]["rule"]


def test_a_night_on_which_nothing_changed_does_nothing_again(federation: Federation) -> None:
    first = federation.cycle()
    second = federation.cycle()

    assert isinstance(first.release, Release)
    assert isinstance(second.release, Unchanged)
    assert (second.resolution.changed, second.compiled.changed, second.compiled.touched) == (False, False, 0)
    assert second.release.name == first.release.name


def test_only_touched_clusters_are_compiled_again(federation_on_each: Federation, nodes: list[FakeNode]) -> None:
    federation_on_each.cycle()
    nodes[0].put("alpha-5", actor("Puits du Sahel", seat=TOURS, acronym="PDS"))
    report = federation_on_each.cycle()

    assert report.compiled.touched == 1
    assert lines(federation_on_each.engine)[national_id(key("alpha-5"))]["acronym"] == "PDS"


def test_a_full_compilation_gives_the_same_lines(federation: Federation) -> None:
    federation.cycle()
    before = lines(federation.engine)
    compiled = compile_catalogue(federation.engine, full=True)

    assert compiled.touched == 6
    assert lines(federation.engine) == before


def test_two_hubs_that_read_the_same_networks_publish_the_same_bytes(
    federation: Federation, tmp_path: Path, nodes: list[FakeNode]
) -> None:
    with ExitStack() as stack:
        other_database = stack.enter_context(database(tmp_path / "other.sqlite"))
        other = Federation(other_database, tmp_path / "other", list(reversed(nodes)), stack)
        releases = [federation.cycle().release, other.cycle().release]

    one, two = [(release.folder / "actors.jsonl.gz").read_bytes() for release in releases]
    assert one == two
    assert releases[0].name.partition("-")[2] == releases[1].name.partition("-")[2]


def test_a_judgement_parts_two_records_and_the_leaver_has_its_own_identifier(federation_on_each: Federation) -> None:
    federation_on_each.cycle()
    judge(federation_on_each.engine, "alpha-0", "beta-0", Verdict.DIFFERENT)
    report = federation_on_each.cycle()

    assert report.resolution.clusters == 7
    assert homes(federation_on_each.engine)["beta-0"] == national_id(key("beta-0"))


def test_a_judgement_joins_two_records_and_a_newer_one_parts_them_again(federation: Federation) -> None:
    federation.cycle()
    judge(federation.engine, "alpha-3", "alpha-4", Verdict.SAME)
    joined = federation.cycle()
    found = homes(federation.engine)
    judge(federation.engine, "alpha-4", "alpha-3", Verdict.UNSURE, NIGHT + timedelta(hours=1))
    parted = federation.cycle()

    assert (joined.resolution.clusters, parted.resolution.clusters) == (5, 6)
    assert found["alpha-3"] == found["alpha-4"] == national_id(key("alpha-3"))


def test_an_identifier_leads_on_when_its_record_was_merged_by_its_network(
    federation: Federation, nodes: list[FakeNode]
) -> None:
    for number in range(60):
        nodes[0].put(f"alpha-x{number}", actor(f"Structure {number} de Blois {number * 7919}"))
    federation.cycle()
    nodes[0].delete("alpha-5", reason="merged", into="alpha-4")
    federation.cycle()

    with reading(federation.engine) as connection:
        found = {each.national_id: each for each in clusters.issued(connection)}
    assert found[national_id(key("alpha-5"))].leads_to == national_id(key("alpha-4"))


def test_a_rename_by_the_network_changes_no_identifier(federation: Federation, nodes: list[FakeNode]) -> None:
    federation.cycle()
    nodes[0].rekey("alpha-5", "alpha-new")
    federation.cycle()

    assert homes(federation.engine)["alpha-new"] == national_id(key("alpha-5"))


def test_every_identifier_ever_issued_still_answers(federation_on_each: Federation, nodes: list[FakeNode]) -> None:
    for number in range(60):
        nodes[1].put(f"beta-x{number}", actor(f"Structure {number} de Blois {number * 7919}"))
    federation_on_each.cycle()
    nodes[1].delete("beta-x7", reason="withdrawn")
    federation_on_each.cycle()

    with reading(federation_on_each.engine) as connection:
        found = {each.founder.local_id: each for each in clusters.issued(connection)}
    assert len(found) == 69
    assert found["beta-x7"].state is IdState.GONE
    assert found["beta-0"].leads_to == national_id(key("alpha-0"))


def test_a_project_names_its_lead_by_its_national_identifier(federation: Federation, nodes: list[FakeNode]) -> None:
    project = {"title": "Eau à Koupéla", "lead": {"actor": "beta-0"}, "countries": [{"code": "BF"}]}
    nodes[1].put("p-1", project, "project")
    federation.cycle()

    [line] = lines(federation.engine, "project").values()
    assert line["lead"] == {"national_id": national_id(key("alpha-0"))}


def test_a_project_is_compiled_again_when_the_record_of_its_lead_moves(
    federation_on_each: Federation, nodes: list[FakeNode]
) -> None:
    project = {"title": "Eau à Koupéla", "lead": {"actor": "beta-0"}, "countries": [{"code": "BF"}]}
    nodes[1].put("p-1", project, "project")
    federation_on_each.cycle()
    judge(federation_on_each.engine, "alpha-0", "beta-0", Verdict.DIFFERENT)
    federation_on_each.cycle()

    [line] = lines(federation_on_each.engine, "project").values()
    assert line["lead"] == {"national_id": national_id(key("beta-0"))}


def test_what_agreed_only_to_be_counted_is_published_nowhere(federation: Federation, nodes: list[FakeNode]) -> None:
    nodes[0].put("alpha-9", actor("Réseau discret de Touraine", seat=TOURS, publication="counted-only"))
    nodes[0].put("alpha-8", actor("Les amis du lac", seat=TOURS, contacts=[{"role": "x", "email": "a@b.fr"}]))
    report = federation.cycle()

    assert report.resolution.clusters == 8
    published = b"".join(path.read_bytes() for path in sorted(report.release.folder.rglob("*")) if path.is_file())
    assert b"R\xc3\xa9seau discret" not in published
    assert national_id(key("alpha-9")).encode() not in published
    assert b"a@b.fr" not in published


def test_a_network_that_is_down_leaves_the_catalogue_as_it_was_and_is_said_to_be_down(federation: Federation) -> None:
    federation.cycle()
    before = lines(federation.engine)
    federation.sources[1] = source_at("http://127.0.0.1:9", "beta", regions=())
    report = federation.cycle()

    assert [str(job.status) for job in report.jobs] == ["succeeded", "failed"]
    assert lines(federation.engine) == before
    assert isinstance(report.release, Release)
    assert {entry.id: entry.harvest and entry.harvest.status for entry in report.release.manifest.networks} == {
        "alpha": "succeeded",
        "beta": "failed",
    }
    assert isinstance(federation.cycle().release, Unchanged)


def test_resolving_an_empty_hub_finds_nothing_and_says_so(engine: Engine) -> None:
    first, second = resolve(engine, NIGHT), resolve(engine, NIGHT)

    assert (first.records, first.clusters, first.changed) == (0, 0, True)
    assert second.changed is False
