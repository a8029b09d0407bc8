"""Several hubs over one database: real processes, killed for real, and never waited for."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from hub.model.agenda import PATIENCE, Nightly
from hub.model.run import Evidence, Run
from hub.stages.running import claim, perform
from hub.store import runs
from hub.store.engine import reading
from hub.store.tables import meta
from tests.hub import one_of_many

NIGHT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
ONE_SECOND = timedelta(seconds=1)
GONE = NIGHT + PATIENCE + ONE_SECOND
# New processes, not copies of this one, which has threads; what they import is imported once for all.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.hub.one_of_many"])


class Hub:
    """A process of `tests.hub.one_of_many`."""

    def __init__(self, url: str, name: str) -> None:
        self.talk, theirs = PROCESSES.Pipe()
        self.process = PROCESSES.Process(target=one_of_many.main, args=(theirs, url, name))
        self.process.start()
        theirs.close()

    def hear(self) -> str:
        return str(self.talk.recv())

    def ask(self, words: str) -> str:
        self.talk.send(words)
        return self.hear()

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.join()

    def close(self) -> None:
        self.talk.close()
        self.process.join()
        self.process.close()


def run_at(moment: datetime) -> str:
    return f"run {moment.isoformat()}"


def by_hand_at(moment: datetime) -> str:
    return f"cycle {moment.isoformat()}"


@pytest.fixture
def hubs(engine: Engine) -> Iterator[Callable[[int], list[Hub]]]:
    url = engine.url.render_as_string(hide_password=False)
    with ExitStack() as stack:

        def start(count: int) -> list[Hub]:
            started = [Hub(url, f"hub-{number}") for number in range(count)]
            for hub in started:
                stack.callback(hub.close)
            return started

        yield start


def all_asked(hubs: list[Hub], moment: datetime) -> tuple[list[Hub], set[str]]:
    """Ask all of them at once what is due. Returns those that work now, and what they said."""
    for hub in hubs:
        hub.talk.send(run_at(moment))
    heard = [(hub, hub.hear()) for hub in hubs]
    return [hub for hub, said in heard if said != "nothing"], {said for _, said in heard if said != "nothing"}


def ledger(engine: Engine) -> list[Run]:
    with reading(engine) as connection:
        return runs.newest(connection)


def written(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.scalars(select(meta.c.key)))


def test_of_many_hubs_one_runs_the_night_and_none_runs_it_again(engine: Engine, hubs) -> None:
    many = hubs(4)
    for date in ("2026-11-24", "2026-11-25"):
        night = datetime.fromisoformat(f"{date}T02:30Z")
        working, said = all_asked(many, night)
        assert len(working) == 1
        assert said == {f"working {date} 1"}
        assert {hub.ask(run_at(night)) for hub in many if hub not in working} == {"nothing"}
        assert working[0].ask("write") == "written"
        assert working[0].ask("end") == "succeeded"
        assert all_asked(many, night) == ([], set())

    assert [str(run.status) for run in ledger(engine)] == ["succeeded", "succeeded"]
    assert [run.attempt for run in ledger(engine)] == [1, 1]


def test_a_run_whose_process_is_killed_goes_on_in_one_other_once_its_heartbeat_is_old(engine: Engine, hubs) -> None:
    many = hubs(4)
    [first], _ = all_asked(many, NIGHT)
    assert first.ask("write") == "written"
    assert first.ask("hold") == "holding"
    first.kill()
    rest = [hub for hub in many if hub is not first]

    assert all_asked(rest, NIGHT + PATIENCE) == ([], set())
    [second], said = all_asked(rest, GONE)
    assert said == {"working 2026-11-23 2"}
    assert second.ask("end") == "succeeded"

    [run] = ledger(engine)
    assert (str(run.status), run.attempt) == ("succeeded", 2)
    assert {key.partition(" ")[0] for key in written(engine)} == {"write"}


def test_an_owner_that_slept_through_its_run_wakes_up_and_writes_nothing_more(engine: Engine, hubs) -> None:
    sleeper, other = hubs(2)
    assert sleeper.ask(run_at(NIGHT)) == "working 2026-11-23 1"
    assert other.ask(run_at(GONE)) == "working 2026-11-23 2"

    assert sleeper.ask("write") == "lost"
    assert sleeper.hear() == "gone"
    assert other.ask("write") == "written"
    assert other.ask("end") == "succeeded"
    assert written(engine) == {"write hub-1"}


def test_an_owner_that_slept_until_after_the_end_does_not_end_it_again(engine: Engine, hubs) -> None:
    sleeper, other = hubs(2)
    assert sleeper.ask(run_at(NIGHT)) == "working 2026-11-23 1"
    assert other.ask(run_at(GONE)) == "working 2026-11-23 2"
    assert other.ask("end") == "succeeded"
    [ended] = ledger(engine)

    assert sleeper.ask("end") == "gone"
    assert ledger(engine) == [ended]


def test_a_run_that_kills_every_hub_is_given_up_and_the_next_night_runs(engine: Engine, hubs) -> None:
    many = hubs(4)
    for attempt, hub in enumerate(many[:3]):
        assert hub.ask(run_at(NIGHT + attempt * (PATIENCE + ONE_SECOND))) == f"working 2026-11-23 {attempt + 1}"
        hub.kill()

    assert many[3].ask(run_at(NIGHT + 3 * (PATIENCE + ONE_SECOND))) == "nothing"
    [run] = ledger(engine)
    assert (str(run.status), run.error) == ("failed", "run-abandoned")
    assert many[3].ask(run_at(NIGHT + timedelta(days=1))) == "working 2026-11-24 1"
    assert many[3].ask("end") == "succeeded"


def test_a_cycle_by_hand_and_the_schedule_are_never_at_work_at_once_and_one_does_the_night(
    engine: Engine, hubs
) -> None:
    many = hubs(4)
    for hub, word in zip(many, ("cycle", "run", "cycle", "run"), strict=True):
        hub.talk.send(f"{word} {NIGHT.isoformat()}")
    heard = {hub: hub.hear() for hub in many}
    [worker] = [hub for hub, said in heard.items() if said == "working 2026-11-23 1"]
    assert {said for hub, said in heard.items() if hub is not worker} <= {"nothing", "under way"}
    others = [hub for hub in many if hub is not worker]
    assert {hub.ask(by_hand_at(NIGHT)) for hub in others} == {"under way"}
    assert worker.ask("end") == "succeeded"

    assert {hub.ask(run_at(NIGHT)) for hub in many} == {"nothing"}
    assert worker.ask(by_hand_at(NIGHT)) == "working None 1"
    tomorrow = NIGHT + timedelta(days=1)
    assert others[0].ask(run_at(NIGHT + PATIENCE)) == "nothing"
    worker.kill()
    assert others[0].ask(by_hand_at(NIGHT + PATIENCE)) == "under way"
    assert others[0].ask(by_hand_at(GONE)) == "working None 2"
    assert others[0].ask("end") == "succeeded"
    assert others[1].ask(run_at(tomorrow)) == "working 2026-11-24 1"
    assert others[1].ask("end") == "succeeded"

    assert [(str(run.errand), str(run.local_date)) for run in reversed(ledger(engine))] == [
        ("night", "2026-11-23"), ("hand", "None"), ("night", "2026-11-24")
    ]  # fmt: skip


def test_a_stage_that_computes_for_long_without_writing_is_heard_of_all_the_same(engine: Engine) -> None:
    later, beaten, pauses = NIGHT + timedelta(hours=1), threading.Event(), iter([False])
    run = claim(engine, Nightly(), ["reso"], "a", NIGHT, lambda *_: None)
    assert run is not None

    def pause(done: threading.Event) -> bool:
        if next(pauses, True):
            beaten.set()
            return done.wait(60)
        return False

    def work(_: Engine, __: Run) -> None:
        assert beaten.wait(60)
        [seen] = ledger(engine)
        assert seen.heartbeat_at == later

    proved = Evidence(visits={}, resolved=True, compiled=True, accounted=True, released=True)
    ended = perform(run, engine, work, lambda _: proved, lambda: later, lambda: False, lambda *_: None, pause=pause)

    assert ended is not None
    assert ended.error is None
