from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from hub.store import pings

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_source_that_has_news_waits_until_a_reading_begins(engine: Engine) -> None:
    with engine.begin() as connection:
        assert pings.waiting(connection, NOON) == []
        assert pings.ask(connection, "reso", NOON) == NOON
        assert pings.ask(connection, "centraider", NOON + MINUTE) == NOON + MINUTE
        assert pings.waiting(connection, NOON + MINUTE) == ["reso", "centraider"]

        pings.served(connection, ["reso"], NOON + MINUTE)
        assert pings.waiting(connection, NOON + 99 * MINUTE) == ["centraider"]


def test_a_source_is_read_at_most_once_each_five_minutes(engine: Engine) -> None:
    with engine.begin() as connection:
        pings.ask(connection, "reso", NOON)
        pings.served(connection, ["reso"], NOON)
        allowed = [pings.ask(connection, "reso", NOON + minutes * MINUTE) for minutes in (1, 4, 6)]

        assert allowed == [NOON + 5 * MINUTE, NOON + 5 * MINUTE, NOON + 6 * MINUTE]
        assert pings.waiting(connection, NOON + 5 * MINUTE - timedelta(microseconds=1)) == []
        assert pings.waiting(connection, NOON + 5 * MINUTE) == ["reso"]


def test_a_clock_that_was_set_back_makes_nobody_wait_for_days(engine: Engine) -> None:
    with engine.begin() as connection:
        pings.ask(connection, "reso", NOON + timedelta(days=30))
        pings.served(connection, ["reso"], NOON + timedelta(days=30))

        assert pings.ask(connection, "reso", NOON) == NOON
        assert pings.waiting(connection, NOON) == ["reso"]


def test_a_reading_of_sources_that_never_asked_is_remembered_nowhere(engine: Engine) -> None:
    with engine.begin() as connection:
        pings.served(connection, ["reso"], NOON)

        assert pings.ask(connection, "reso", NOON) == NOON
