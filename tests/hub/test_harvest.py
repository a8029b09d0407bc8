"""Harvesting a node that behaves: what comes in, what stays, what leaves."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from hub.feeds import FeedClient, paging
from hub.feeds.http import open_client
from hub.model.job import JobStatus, Tally
from hub.model.source import SourceKind
from hub.stages.harvest import harvest_all
from hub.store import jobs, publishable, sources, statements, tables
from hub.store.engine import reading
from tests.hub.databases import database
from tests.hub.feed_server import Answer, FakeNode, Question, actor, end, ndjson, serving
from tests.hub.visits import NIGHT, published, said, source_at, states, visiting

BAD = {"name": 3, "type": "ASSO"}


def directory(count: int, network: str = "centraider") -> FakeNode:
    node = FakeNode(network)
    for number in range(count):
        node.put(f"A-{number}", actor(f"Association {number}"))
    return node


def test_a_first_visit_brings_everything_and_proves_it(engine: Engine) -> None:
    node = directory(3).put("P-1", {"title": "Eau", "lead": {"actor": "A-1"}, "countries": [{"code": "ML"}]}, "project")

    with visiting(node, engine) as visit:
        job = visit()

    assert job.status is JobStatus.SUCCEEDED
    assert job.tally == Tally(received=4, accepted=4)
    assert job.proof is not None
    assert {name: proof.received_count for name, proof in job.proof.collections.items()} == {"actor": 3, "project": 1}
    assert published(engine) == {f"A-{number}": actor(f"Association {number}") for number in range(3)}


def test_an_invalid_record_waits_and_the_rest_go_on(engine: Engine) -> None:
    node = directory(2).put("A-bad", BAD)

    with visiting(node, engine) as visit:
        job = visit()

    assert job.status is JobStatus.SUCCEEDED
    assert job.tally == Tally(received=3, accepted=2, quarantined=1)
    with reading(engine) as connection:
        [waiting] = statements.quarantine(connection)
    assert (waiting.local_id, waiting.published) == ("A-bad", False)
    assert [issue.pointer for issue in waiting.issues] == ["/name"]


def test_an_invalid_record_never_replaces_a_good_one(engine: Engine) -> None:
    node = directory(2)

    with visiting(node, engine) as visit:
        visit()
        node.put("A-0", BAD)
        job = visit()

    assert job.status is JobStatus.SUCCEEDED
    assert published(engine)["A-0"] == actor("Association 0")
    assert states(engine) == {"A-0": "quarantined", "A-1": "accepted"}
    with reading(engine) as connection:
        [waiting] = statements.quarantine(connection, "centraider")
        assert statements.quarantined(connection, waiting.number) == waiting
    assert waiting.published


def test_a_second_visit_costs_one_request_and_changes_nothing(engine: Engine) -> None:
    node = directory(5)

    with visiting(node, engine) as visit:
        first = visit()
        before, node.asked = said(engine), []
        second = visit()

    assert node.asked == ["feed.json"]
    assert second.status is JobStatus.SUCCEEDED
    assert (second.tally, second.proof) == (Tally(), first.proof)
    assert said(engine) == before


def test_an_unchanged_manifest_is_not_even_sent_twice(embedded: Engine) -> None:
    node = directory(2)
    plain = node.answer

    def with_etag(path: str, question: Question) -> Answer:
        answer = plain(path, question)
        return replace(answer, headers={**answer.headers, "ETag": '"v1"'})

    with serving(with_etag) as url, open_client() as client:
        [job] = harvest_all([source_at(url)], FeedClient(client), embedded, NIGHT)
        with embedded.begin() as connection:
            assert sources.take_over(connection, "centraider", job.number).etag == '"v1"'


def test_only_what_changed_is_read_again(engine: Engine) -> None:
    node = directory(5)

    with visiting(node, engine) as visit:
        visit()
        node.put("A-1", actor("Autre nom")).put("A-9", actor("Nouvelle"))
        job = visit()

    assert job.tally == Tally(received=2, accepted=2)
    assert published(engine)["A-1"] == actor("Autre nom")


def test_a_tombstone_is_applied_at_the_end(engine: Engine) -> None:
    node = directory(60)

    with visiting(node, engine) as visit:
        visit()
        node.delete("A-7", reason="withdrawn")
        job = visit()

    assert job.status is JobStatus.SUCCEEDED
    assert job.tally == Tally(received=1, deleted=1)
    assert "A-7" not in published(engine)


def test_many_deletions_are_held_and_what_is_new_is_still_published(engine: Engine) -> None:
    node = directory(20)

    with visiting(node, engine) as visit:
        visit()
        for number in range(5):
            node.delete(f"A-{number}")
        node.put("A-new", actor("Nouvelle"))
        held, again = visit(), visit()

    assert (held.status, held.tally.held, held.tally.deleted) == (JobStatus.HELD, 5, 0)
    assert (again.status, again.tally.held) == (JobStatus.HELD, 5)
    assert {"A-0", "A-4", "A-new"} <= published(engine).keys()


def test_held_deletions_are_forgotten_when_the_source_states_the_records_again(engine: Engine) -> None:
    node = directory(20)

    with visiting(node, engine) as visit:
        visit()
        for number in range(5):
            node.delete(f"A-{number}")
        visit()
        for number in range(5):
            node.put(f"A-{number}", actor(f"Association {number}"))
        job = visit()

    assert job.status is JobStatus.SUCCEEDED
    assert set(states(engine).values()) == {"accepted"}


@pytest.mark.parametrize("left", [0, 3])
def test_an_emptied_directory_is_refused(engine: Engine, left: int) -> None:
    node = directory(10)

    with visiting(node, engine) as visit:
        visit()
        for number in range(left, 10):
            node.delete(f"A-{number}")
        job, again = visit(), visit()

    assert (job.status, job.error) == (JobStatus.FAILED, "source-loss-refused")
    assert (again.status, again.error) == (JobStatus.FAILED, "source-loss-refused")
    assert len(published(engine)) == 10


def test_an_erasure_takes_the_content_of_every_statement_along(engine: Engine) -> None:
    node = directory(60)

    with visiting(node, engine) as visit:
        visit()
        node.put("A-7", actor("Ancien nom"))
        visit()
        node.delete("A-7", reason="erased")
        visit()

    with reading(engine) as connection:
        rows = connection.execute(select(tables.statements).where(tables.statements.c.local_id == "A-7")).all()
    assert sorted(row.op for row in rows) == ["delete", "put", "put", "released"]
    assert {row.payload for row in rows} == {None}
    assert "A-7" not in published(engine)


@pytest.mark.parametrize("published_once", [True, False], ids=["withdrawn", "quarantined"])
def test_an_erasure_of_what_is_not_published_takes_the_content_along_too(engine: Engine, published_once: bool) -> None:
    node = directory(60)
    node.put("A-x", actor("Ancien nom") if published_once else {"name": "Ancien nom", "type": 3})

    with visiting(node, engine) as visit:
        visit()
        if published_once:
            node.delete("A-x", reason="withdrawn")
            visit()
        node.delete("A-x", reason="erased")
        job = visit()

    with reading(engine) as connection:
        rows = connection.execute(select(tables.statements).where(tables.statements.c.local_id == "A-x")).all()
    assert job.status is JobStatus.SUCCEEDED
    assert {row.payload for row in rows} == {None}


def test_a_static_network_is_read_from_its_snapshot_and_absence_is_a_deletion(engine: Engine) -> None:
    node = directory(60)
    node.links = {"snapshot": "snapshot.ndjson.gz"}

    with visiting(node, engine, kind=SourceKind.STATIC) as visit:
        first = visit()
        node.delete("A-3")
        node.put("A-4", actor("Autre"))
        node.asked = []
        job = visit()

    assert first.tally == Tally(received=60, accepted=60)
    assert "changes" not in node.asked
    assert job.status is JobStatus.SUCCEEDED
    assert job.tally == Tally(received=59, accepted=1, unchanged=58, deleted=1)
    assert ("A-3", "absent", "accepted") in said(engine)


def test_a_new_epoch_is_reconciled_and_no_record_loses_its_age(engine: Engine) -> None:
    node = directory(40)

    with visiting(node, engine) as visit:
        visit()
        with reading(engine) as connection:
            before = {each.key: each.founded for each in publishable.accepted(connection, "actor")}
        node.live.pop(("actor", "A-0"))
        node.restart("epoch-2").put("A-new", actor("Nouvelle"))
        job = visit()

    assert job.status is JobStatus.SUCCEEDED
    assert job.tally.deleted == 1
    with reading(engine) as connection:
        after = {each.key: each.founded for each in publishable.accepted(connection, "actor")}
    assert all(before[key] == founded for key, founded in after.items() if key in before)


def test_a_history_that_was_compacted_is_read_from_the_snapshot(engine: Engine) -> None:
    node = directory(60)

    with visiting(node, engine) as visit:
        visit()
        node.delete("A-1").put("A-2", actor("Autre")).compact()
        node.put("A-3", actor("Encore autre"))
        job = visit()

    assert job.status is JobStatus.SUCCEEDED
    assert job.tally.deleted == 1
    assert published(engine)["A-3"] == actor("Encore autre")


def test_a_first_visit_to_a_compacted_node_starts_from_the_snapshot(engine: Engine) -> None:
    node = directory(5).delete("A-1").compact()

    with visiting(node, engine) as visit:
        job = visit()

    assert job.status is JobStatus.SUCCEEDED
    assert published(engine).keys() == {"A-0", "A-2", "A-3", "A-4"}


def test_a_renamed_record_keeps_its_founding_and_stays_published(engine: Engine) -> None:
    node = directory(3)

    with visiting(node, engine) as visit:
        visit()
        node.rekey("A-1", "X-1")
        job = visit()
        again = visit()

    assert (job.status, again.status) == (JobStatus.SUCCEEDED, JobStatus.SUCCEEDED)
    with reading(engine) as connection:
        founded = {each.key.local_id: each.founded.key.local_id for each in publishable.accepted(connection, "actor")}
    assert founded == {"A-0": "A-0", "A-2": "A-2", "X-1": "A-1"}


def test_a_node_that_changes_while_it_is_read_is_read_further(engine: Engine) -> None:
    node = directory(3)
    late = iter(["B-0", "B-1"])

    def ahead_of_its_manifest(question: Question) -> Answer:
        node.put(next(late), actor("En cours de route"))
        del node.faults["changes"]
        node.faults["feed.json"] = ahead_of_our_cursor
        return node.changes(question)

    def ahead_of_our_cursor(question: Question) -> Answer:
        node.put(next(late), actor("Encore une"))
        del node.faults["feed.json"]
        return node.answer("feed.json", question)

    node.faults["changes"] = ahead_of_its_manifest
    with visiting(node, engine) as visit:
        job = visit()

    assert job.status is JobStatus.SUCCEEDED
    assert len(published(engine)) == 5


def test_a_lost_tombstone_is_found_by_its_bucket_and_nothing_else_is_read_again(engine: Engine) -> None:
    node = directory(300)

    with visiting(node, engine) as visit:
        visit()
        node.delete("A-7").put("A-8", actor("Autre"))
        node.lines = [line for line in node.lines if line["op"] != "delete"]
        node.asked = []
        job = visit()

    assert job.status is JobStatus.SUCCEEDED
    assert job.tally.deleted == 1
    assert job.tally.received < 20
    assert "snapshot.ndjson.gz" not in node.asked


def test_a_line_too_long_is_set_aside_and_the_harvest_is_still_complete(engine: Engine) -> None:
    node = directory(2).put("A-long", actor(Random(1).randbytes(1 << 19).hex()))

    with visiting(node, engine) as visit:
        job = visit()

    assert job.status is JobStatus.SUCCEEDED
    assert job.tally == Tally(received=3, accepted=2, quarantined=1)
    with reading(engine) as connection:
        [waiting] = statements.quarantine(connection)
    assert [issue.code for issue in waiting.issues] == ["line-too-long"]


def test_a_collection_we_do_not_know_waits_and_is_part_of_the_proof(engine: Engine) -> None:
    node = directory(2).put("R-1", {"name": "Mafé"}, "recipe")

    with visiting(node, engine) as visit:
        job = visit()

    assert job.status is JobStatus.SUCCEEDED
    assert states(engine)["R-1"] == "quarantined"


def test_a_seat_outside_the_perimeter_waits_unless_the_source_may_have_it(embedded: Engine) -> None:
    node = directory(1).put("A-lyon", actor("Eau", seat={"city": "Lyon", "postcode": "69001", "insee": "69381"}))

    with visiting(node, embedded) as visit:
        visit()
        assert states(embedded)["A-lyon"] == "quarantined"
    node.put("A-lyon", node.live["actor", "A-lyon"]["record"])
    with visiting(node, embedded, accept_outside_perimeter=True) as visit:
        visit()
    assert states(embedded)["A-lyon"] == "accepted"


def test_two_statements_of_one_record_in_a_page_leave_the_later_one_and_a_remark(engine: Engine) -> None:
    node = directory(1)
    node.faults["changes"] = lambda _: Answer(ndjson([*node.lines, end(node.seq)]))
    node.put("A-0", actor("Premier"))
    node.put("A-0", actor("Second"))

    with visiting(node, engine) as visit:
        job = visit()

    assert job.status is JobStatus.SUCCEEDED
    assert published(engine) == {"A-0": actor("Second")}


def test_sources_side_by_side_give_what_they_give_one_by_one(engine: Engine) -> None:
    nodes = [directory(30, f"net-{number}") for number in range(6)]

    with ExitStack() as stack:
        client = FeedClient(stack.enter_context(open_client()))
        chosen = [source_at(stack.enter_context(serving(node.answer)), node.network) for node in nodes]
        found = harvest_all(chosen, client, engine, NIGHT, threads=6)

    assert [job.source for job in found] == [node.network for node in nodes]
    assert {job.status for job in found} == {JobStatus.SUCCEEDED}
    with reading(engine) as connection:
        assert len(list(publishable.accepted(connection, "actor"))) == 180
        assert jobs.last_of_each(connection).keys() == {node.network for node in nodes}


def test_a_newer_visit_takes_over_and_the_older_writes_nothing_more(engine: Engine) -> None:
    node = directory(1)

    def overtaken(question: Question) -> Answer:
        with engine.begin() as connection:
            number = jobs.begin(connection, "centraider", NIGHT + timedelta(days=9))
            sources.take_over(connection, "centraider", number)
        return node.changes(question)

    node.faults["changes"] = overtaken
    with visiting(node, engine) as visit:
        job = visit()

    assert (job.status, job.error) == (JobStatus.FAILED, "source-superseded")
    assert said(engine) == []


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 12), most=st.integers(1, 12), night=st.integers(1, 3))
@example(size=2, most=4, night=1)
def test_the_size_of_pages_and_of_answers_changes_no_result(tmp_path: Path, size: int, most: int, night: int) -> None:
    outcomes = []
    for lines, answer in ((size, most), (1_000, 10_000)):
        node = directory(9).put("A-bad", BAD)
        node.most = answer
        with ExitStack() as stack:
            engine = stack.enter_context(database(tmp_path / "hub.sqlite"))
            patched = stack.enter_context(pytest.MonkeyPatch.context())
            visit = stack.enter_context(visiting(node, engine))
            patched.setattr(paging.pages, "__defaults__", (lines,))
            tallies = [visit().tally]
            for number in range(night):
                node.put(f"A-{number}", actor(f"Nuit {night}")).rekey(f"A-{number}", f"B-{number}")
                tallies.append(visit().tally)
            outcomes.append((tallies, published(engine), states(engine)))

    assert outcomes[0] == outcomes[1]


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(4)))
def test_neither_threads_nor_the_order_of_sources_decide_which_record_is_older(
    tmp_path: Path, order: list[int]
) -> None:
    nodes = [directory(4, f"net-{number}") for number in range(4)]
    with ExitStack() as stack:
        engine = stack.enter_context(database(tmp_path / "hub.sqlite"))
        client = FeedClient(stack.enter_context(open_client()))
        urls = [stack.enter_context(serving(node.answer)) for node in nodes]
        chosen = [source_at(urls[at], nodes[at].network) for at in order]
        harvest_all(chosen, client, engine, NIGHT, threads=3)
        with reading(engine) as connection:
            oldest_first = sorted(publishable.accepted(connection, "actor"), key=lambda each: each.founded)

    assert [each.key for each in oldest_first] == sorted(each.key for each in oldest_first)
    assert {each.founded.on for each in oldest_first} == {NIGHT}


def test_many_readers_never_stop_a_harvest(embedded: Engine) -> None:
    node = directory(200)

    with visiting(node, embedded) as visit, ThreadPoolExecutor(4) as threads:
        readers = [threads.submit(published, embedded) for _ in range(8)]
        job = visit()
        assert all(len(reader.result()) in (0, 200) for reader in readers)

    assert job.status is JobStatus.SUCCEEDED


def test_what_a_renamed_record_stands_by_outlives_an_erasure_under_its_old_key(embedded: Engine) -> None:
    """Its new version is unfit, so that it is still published by what was said under the old key."""
    node = FakeNode()
    for number in range(30):  # beside whom one that leaves is no loss to be held
        node.put(f"B-{number}", actor(f"Comité {number}"))
    node.put("A-1", actor("Eau et Vie"))
    with visiting(node, embedded) as visit:
        visit()
        node.rekey("A-1", "A-2").put("A-2", {"name": 3, "type": "ASSO"})
        visit()
        node.put("A-1", actor("Puits du Sahel"))
        visit()
        node.delete("A-1", reason="erased")
        visit()

    assert published(embedded)["A-2"]["name"] == "Eau et Vie"
    assert "A-1" not in published(embedded)
    table = tables.statements
    query = select(table.c.payload).where(table.c.local_id == "A-1", table.c.op == "put").order_by(table.c.number)
    with reading(embedded) as connection:
        kept = [b"Eau et Vie" in (payload or b"") for payload in connection.scalars(query)]
    assert kept == [True, False]
