"""Pings: a network says that it has news, and is read again within minutes, at most once each five.

    ask ──► waiting ──► served, in the transaction that claims the run which will read the source

An ask that comes while the source is being read waits for the next reading: the one under way may have passed by.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from hub.store.ledger import pings
from hub.store.upsert import upsert

AT_MOST_EACH = timedelta(minutes=5)


def ask(connection: Connection, source: str, now: datetime) -> datetime:
    """Remember that a source has news. Returns from when on it may be read; asking again changes nothing.

    source: one that is configured; the caller has seen to that.
    """
    upsert(connection, pings, [{"source": source, "asked_at": now}])
    served_at = connection.scalar(select(pings.c.served_at).where(pings.c.source == source))
    return now if served_at is None or served_at > now else max(now, served_at + AT_MOST_EACH)


def waiting(connection: Connection, now: datetime) -> list[str]:
    """The sources to read now, the one that asked first first. A clock that was set back makes nobody wait for days."""
    rested = or_(pings.c.served_at.is_(None), pings.c.served_at <= now - AT_MOST_EACH, pings.c.served_at > now)
    query = select(pings.c.source).where(pings.c.asked_at.is_not(None), rested)
    return list(connection.scalars(query.order_by(pings.c.asked_at, pings.c.source)))


def served(connection: Connection, sources: Collection[str], now: datetime) -> None:
    """A reading of these sources begins: what they asked for so far is answered by it."""
    connection.execute(update(pings).where(pings.c.source.in_(sources)).values(asked_at=None, served_at=now))
