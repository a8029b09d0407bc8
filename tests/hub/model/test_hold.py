from datetime import UTC, datetime, timedelta

import pytest

from hub.model.hold import Hold, HoldState, hold_of
from hub.model.job import CollectionProof, Job, Proof, Tally, derive
from schemas.canonical import EMPTY
from schemas.errors import SourceError

# 03:30 in Paris, in winter.
NIGHT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


def proof(received: int = 10) -> Proof:
    counted = CollectionProof(
        declared_count=10,
        declared_digest=EMPTY.hex,
        received_count=received,
        received_digest=EMPTY.hex,
        stored=received,
        quarantined=0,
    )
    return Proof(seq=1, collections={"actor": counted})


def ledger(*nights: Tally | None) -> list[Job]:
    """Visits night after night, newest first; None is a visit that failed."""
    found = []
    for number, tally in enumerate(nights, start=1):
        proved, error = (None, SourceError("a", "down")) if tally is None else (proof(), None)
        status = derive(tally or Tally(), proved, error)
        at = NIGHT + timedelta(days=number - 1)
        found.append(Job(number=number, source="a", started_at=at, status=status, tally=tally or Tally(), proof=proved))
    return found[::-1]


DONE, HELD, REKEYED, KEPT = Tally(), Tally(held=5), Tally(rekeyed=3), Tally(kept=5)


@pytest.mark.parametrize(
    ("nights", "found"),
    [
        ((), None),
        ((DONE, DONE), None),
        ((HELD, DONE), None),
        ((None, None), None),
        ((DONE, HELD), (2, 2, 5, 0)),
        ((DONE, HELD, HELD), (3, 2, 5, 0)),
        ((DONE, HELD, None, HELD, None), (4, 2, 5, 0)),
        ((HELD, DONE, HELD), (3, 3, 5, 0)),
        ((DONE, REKEYED, HELD), (3, 2, 5, 0)),
        ((DONE, KEPT), (2, 2, 0, 5)),
        ((DONE, HELD, KEPT, KEPT), (4, 2, 0, 5)),
        ((KEPT, KEPT, HELD), (3, 3, 5, 0)),
    ],
)
def test_a_hold_lasts_from_the_first_visit_that_held_through_those_that_failed(
    nights: tuple[Tally | None, ...], found: tuple[int, int, int, int] | None
) -> None:
    hold = hold_of(ledger(*nights))

    told = hold and (hold.job, (hold.since - NIGHT).days + 1, hold.waiting, hold.kept)
    assert told == found


def test_an_incomplete_visit_tells_nothing_of_a_hold() -> None:
    lost = Job(number=9, source="a", started_at=NIGHT + timedelta(days=9), tally=Tally(held=1), proof=proof(received=3))

    hold = hold_of([lost, *ledger(DONE, HELD)])

    assert hold is not None
    assert hold.job == 2


def lasting(waiting: int = 5, since: datetime = NIGHT) -> Hold:
    return Hold(source="a", job=1, since=since, deletions=waiting, rekeyed=0, kept=5 - waiting)


@pytest.mark.parametrize(
    ("nights", "state"), [(0, "held"), (1, "held"), (2, "held"), (3, "escalated"), (9, "escalated")]
)
def test_a_hold_escalates_after_three_nights(nights: int, state: str) -> None:
    assert lasting().state(NIGHT + timedelta(days=nights)) == state


@pytest.mark.parametrize(
    ("since", "third"),
    [
        (datetime(2026, 3, 28, 2, 30, tzinfo=UTC), datetime(2026, 3, 31, 1, 30, tzinfo=UTC)),
        (datetime(2026, 10, 23, 1, 30, tzinfo=UTC), datetime(2026, 10, 26, 2, 30, tzinfo=UTC)),
    ],
    ids=["spring, 71 hours", "autumn, 73 hours"],
)
def test_nights_are_counted_by_the_french_calendar_through_both_clock_changes(since: datetime, third: datetime) -> None:
    hold = lasting(since=since)

    assert hold.state(third) is HoldState.ESCALATED
    assert hold.state(third - timedelta(days=1)) is HoldState.HELD


def test_what_a_person_rejected_waits_for_the_network_and_never_escalates() -> None:
    assert lasting(waiting=0).state(NIGHT + timedelta(days=30)) is HoldState.REJECTED
