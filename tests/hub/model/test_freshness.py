from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.model.freshness import Freshness, Share

NIGHT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
DAY = timedelta(days=1)


def read(*days_ago: int, since: int = 200, promise: int = 2) -> Freshness:
    nights = [NIGHT - days * DAY for days in days_ago]
    return Freshness.of("reso", promise, NIGHT - since * DAY, max(nights, default=None), nights)


def test_the_age_grows_by_the_day_and_the_promise_is_broken_on_the_day_after_it_ends() -> None:
    found = read(0)

    assert [found.age_days(NOON + days * DAY) for days in range(4)] == [0, 1, 2, 3]
    assert [found.is_kept(NOON + days * DAY) for days in range(4)] == [True, True, True, False]
    assert read(3, promise=3).is_kept(NOON)


def test_a_network_that_was_never_proved_has_no_age_and_keeps_no_promise() -> None:
    found = read()

    assert (found.last, found.age_days(NOON), found.is_kept(NOON)) == (None, None, False)
    assert found.share(30, NOON) == Share(proved=0, nights=30)


def test_the_share_is_of_the_last_nights_and_several_visits_of_one_date_are_one() -> None:
    found = read(0, 0, 1, 29, 30, 89)

    assert found.share(30, NOON) == Share(proved=3, nights=30)
    assert found.share(90, NOON) == Share(proved=5, nights=90)


def test_nights_before_the_first_visit_do_not_count() -> None:
    assert read(0, 1, 3, since=3).share(30, NOON) == Share(proved=3, nights=4)


def test_the_night_to_come_does_not_count_yet() -> None:
    one_in_the_morning = datetime(2026, 11, 24, 0, tzinfo=UTC)

    assert read(0, since=0).share(30, one_in_the_morning) == Share(proved=1, nights=1)
    assert read(0, since=0).share(30, NOON + DAY) == Share(proved=1, nights=2)


def test_dates_are_those_in_france() -> None:
    before_midnight_in_utc = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)

    assert Freshness.of("reso", 2, NIGHT, before_midnight_in_utc, ()).last == date(2026, 7, 2)


@given(st.sets(st.integers(0, 120)), st.integers(0, 120), st.integers(1, 90), st.integers(-3, 200), st.integers(1, 5))
def test_a_share_is_never_more_than_its_nights_and_the_json_comes_back(
    days_ago: set[int], since: int, nights: int, later: int, promise: int
) -> None:
    found = read(*days_ago, since=since, promise=promise)
    share = found.share(nights, NOON + later * DAY)

    assert 0 <= share.proved <= share.nights <= nights
    assert Freshness.from_json(found.as_json()) == found
