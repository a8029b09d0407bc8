"""What waits in quarantine: judged again when the gate changes, gone by itself, told so that somebody can act."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from hub.feeds import FeedClient
from hub.feeds.http import open_client
from hub.model.job import Job, JobKind, JobStatus, Tally
from hub.model.source import Source
from hub.quality.gate import stamp
from hub.stages import quarantine
from hub.stages.harvest import harvest
from hub.stages.rejudging import rejudge
from hub.store import jobs, statements
from hub.store.engine import reading
from hub.store.tables import statements as statements_table
from schemas.validate import VALIDATOR_VERSION
from tests.hub.feed_server import FakeNode, actor, serving
from tests.hub.visits import NIGHT, published, said, source_at, states

NANTES = {"city": "Nantes", "postcode": "44000", "insee": "44109"}
TOURS = {"city": "Tours", "postcode": "37000", "insee": "37261"}


class Night:
    """A hub that reads one node; its perimeter may change between two nights."""

    def __init__(self, engine: Engine, url: str, feeds: FeedClient) -> None:
        self.engine, self.url, self.feeds, self.now = engine, url, feeds, NIGHT

    def source(self, *regions: str) -> Source:
        return source_at(self.url, regions=regions)

    def visit(self, *regions: str) -> Job:
        self.now += timedelta(days=1)
        return harvest(self.source(*regions), self.feeds, self.engine, self.now)

    def rejudge(self, *regions: str) -> Job | None:
        return rejudge(self.source(*regions), self.engine, self.now)

    def jobs(self) -> list[Job]:
        with reading(self.engine) as connection:
            return jobs.newest(connection)


@pytest.fixture
def node() -> FakeNode:
    return FakeNode().put("in", actor("Eau", seat=TOURS)).put("out", actor("Terre", seat=NANTES))


@pytest.fixture
def night(engine: Engine, node: FakeNode) -> Iterator[Night]:
    with serving(node.answer) as url, open_client() as client:
        yield Night(engine, url, FeedClient(client))


def test_a_wider_perimeter_lets_what_waited_in_without_the_network_saying_it_again(night: Night) -> None:
    before = night.visit("24")
    asked = night.jobs()
    after = night.visit("24", "52")

    assert (before.tally.quarantined, before.waiting) == (1, 1)
    assert [job.kind for job in asked] == [JobKind.VISIT]
    assert (after.status, after.tally.received, after.waiting) == (JobStatus.SUCCEEDED, 0, 0)
    assert published(night.engine)["out"]["name"] == "Terre"
    assert said(night.engine)[-2:] == [("out", "put", "quarantined"), ("out", "put", "accepted")]
    found = next(job for job in night.jobs() if job.kind is JobKind.REJUDGEMENT)
    assert (found.status, found.tally) == (JobStatus.SUCCEEDED, Tally(received=1, accepted=1))
    with reading(night.engine) as connection:
        row = connection.execute(select(statements_table).order_by(statements_table.c.number.desc())).first()
    assert row is not None
    assert row.detail == {"rejudged": (before.number << 32) + 2}
    assert row.judged_with == stamp(("24", "52"))
    assert row.schema == "actor/1.0"


def test_the_same_gate_looks_at_nothing_again(night: Night) -> None:
    night.visit("24")
    night.visit("24")

    assert [job.kind for job in night.jobs()] == [JobKind.VISIT, JobKind.VISIT]


def test_what_is_still_unfit_waits_on_and_is_not_stated_twice(night: Night) -> None:
    night.visit("24")
    lines = said(night.engine)
    job = night.rejudge("24", "11")

    assert job is not None
    assert (job.status, job.tally) == (JobStatus.SUCCEEDED, Tally(received=1, unchanged=1))
    assert said(night.engine) == lines
    assert states(night.engine) == {"in": "accepted", "out": "quarantined"}


def test_what_is_unfit_for_another_reason_says_so(night: Night, node: FakeNode) -> None:
    node.put("out", actor("Terre", seat=NANTES, website="pas une adresse"))
    night.visit("24")
    job = night.rejudge()

    assert job is not None
    assert job.tally == Tally(received=1, quarantined=1)
    with reading(night.engine) as connection:
        [found] = statements.quarantine(connection)
        assert [issue.code for issue in found.issues] == ["wrong-shape"]
        assert [each.local_id for each in statements.quarantine(connection, code="wrong-shape")] == ["out"]
        assert list(statements.quarantine(connection, code="outside-perimeter")) == []
        assert list(statements.quarantine(connection, collection="project")) == []


def test_a_good_version_leaves_by_itself_and_is_never_replaced_by_the_older_one(night: Night, node: FakeNode) -> None:
    night.visit("24")
    node.put("out", actor("Terre de Touraine", seat=TOURS))
    night.visit("24")
    found = night.rejudge()

    assert found is None
    assert states(night.engine) == {"in": "accepted", "out": "accepted"}
    assert published(night.engine)["out"]["name"] == "Terre de Touraine"


def test_a_rejudged_record_is_replaced_by_what_its_network_says_next(night: Night, node: FakeNode) -> None:
    night.visit("24")
    night.rejudge()
    node.put("out", actor("Terre nouvelle", seat=NANTES))
    job = night.visit()

    assert (job.status, job.tally.accepted) == (JobStatus.SUCCEEDED, 1)
    assert published(night.engine)["out"]["name"] == "Terre nouvelle"


def test_a_withdrawn_record_is_not_brought_back(night: Night, node: FakeNode) -> None:
    night.visit("24")
    node.delete("out")
    night.visit("24")

    assert night.rejudge() is None
    assert "out" not in published(night.engine)


def test_what_could_not_be_read_is_left_as_it_is(night: Night, node: FakeNode) -> None:
    node.lines[-1]["hash"] = "0" * 64
    node.live["actor", "out"]["hash"] = "0" * 64
    night.visit()
    job = night.rejudge()

    assert job is not None
    assert job.tally == Tally(received=1, unchanged=1)
    assert states(night.engine)["out"] == "quarantined"


def test_the_report_tells_field_value_and_example_and_names_nobody(night: Night, node: FakeNode) -> None:
    node.put("out", actor("=Terre", website="pas une adresse", contacts=[{"name": 12}]))
    night.visit()
    with reading(night.engine) as connection:
        told = list(quarantine.report(connection, "centraider"))

    by_field = {each["field"]: each for each in told}
    assert by_field["Site web"]["received"] == "pas une adresse"
    assert by_field["Site web"]["example"].startswith("https://")
    assert {each["received"] for each in told if each["pointer"].startswith("/contacts")} == {None}
    row = dict(zip(quarantine.HEADINGS.values(), quarantine.as_row(by_field["Site web"]), strict=True))
    assert (row["identifiant"], row["nom"], row["gravité"]) == ("out", "=Terre", "à corriger")
    assert row["ancienne version publiée"] == "non"


def test_the_stamp_moves_with_the_perimeter_and_not_with_its_order() -> None:
    assert stamp(("24", "52")) == stamp(("52", "24")) != stamp(("24",))
    assert stamp().startswith(VALIDATOR_VERSION)
