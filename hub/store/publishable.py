"""What the catalogue is made of: the published records, how each is stated, what each founded or goes on as."""

from collections.abc import Collection, Iterator, Mapping
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from hub.model.record import Accepted, Founding, Stated
from hub.store.among import among
from hub.store.records import key_of
from hub.store.tables import clusters, records, statements
from schemas.record import RecordKey

_BATCH = 1_000

_STATED = tuple(
    records.c[name] for name in ("collection", "source", "local_id", "accepted_statement", "founded_on", "founded_as")
)


def accepted(connection: Connection, collection: str) -> Iterator[Accepted]:
    """Stream every published record of a collection with its last good statement, in key order."""
    query = last_good(collection).order_by(records.c.source, records.c.local_id)
    for row in connection.execute(query).yield_per(_BATCH):
        yield accepted_of(row)


def published(connection: Connection, collection: str) -> dict[RecordKey, Stated]:
    """Every published record of a collection, and how it is stated."""
    here = (records.c.collection == collection, records.c.accepted_statement.is_not(None))
    return {key_of(row): _stated(row) for row in connection.execute(select(*_STATED).where(*here))}


def unresolved(connection: Connection, collection: str) -> dict[RecordKey, Stated]:
    """The same for those alone that are stated otherwise than when they were resolved."""
    news = or_(
        clusters.c.statement.is_distinct_from(records.c.accepted_statement),
        clusters.c.founded_on.is_distinct_from(records.c.founded_on),
        clusters.c.founded_as.is_distinct_from(records.c.founded_as),
    )
    here = (records.c.collection == collection, records.c.accepted_statement.is_not(None), news)
    query = select(*_STATED).join(clusters, is_clustered(), isouter=True).where(*here)
    return {key_of(row): _stated(row) for row in connection.execute(query)}


def stated(connection: Connection, keys: Collection[RecordKey]) -> dict[RecordKey, Stated]:
    """How these records are stated, for those that are published."""
    query = select(*_STATED).where(records.c.accepted_statement.is_not(None))
    found = (row for here in among(records, keys) for row in connection.execute(query.where(here)))
    return {key_of(row): _stated(row) for row in found}


def by_key(connection: Connection, keys: Collection[RecordKey]) -> dict[RecordKey, Accepted]:
    """These published records, of any collections."""
    found = {}
    for collection in sorted({key.collection for key in keys}):
        for here in among(records, [key for key in keys if key.collection == collection]):
            for row in connection.execute(last_good(collection).where(here)):
                record = accepted_of(row)
                found[record.key] = record
    return found


def by_cluster(connection: Connection, collection: str, since: int = -1) -> Iterator[tuple[str, list[Accepted]]]:
    """Stream a collection cluster by cluster, in order of identifier, the members in founding order.

    since: only clusters that a resolution after this one touched.
    A record that was never resolved is in no cluster, and is left out.
    """
    touched = select(clusters.c.national_id).where(clusters.c.since > since)
    query = (
        last_good(collection)
        .add_columns(clusters.c.national_id)
        .join(clusters, is_clustered())
        .where(clusters.c.national_id.in_(touched))
        .order_by(clusters.c.national_id, clusters.c.place)
    )
    rows = connection.execute(query).yield_per(_BATCH)
    for national_id, members in groupby(rows, key=lambda row: row.national_id):
        yield str(national_id), [accepted_of(row) for row in members]


def accepted_counts(connection: Connection) -> dict[str, int]:
    """Collection -> how many of its records are published."""
    query = select(records.c.collection, func.count()).where(records.c.accepted_statement.is_not(None))
    return {row[0]: row[1] for row in connection.execute(query.group_by(records.c.collection))}


def founders(connection: Connection, asked: Collection[RecordKey] | None = None) -> dict[RecordKey, RecordKey]:
    """Founding key -> key of every published record, or of those that were founded under the keys asked for."""
    columns = (records.c.collection, records.c.source, records.c.local_id, records.c.founded_as)
    query = select(*columns).where(records.c.accepted_statement.is_not(None))
    parts = [query] if asked is None else [query.where(here) for here in among(records, asked, "founded_as")]
    return {
        RecordKey(row.collection, row.source, row.founded_as): key_of(row)
        for part in parts
        for row in connection.execute(part)
    }


def continued(connection: Connection) -> dict[RecordKey, RecordKey]:
    """Founding key of a record that left -> the last record that continues it, as its source says.

    A record that was merged into one that was itself renamed or merged leads to the end of that chain.
    """
    following: dict[RecordKey, RecordKey] = {}
    founders: dict[RecordKey, RecordKey] = {}
    for row in connection.execute(select(records).where(records.c.successor_id.is_not(None))):
        key = key_of(row)
        following[key] = RecordKey(row.collection, row.successor_source, row.successor_id)
        if row.founded_as is not None:
            founders[RecordKey(row.collection, row.source, row.founded_as)] = key
    return {founder: _last(following, key) for founder, key in founders.items()}


def _last(following: Mapping[RecordKey, RecordKey], key: RecordKey) -> RecordKey:
    seen = {key}
    while (after := following.get(key)) is not None and after not in seen:
        seen.add(after)
        key = after
    return key


def _stated(row: Any) -> Stated:
    founder = RecordKey(row.collection, row.source, row.founded_as)
    return Stated(row.accepted_statement, Founding(row.founded_on, founder))


def is_clustered() -> Any:
    return and_(
        clusters.c.collection == records.c.collection,
        clusters.c.source == records.c.source,
        clusters.c.local_id == records.c.local_id,
    )


def last_good(collection: str) -> Select[Any]:
    """Every published record with its last good statement."""
    return (
        select(
            records.c.collection,
            records.c.source,
            records.c.local_id,
            records.c.accepted_hash,
            records.c.founded_on,
            records.c.founded_as,
            statements.c.payload,
            statements.c.modified_at,
        )
        .join(statements, statements.c.number == records.c.accepted_statement)
        .where(records.c.collection == collection)
    )


def accepted_of(row: Row[Any]) -> Accepted:
    return Accepted(
        key=key_of(row),
        payload=orjson.loads(row.payload),
        hash=row.accepted_hash,
        modified_at=row.modified_at,
        founded=Founding(row.founded_on, RecordKey(row.collection, row.source, row.founded_as)),
    )
