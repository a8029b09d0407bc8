"""A fence around an engine: whoever is no longer the owner of a run writes nothing more.

    BEGIN ──► is it still ours? ──► the stage's own statements ──► still ours, and a heartbeat ──► COMMIT
                  └── no: Lost                                         └── no: Lost, rolled back

The last question takes the row of the run, so that a new owner waits for the commit or the commit finds the new owner;
between the two there is no gap. Readers pass freely.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Engine, event, select

from hub.store import runs
from hub.store.ledger import runs as table
from schemas.errors import FederationError


class Lost(FederationError):
    """The run belongs to another process now: this one was not heard of for too long."""

    code = "run-lost"


class Stopped(FederationError):
    """The hub was told to stop: whoever starts next goes on with the run."""

    code = "run-stopped"


def fenced(engine: Engine, number: int, owner: str, clock: Callable[[], datetime], stops: Callable[[], bool]) -> Engine:
    """The same engine, for the owner of a run. Its writing transactions raise Lost, or Stopped once `stops` says so.

    Connections come from the pool of `engine`; dispose of that one.
    """
    guarded = engine.execution_options()

    def on_begin(connection: Connection) -> None:
        if _reads(connection):
            return
        if stops():
            raise Stopped("the hub is stopping")
        if connection.scalar(select(table.c.number).where(runs.owned(number, owner))) is None:
            raise _lost(number)

    def on_commit(connection: Connection) -> None:
        if not _reads(connection) and not runs.beat(connection, number, owner, clock()):
            raise _lost(number)

    event.listen(guarded, "begin", on_begin)
    event.listen(guarded, "commit", on_commit)
    return guarded


def _reads(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("reading"))


def _lost(number: int) -> Lost:
    return Lost(f"run {number} was taken over by another process")
