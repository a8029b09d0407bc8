from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.hold import Hold, HoldState
from hub.model.job import CollectionProof, Job, JobStatus, Proof
from hub.model.notice import Condition, Notice, NoticeKind, NoticeState, changes

NIGHT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
FINE = Condition()


def visit(status: JobStatus, quarantined: int = 0, *, proved: bool = True) -> Job:
    proof = CollectionProof(
        declared_count=9,
        declared_digest="",
        received_count=9,
        received_digest="",
        stored=9 - quarantined,
        quarantined=quarantined,
    )
    found = Proof(seq=1, collections={"actor": proof}) if proved else None
    return Job(number=1, source="reso", started_at=NIGHT, ended_at=NIGHT, status=status, proof=found)


def hold(nights: int, waiting: int = 3, kept: int = 0) -> Hold:
    return Hold(source="reso", job=1, since=NIGHT - timedelta(days=nights), deletions=waiting, rekeyed=0, kept=kept)


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (FINE, FINE, ()),
        (FINE, Condition(failing=True), (NoticeKind.FAILED,)),
        (Condition(failing=True), Condition(failing=True), ()),
        (Condition(failing=True), FINE, (NoticeKind.RECOVERED,)),
        (FINE, Condition(hold=HoldState.HELD), (NoticeKind.HELD,)),
        (Condition(hold=HoldState.HELD), Condition(hold=HoldState.HELD), ()),
        (Condition(hold=HoldState.HELD), Condition(hold=HoldState.ESCALATED), (NoticeKind.ESCALATED,)),
        (FINE, Condition(hold=HoldState.ESCALATED), (NoticeKind.ESCALATED,)),
        (Condition(hold=HoldState.ESCALATED), FINE, ()),
        (FINE, Condition(quarantined=3), (NoticeKind.QUARANTINE,)),
        (Condition(quarantined=3), Condition(quarantined=4), (NoticeKind.QUARANTINE,)),
        (Condition(quarantined=3), Condition(quarantined=2), ()),
        (
            Condition(failing=True),
            Condition(hold=HoldState.HELD, quarantined=1),
            (NoticeKind.RECOVERED, NoticeKind.HELD, NoticeKind.QUARANTINE),
        ),
    ],
)
def test_only_what_changed_is_told(before: Condition, now: Condition, told: tuple[NoticeKind, ...]) -> None:
    assert changes(before, now) == told


def test_a_visit_that_proved_nothing_leaves_what_it_could_not_see() -> None:
    before = Condition(quarantined=5, hold=HoldState.HELD)

    found = before.after(visit(JobStatus.FAILED, proved=False), hold(1), NIGHT)

    assert found == replace(before, failing=True)


def test_a_hold_escalates_with_the_nights_and_ends_for_people_when_it_was_rejected() -> None:
    found = [FINE.after(visit(JobStatus.HELD), hold(nights), NIGHT).hold for nights in range(5)]
    rejected = FINE.after(visit(JobStatus.HELD), hold(1, waiting=0, kept=3), NIGHT)

    assert found == [HoldState.HELD] * 3 + [HoldState.ESCALATED] * 2
    assert rejected.hold is None
    assert not rejected.failing


CONDITIONS = st.builds(
    Condition,
    failing=st.booleans(),
    hold=st.sampled_from([None, HoldState.HELD, HoldState.ESCALATED]),
    quarantined=st.integers(0, 3),
)


@given(st.lists(CONDITIONS))
def test_what_was_told_is_never_told_again_until_it_changes(nights: list[Condition]) -> None:
    told, failures, recoveries = FINE, 0, 0
    for night in nights:
        assert changes(night, night) == ()
        found = changes(told, night)
        failures += NoticeKind.FAILED in found
        recoveries += NoticeKind.RECOVERED in found
        told = night

    assert failures - recoveries == told.failing


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({}, NoticeState.WAITING),
        ({"handed_at": NIGHT}, NoticeState.DOUBTFUL),
        ({"handed_at": NIGHT, "sent_at": NIGHT}, NoticeState.SENT),
        ({"refused_at": NIGHT}, NoticeState.REFUSED),
    ],
)
def test_the_state_of_a_notice_follows_from_what_happened_to_it(said: dict, state: NoticeState) -> None:
    notice = Notice(
        number=1, source="reso", kind=NoticeKind.FAILED, about=1, audience="network", facts={}, made_at=NIGHT, **said
    )

    assert notice.state is state
