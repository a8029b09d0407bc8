from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from hub.migrations import upgrade
from hub.model.agenda import Start
from hub.model.run import Errand, Run
from hub.store import meta, runs
from hub.store.engine import open_engine, reading
from hub.store.fence import Lost, Stopped, fenced

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TONIGHT = Start(errand=Errand.NIGHT, local_date=date(2026, 11, 23), sources=None)


@pytest.fixture
def run(engine: Engine) -> Run:
    with engine.begin() as connection:
        found = runs.start(connection, TONIGHT, "a", NOW)
    assert found is not None
    return found


def guarded(engine: Engine, run: Run, stops: Callable[[], bool] = lambda: False) -> Engine:
    return fenced(engine, run.number, "a", lambda: LATER, stops)


def write(engine: Engine) -> None:
    with engine.begin() as connection:
        meta.put(connection, "key", "written")


def written(engine: Engine) -> str | None:
    with reading(engine) as connection:
        return meta.get(connection, "key")


def take_over(engine: Engine, run: Run) -> None:
    with engine.begin() as connection:
        seen = runs.get(connection, run.number)
        assert seen is not None
        assert runs.take_over(connection, seen, "b", LATER) is not None


def test_the_owner_of_a_run_writes_and_is_heard_of_with_each_commit(engine: Engine, run: Run) -> None:
    write(guarded(engine, run))

    assert written(engine) == "written"
    with reading(engine) as connection:
        found = runs.get(connection, run.number)
    assert found is not None
    assert found.heartbeat_at == LATER


def test_an_owner_whose_run_was_taken_over_writes_nothing_more(engine: Engine, run: Run) -> None:
    mine = guarded(engine, run)
    take_over(engine, run)

    with pytest.raises(Lost):
        write(mine)

    assert written(engine) is None
    assert written(mine) is None  # it may still read
    write(engine)  # and holds up nobody
    assert written(engine) == "written"


@pytest.mark.postgres
def test_a_transaction_that_was_open_when_the_run_was_taken_over_is_rolled_back(postgres_url: str) -> None:
    """On SQLite the new owner waits for it: there is one writer at a time."""
    engine = open_engine(postgres_url)
    upgrade(engine)
    with engine.begin() as connection:
        run = runs.start(connection, TONIGHT, "a", NOW)
    assert run is not None

    def overtaken() -> None:
        with guarded(engine, run).begin() as connection:
            meta.put(connection, "key", "written")
            take_over(engine, run)

    with pytest.raises(Lost):
        overtaken()
    assert written(engine) is None
    engine.dispose()


def test_an_owner_that_was_told_to_stop_begins_no_other_transaction(engine: Engine, run: Run) -> None:
    asked: list[bool] = []
    mine = guarded(engine, run, lambda: bool(asked))
    with mine.begin() as connection:
        meta.put(connection, "key", "written")
        asked.append(True)

    with pytest.raises(Stopped):
        write(mine)
    assert written(mine) == "written"


def test_a_run_that_has_ended_is_nobody_s(engine: Engine, run: Run) -> None:
    mine = guarded(engine, run)
    with engine.begin() as connection:
        assert runs.finish(connection, replace(run, ended_at=LATER))

    with pytest.raises(Lost):
        write(mine)
