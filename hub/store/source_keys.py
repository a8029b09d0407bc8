"""The keys that sources sign with: pinned when one is first seen, exchanged only by a person."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, delete, or_, select, update

from hub.store.tables import source_keys
from hub.store.upsert import upsert
from schemas.canonical import JSON

FIRST_USE = "first use"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """key: public, in base64url. until: the last day that it is accepted, in France; None for the one in use."""

    source: str
    key: str
    author: str
    reason: str
    at: datetime
    until: date | None = None

    def as_json(self) -> JSON:
        return {
            "key": self.key,
            "until": self.until.isoformat() if self.until else None,
            "by": self.author,
            "reason": self.reason,
            "at": self.at.isoformat(),
        }


def every(connection: Connection, source: str) -> list[Trusted]:
    """Oldest first, those that are no longer accepted too."""
    query = select(source_keys).where(source_keys.c.source == source).order_by(source_keys.c.at, source_keys.c.key)
    return [Trusted(**row._mapping) for row in connection.execute(query)]


_ACCEPTED = select(source_keys.c.key).where(
    source_keys.c.source == bindparam("source"),
    or_(source_keys.c.until.is_(None), source_keys.c.until >= bindparam("on")),
)


def accepted(connection: Connection, source: str, on: date) -> frozenset[str]:
    """The keys that the answers of a source may be signed with on a day; none for a source that never signed."""
    return frozenset(connection.scalars(_ACCEPTED, {"source": source, "on": on}))


def trust(connection: Connection, new: Trusted, overlap: date) -> None:
    """Accept another key from now on, and those in use until the day `overlap`."""
    in_use = source_keys.c.source == new.source, source_keys.c.until.is_(None), source_keys.c.key != new.key
    connection.execute(update(source_keys).where(*in_use).values(until=overlap))
    row = {"source": new.source, "key": new.key, "until": None}
    upsert(connection, source_keys, [row | {"author": new.author, "reason": new.reason, "at": new.at}])


def forget(connection: Connection, source: str) -> int:
    """Forget every key of a source; the next one that it signs with is pinned."""
    return connection.execute(delete(source_keys).where(source_keys.c.source == source)).rowcount
