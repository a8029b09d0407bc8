"""Mutants of a visit: each does without one of its steps and says nothing of it, and none is ever a success."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import Engine

from hub.feeds import Feed
from hub.model.job import Job, JobStatus, Proof, Tally
from hub.model.source import SourceKind
from hub.stages import departures, visit
from hub.stages.admission import Admission
from hub.stages.departures import Departures
from hub.stages.steps import Steps
from hub.stages.visit import Visit
from hub.store import holds, jobs, records, statements
from hub.store.engine import reading
from tests.hub.feed_server import FakeNode, actor
from tests.hub.visits import published, visiting

Mutant = Callable[[pytest.MonkeyPatch], None]


def directory(count: int = 60) -> FakeNode:
    node = FakeNode()
    for number in range(count):
        node.put(f"A-{number}", actor(f"Association {number}", id=f"A-{number}"))
    return node


@dataclass(frozen=True, kw_only=True)
class Night:
    """What happens at a node after its first visit, and what an honest visit says of it."""

    happens: Callable[[FakeNode], object]
    honest: JobStatus = JobStatus.SUCCEEDED
    kind: SourceKind = SourceKind.LIVE


def changed(node: FakeNode) -> None:
    node.put("A-1", actor("Autre nom", id="A-1")).put("A-new", actor("Nouvelle", id="A-new"))


def lost_a_tombstone(node: FakeNode) -> None:
    node.delete("A-7").put("A-8", actor("Autre nom", id="A-8"))
    node.lines = [line for line in node.lines if line["op"] != "delete"]


def rekeyed(node: FakeNode) -> None:
    node.put("N-1", actor("Association 1", id="N-1")).delete("A-1")


def many_left(node: FakeNode) -> None:
    for number in range(10):
        node.delete(f"A-{number}")


CHANGED = Night(happens=changed)
LEFT = Night(happens=lambda node: node.delete("A-7"))
ABSENT = Night(happens=lambda node: node.delete("A-7"), kind=SourceKind.STATIC)
UNTOLD = Night(happens=lost_a_tombstone)
REKEYED = Night(happens=rekeyed, honest=JobStatus.HELD)
MANY_LEFT = Night(happens=many_left, honest=JobStatus.HELD)
RESTARTED = Night(happens=lambda node: (node.live.pop(("actor", "A-7")), node.restart("epoch-2")))


def without(where: object, name: str, instead: object = None) -> Mutant:
    """The step does nothing, and answers `instead`."""
    return lambda patch: patch.setattr(where, name, lambda *_, **__: instead)


def without_admission(patch: pytest.MonkeyPatch) -> None:
    """Every page is read and counted, and none is taken in."""
    admit = Admission.admit

    def counted(self: Admission, page, position=None) -> Tally:
        admit(self, replace(page, changes=()), position)
        return Tally(received=len(page.changes))

    patch.setattr(Admission, "admit", counted)


def without_the_first_record_of_each_page(patch: pytest.MonkeyPatch) -> None:
    admit = Admission.admit

    def most(self: Admission, page, position=None) -> Tally:
        return admit(self, replace(page, changes=page.changes[1:]), position)

    patch.setattr(Admission, "admit", most)


def with_the_proof_of_last_time(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Visit, "_is_proved", lambda *_: True)


def without_proving_again(patch: pytest.MonkeyPatch) -> None:
    """The proof of the last visit passes for that of this one."""

    def old(engine: Engine, source: str, _: object) -> Proof | None:
        with reading(engine) as connection:
            return next(jobs.accepted(connection, source)).proof

    patch.setattr(visit, "prove", old)


def without_deciding_what_may_leave(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(visit, "see_off", lambda *_: Departures(tally=Tally()))


def counting_deletions_that_it_does_not_apply(patch: pytest.MonkeyPatch) -> None:
    def counted(connection, collections, steps: Steps, **_: object) -> int:
        return sum(len(holds.going(connection, steps.source, name)) for name in collections)

    patch.setattr(departures, "let_go", counted)


def without_marking_what_is_absent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Admission, "mark_absent", lambda *_: None)


MUTANTS: list[tuple[Night, Mutant]] = [
    (CHANGED, without_admission),
    (CHANGED, without_the_first_record_of_each_page),
    (CHANGED, without(records, "save")),
    (CHANGED, without(Visit, "_read_changes", instead=True)),
    (CHANGED, lambda patch: patch.setattr(Feed, "changes", lambda *_: iter(()))),
    (CHANGED, with_the_proof_of_last_time),
    (CHANGED, without_proving_again),
    (CHANGED, without(statements, "add")),
    (LEFT, without_deciding_what_may_leave),
    (LEFT, counting_deletions_that_it_does_not_apply),
    (LEFT, with_the_proof_of_last_time),
    (ABSENT, without(Visit, "_drop_absent")),
    (ABSENT, without_marking_what_is_absent),
    (ABSENT, without_deciding_what_may_leave),
    (ABSENT, without(Visit, "_read_snapshot", instead=True)),
    (UNTOLD, without(Visit, "_repair")),
    (UNTOLD, without(Visit, "_repair_bucket")),
    (UNTOLD, without_marking_what_is_absent),
    (RESTARTED, without(Visit, "_read_snapshot", instead=True)),
    (REKEYED, without_deciding_what_may_leave),
    (MANY_LEFT, without_deciding_what_may_leave),
    (MANY_LEFT, counting_deletions_that_it_does_not_apply),
]


def night(engine: Engine, found: Night, mutant: Mutant | None) -> tuple[Job, FakeNode]:
    node = directory()
    if found.kind is SourceKind.STATIC:
        node.links = {"snapshot": "snapshot.ndjson.gz"}
    with visiting(node, engine, kind=found.kind) as visit_it, pytest.MonkeyPatch.context() as patch:
        assert visit_it().status is JobStatus.SUCCEEDED
        found.happens(node)
        if mutant is not None:
            mutant(patch)
        return visit_it(), node


@pytest.mark.parametrize("found", [CHANGED, LEFT, ABSENT, UNTOLD, RESTARTED, REKEYED, MANY_LEFT])
def test_a_visit_with_all_its_steps_ends_as_it_should(embedded: Engine, found: Night) -> None:
    job, node = night(embedded, found, None)

    assert job.status is found.honest
    stated = {local_id for _, local_id in node.live}
    assert (published(embedded).keys() == stated) is (found.honest is JobStatus.SUCCEEDED)


@pytest.mark.parametrize(("found", "mutant"), MUTANTS)
def test_a_visit_that_lost_one_of_its_steps_is_no_success(embedded: Engine, found: Night, mutant: Mutant) -> None:
    job, _ = night(embedded, found, mutant)

    assert job.status is not JobStatus.SUCCEEDED, job.as_json()
    assert job.reason


@pytest.mark.parametrize(("found", "mutant"), [(LEFT, without_admission), (RESTARTED, without(Visit, "_drop_absent"))])
def test_a_step_that_the_repair_makes_up_for_is_a_success_in_truth(
    embedded: Engine, found: Night, mutant: Mutant
) -> None:
    job, node = night(embedded, found, mutant)

    assert job.status is JobStatus.SUCCEEDED
    assert published(embedded).keys() == {local_id for _, local_id in node.live}
