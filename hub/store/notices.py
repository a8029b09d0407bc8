"""The notices that were made, and what became of each; and what was told last of each source.

    made ──► claimed (by one sender, for ten minutes) ──► handed over ──► sent
               └── the sender died before: claimed again     └── it died here: doubtful, and left to a person

A row is unique in what it says to whom, so that a run that is closed twice tells once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.model.hold import HoldState
from hub.model.notice import Audience, Condition, Notice, NoticeKind
from hub.store.ledger import notices, told
from hub.store.upsert import upsert
from schemas.canonical import JSON

CLAIM = timedelta(minutes=10)
_HUB = ""


def condition(connection: Connection, source: str | None) -> Condition:
    """What was told last of a source, or of the hub."""
    row = connection.execute(select(told).where(told.c.source == (source or _HUB))).one_or_none()
    if row is None:
        return Condition()
    hold = HoldState(row.hold) if row.hold else None
    return Condition(failing=row.failing, hold=hold, quarantined=row.quarantined)


def remember(connection: Connection, source: str | None, found: Condition) -> None:
    row = {
        "source": source or _HUB,
        "failing": found.failing,
        "hold": found.hold,
        "quarantined": found.quarantined,
    }
    upsert(connection, told, [row])


def add(
    connection: Connection,
    source: str | None,
    kind: NoticeKind,
    about: int,
    audience: Audience,
    facts: JSON,
    now: datetime,
) -> None:
    """Make a notice, unless it was made."""
    spelt = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = {"source": source or _HUB, "kind": kind, "about": about, "audience": audience, "facts": facts, "made_at": now}
    connection.execute(spelt(notices).values(**row).on_conflict_do_nothing())


def waiting(connection: Connection, now: datetime) -> list[Notice]:
    """Those that may be claimed, oldest first."""
    return [_notice(row) for row in connection.execute(select(notices).where(_is_free(now)).order_by(notices.c.number))]


def claim(connection: Connection, number: int, owner: str, now: datetime) -> bool:
    """Make `owner` the one who sends it; False when somebody else was first."""
    return _change(connection, and_(notices.c.number == number, _is_free(now)), claimed_by=owner, claimed_at=now)


def hand_over(connection: Connection, number: int, owner: str, now: datetime) -> bool:
    """From here on it is sent at most this once; False when the claim is no longer the owner's."""
    mine = and_(notices.c.number == number, notices.c.claimed_by == owner, notices.c.handed_at.is_(None))
    return _change(connection, mine, handed_at=now)


def sent(connection: Connection, number: int, now: datetime) -> None:
    _change(connection, notices.c.number == number, sent_at=now, error=None)


def put_off(connection: Connection, number: int, error: str) -> None:
    """It certainly was not taken: anybody may try again."""
    _change(connection, notices.c.number == number, claimed_by=None, claimed_at=None, handed_at=None, error=error)


def refuse(connection: Connection, number: int, error: str, now: datetime) -> None:
    """It certainly was not taken, and never will be as it is."""
    _change(connection, notices.c.number == number, handed_at=None, refused_at=now, error=error)


def doubt(connection: Connection, number: int, error: str) -> None:
    """Nobody knows whether it was taken."""
    _change(connection, notices.c.number == number, error=error)


def again(connection: Connection, number: int) -> bool:
    """Let a notice that was refused, or is doubtful, be sent again; False when it is neither, or unknown."""
    ended = or_(notices.c.refused_at.is_not(None), notices.c.handed_at.is_not(None))
    unsent = and_(notices.c.number == number, notices.c.sent_at.is_(None), ended)
    return _change(connection, unsent, claimed_by=None, claimed_at=None, handed_at=None, refused_at=None)


def get(connection: Connection, number: int) -> Notice | None:
    row = connection.execute(select(notices).where(notices.c.number == number)).one_or_none()
    return _notice(row) if row else None


def newest(connection: Connection, limit: int = 50) -> Sequence[Notice]:
    """The last notices, newest first."""
    return [_notice(row) for row in connection.execute(select(notices).order_by(notices.c.number.desc()).limit(limit))]


def forget(connection: Connection, before: datetime) -> None:
    """Drop what was made before then."""
    connection.execute(delete(notices).where(notices.c.made_at < before))


def _is_free(now: datetime) -> ColumnElement[bool]:
    open_ = and_(notices.c.handed_at.is_(None), notices.c.sent_at.is_(None), notices.c.refused_at.is_(None))
    stale = or_(notices.c.claimed_at.is_(None), notices.c.claimed_at < now - CLAIM, notices.c.claimed_at > now + CLAIM)
    return and_(open_, stale)


def _change(connection: Connection, where: ColumnElement[bool], **values: object) -> bool:
    return connection.execute(update(notices).where(where).values(**values)).rowcount == 1


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        number=row.number,
        source=row.source or None,
        kind=NoticeKind(row.kind),
        about=row.about,
        audience=Audience(row.audience),
        facts=row.facts,
        made_at=row.made_at,
        handed_at=row.handed_at,
        sent_at=row.sent_at,
        refused_at=row.refused_at,
        error=row.error,
    )
