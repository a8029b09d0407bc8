from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.agenda import ATTEMPTS, PATIENCE, Abandon, Due, Nightly, Resume, Start, due, due_by_hand, is_gone
from hub.model.run import Errand, Run

NIGHTLY = Nightly()
SECOND = timedelta(seconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def night(number: int, local_date: date, *, ended: bool = True, owner: str | None = None, attempt: int = 1) -> Run:
    started = NIGHTLY.moment(local_date)
    return Run(
        number=number,
        errand=Errand.NIGHT,
        local_date=local_date,
        sources=None,
        started_at=started,
        heartbeat_at=started,
        owner=owner,
        attempt=attempt,
        ended_at=started + SECOND if ended else None,
    )


def run_through(moments: Iterable[datetime], nightly: Nightly = NIGHTLY) -> list[tuple[datetime, date]]:
    """Ask at each of these moments, and do at once whatever is due. Returns what was done when."""
    ledger: list[Run] = []
    done = []
    for now in moments:
        while what := due(nightly, ledger, (), now):
            assert isinstance(what, Start)
            assert what.local_date is not None
            ledger.append(night(len(ledger) + 1, what.local_date))
            done.append((now, what.local_date))
    return done


def minutes(start: str, stop: str) -> Iterable[datetime]:
    now, end = utc(start), utc(stop)
    while now <= end:
        yield now
        now += timedelta(minutes=1)


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        ("2026-11-23T02:29", "2026-11-24T02:30", ["2026-11-23T02:30", "2026-11-24T02:30"]),
        ("2026-10-24T12:00", "2026-10-26T12:00", ["2026-10-25T02:30", "2026-10-26T02:30"]),
        ("2026-03-28T12:00", "2026-03-30T12:00", ["2026-03-29T01:30", "2026-03-30T01:30"]),
    ],
    ids=["winter", "25-hours", "23-hours"],
)
def test_a_night_runs_once_a_date_at_half_past_three_in_paris(start: str, stop: str, expected: list[str]) -> None:
    found = run_through([utc(start) - timedelta(days=1), *minutes(start, stop)])

    ran = [now for now, _ in found if now >= utc(expected[0])]
    assert ran == [utc(moment) for moment in expected]
    assert {moment.astimezone(NIGHTLY.zone).time() for moment in ran} == {time(3, 30)}


def test_a_time_that_the_clocks_repeat_or_skip_still_runs_once_a_date() -> None:
    at_half_past_two = Nightly(at=time(2, 30))
    found = run_through(minutes("2026-10-24T12:00", "2026-10-26T12:00"), at_half_past_two)
    spring = run_through(minutes("2026-03-28T12:00", "2026-03-30T12:00"), at_half_past_two)

    assert [when for _, when in found] == [date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26)]
    assert [when for _, when in spring] == [date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)]


def test_a_hub_that_never_ran_runs_at_once() -> None:
    assert run_through([utc("2026-11-23T15:00")]) == [(utc("2026-11-23T15:00"), date(2026, 11, 23))]
    assert run_through([utc("2026-11-23T01:00")]) == [(utc("2026-11-23T01:00"), date(2026, 11, 22))]


def test_missed_nights_are_caught_up_once_for_all_of_them() -> None:
    found = run_through([utc("2026-11-01T02:30"), utc("2026-11-23T15:00"), utc("2026-11-24T02:30")])

    assert [when for _, when in found] == [date(2026, 11, 1), date(2026, 11, 23), date(2026, 11, 24)]


def test_each_missed_night_is_run_where_that_is_asked_for_up_to_a_month_of_them() -> None:
    each = Nightly(each_missed=True)
    few = run_through([utc("2026-11-20T02:30"), utc("2026-11-23T15:00")], each)
    many = run_through([utc("2026-01-01T02:30"), utc("2026-11-23T15:00")], each)

    assert [when.day for _, when in few] == [20, 21, 22, 23]
    assert [when for _, when in many[1:]] == [date(2026, 11, 23) - timedelta(days=days) for days in range(30, -1, -1)]


def test_a_clock_that_was_wrong_for_a_while_owes_no_night_less() -> None:
    found = run_through([utc("2031-01-01T12:00"), utc("2026-11-23T12:00"), utc("2026-11-24T12:00")])

    assert [when for _, when in found] == [date(2031, 1, 1), date(2026, 11, 23), date(2026, 11, 24)]


@given(st.lists(st.integers(0, 2 * 365 * 24 * 60).map(lambda late: utc("2026-01-01") + timedelta(minutes=late))))
def test_whenever_it_is_asked_no_date_runs_twice_and_the_newest_night_is_never_owed(moments: list[datetime]) -> None:
    found = run_through(sorted(moments))

    dates = [when for _, when in found]
    assert len(dates) == len(set(dates))
    assert dates == sorted(dates)
    assert all(NIGHTLY.last(now) in dates for now in moments)
    assert all(NIGHTLY.moment(when) <= now < NIGHTLY.moment(when + timedelta(days=1)) for now, when in found)


