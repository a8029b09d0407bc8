from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.quality.expectations import BASE_NIGHTS, Guard, Turnover, base


@pytest.mark.parametrize(
    ("lost", "remaining", "guard"),
    [
        (0, 0, Guard.SILENT),
        (20, 980, Guard.SILENT),
        (21, 979, Guard.WARNED),
        (100, 900, Guard.WARNED),
        (101, 899, Guard.HELD),
        (500, 500, Guard.HELD),
        (501, 499, Guard.REFUSED),
        (1000, 0, Guard.REFUSED),
    ],
)
def test_the_share_that_leaves_decides(lost: int, remaining: int, guard: Guard) -> None:
    assert Turnover(collection="actor", lost=lost, remaining=remaining, base=1000).guard is guard


def test_a_directory_of_one_is_never_emptied_in_silence() -> None:
    assert Turnover(collection="actor", lost=1, remaining=0, base=1).guard is Guard.REFUSED


def test_a_source_without_history_is_measured_against_what_we_hold() -> None:
    assert Turnover(collection="actor", lost=1, remaining=9, base=None).applies
    assert Turnover(collection="actor", lost=2, remaining=8, base=None).guard is Guard.HELD
    assert Turnover(collection="actor", lost=5, remaining=0, base=None).guard is Guard.REFUSED


def test_what_left_by_and_by_counts_with_what_leaves_now() -> None:
    dripped = Turnover(collection="actor", lost=19, remaining=880, base=1000)

    assert dripped.guard is Guard.HELD
    assert dripped.notes == ("actor: 19 of 1000 records leave, 120 missing in a month, held",)


def test_growth_is_only_told_and_only_once() -> None:
    grown = Turnover(collection="actor", lost=0, remaining=1200, base=1000, last=1000)

    assert grown.applies
    assert grown.notes == ("actor: grown from 1000 to 1200 records",)
    assert Turnover(collection="actor", lost=0, remaining=1200, base=1000, last=1200).notes == ()


def test_an_override_lets_more_leave_and_never_everything() -> None:
    most = Turnover(collection="actor", lost=700, remaining=300, base=1000, waived=True)
    all_of_it = Turnover(collection="actor", lost=1000, remaining=0, base=1000, waived=True)

    assert (most.guard, most.uses_waiver) == (Guard.WARNED, True)
    assert (all_of_it.guard, all_of_it.uses_waiver) == (Guard.REFUSED, False)
    assert not Turnover(collection="actor", lost=20, remaining=980, base=1000, waived=True).uses_waiver


NIGHT = date(2026, 11, 23)


def nightly(counts: list[int]) -> list[tuple[date, int]]:
    """One accepted count a night, newest first."""
    return [(NIGHT - timedelta(days=ago), count) for ago, count in enumerate(counts)]


@given(counts=st.lists(st.integers(900, 1100), min_size=3, max_size=20), odd=st.integers(0, 100_000))
def test_one_odd_night_never_moves_the_base_out_of_the_others(counts: list[int], odd: int) -> None:
    found = base(nightly([odd, *counts]))

    assert found is not None
    assert 900 <= found <= 1100


def test_many_visits_in_one_night_weigh_no_more_than_one() -> None:
    every_five_minutes = [(NIGHT, 1000 - lost) for lost in range(0, 900, 10)][::-1]

    assert base([*every_five_minutes, *nightly([1000] * 5)[1:]]) == 1000


def dripping(share: float, settled: int) -> Iterator[tuple[Turnover, float]]:
    """Night after night a share of what is left leaves, after `settled` quiet nights; with the share that is gone."""
    whole = count = 1_000_000
    accepted = [count] * (settled + 1)
    for _ in range(365):
        lost = int(count * share)
        measured = base(nightly(accepted[::-1][:BASE_NIGHTS]))
        yield Turnover(collection="actor", lost=lost, remaining=count - lost, base=measured), 1 - count / whole
        count -= lost
        accepted.append(count)


@given(share=st.floats(0.008, 0.0199), settled=st.integers(0, 60))
def test_a_slow_drip_is_held_before_a_fifth_is_gone(share: float, settled: int) -> None:
    """Though no night alone would be so much as told of."""
    gone = next((gone for found, gone in dripping(share, settled) if not found.applies), 1.0)

    assert gone < 0.2


@given(share=st.floats(0.003, 0.008), settled=st.integers(0, 60))
def test_a_slower_drip_is_told_of_within_two_weeks_and_every_night_from_then_on(share: float, settled: int) -> None:
    told = [bool(found.notes) for found, _ in dripping(share, settled)]

    assert all(told[14:])


@given(lost=st.integers(0, 100), kept=st.integers(0, 100), before=st.none() | st.integers(1, 200))
def test_losing_more_is_never_let_through_more_easily(lost: int, kept: int, before: int | None) -> None:
    def applies(count: int) -> bool:
        return Turnover(collection="actor", lost=count, remaining=kept, base=before).applies

    assert applies(lost) or not applies(lost + 1)


def test_no_history_has_no_base() -> None:
    assert base([]) is None
