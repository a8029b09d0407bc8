"""What the scheduler does when it looks: nights, news, stops, and a status that no stage can talk up."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from hub.distributions import kept, shelf
from hub.model.agenda import PATIENCE
from hub.model.run import Errand, Run, RunStatus
from hub.scheduler import Scheduler
from hub.settings import SourceFile, add_source, init_home
from hub.stages import export_gate
from hub.stages.running import UnderWay
from hub.store import pings, runs
from hub.store.engine import reading
from hub.wiring import Hub, open_hub
from tests.hub.feed_server import Answer, FakeNode, actor, serving

NIGHT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Nights:
    """Two networks, one hub, and a clock that is set by hand."""

    def __init__(self, home: Path, stack: ExitStack) -> None:
        self.home, self.now, self.stopping = home, NIGHT, threading.Event()
        self.alpha, self.beta = FakeNode("alpha"), FakeNode("beta")
        init_home(home)
        for node in (self.alpha, self.beta):
            node.put(f"{node.network}-1", actor(f"Association {node.network}"))
            url = stack.enter_context(serving(node.answer))
            said = {"name": node.network, "title": node.network.title(), "url": url, "local": True}
            add_source(home, SourceFile.model_validate(said))
        self.hub: Hub = stack.enter_context(open_hub(home))

    def look(self, later: timedelta = timedelta(0)) -> list[Run]:
        self.now += later
        return Scheduler(self.hub, self.stopping, lambda: self.now).look()

    def by_hand(self, later: timedelta = timedelta(0)) -> Run:
        self.now += later
        return Scheduler(self.hub, self.stopping, lambda: self.now).by_hand()[0]

    def ledger(self) -> list[Run]:
        with reading(self.hub.engine) as connection:
            return runs.newest(connection)

    def ping(self, network: str) -> None:
        with self.hub.engine.begin() as connection:
            pings.ask(connection, network, self.now)

    def actors(self) -> int:
        current = shelf.current(self.hub.releases)
        assert current is not None
        return kept.manifest(current).counts["actor"]


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[Nights]:
    with ExitStack() as stack:
        yield Nights(tmp_path / "hub", stack)


def test_a_night_is_run_published_and_proved_and_then_nothing_is_due(nights: Nights) -> None:
    [run] = nights.look()

    assert (run.status, run.errand, str(run.local_date)) == (RunStatus.SUCCEEDED, Errand.NIGHT, "2026-11-23")
    assert nights.actors() == 2
    assert nights.look(MINUTE) == []
    assert [each.status for each in nights.look(DAY)] == [RunStatus.SUCCEEDED]
    assert len(nights.ledger()) == 2


@pytest.mark.parametrize(
    ("stage", "dropped"),
    [
        ("harvest", "harvest_all"),
        ("resolve", "resolve"),
        ("compile", "compile_catalogue"),
        ("account", "account_for"),
        ("release", "release"),
    ],
)
def test_a_night_that_lost_one_of_its_stages_is_no_success(
    nights: Nights, monkeypatch: pytest.MonkeyPatch, stage: str, dropped: str
) -> None:
    """Mutants of the cycle: each does without one stage, and says nothing of it."""
    nights.look()
    nights.alpha.put("alpha-2", actor("Puits du Sahel"))
    monkeypatch.setattr(f"hub.stages.cycle.{dropped}", lambda *_, **__: [])

    [run] = nights.look(DAY)

    assert run.status is RunStatus.FAILED
    assert run.evidence is not None
    assert run.evidence.missing == ((stage, "account") if stage == "resolve" else (stage,))
    assert run.error is None


def test_a_bug_in_a_stage_fails_the_night_and_not_the_nights_after(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken_hub:
        broken_hub.setattr("hub.stages.cycle.resolve", broken)
        [failed] = nights.look()
    [good] = nights.look(DAY)

    assert (failed.status, failed.error) == (RunStatus.FAILED, "bug")
    assert "ZeroDivisionError" in str(failed.reason)
    assert good.status is RunStatus.SUCCEEDED


def test_a_network_that_cannot_be_read_makes_the_night_partial_and_the_others_are_published(nights: Nights) -> None:
    nights.beta.faults["feed.json"] = lambda _: Answer(b"<html>", "text/html")

    [run] = nights.look()

    assert run.status is RunStatus.PARTIAL
    assert run.evidence is not None
    assert {name: str(status) for name, status in run.evidence.visits.items()} == {
        "alpha": "succeeded",
        "beta": "failed",
    }
    assert nights.actors() == 1


def test_news_is_read_within_minutes_from_the_one_that_asked_and_published(nights: Nights) -> None:
    nights.look()
    nights.beta.asked.clear()
    nights.alpha.put("alpha-2", actor("Puits du Sahel"))
    nights.now += 10 * MINUTE
    nights.ping("alpha")
    nights.ping("nobody")

    [run] = nights.look(MINUTE)

    assert (run.status, run.errand, run.sources) == (RunStatus.SUCCEEDED, Errand.NEWS, ("alpha",))
    assert nights.actors() == 3
    assert nights.beta.asked == []
    nights.ping("alpha")
    assert nights.look(4 * MINUTE) == []
    assert [each.errand for each in nights.look(MINUTE)] == [Errand.NEWS]


def test_a_night_answers_the_news_that_waited_for_it(nights: Nights) -> None:
    nights.look()
    nights.now += DAY - MINUTE
    nights.ping("alpha")

    assert [run.errand for run in nights.look(MINUTE)] == [Errand.NIGHT]


def test_a_network_that_was_added_meanwhile_is_read_and_a_file_half_written_changes_nothing(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler = Scheduler(nights.hub, nights.stopping, lambda: nights.now)
    scheduler.look()
    gamma = FakeNode("gamma").put("gamma-1", actor("Gamma"))
    nights.now += DAY
    with serving(gamma.answer) as url:
        said = {"name": "gamma", "title": "Gamma", "url": url, "local": True}
        path = add_source(nights.home, SourceFile.model_validate(said))
        [run] = scheduler.look()
        path.write_text("name = ")
        nights.now += DAY
        [next_run] = scheduler.look()

    for found in (run, next_run):
        assert found.evidence is not None
        assert set(found.evidence.visits) == {"alpha", "beta", "gamma"}


def test_a_hub_that_is_told_to_stop_hands_its_run_back_and_the_next_one_goes_on(nights: Nights) -> None:
    def stop(_: object) -> Answer:
        nights.stopping.set()
        return Answer(b"{}", "application/problem+json", 503)

    nights.alpha.faults["changes"] = stop

    assert nights.look() == []
    [handed_back] = nights.ledger()
    assert (handed_back.status, handed_back.owner) == (RunStatus.RUNNING, None)
    assert shelf.current(nights.hub.releases) is None

    nights.alpha.faults.clear()
    nights.stopping.clear()
    [run] = nights.look(MINUTE)
    assert (run.number, run.status, run.attempt) == (handed_back.number, RunStatus.SUCCEEDED, 1)


def test_an_owner_that_lost_its_run_publishes_nothing(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is overtaken while it writes the release: the last word before the switch is the fence's."""
    judge = export_gate.judge

    def overtaken(*arguments: Any) -> None:
        judge(*arguments)
        with nights.hub.engine.begin() as connection:
            [seen] = runs.newest(connection)
            assert runs.take_over(connection, seen, "another", nights.now)

    monkeypatch.setattr(export_gate, "judge", overtaken)

    assert nights.look() == []
    assert shelf.current(nights.hub.releases) is None
    [run] = nights.ledger()
    assert run.owner == "another"


