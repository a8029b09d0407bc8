from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine

from hub.model.agenda import Start
from hub.model.job import JobStatus
from hub.model.run import Errand, Evidence, Run, RunStatus
from hub.store import runs
from hub.store.engine import reading

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TONIGHT = Start(errand=Errand.NIGHT, local_date=date(2026, 11, 23), sources=None)
NEWS = Start(errand=Errand.NEWS, local_date=None, sources=("reso", "alpha"))
EVIDENCE = Evidence(
    visits={"reso": JobStatus.HELD}, resolved=True, compiled=True, accounted=True, released=True, release="r"
)


def started(engine: Engine, what: Start = TONIGHT, owner: str = "a") -> Run | None:
    with engine.begin() as connection:
        return runs.start(connection, what, owner, NOW)


def ended(engine: Engine, run: Run, at: datetime = LATER) -> bool:
    with engine.begin() as connection:
        return runs.finish(connection, replace(run, ended_at=at, evidence=EVIDENCE))


def test_a_night_is_opened_once_and_never_again(engine: Engine) -> None:
    run = started(engine)

    assert run is not None
    assert (run.owner, run.attempt, run.status) == ("a", 1, RunStatus.RUNNING)
    assert started(engine, owner="b") is None
    assert ended(engine, run)
    assert started(engine, owner="b") is None


def test_one_run_is_under_way_at_a_time_and_news_is_read_any_number_of_times(engine: Engine) -> None:
    for owner in ("a", "b"):
        run = started(engine, NEWS, owner)
        assert run is not None
        assert run.sources == ("reso", "alpha")
        assert started(engine, TONIGHT, "c") is None
        assert ended(engine, run)

    assert started(engine, TONIGHT, "c") is not None


def test_a_run_is_read_back_as_it_ended(engine: Engine) -> None:
    run = started(engine)
    assert run is not None
    ended(engine, run)

    with reading(engine) as connection:
        [found] = runs.newest(connection)
        assert runs.get(connection, run.number) == found
        assert runs.get(connection, 99) is None
    assert found == replace(run, owner=None, ended_at=LATER, evidence=EVIDENCE)
    assert found.status is RunStatus.HELD


def test_a_run_is_taken_over_as_it_was_seen_by_one_alone(engine: Engine) -> None:
    seen = started(engine)
    assert seen is not None
    with engine.begin() as connection:
        taken = runs.take_over(connection, seen, "b", LATER)
        assert runs.take_over(connection, seen, "c", LATER) is None

    assert taken is not None
    assert (taken.owner, taken.attempt, taken.heartbeat_at) == ("b", 2, LATER)
    assert not ended(engine, seen)
    assert ended(engine, taken)


def test_an_owner_that_is_heard_of_in_between_keeps_its_run(engine: Engine) -> None:
    seen = started(engine)
    assert seen is not None
    with engine.begin() as connection:
        assert runs.beat(connection, seen.number, "a", LATER)
        assert not runs.beat(connection, seen.number, "b", LATER)
        assert runs.take_over(connection, seen, "b", LATER) is None


def test_a_run_that_is_handed_back_goes_on_without_counting_as_another_attempt(engine: Engine) -> None:
    run = started(engine)
    assert run is not None
    with engine.begin() as connection:
        runs.hand_back(connection, run.number, "b")
        assert runs.get(connection, run.number) == run
        runs.hand_back(connection, run.number, "a")
        seen = runs.get(connection, run.number)
        assert seen is not None
        taken = runs.take_over(connection, seen, "b", LATER)

    assert taken is not None
    assert (taken.owner, taken.attempt) == ("b", 1)


def test_the_agenda_is_given_the_open_run_and_the_nights_of_late(engine: Engine) -> None:
    for owner, what in (("a", TONIGHT), ("b", NEWS)):
        run = started(engine, what, owner)
        assert run is not None
        ended(engine, run)
    under_way = started(engine, NEWS)

    with reading(engine) as connection:
        assert [run.errand for run in runs.ledger(connection, NOW)] == [Errand.NIGHT, Errand.NEWS]
        assert runs.ledger(connection, LATER) == [under_way]


def test_the_history_forgets_what_ended_long_ago(engine: Engine) -> None:
    run = started(engine)
    assert run is not None
    ended(engine, run)
    under_way = started(engine, NEWS)

    with engine.begin() as connection:
        assert runs.forget(connection, LATER) == 0
        assert runs.forget(connection, LATER + timedelta(seconds=1)) == 1
        assert runs.newest(connection) == [under_way]
