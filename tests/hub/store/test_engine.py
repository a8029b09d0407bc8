from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, insert, select, text, update

from hub.migrations import upgrade
from hub.store.engine import open_engine, reading
from hub.store.tables import jobs, meta, metadata


def test_the_migrations_lead_to_the_tables_as_they_are_written(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    upgrade(engine)


def test_many_threads_that_read_before_they_write_never_meet_a_locked_database(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(meta).values(key="count", value="0"))

    def count_up(_: int) -> None:
        with engine.begin() as connection:
            seen = connection.scalar(select(meta.c.value).where(meta.c.key == "count").with_for_update())
            connection.execute(update(meta).values(value=str(int(seen or "") + 1)))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count_up, range(40)))

    with reading(engine) as connection:
        assert connection.scalar(select(meta.c.value)) == "40"


def test_a_reader_sees_one_state_while_a_writer_goes_on(engine: Engine) -> None:
    with reading(engine) as before:
        assert before.scalar(select(meta.c.value)) is None
        with engine.begin() as connection:
            connection.execute(insert(meta).values(key="a", value="1"))
        assert before.scalar(select(meta.c.value)) is None


def test_moments_come_back_aware_and_in_utc(engine: Engine) -> None:
    at_noon_in_paris = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    with engine.begin() as connection:
        row = {"source": "a", "started_at": at_noon_in_paris, "status": "running", "tally": {}, "notes": []}
        connection.execute(insert(jobs), [row])

    with reading(engine) as connection:
        found = connection.scalar(select(jobs.c.started_at))

    assert found == at_noon_in_paris
    assert found is not None
    assert found.tzinfo is UTC


def test_a_moment_without_an_offset_is_refused(engine: Engine) -> None:
    with engine.begin() as connection, pytest.raises(Exception, match="without an offset"):
        connection.execute(
            insert(jobs).values(source="a", started_at=datetime(2026, 7, 1), status="", tally={}, notes=[])  # noqa: DTZ001
        )


def test_sqlite_keeps_what_was_acknowledged_through_a_power_cut(tmp_path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    with reading(engine) as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2
    engine.dispose()
