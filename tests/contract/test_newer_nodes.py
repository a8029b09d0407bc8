"""A node that is newer than the hub: an invented actor/1.1 is read, an invented actor/2.0 is refused."""

import gzip
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard
from sqlalchemy import Engine

from hub.model.job import JobStatus
from hub.stages.compile import compile_catalogue
from hub.stages.publication import release
from hub.stages.resolve import resolve
from schemas.registry import UnknownSchema, judging, versions
from tests.hub.feed_server import FakeNode, actor
from tests.hub.visits import NIGHT, published, states, visiting

ADDED = {"patron": "Ahmadou Kourouma"}  # what actor/1.1 adds, optional, and actor/1.0 has never heard of


class NewerNode(FakeNode):
    """States its actors by a version of the schema, and itself by a version of the protocol, that we may not know."""

    schema, protocol = "actor/1.1", "rrma-feed/1"

    def manifest(self) -> dict[str, Any]:
        said = super().manifest() | {"protocol": self.protocol}
        said["collections"]["actor"]["schema"] = self.schema
        return said


@pytest.fixture
def node() -> NewerNode:
    return NewerNode()


def test_this_hub_does_not_know_the_invented_version() -> None:
    assert "1.1" not in versions("actor"), "actor/1.1 is published by now: invent another version here"


def test_an_optional_property_that_a_newer_minor_version_adds_is_kept(node: NewerNode, engine: Engine) -> None:
    node.put("1", actor("Eau et Vie", **ADDED, seat={"city": "Tours", "postcode": "37000", "lift": True}))

    with visiting(node, engine) as visit:
        first, again = visit(), visit()

    assert (first.status, again.status, again.tally.received) == (JobStatus.SUCCEEDED, JobStatus.SUCCEEDED, 0)
    assert published(engine) == {"1": node.live["actor", "1"]["record"]}


def test_the_part_that_we_know_is_judged_as_ever(node: NewerNode, engine: Engine) -> None:
    node.put("1", actor("Eau et Vie", **ADDED)).put("2", actor("", **ADDED))

    with visiting(node, engine) as visit:
        job = visit()

    assert (job.status, job.tally.accepted, job.tally.quarantined) == (JobStatus.SUCCEEDED, 1, 1)
    assert states(engine) == {"1": "accepted", "2": "quarantined"}


def test_what_nobody_has_said_may_be_published_stays_out_of_the_release(
    node: NewerNode, embedded: Engine, tmp_path: Path
) -> None:
    node.put("1", actor("Eau et Vie", **ADDED))
    with visiting(node, embedded) as visit:
        visit()
    resolve(embedded, NIGHT)
    compile_catalogue(embedded)

    folder = release(embedded, tmp_path / "releases", NIGHT).folder

    lines = gzip.decompress((folder / "actors.jsonl.gz").read_bytes()).splitlines()
    assert [orjson.loads(line)["name"] for line in lines] == ["Eau et Vie"]
    assert [file.name for file in folder.rglob("*") if file.is_file() and b"Kourouma" in plain(file)] == []


def plain(file: Path) -> bytes:
    """Decompressed, as far as whole files are."""
    raw = file.read_bytes()
    match file.suffix:
        case ".gz":
            return gzip.decompress(raw)
        case ".zst":
            return zstandard.ZstdDecompressor().stream_reader(raw).read()
    return raw


def test_a_newer_minor_version_of_the_protocol_is_read(node: NewerNode, engine: Engine) -> None:
    node.protocol = "rrma-feed/1.4"
    node.put("1", actor("Eau et Vie"), priority="high")

    with visiting(node, engine) as visit:
        assert visit().status is JobStatus.SUCCEEDED


@pytest.mark.parametrize(
    ("schema", "protocol", "code", "who"),
    [
        ("actor/2.0", "rrma-feed/1", "source-version", "update this hub if it is newer"),
        ("project/1.0", "rrma-feed/1", "source-version", "correct the node's manifest"),
        ("actor/1.x", "rrma-feed/1", "source-version", "correct the node's manifest"),
        ("actor/1.0", "rrma-feed/2", "source-manifest", "update the program if the node is newer"),
    ],
)
def test_an_unknown_major_version_is_refused_before_anything_is_read(
    node: NewerNode, engine: Engine, schema: str, protocol: str, code: str, who: str
) -> None:
    node.put("1", actor("Eau et Vie"))
    with visiting(node, engine) as visit:
        node.schema = "actor/1.0"
        visit()
        node.schema, node.protocol = schema, protocol
        node.delete("1").put("2", actor("Autre"))

        job = visit()

    assert (job.status, job.error, job.tally.received) == (JobStatus.FAILED, code, 0)
    assert job.reason is not None
    assert who in job.reason
    assert list(published(engine)) == ["1"]


def test_a_schema_is_judged_by_itself_or_by_the_newest_of_its_major_version() -> None:
    assert (judging("actor/1.0"), judging("actor/1.1"), judging("actor/1.10")) == ("actor/1.0",) * 3
    for unknown in ("actor/2.0", "actor/0.9", "actor/1", "actor/1.0.1", "actor/1.-1", "actor", "actor/", "person/1.0"):
        with pytest.raises(UnknownSchema):
            judging(unknown)
