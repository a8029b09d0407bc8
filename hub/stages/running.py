"""Running: do what the ledger owes, once, whoever else tries.

    claim ──► work, behind a fence, with a heartbeat ──► evidence ──► finish
      │             ├── Lost: another process goes on with it; nothing more is written
      │             └── Stopped: handed back; the next start goes on with it
      └── nothing is due, or another process was first

A process that is killed leaves its run open. Once its heartbeat is old, whoever asks next takes the run over.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from hub.model.agenda import PATIENCE, Abandon, Due, Nightly, Resume, Start, due, due_by_hand, is_gone
from hub.model.run import Errand, Evidence, Run
from hub.store import pings, runs
from hub.store.engine import reading
from hub.store.fence import Lost, Stopped, fenced
from schemas.errors import FederationError

log = structlog.get_logger()

BEAT_S = 30.0
# Enough nights for the agenda to see what was missed.
_LOOK_BACK = timedelta(days=40)

Clock = Callable[[], datetime]
Work = Callable[[Engine, Run], None]
Prove = Callable[[Run], Evidence]
Closing = Callable[[Connection, Run], None]


class UnderWay(FederationError):
    """Another process is at work: two never are at once."""

    code = "run-under-way"

    def __init__(self, run: Run) -> None:
        who = str(run.owner).rpartition(":")[0]
        until = (run.heartbeat_at + PATIENCE).isoformat(timespec="seconds")
        super().__init__(
            f"run {run.number} is under way in {who} (host:process) and nothing was done: wait until it has ended "
            f"(rrma-hub run show {run.number}); if that process is dead, ask again after {until}"
        )


def claim(
    engine: Engine, nightly: Nightly, sources: Sequence[str], owner: str, now: datetime, closing: Closing
) -> Run | None:
    """Open, or take over, the run that is due now. None when there is none, or when another process has it.

    sources: the configured ones, by name.
    owner:   a token that no other process has.
    closing: told of each run that is given up, in the transaction that closes it.
    """
    return _claim(engine, lambda connection: _due(connection, nightly, sources, now), sources, owner, now, closing)


def claim_by_hand(
    engine: Engine, nightly: Nightly, sources: Sequence[str], owner: str, now: datetime, closing: Closing
) -> Run:
    """Open, or take over, the run of a person who wants every source read now.

    A hub without sources owes no night. The rest is as for `claim`.
    Raises UnderWay while another process is at work.
    """

    def asked(connection: Connection) -> Due | None:
        return due_by_hand(nightly, runs.ledger(connection, now - _LOOK_BACK), now, night=bool(sources))

    while True:
        if run := _claim(engine, asked, sources, owner, now, closing):
            return run
        with reading(engine) as connection:
            other = runs.under_way(connection)
        if other and not is_gone(other, now):
            raise UnderWay(other)


def let_go(engine: Engine, run: Run, now: datetime) -> None:
    """Leave a run that was claimed by hand and not brought to its end, so that nobody has to wait for it.

    A night is handed back, since it is owed all the same; nobody goes on with what a person stopped.
    """
    with engine.begin() as connection:
        if run.errand is Errand.NIGHT:
            runs.hand_back(connection, run.number, str(run.owner))
        else:
            runs.finish(connection, replace(run, ended_at=now, error="interrupted", reason="stopped before its end"))


def _claim(
    engine: Engine,
    ask: Callable[[Connection], Due | None],
    sources: Sequence[str],
    owner: str,
    now: datetime,
    closing: Closing,
) -> Run | None:
    while True:
        with reading(engine) as connection:
            if ask(connection) is None:
                return None
        with engine.begin() as connection:
            match ask(connection):
                case Start() as what:
                    return _start(connection, what, sources, owner, now)
                case Resume(run):
                    return runs.take_over(connection, run, owner, now)
                case Abandon(run, reason):
                    close(connection, replace(run, ended_at=now, error="run-abandoned", reason=reason), closing)
                case None:
                    return None


def perform(
    run: Run,
    engine: Engine,
    work: Work,
    prove: Prove,
    clock: Clock,
    stops: Callable[[], bool],
    closing: Closing,
    pause: Callable[[threading.Event], bool] = lambda done: done.wait(BEAT_S),
) -> Run | None:
    """Do a run that was claimed, and close it with what was proved. None when it was handed back or lost.

    work:  the stages, on an engine that refuses to write once the run is no longer ours.
    stops: whether the hub was told to stop.
    pause: waits for the next heartbeat; true when there is none to come.
    Raises what the database raises when not even the end of the run can be written down: it is then taken over later.
    """
    owner = str(run.owner)
    guarded = fenced(engine, run.number, owner, clock, stops)
    log.info("run.started", run=run.number, errand=run.errand, attempt=run.attempt)
    try:
        with _beating(engine, run.number, owner, clock, pause):
            found: list[Evidence] = []
            error = _failure(lambda: work(guarded, run))
            error = _failure(lambda: found.append(prove(run))) or error
    except Stopped:
        with engine.begin() as connection:
            runs.hand_back(connection, run.number, owner)
        log.info("run.handed_back", run=run.number)
        return None
    except Lost:
        log.warning("run.lost", run=run.number)
        return None
    code, reason = error or (None, None)
    ended = replace(run, ended_at=clock(), evidence=next(iter(found), None), error=code, reason=reason)
    with engine.begin() as connection:
        closed = close(connection, ended, closing)
    log.info("run.ended", run=run.number, status=str(ended.status), error=code)
    return ended if closed else None


def close(connection: Connection, ended: Run, closing: Closing) -> bool:
    """Write down the end of a run, and what follows from it, together; False when it is no longer ours to close."""
    closed = runs.finish(connection, ended)
    if closed:
        closing(connection, ended)
    return closed


def _due(connection: Connection, nightly: Nightly, sources: Collection[str], now: datetime) -> Due | None:
    news = [name for name in pings.waiting(connection, now) if name in sources]
    return due(nightly, runs.ledger(connection, now - _LOOK_BACK), news, now)


def _start(connection: Connection, what: Start, sources: Sequence[str], owner: str, now: datetime) -> Run | None:
    run = runs.start(connection, what, owner, now)
    if run:
        pings.served(connection, sources if what.sources is None else what.sources, now)
    return run


def _failure(work: Callable[[], None]) -> tuple[str, str] | None:
    """What stopped the work, as a code and a sentence; a bug is logged with its traceback and told by its name.

    Raises Lost, Stopped, and what the database raises when it cannot be used: the run is left open, to be taken over.
    """
    try:
        work()
    except (Lost, Stopped, OperationalError):
        raise
    except FederationError as error:
        log.warning("run.stopped", code=error.code, reason=str(error))
        return error.code, str(error)
    except OSError as error:
        log.exception("run.broken")
        return "system", str(error)
    except Exception as error:  # the edge of the scheduler: the next night runs whatever this one did
        log.exception("run.broken")
        return "bug", f"{type(error).__name__}: the log has the rest"
    return None


@contextmanager
def _beating(
    engine: Engine, number: int, owner: str, clock: Clock, pause: Callable[[threading.Event], bool]
) -> Iterator[None]:
    """Say now and then that the owner is at work, through stages that compute for long without writing."""
    done = threading.Event()

    def beat() -> None:
        while not pause(done):
            try:
                with engine.begin() as connection:
                    runs.beat(connection, number, owner, clock())
            except OperationalError as error:  # a long writer is before us: its commit says it too
                log.info("run.beat_missed", run=number, reason=str(error.orig))

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
