"""The ledger of runs: who does which, and proof that nobody else does.

    UNIQUE (errand, local_date)   one run a night, however many processes ask (news has no date, and any number)
    UNIQUE (turn)                 1 while a run is open, null afterwards: one run is under way at a time

The database decides both, so that it does not matter which process, host or thread asks first, on SQLite or
PostgreSQL. An owner is a token that nobody else has; every change of an open run names the one it believes in.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.model.agenda import Start
from hub.model.run import Errand, Evidence, Run
from hub.store.ledger import runs

_OPEN = 1


def start(connection: Connection, what: Start, owner: str, now: datetime) -> Run | None:
    """Open a run for `owner`; None when somebody else did, or another run is under way."""
    spelt = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = {
        "errand": what.errand,
        "local_date": what.local_date,
        "sources": None if what.sources is None else list(what.sources),
        "turn": _OPEN,
        "owner": owner,
        "attempt": 1,
        "started_at": now,
        "heartbeat_at": now,
    }
    opened = connection.execute(spelt(runs).values(**row).on_conflict_do_nothing().returning(runs.c.number))
    number = opened.scalar_one_or_none()
    return None if number is None else get(connection, number)


def take_over(connection: Connection, run: Run, owner: str, now: datetime) -> Run | None:
    """Make `owner` the one who goes on with a run; None when it is no longer as it was seen."""
    attempt = run.attempt if run.owner is None else run.attempt + 1
    values = {"owner": owner, "heartbeat_at": now, "attempt": attempt}
    taken = connection.execute(update(runs).where(_as_seen(run)).values(**values)).rowcount
    return get(connection, run.number) if taken else None


def hand_back(connection: Connection, number: int, owner: str) -> None:
    """Let whoever comes next go on with it at once."""
    connection.execute(update(runs).where(owned(number, owner)).values(owner=None))


def beat(connection: Connection, number: int, owner: str, now: datetime) -> bool:
    """Say that its owner is at work; False when the run is no longer its own."""
    return connection.execute(update(runs).where(owned(number, owner)).values(heartbeat_at=now)).rowcount == 1


def finish(connection: Connection, run: Run) -> bool:
    """Write down how a run ended; False, and nothing written, when it is no longer in the hands it was in."""
    mine = runs.c.owner.is_(None) if run.owner is None else runs.c.owner == run.owner
    values = {
        "turn": None,
        "owner": None,
        "ended_at": run.ended_at,
        "evidence": run.evidence.as_json() if run.evidence else None,
        "error": run.error,
        "reason": run.reason,
    }
    still = and_(runs.c.number == run.number, runs.c.ended_at.is_(None), mine, runs.c.attempt == run.attempt)
    return connection.execute(update(runs).where(still).values(**values)).rowcount == 1


def get(connection: Connection, number: int) -> Run | None:
    row = connection.execute(select(runs).where(runs.c.number == number)).one_or_none()
    return _run(row) if row else None


def under_way(connection: Connection) -> Run | None:
    """The open run, if there is one."""
    row = connection.execute(select(runs).where(runs.c.turn == _OPEN)).one_or_none()
    return _run(row) if row else None


def newest(connection: Connection, limit: int = 50) -> list[Run]:
    """The last runs, newest first."""
    return [_run(row) for row in connection.execute(select(runs).order_by(runs.c.number.desc()).limit(limit))]


def ledger(connection: Connection, since: datetime) -> list[Run]:
    """The open run, whenever it started, and the nights started since then: what the agenda needs."""
    nights = and_(runs.c.errand == Errand.NIGHT, runs.c.started_at >= since)
    query = select(runs).where(or_(runs.c.turn == _OPEN, nights)).order_by(runs.c.number)
    return [_run(row) for row in connection.execute(query)]


def forget(connection: Connection, before: datetime) -> int:
    """Drop the runs that ended before then. Returns how many."""
    return connection.execute(delete(runs).where(runs.c.ended_at < before)).rowcount


def owned(number: int, owner: str) -> ColumnElement[bool]:
    return and_(runs.c.number == number, runs.c.owner == owner, runs.c.ended_at.is_(None))


def _as_seen(run: Run) -> ColumnElement[bool]:
    owner = runs.c.owner.is_(None) if run.owner is None else runs.c.owner == run.owner
    beat = runs.c.heartbeat_at == run.heartbeat_at
    return and_(runs.c.number == run.number, runs.c.ended_at.is_(None), owner, beat)


def _run(row: Row[Any]) -> Run:
    return Run(
        number=row.number,
        errand=Errand(row.errand),
        local_date=row.local_date,
        sources=None if row.sources is None else tuple(row.sources),
        started_at=row.started_at,
        heartbeat_at=row.heartbeat_at,
        owner=row.owner,
        attempt=row.attempt,
        ended_at=row.ended_at,
        evidence=Evidence.from_json(row.evidence) if row.evidence else None,
        error=row.error,
        reason=row.reason,
    )
