"""All that the hub knows of one collection, published or not: what a draft is compared with."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, and_, or_, select

from hub.model.standing import State
from hub.model.statement import Op
from hub.store.tables import clusters, golden, records, sources, statements
from schemas.canonical import JSON
from schemas.record import RecordKey

_BATCH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a record: the one that is published, or the one that waits beside it or instead of it.

    hash: of its content, as its source declares it.
    """

    key: RecordKey
    state: State
    is_published: bool
    hash: str
    payload: JSON


def versions(connection: Connection, collection: str) -> Iterator[Version]:
    """Stream every version that counts, in key order, the published one first."""
    published = statements.c.number == records.c.accepted_statement
    waiting = and_(
        statements.c.number == records.c.received_statement,
        records.c.state.in_((State.QUARANTINED, State.HELD)),
        statements.c.op == Op.PUT,
    )
    query = (
        select(
            records.c.source,
            records.c.local_id,
            records.c.state,
            published.label("is_published"),
            statements.c.hash,
            statements.c.payload,
        )
        .join(statements, or_(published, waiting))
        .where(records.c.collection == collection, statements.c.payload.is_not(None))
        .order_by(records.c.source, records.c.local_id, published.desc())
    )
    for row in connection.execute(query).yield_per(_BATCH):
        if (payload := _payload(row)) is not None:
            yield Version(
                key=RecordKey(collection, row.source, row.local_id),
                state=State(row.state),
                is_published=bool(row.is_published),
                hash=row.hash,
                payload=payload,
            )


def homes(connection: Connection, keys: list[RecordKey]) -> dict[RecordKey, tuple[str, str]]:
    """Of these records: the national identifier, and how far the golden record may go."""
    found = {}
    for key in keys:
        here = (
            clusters.c.collection == key.collection,
            clusters.c.source == key.source,
            clusters.c.local_id == key.local_id,
        )
        query = select(clusters.c.national_id, golden.c.publication).join_from(
            clusters, golden, golden.c.national_id == clusters.c.national_id
        )
        if (row := connection.execute(query.where(*here)).one_or_none()) is not None:
            found[key] = (row.national_id, row.publication)
    return found


def titles(connection: Connection) -> dict[str, str]:
    """Network -> its name for people."""
    return {row.name: row.title for row in connection.execute(select(sources.c.name, sources.c.title))}


def _payload(row: Row[Any]) -> JSON | None:
    try:
        found = orjson.loads(row.payload)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
