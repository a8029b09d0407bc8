"""The files taken in, and the rows that were kept back: for the network's eyes only, never in the feed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, delete, func, insert, select, update

from node.store.tables import ingests, kept_back
from schemas.canonical import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """One file taken in. The counts are those of its plan; `seq` is where the node stood after it."""

    origin: str
    collection: str
    file: str
    ingested_at: str
    dated: str
    rows: int
    accepted: int
    issues: int
    kept_back: int
    new: int
    changed: int
    same: int
    vanished: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBack:
    """A row that could not be stored. issues: as JSON, each with column, read, code, pointer, severity, message."""

    origin: str
    collection: str
    row: int
    sheet: str | None
    local_id: str | None
    issues: list[JSON]


def add(connection: Connection, ingest: Ingest) -> int:
    """Note a file; returns the number that its changes carry."""
    values = {name: getattr(ingest, name) for name in Ingest.__slots__}
    return int(connection.execute(insert(ingests).values(values).returning(ingests.c.id)).scalar_one())


def reached(connection: Connection, number: int, seq: int) -> None:
    connection.execute(update(ingests).where(ingests.c.id == number).values(seq=seq))


def keep_back(connection: Connection, origin: str, collection: str, rows: list[KeptBack]) -> None:
    """Replace the rows kept back of an origin's last file."""
    ours = kept_back.c.origin == origin, kept_back.c.collection == collection
    connection.execute(kept_back.delete().where(*ours))
    if rows:
        connection.execute(kept_back.insert(), [_values(row) for row in rows])


def all_kept_back(connection: Connection) -> Iterator[KeptBack]:
    """Every row waiting for its network, by origin and row."""
    query = select(kept_back).order_by(kept_back.c.collection, kept_back.c.origin, kept_back.c.id)
    for row in connection.execute(query):
        fields = {name: row._mapping[name] for name in KeptBack.__slots__}
        yield KeptBack(**fields | {"issues": orjson.loads(row.issues)})


def forget(connection: Connection, collection: str, local_id: str) -> None:
    """The rows kept back of a record that is erased."""
    connection.execute(delete(kept_back).where(kept_back.c.collection == collection, kept_back.c.local_id == local_id))


def last(connection: Connection) -> list[Ingest]:
    """The last file of each origin, by collection and origin."""
    newest = select(func.max(ingests.c.id)).group_by(ingests.c.collection, ingests.c.origin)
    query = select(ingests).where(ingests.c.id.in_(newest)).order_by(ingests.c.collection, ingests.c.origin)
    return [Ingest(**{name: row._mapping[name] for name in Ingest.__slots__}) for row in connection.execute(query)]


def _values(row: KeptBack) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in KeptBack.__slots__}
    return values | {"issues": orjson.dumps(row.issues).decode()}