def test_releases_that_no_rule_keeps_go_once_a_newer_one_stands(nights: Nights) -> None:
    standing = []
    for number in range(2, 5):
        [_] = nights.look(DAY)
        nights.alpha.put(f"alpha-{number}", actor(f"Structure {number}"))
        nights.ping("alpha")
        [_] = nights.look(10 * MINUTE)
        standing.append([each.release for each in kept.every(nights.hub.releases)])

    # The first day has two releases, the other days one; the one before the current stays, and the last of each day.
    assert [len(releases) for releases in standing] == [2, 2, 3]
    assert standing[2] == [standing[0][1], standing[1][1], standing[2][2]]


def test_a_hub_without_a_network_owes_nothing(tmp_path: Path) -> None:
    init_home(tmp_path / "hub")
    with open_hub(tmp_path / "hub") as hub:
        assert Scheduler(hub, threading.Event(), lambda: NIGHT).look() == []


@pytest.mark.parametrize(
    ("raised", "code", "reason"),
    [(OSError(28, "No space left on device"), "system", "No space left"), (KeyError("x"), "bug", "KeyError")],
)
def test_what_stopped_a_night_is_told_by_who_must_act(
    nights: Nights, monkeypatch: pytest.MonkeyPatch, raised: Exception, code: str, reason: str
) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise raised

    monkeypatch.setattr("hub.stages.cycle.release", stop)
    [run] = nights.look()

    assert (run.status, run.error) == (RunStatus.FAILED, code)
    assert reason in str(run.reason)
    assert run.evidence is not None
    assert "release" in run.evidence.missing


