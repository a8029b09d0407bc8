from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.distributions.retention import kept

START = datetime(2024, 1, 1, 3, tzinfo=UTC)
HOURS = st.lists(st.integers(0, 24 * 800), unique=True, max_size=60)


def made(hours: list[int]) -> dict[str, datetime]:
    return {f"{hour:06}": START + timedelta(hours=hour) for hour in hours}


def test_sixty_days_a_year_of_weeks_and_every_month_stay() -> None:
    nights = made([24 * day for day in range(1000)])
    now = nights[f"{24 * 999:06}"]

    found = kept(nights, now)
    rules = list(found.values())

    assert {name for name in nights if now - nights[name] < timedelta(days=60)} <= found.keys()
    assert rules.count("monthly") == 33  # January 2024 to September 2026, the last in progress
    assert 38 <= rules.count("weekly") <= 53
    assert len(found) < 150


def test_of_a_day_the_last_stays() -> None:
    day = made([24 * 40 + hour for hour in (0, 5, 9)] + [24 * 41])

    assert kept(day, START + timedelta(days=45)).keys() == {f"{24 * 40 + 9:06}", f"{24 * 41:06}"}


@given(HOURS, st.integers(0, 24 * 900), st.data())
def test_what_is_in_use_always_stays(hours: list[int], later: int, data: st.DataObject) -> None:
    releases = made(hours)
    used = data.draw(st.sets(st.sampled_from(sorted(releases)))) if releases else set()

    assert used <= kept(releases, START + timedelta(hours=later), used).keys()


@given(HOURS)
def test_removing_every_night_or_once_leaves_the_same(hours: list[int]) -> None:
    releases, standing = made(hours), dict[str, datetime]()
    for name, at in sorted(releases.items()):
        standing[name] = at
        standing = {each: standing[each] for each in kept(standing, at)}

    last = max(releases.values(), default=START)
    assert standing.keys() == kept(releases, last).keys()


@given(HOURS, st.integers(0, 24 * 900))
def test_every_month_that_had_a_release_keeps_its_last(hours: list[int], later: int) -> None:
    releases: Mapping[str, datetime] = made(hours)
    months = {f"{at:%Y-%m}" for at in releases.values()}

    found = kept(releases, START + timedelta(hours=later))

    assert {f"{releases[name]:%Y-%m}" for name in found} == months