def decided(run: Run, now: datetime, news: tuple[str, ...] = ()) -> Due | None:
    return due(NIGHTLY, [run], news, now)


def test_a_run_whose_owner_is_heard_of_is_left_alone_and_nothing_else_begins() -> None:
    run = night(1, date(2026, 11, 23), ended=False, owner="a")

    assert decided(run, run.heartbeat_at + PATIENCE, ("reso",)) is None
    assert decided(run, run.heartbeat_at + timedelta(days=1), ("reso",)) is not None


def test_a_run_whose_owner_is_gone_is_taken_over() -> None:
    run = night(1, date(2026, 11, 23), ended=False, owner="a")

    assert decided(run, run.heartbeat_at + PATIENCE + SECOND) == Resume(run)
    assert is_gone(run, run.heartbeat_at - PATIENCE - SECOND)


def test_a_run_that_was_handed_back_is_taken_over_at_once_however_often() -> None:
    run = night(1, date(2026, 11, 23), ended=False, attempt=ATTEMPTS)

    assert decided(run, run.heartbeat_at + SECOND) == Resume(run)


def test_a_run_that_brings_the_hub_down_is_given_up() -> None:
    run = night(1, date(2026, 11, 23), ended=False, owner="a", attempt=ATTEMPTS)

    given_up = decided(run, run.heartbeat_at + PATIENCE + SECOND)

    assert isinstance(given_up, Abandon)
    assert str(ATTEMPTS) in given_up.reason


def test_a_night_that_nobody_ended_gives_way_to_a_newer_one() -> None:
    run = night(1, date(2026, 11, 22), ended=False, owner="a")
    now = utc("2026-11-23T12:00")
    given_up = decided(run, now)
    closed = replace(run, ended_at=now, owner=None)

    assert isinstance(given_up, Abandon)
    assert due(NIGHTLY, [closed], (), now) == Start(errand=Errand.NIGHT, local_date=date(2026, 11, 23), sources=None)


def test_news_is_read_once_no_night_is_owed() -> None:
    ran = night(1, date(2026, 11, 23))

    assert decided(ran, utc("2026-11-23T12:00"), ("reso", "alpha")) == Start(
        errand=Errand.NEWS, local_date=None, sources=("reso", "alpha")
    )
    assert decided(ran, utc("2026-11-24T02:30"), ("reso",)) == Start(
        errand=Errand.NIGHT, local_date=date(2026, 11, 24), sources=None
    )
    assert decided(ran, utc("2026-11-23T12:00")) is None


NIGHT_OF_23 = Start(errand=Errand.NIGHT, local_date=date(2026, 11, 23), sources=None)
BY_HAND = Start(errand=Errand.HAND, local_date=None, sources=None)


def test_a_cycle_by_hand_is_the_night_that_is_owed_and_else_one_of_its_own() -> None:
    done = night(1, date(2026, 11, 23))

    assert due_by_hand(NIGHTLY, [], utc("2026-11-23T12:00")) == NIGHT_OF_23
    assert due_by_hand(NIGHTLY, [done], utc("2026-11-23T12:00")) == BY_HAND
    assert due_by_hand(NIGHTLY, [done], utc("2026-11-24T02:29")) == BY_HAND
    assert due_by_hand(NIGHTLY, [], utc("2026-11-23T12:00"), night=False) == BY_HAND


def test_a_cycle_by_hand_that_was_no_night_owes_the_schedule_nothing_and_spares_it_nothing() -> None:
    by_hand = replace(night(1, date(2026, 11, 23)), errand=Errand.HAND, local_date=None)

    assert due(NIGHTLY, [by_hand], (), utc("2026-11-23T12:00")) == NIGHT_OF_23


def test_a_cycle_by_hand_waits_for_whoever_is_at_work_and_goes_on_with_what_nobody_does() -> None:
    left = night(1, date(2026, 11, 23), ended=False, owner="a")
    news = replace(left, errand=Errand.NEWS, local_date=None, sources=("reso",))
    late = left.heartbeat_at + PATIENCE + SECOND

    assert due_by_hand(NIGHTLY, [left], left.heartbeat_at + PATIENCE) is None
    assert due_by_hand(NIGHTLY, [left], late) == Resume(left)
    assert isinstance(due_by_hand(NIGHTLY, [news], late), Abandon)
    assert due(NIGHTLY, [replace(left, errand=Errand.HAND, local_date=None)], (), late) is not None
