"""What a person decides about a hold: confirmed, rejected, recognised under new keys."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from gzip import decompress

import pytest
from sqlalchemy import Engine, select

from hub.model.hold import HoldState
from hub.model.job import Job, JobStatus
from hub.model.match import Verdict
from hub.model.ruling import Ruling
from hub.model.source import SourceKind
from hub.stages.judging import judge, judgement
from hub.stages.resolve import resolve
from hub.stages.ruling import Outcome, RefusedRuling, rule
from hub.store import clusters, jobs, publishable, records, tables
from hub.store.engine import reading
from schemas.errors import NotFound
from tests.hub.feed_server import Answer, FakeNode, actor
from tests.hub.visits import NIGHT, published, states, visiting


def directory(count: int = 20) -> FakeNode:
    node = FakeNode()
    for number in range(count):
        node.put(f"A-{number}", actor(f"Association {number}", id=f"A-{number}"))
    return node


def decide(engine: Engine, job: Job, ruling: Ruling) -> Outcome:
    return rule(engine, job.number, ruling, author="Awa", reason="vérifié au téléphone", now=NIGHT + timedelta(days=9))


@contextmanager
def losing(engine: Engine, lost: int = 5) -> Iterator[tuple[FakeNode, Callable[[], Job], Job]]:
    """A node of twenty that loses some, with the visit that saw it."""
    node = directory()
    with visiting(node, engine) as visit:
        visit()
        for number in range(lost):
            node.delete(f"A-{number}")
        yield node, visit, visit()


@pytest.mark.parametrize("lost", [5, 15, 20], ids=["held", "refused", "emptied"])
def test_confirming_applies_what_the_job_held_and_the_job_has_succeeded(engine: Engine, lost: int) -> None:
    with losing(engine, lost) as (node, visit, held):
        confirmed = decide(engine, held, Ruling.CONFIRMED)
        node.asked = []
        after = visit()

    assert (held.tally.held, held.status) == (lost, JobStatus.HELD if lost == 5 else JobStatus.FAILED)
    assert confirmed.job.status is JobStatus.SUCCEEDED
    assert (confirmed.job.tally.deleted, confirmed.job.tally.held, confirmed.job.error) == (lost, 0, None)
    assert len(published(engine)) == 20 - lost
    assert (after.status, node.asked) == (JobStatus.SUCCEEDED, ["feed.json"])
    with reading(engine) as connection:
        assert jobs.hold(connection, "centraider") is None


def test_after_a_confirmation_the_guard_measures_against_what_is_left(engine: Engine) -> None:
    with losing(engine, 10) as (node, visit, held):
        decide(engine, held, Ruling.CONFIRMED)
        node.delete("A-19")
        after = visit()

    assert (after.status, after.tally.deleted) == (JobStatus.SUCCEEDED, 1)
    assert after.notes == ("actor: 1 of 10 records leave, warned",)


def test_deciding_twice_does_nothing_the_second_time(engine: Engine) -> None:
    with losing(engine) as (_, _, held):
        first, second = decide(engine, held, Ruling.CONFIRMED), decide(engine, held, Ruling.CONFIRMED)

    assert (first.again, second.again) == (False, True)
    assert second.job == first.job


def test_a_rejected_deletion_stays_out_until_the_network_states_the_record_again(engine: Engine) -> None:
    with losing(engine) as (node, visit, held):
        rejected = decide(engine, held, Ruling.REJECTED)
        node.put("A-10", actor("Autre", id="A-10"))
        night_after = visit()
        with reading(engine) as connection:
            hold = jobs.hold(connection, "centraider")
        for number in range(5):
            node.put(f"A-{number}", actor(f"Association {number}", id=f"A-{number}"))
        restated = visit()

    assert (rejected.job.status, rejected.job.tally.held, rejected.job.tally.kept) == (JobStatus.HELD, 0, 5)
    assert (night_after.status, night_after.tally.kept) == (JobStatus.HELD, 5)
    assert hold is not None
    assert hold.state(NIGHT + timedelta(days=30)) is HoldState.REJECTED
    assert (restated.status, restated.tally.kept) == (JobStatus.SUCCEEDED, 0)
    assert len(published(engine)) == 20


def test_a_rejection_says_nothing_of_later_deletions(engine: Engine) -> None:
    with losing(engine) as (node, visit, held):
        decide(engine, held, Ruling.REJECTED)
        node.delete("A-19")
        after = visit()

    assert (after.status, after.tally.deleted, after.tally.kept) == (JobStatus.HELD, 0, 5)
    assert after.tally.held == 1  # with the five, more than a tenth of the directory would be missing
    assert {"A-0", "A-4", "A-19"} <= published(engine).keys()


def test_a_rejected_deletion_that_the_network_explains_anew_is_judged_anew(engine: Engine) -> None:
    with losing(engine) as (node, visit, held):
        decide(engine, held, Ruling.REJECTED)
        node.delete("A-0", reason="merged", into="A-10")
        after = visit()

    assert (after.tally.kept, after.tally.held) == (4, 1)


def test_a_rejection_may_be_taken_back(engine: Engine) -> None:
    with losing(engine) as (_, _, held):
        decide(engine, held, Ruling.REJECTED)
        confirmed = decide(engine, held, Ruling.CONFIRMED)

    assert (confirmed.job.status, confirmed.job.tally.deleted) == (JobStatus.SUCCEEDED, 5)
    assert len(published(engine)) == 15


def test_a_rejection_may_be_taken_back_on_a_later_night(engine: Engine) -> None:
    with losing(engine) as (node, visit, held):
        decide(engine, held, Ruling.REJECTED)
        node.put("A-10", actor("Autre", id="A-10"))
        night_after = visit()
        confirmed = decide(engine, night_after, Ruling.CONFIRMED)
        later = visit()

    assert (confirmed.job.status, confirmed.job.tally.deleted) == (JobStatus.SUCCEEDED, 5)
    assert (later.status, later.tally.kept) == (JobStatus.SUCCEEDED, 0)
    assert len(published(engine)) == 15


def test_confirming_what_left_later_does_not_take_a_rejection_back(engine: Engine) -> None:
    with losing(engine) as (node, visit, held):
        decide(engine, held, Ruling.REJECTED)
        node.delete("A-19")
        confirmed = decide(engine, visit(), Ruling.CONFIRMED)

    assert (confirmed.job.tally.deleted, confirmed.job.tally.kept) == (1, 5)
    assert {"A-0", "A-4"} <= published(engine).keys()


def test_an_erasure_cannot_be_rejected(engine: Engine) -> None:
    node = directory()
    with visiting(node, engine) as visit:
        visit()
        for number in range(5):
            node.delete(f"A-{number}", reason="erased" if number == 0 else "withdrawn")
        held = visit()
        rejected = decide(engine, held, Ruling.REJECTED)

    assert (rejected.job.tally.held, rejected.job.tally.kept) == (1, 4)


def test_only_what_the_job_showed_can_be_decided(engine: Engine) -> None:
    with losing(engine) as (node, visit, held):
        node.delete("A-19")
        newer = visit()

        with pytest.raises(RefusedRuling, match=f"job {newer.number} shows"):
            decide(engine, held, Ruling.CONFIRMED)
        with engine.begin() as connection:
            [gone] = records.standings(connection, published_keys(engine, "A-18")).values()
            records.save(connection, [gone.gone(gone.received)])
        with pytest.raises(RefusedRuling, match="no longer what job"):
            decide(engine, newer, Ruling.CONFIRMED)
        with pytest.raises(NotFound):
            rule(engine, 999, Ruling.CONFIRMED, author="a", reason="b", now=NIGHT)

    assert len(published(engine)) == 20


def published_keys(engine: Engine, local_id: str) -> list:
    with reading(engine) as connection:
        return [each.key for each in publishable.accepted(connection, "actor") if each.key.local_id == local_id]


def test_nothing_is_decided_when_the_proof_no_longer_holds(engine: Engine) -> None:
    with losing(engine) as (_, _, held):
        with engine.begin() as connection:
            [stands] = records.standings(connection, published_keys(engine, "A-18")).values()
            records.save(connection, [stands.stated(stands.received, "f" * 64, fit=True, now=NIGHT)])
        with pytest.raises(RefusedRuling, match="proved no longer holds"):
            decide(engine, held, Ruling.CONFIRMED)

    assert len(published(engine)) == 20


def test_nothing_is_decided_while_the_source_is_read_or_when_nothing_waits(engine: Engine) -> None:
    with losing(engine) as (node, visit, held):
        with pytest.raises(RefusedRuling, match="no re-key map"):
            decide(engine, held, Ruling.REKEYED)
        refused = []

        def decide_meanwhile(question: dict[str, str]) -> object:
            with pytest.raises(RefusedRuling, match="is reading centraider now") as caught:
                decide(engine, held, Ruling.CONFIRMED)
            refused.append(caught.value)
            return node.changes(question)

        node.put("A-new", actor("Nouvelle"))
        node.faults["changes"] = decide_meanwhile
        visit()

    assert len(refused) == 1


# A source that changes its keys.


def rekey_region(node: FakeNode, count: int, *, start: int = 0) -> None:
    """Every record under a new key, as a new information system gives them: new ones put, old ones gone."""
    for number in range(start, count):
        node.put(f"N-{number}", actor(f"Association {number}", id=f"N-{number}"))
    for number in range(start, count):
        node.delete(f"A-{number}", reason="withdrawn")


def identifiers(engine: Engine) -> dict[str, str]:
    """Name -> national identifier of every published record."""
    with reading(engine) as connection:
        homes = {(row.source, row.local_id): row.national_id for row in connection.execute(select(tables.clusters))}
        found = publishable.accepted(connection, "actor")
        return {each.payload["name"]: homes[each.key.source, each.key.local_id] for each in found}


def issued(engine: Engine) -> dict[str, tuple[str, str | None]]:
    with reading(engine) as connection:
        return {each.national_id: (str(each.state), each.leads_to) for each in clusters.issued(connection)}


def test_a_region_that_changes_all_its_keys_keeps_every_identifier_and_decision_and_gets_no_duplicate(
    engine: Engine,
) -> None:
    node = directory(40)
    with visiting(node, engine) as visit:
        visit()
        said = judgement(Verdict.SAME, "centraider/A-1", "centraider/A-2", at=NIGHT, author="Awa", reason="le même")
        judge(engine, said)
        resolve(engine, NIGHT)
        before, ids = identifiers(engine), issued(engine)

        rekey_region(node, 40)
        held = visit()
        resolve(engine, NIGHT + timedelta(days=2))
        while_held = identifiers(engine)
        approved = decide(engine, held, Ruling.REKEYED)
        resolve(engine, NIGHT + timedelta(days=3))
        node.asked = []
        after = visit()

    assert (held.status, held.tally.rekeyed, held.tally.held) == (JobStatus.HELD, 40, 0)
    assert while_held == before
    assert (approved.ruled.records, approved.job.status) == (40, JobStatus.SUCCEEDED)
    assert identifiers(engine) == before
    assert issued(engine) == ids
    assert set(published(engine)) == {f"N-{number}" for number in range(40)}
    assert (after.status, node.asked) == (JobStatus.SUCCEEDED, ["feed.json"])


def test_a_map_that_is_wrong_leaves_new_records_new_and_the_old_ones_to_the_guard(engine: Engine) -> None:
    node = directory()
    with visiting(node, engine) as visit:
        visit()
        rekey_region(node, 5)
        held = visit()
        apart = decide(engine, held, Ruling.APART)
        resolve(engine, NIGHT + timedelta(days=3))
        night_after = visit()
        confirmed = decide(engine, night_after, Ruling.CONFIRMED)

    assert (apart.job.status, apart.job.tally.held, apart.job.tally.rekeyed) == (JobStatus.HELD, 5, 0)
    assert (night_after.tally.rekeyed, night_after.tally.held) == (0, 5)
    assert confirmed.job.status is JobStatus.SUCCEEDED
    assert {f"N-{number}" for number in range(5)} <= published(engine).keys()
    assert len(published(engine)) == 20


def test_a_record_stated_again_ends_the_proposal_and_the_new_one_is_published(engine: Engine) -> None:
    node = directory()
    with visiting(node, engine) as visit:
        visit()
        rekey_region(node, 1)
        held = visit()
        node.put("A-0", actor("Association 0", id="A-0"))
        after = visit()

    assert (held.tally.rekeyed, "N-0" in states(engine)) == (1, True)
    assert after.status is JobStatus.SUCCEEDED
    assert {"A-0", "N-0"} <= published(engine).keys()


def test_a_new_side_that_leaves_again_gives_the_old_one_back_to_the_guard(engine: Engine) -> None:
    node = directory()
    with visiting(node, engine) as visit:
        visit()
        rekey_region(node, 1)
        visit()
        node.delete("N-0")
        after = visit()

    assert (after.status, after.tally.rekeyed, after.tally.deleted) == (JobStatus.SUCCEEDED, 0, 1)


def test_a_new_side_that_changes_before_the_decision_goes_on_with_its_newest_content(engine: Engine) -> None:
    node = directory()
    with visiting(node, engine) as visit:
        visit()
        rekey_region(node, 1)
        visit()
        node.put("N-0", actor("Association zéro", id="N-0"))
        held = visit()
        assert "N-0" not in published(engine)
        decide(engine, held, Ruling.REKEYED)

    assert published(engine)["N-0"]["name"] == "Association zéro"


def test_a_new_side_that_breaks_before_the_decision_leaves_the_old_statement_published(engine: Engine) -> None:
    node = directory()
    with visiting(node, engine) as visit:
        visit()
        rekey_region(node, 1)
        visit()
        node.put("N-0", {"name": 3, "type": "ASSO"})
        held = visit()
        decided = decide(engine, held, Ruling.REKEYED)

    assert decided.job.status is JobStatus.SUCCEEDED
    assert published(engine)["N-0"]["name"] == "Association 0"


def test_records_that_were_published_before_the_old_ones_left_are_recognised_too(engine: Engine) -> None:
    """A visit that was cut off brings the new ones first; their own identifiers lead to the old ones from then on."""
    node = directory()
    with visiting(node, engine) as visit:
        visit()
        resolve(engine, NIGHT)
        before = identifiers(engine)
        rekey_region(node, 5)
        whole = node.changes
        node.faults["changes"] = lambda question: cut(whole, question)
        partial = visit()
        resolve(engine, NIGHT + timedelta(days=2))
        minted = issued(engine).keys()
        node.faults.clear()
        held = visit()
        decide(engine, held, Ruling.REKEYED)
        resolve(engine, NIGHT + timedelta(days=3))

    assert (partial.status, held.tally.rekeyed) == (JobStatus.PARTIAL, 5)
    assert identifiers(engine) == before
    assert issued(engine).keys() == minted
    assert {leads_to for state, leads_to in issued(engine).values() if state == "redirect"} <= set(before.values())
    assert all(state != "gone" for state, _ in issued(engine).values())


def cut(whole: Callable, question: dict[str, str]) -> object:
    """Only the first five changes, without an end."""

    return Answer(b"".join(decompress(whole(question).body).splitlines(keepends=True)[:5]))


def test_content_that_stands_twice_is_left_out_of_the_map_and_told(engine: Engine) -> None:
    node = directory()
    node.put("T-1", actor("Comité de jumelage")).put("T-2", actor("Comité de jumelage"))
    with visiting(node, engine) as visit:
        visit()
        for old, new in (("T-1", "U-1"), ("T-2", "U-2")):
            node.put(new, actor("Comité de jumelage")).delete(old)
        rekey_region(node, 1)
        held = visit()

    assert (held.tally.rekeyed, held.tally.deleted) == (1, 2)
    assert "2 more share their content, so that nobody can tell under which id they go on" in held.notes


def test_a_single_static_file_with_new_keys_is_recognised_by_absence(engine: Engine) -> None:

    node = directory()
    node.links = {"snapshot": "snapshot.ndjson.gz"}
    with visiting(node, engine, kind=SourceKind.STATIC) as visit:
        visit()
        rekey_region(node, 20)
        held = visit()
        decide(engine, held, Ruling.REKEYED)
        after = visit()

    assert (held.tally.rekeyed, held.tally.held) == (20, 0)
    assert after.status is JobStatus.SUCCEEDED
    assert set(published(engine)) == {f"N-{number}" for number in range(20)}
