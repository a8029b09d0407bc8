"""`rrma-hub schedule` as systemd sees it: real processes, real signals, and the ledger afterwards."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli.door import ATTENTION, DONE, REFUSED, SOURCE_FAILED, exit_code
from hub.cli.program import app
from hub.stages.running import UnderWay
from tests.hub.feed_server import Answer, FakeNode, Question, actor, serving

ROOT = Path(__file__).parents[3]
PATIENCE_S = 100  # a process takes long to start on a busy machine, and the node waits for two of them


class SlowNode:
    """A node that answers `changes` when it is allowed to, and says when it was asked."""

    def __init__(self) -> None:
        self.node = FakeNode().put("A-1", actor("Eau"))
        self.asked, self.allowed = threading.Event(), threading.Event()

    def answer(self, path: str, question: Question) -> Answer:
        if path == "changes":
            self.asked.set()
            assert self.allowed.wait(PATIENCE_S)
        return self.node.answer(path, question)


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[SlowNode]:
    """The one network of the hub in `tmp_path`."""
    node = SlowNode()
    with serving(node.answer) as url:
        CliRunner().invoke(app, ["init", str(tmp_path)])
        CliRunner().invoke(app, ["source", "add", "centraider", url, "--local", "--home", str(tmp_path)])
        with (tmp_path / "sources" / "centraider.toml").open("a") as file:
            file.write(f"\n[limits]\ntimeout_s = {PATIENCE_S}\n")
        yield node
        node.allowed.set()


def started(home: Path, *arguments: str, command: str = "schedule") -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "hub.cli", command, *arguments, "--home", str(home)]
    said = os.environ | {"RRMA_HUB_LOG_LEVEL": "info"}
    return subprocess.Popen(
        words, cwd=ROOT, env=said, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def heard(process: subprocess.Popen[str], event: str) -> None:
    """Read its log up to an event."""
    assert process.stderr is not None
    assert any(json.loads(line)["event"] == event for line in process.stderr)


def told(home: Path, *arguments: str) -> list[dict[str, object]]:
    answer = CliRunner().invoke(app, [*arguments, "--json", "--home", str(home)])
    found: list[dict[str, object]] = json.loads(answer.stdout)
    return found


def test_it_runs_the_night_waits_for_the_next_and_leaves_when_told(tmp_path: Path, slow: SlowNode) -> None:
    slow.allowed.set()
    with started(tmp_path) as process:
        heard(process, "run.ended")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0

    [run] = told(tmp_path, "run", "list")
    assert (run["status"], run["attempt"]) == ("succeeded", 1)
    shown = CliRunner().invoke(app, ["run", "show", str(run["number"]), "--home", str(tmp_path)])
    assert '"centraider":"succeeded"' in shown.stdout
    assert CliRunner().invoke(app, ["run", "show", "99", "--home", str(tmp_path)]).exit_code != 0


def test_a_timer_that_fires_while_another_process_runs_the_night_leaves_it_alone(
    tmp_path: Path, slow: SlowNode
) -> None:
    with started(tmp_path, "--once", "--json") as first:
        assert slow.asked.wait(PATIENCE_S)
        with started(tmp_path, "--once", "--json") as second:
            assert json.loads(second.communicate()[0]) == []
        assert second.returncode == 0
        slow.allowed.set()
        [run] = json.loads(first.communicate()[0])

    assert first.returncode == 0
    assert [each["number"] for each in told(tmp_path, "run", "list")] == [run["number"]]
    assert slow.node.asked.count("changes") == 1


def test_a_process_that_is_killed_leaves_a_run_that_another_finishes_once_it_was_not_heard_of(
    tmp_path: Path, slow: SlowNode
) -> None:
    with started(tmp_path) as process:
        assert slow.asked.wait(PATIENCE_S)
        process.kill()
    slow.allowed.set()
    assert told(tmp_path, "schedule", "--once") == []

    with sqlite3.connect(tmp_path / "hub.sqlite") as database:  # ten minutes go by
        earlier = "strftime('%Y-%m-%d %H:%M:%S.000000', heartbeat_at, '-11 minutes')"
        database.execute(f"UPDATE runs SET heartbeat_at = {earlier}")
    database.close()
    [run] = told(tmp_path, "schedule", "--once")

    assert (run["status"], run["attempt"]) == ("succeeded", 2)
    assert [job["error"] for job in told(tmp_path, "job", "list")] == [None, "interrupted"]


def test_a_run_that_is_told_to_stop_is_handed_back_and_finished_by_the_next_process(
    tmp_path: Path, slow: SlowNode
) -> None:
    with started(tmp_path) as process:
        assert slow.asked.wait(PATIENCE_S)
        process.send_signal(signal.SIGTERM)
        heard(process, "schedule.stopping")
        slow.allowed.set()
        heard(process, "run.handed_back")
        assert process.wait(60) == 0

    [left] = told(tmp_path, "run", "list")
    [run] = told(tmp_path, "schedule", "--once")
    assert (left["status"], left["owner"]) == ("running", None)
    assert (run["number"], run["status"], run["attempt"]) == (left["number"], "succeeded", 1)


def test_a_cycle_by_hand_does_the_night_while_nobody_else_may_and_the_schedule_leaves_it_done(
    tmp_path: Path, slow: SlowNode
) -> None:
    with started(tmp_path, "--json", command="cycle") as process:
        assert slow.asked.wait(PATIENCE_S)
        meanwhile = CliRunner().invoke(app, ["cycle", "--home", str(tmp_path)])
        assert told(tmp_path, "schedule", "--once") == []
        slow.allowed.set()
        report = json.loads(process.communicate()[0])

    assert isinstance(meanwhile.exception, UnderWay)
    assert exit_code(meanwhile.exception) == REFUSED
    assert process.returncode == 0
    assert (report["run"]["errand"], report["run"]["status"]) == ("night", "succeeded")
    assert told(tmp_path, "schedule", "--once") == []
    assert [run["number"] for run in told(tmp_path, "run", "list")] == [report["run"]["number"]]


@pytest.mark.parametrize(
    ("answer", "code", "status"),
    [
        (None, DONE, "succeeded"),
        ({"name": 3, "type": "ASSO"}, ATTENTION, "succeeded"),
        ("down", REFUSED, "failed"),
        ("one down", SOURCE_FAILED, "partial"),
        ("dropped", REFUSED, "failed"),
    ],
    ids=["whole", "quarantine", "nothing read", "one of two read", "a stage dropped"],
)
def test_the_exit_code_of_a_cycle_is_that_of_the_status_which_was_derived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: object, code: int, status: str
) -> None:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--home", str(tmp_path)])

    node = FakeNode().put("A-1", actor("Eau"))
    CliRunner().invoke(app, ["init", str(tmp_path)])
    with serving(node.answer) as url:
        run("source", "add", "centraider", url, "--local")
        run("cycle")
        node.put("A-2", actor("Terre"))
        if isinstance(answer, dict):
            node.put("A-bad", answer)
        elif answer == "down":
            node.faults["feed.json"] = lambda _: Answer(b"<html>", "text/html")
        elif answer == "one down":
            run("source", "add", "beta", url, "--local")
        elif answer == "dropped":
            monkeypatch.setattr("hub.stages.cycle.account_for", lambda *_, **__: [])
        done = run("cycle", "--json")

    [last, _] = told(tmp_path, "run", "list")
    assert (done.exit_code, last["status"], last["errand"]) == (code, status, "hand")


def test_a_cycle_that_is_told_to_end_leaves_nothing_to_wait_for(tmp_path: Path, slow: SlowNode) -> None:
    def end(_: Question) -> Answer:
        os.kill(os.getpid(), signal.SIGTERM)
        return Answer(b"{}", "application/problem+json", 503)

    slow.node.faults["feed.json"] = end
    ended = CliRunner().invoke(app, ["cycle", "--home", str(tmp_path)])
    slow.node.faults.clear()
    slow.allowed.set()

    assert ended.exit_code == 128 + signal.SIGTERM
    assert [run["status"] for run in told(tmp_path, "schedule", "--once")] == ["succeeded"]