def test_a_database_that_goes_away_leaves_the_run_to_be_taken_over(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("server closed the connection"))

    with monkeypatch.context() as broken:
        broken.setattr("hub.stages.cycle.resolve", gone)
        with pytest.raises(OperationalError):
            nights.look()
    assert nights.look(MINUTE) == []
    [run] = nights.look(PATIENCE)

    assert (run.status, run.attempt) == (RunStatus.SUCCEEDED, 2)


def test_a_mistake_of_ours_about_mails_ends_the_run_all_the_same(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("hub.stages.noting.note", broken)

    assert [run.status for run in nights.look()] == [RunStatus.SUCCEEDED]


def test_the_night_that_is_owed_is_done_by_hand_and_the_schedule_does_it_no_more(nights: Nights) -> None:
    by_hand = nights.by_hand()

    assert (by_hand.errand, str(by_hand.local_date), by_hand.status) == (
        Errand.NIGHT,
        "2026-11-23",
        RunStatus.SUCCEEDED,
    )
    assert nights.look(MINUTE) == []
    again = nights.by_hand(MINUTE)
    assert (again.errand, again.local_date, again.status) == (Errand.HAND, None, RunStatus.SUCCEEDED)
    assert [str(run.local_date) for run in nights.look(DAY)] == ["2026-11-24"]


def test_while_a_cycle_is_done_by_hand_nothing_else_begins(nights: Nights) -> None:
    seen: list[object] = []

    def meanwhile(_: object) -> Answer:
        seen.extend(nights.look())
        with pytest.raises(UnderWay, match="run 1 is under way"):
            nights.by_hand()
        return Answer(b"{}", "application/problem+json", 503)

    nights.alpha.faults["changes"] = meanwhile

    assert nights.by_hand().status is RunStatus.PARTIAL
    assert seen == []
    assert len(nights.ledger()) == 1


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), OperationalError("SELECT", {}, Exception("gone"))])
def test_what_a_person_stops_is_closed_at_once_and_a_night_is_owed_again(
    nights: Nights, monkeypatch: pytest.MonkeyPatch, raised: BaseException
) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise raised

    with monkeypatch.context() as patch:
        patch.setattr("hub.stages.cycle.resolve", stop)
        with pytest.raises(type(raised)):
            nights.by_hand()
        [night] = nights.ledger()
        assert (night.status, night.owner) == (RunStatus.RUNNING, None)
    [finished] = nights.look()
    with monkeypatch.context() as patch:
        patch.setattr("hub.stages.cycle.resolve", stop)
        with pytest.raises(type(raised)):
            nights.by_hand()

    assert (finished.number, finished.status, finished.attempt) == (night.number, RunStatus.SUCCEEDED, 1)
    [stopped, _] = nights.ledger()
    assert (stopped.errand, stopped.status, stopped.error) == (Errand.HAND, RunStatus.FAILED, "interrupted")
    assert nights.by_hand().status is RunStatus.SUCCEEDED


def test_a_hub_without_a_network_can_be_told_to_publish_and_its_first_night_is_still_owed(tmp_path: Path) -> None:
    init_home(tmp_path / "hub")
    with open_hub(tmp_path / "hub") as hub:
        run, report = Scheduler(hub, threading.Event(), lambda: NIGHT).by_hand()

    assert (run.errand, run.status, run.error) == (Errand.HAND, RunStatus.FAILED, "empty-catalogue")
    assert report is None
