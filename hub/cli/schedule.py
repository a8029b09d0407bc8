"""`rrma-hub schedule`: the nights, by themselves. `rrma-hub cycle`: by hand. `rrma-hub run`: what became of them."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from hub.cli.door import ATTENTION, DONE, HERE, REFUSED, SOURCE_FAILED, AsJson, Home, show_facts, show_rows
from hub.cli.told import show_cycle
from hub.model.run import Run, RunStatus
from hub.scheduler import Scheduler
from hub.store import runs
from hub.store.engine import reading
from hub.wiring import open_hub
from schemas.errors import NotFound

app = typer.Typer()
ledger = typer.Typer(name="run", help="The nights, and what was proved of each.", no_args_is_help=True)
app.add_typer(ledger)
COLUMNS = ("number", "errand", "local_date", "status", "started_at", "ended_at", "attempt", "release", "reason")

_CODES = {
    RunStatus.SUCCEEDED: DONE,
    RunStatus.PARTIAL: SOURCE_FAILED,
    RunStatus.HELD: ATTENTION,
    RunStatus.FAILED: REFUSED,
}


@app.command()
def schedule(
    once: Annotated[
        bool, typer.Option("--once", help="Do what is due now and leave: for a timer, every few minutes.")
    ] = False,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Run a cycle every night at 03:30 in Paris, and read at once the networks that say they have news.

    Until interrupted; any number of them may do so over one database. With --once: the exit code is that of the worst
    run, 0 when nothing was due.
    """
    with _told_to_stop() as stopping, open_hub(home) as hub:
        scheduler = Scheduler(hub, stopping)
        if not once:
            scheduler.follow()
            return
        done = scheduler.look()
    show_rows((run.as_json() for run in done), COLUMNS, as_json=as_json)
    raise typer.Exit(_worst(done))


@app.command()
def cycle(home: Home = HERE, as_json: AsJson = False) -> None:
    """Harvest, resolve, compile, release: every source, now.

    It is tonight's run when that is still owed, so that `schedule` does not do it again.
    """
    with _ended_by_signals(), open_hub(home) as hub:
        run, report = Scheduler(hub, threading.Event()).by_hand()
    show_cycle(run, report, as_json=as_json)
    if run.error:
        print(f"rrma-hub: run {run.number} failed ({run.error}): {run.reason}", file=sys.stderr)
    raise typer.Exit(_code(run))


@ledger.command("list")
def list_runs(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 50,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """List the last runs, newest first."""
    with open_hub(home) as hub, reading(hub.engine) as connection:
        found = runs.newest(connection, limit)
    show_rows((run.as_json() for run in found), COLUMNS, as_json=as_json)


@ledger.command()
def show(number: int, home: Home = HERE, as_json: AsJson = False) -> None:
    """Show one run: who did it, what each stage left to show, what stopped it."""
    with open_hub(home) as hub, reading(hub.engine) as connection:
        found = runs.get(connection, number)
    if found is None:
        raise NotFound(f"no run {number}: the history goes back {hub.settings.history_days} days")
    show_facts(found.as_json(), as_json=as_json)


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    """Set by a polite signal, so that the run under way is handed back."""
    stopping = threading.Event()
    before = {number: signal.signal(number, lambda *_: stopping.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does, with its last steps done."""

    def end(number: int, _: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _code(run: Run) -> int:
    """The exit code of a run: that of its status, and for one that succeeded whether a person is waited for."""
    code = _CODES[run.status]
    return ATTENTION if code == DONE and run.evidence and run.evidence.waiting else code


def _worst(done: list[Run]) -> int:
    worst = (REFUSED, SOURCE_FAILED, ATTENTION)
    codes = {_code(run) for run in done}
    return next((code for code in worst if code in codes), DONE)
