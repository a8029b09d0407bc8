"""What was altered or cut on its way, or changed under the same seq, is asked for again."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from hub.model.job import JobStatus
from hub.model.source import SourceKind
from tests.hub.feed_server import Answer, FakeNode, Question, actor, ndjson
from tests.hub.visits import published, states, visiting


def altered(body: bytes) -> bytes:
    return body.replace(b"Association 3", b"Associ@tion 3")


def cut(body: bytes) -> bytes:
    return body.replace(b'"Association 3', b'"Association \xff3')


def directory(kind: SourceKind) -> FakeNode:
    node = FakeNode()
    for number in range(5):
        node.put(str(number), actor(f"Association {number}"))
    if kind is SourceKind.STATIC:
        node.links = {"snapshot": "snapshot.ndjson.gz"}
    return node


def damage(node: FakeNode, spoil: Callable[[bytes], bytes]) -> None:
    """Everything but `feed.json` and the digests goes through a proxy that alters it."""

    def changes(question: Question) -> Answer:
        wanted = [line for line in node.live.values() if "bucket" not in question or line["id"] == "3"]
        end = {"end": True, "seq": node.seq, "more": False}
        return Answer(spoil(ndjson([*wanted, end])))

    def snapshot(_: Question) -> Answer:
        return Answer(spoil(node.snapshot()))

    node.faults = {"changes": changes, "snapshot.ndjson.gz": snapshot}


@pytest.mark.parametrize("kind", SourceKind)
@pytest.mark.parametrize("spoil", [altered, cut])
def test_a_record_that_arrived_damaged_is_read_again_the_next_night(
    engine: Engine, kind: SourceKind, spoil: Callable[[bytes], bytes]
) -> None:
    node = directory(kind)
    with visiting(node, engine, kind=kind) as visit:
        damage(node, spoil)
        spoilt = visit()
        node.faults.clear()
        mended = visit()
        node.asked.clear()
        quiet = visit()

    assert (spoilt.status, spoilt.waiting) == (JobStatus.SUCCEEDED, 1)
    assert (mended.status, mended.waiting, mended.tally.accepted) == (JobStatus.SUCCEEDED, 0, 1)
    assert published(engine)["3"]["name"] == "Association 3"
    assert (quiet.status, {*node.asked} - {"feed.json.sig"}) == (JobStatus.SUCCEEDED, {"feed.json"})


def test_as_long_as_it_arrives_damaged_it_waits_and_is_asked_for_each_night(embedded: Engine) -> None:
    node = directory(SourceKind.LIVE)
    with visiting(node, embedded) as visit:
        damage(node, altered)
        visit()
        node.asked.clear()
        again = visit()

    assert (again.status, again.waiting, again.tally.quarantined) == (JobStatus.SUCCEEDED, 1, 0)
    assert node.asked == ["feed.json", "changes"]
    assert states(embedded)["3"] == "quarantined"


def test_a_node_that_cannot_state_one_bucket_is_read_all_the_same(embedded: Engine) -> None:
    node = directory(SourceKind.LIVE)
    with visiting(node, embedded) as visit:
        damage(node, altered)
        visit()
        node.faults = {"changes": lambda question: _without_buckets(node, question)}
        again = visit()

    assert (again.status, again.waiting) == (JobStatus.SUCCEEDED, 1)
    assert any("could not be read again" in note for note in again.notes)


def _without_buckets(node: FakeNode, question: Question) -> Answer:
    return Answer(b"{}", "application/problem+json", 404) if "bucket" in question else node.changes(question)


def test_files_that_changed_under_the_same_seq_are_read_all_the_same(embedded: Engine) -> None:
    node = directory(SourceKind.STATIC)
    with visiting(node, embedded, kind=SourceKind.STATIC) as visit:
        visit()
        node.put("3", actor("Association 3, renommée"))
        node.seq -= 1
        renamed = visit()
        quiet = visit()

    assert (renamed.status, renamed.tally.accepted) == (JobStatus.SUCCEEDED, 1)
    assert (quiet.status, quiet.tally.received) == (JobStatus.SUCCEEDED, 0)
    assert published(embedded)["3"]["name"] == "Association 3, renommée"
