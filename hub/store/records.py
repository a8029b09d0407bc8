"""One row a record: where it stands. Readers stream in key order; writers write by the page."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    Row,
    Select,
    String,
    Table,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
)

from hub.model.holding import Holding
from hub.model.record import Accepted, Founding, Stated
from hub.model.standing import Fate, Standing, State
from hub.store.among import among
from hub.store.columns import key_type
from hub.store.tables import clusters, records, statements
from hub.store.upsert import Columns, upsert_all
from schemas.canonical import SetDigest, bucket
from schemas.record import RecordKey

_BATCH = 1_000

_STATED = tuple(
    records.c[name] for name in ("collection", "source", "local_id", "accepted_statement", "founded_on", "founded_as")
)

# Built once, since every page of a feed asks: building it takes ten times as long as running it. On SQLite the ids are
# one value, since a thousand take twice as long as one that holds them all.
_HERE = select(records).where(records.c.source == bindparam("source"), records.c.collection == bindparam("collection"))
_HELD = func.json_each(bindparam("ids", type_=String)).table_valued("value")
_OF_SOURCE: Mapping[str, tuple[Select[Any], Callable[[Sequence[str]], Any]]] = {
    "sqlite": (
        _HERE.where(records.c.local_id.in_(select(_HELD.c.value))),
        lambda ids: orjson.dumps(ids).decode(),
    ),
    "postgresql": (_HERE.where(records.c.local_id.in_(bindparam("ids", expanding=True))), list),
}

_seen = Table(
    "seen",
    MetaData(),
    Column("collection", key_type, primary_key=True),
    Column("local_id", key_type, primary_key=True),
    prefixes=["TEMPORARY"],
)


def standings(connection: Connection, keys: Iterable[RecordKey]) -> dict[RecordKey, Standing]:
    """Where these records stand; one that was never heard of is left out."""
    wanted: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key in keys:
        wanted[key.source, key.collection].append(key.local_id)
    return {
        each.key: each
        for (source, collection), ids in wanted.items()
        for each in of_source(connection, source, collection, ids)
    }


def of_source(connection: Connection, source: str, collection: str, ids: Sequence[str]) -> Iterator[Standing]:
    """Where these records of one source stand, in no particular order; one never heard of is left out."""
    query, spelt = _OF_SOURCE[connection.dialect.name]
    for start in range(0, len(ids), _BATCH):
        asked = {"source": source, "collection": collection, "ids": spelt(ids[start : start + _BATCH])}
        yield from map(standing, connection.execute(query, asked))


def save(connection: Connection, changed: Collection[Standing]) -> None:
    rest = iter(changed)
    while batch := list(islice(rest, _BATCH)):
        upsert_all(connection, records, _columns(batch))


def holdings(connection: Connection, source: str) -> dict[str, Holding]:
    """What we received of a source and it still states, by collection: the other side of its manifest."""
    return {
        collection: Holding(count=count, digest=_digest(connection, source, collection))
        for collection, count in declared_counts(connection, source).items()
    }


def declared_counts(connection: Connection, source: str) -> dict[str, int]:
    """How many records of each collection a source still states."""
    query = select(records.c.collection, func.count()).where(_declared(source)).group_by(records.c.collection)
    return {row[0]: row[1] for row in connection.execute(query)}


def buckets(connection: Connection, source: str, collection: str) -> dict[str, Holding]:
    """The same for each bucket of one collection; empty ones are left out."""
    digests: dict[str, SetDigest] = defaultdict(SetDigest)
    counts: dict[str, int] = defaultdict(int)
    query = select(records.c.bucket, records.c.local_id, records.c.declared_hash)
    for row in connection.execute(query.where(_declared(source), records.c.collection == collection)).yield_per(_BATCH):
        digests[row.bucket] = digests[row.bucket].plus(collection, row.local_id, row.declared_hash)
        counts[row.bucket] += 1
    return {name: Holding(count=counts[name], digest=digest.hex) for name, digest in digests.items()}


def counts(connection: Connection, source: str) -> dict[str, dict[State, int]]:
    """Records of a source by collection and state."""
    query = (
        select(records.c.collection, records.c.state, func.count())
        .where(records.c.source == source)
        .group_by(records.c.state, records.c.collection)  # in the order of the index, which answers alone
    )
    found: dict[str, dict[State, int]] = defaultdict(lambda: dict.fromkeys(State, 0))
    for collection, state, count in connection.execute(query):
        found[collection][State(state)] = count
    return dict(found)


def in_state(connection: Connection, source: str, state: State) -> Iterator[Standing]:
    """Stream one source's records of one state, in key order."""
    query = select(records).where(records.c.source == source, records.c.state == state)
    for row in connection.execute(query.order_by(records.c.collection, records.c.local_id)).yield_per(_BATCH):
        yield standing(row)


def in_bucket(connection: Connection, source: str, collection: str, name: str) -> list[Standing]:
    """The records of one bucket that the source still states, as far as we know."""
    here = and_(_declared(source), records.c.collection == collection, records.c.bucket == name)
    return [standing(row) for row in connection.execute(select(records).where(here))]


def waiting(connection: Connection, source: str) -> list[RecordKey]:
    """The records of a source whose last statement waits in quarantine, in key order."""
    return [standing.key for standing in in_state(connection, source, State.QUARANTINED)]


def missing_from(connection: Connection, source: str, seen: Iterable[tuple[str, str]]) -> Iterator[Standing]:
    """Stream the records that a source stated once and that are not among the (collection, local id) pairs of `seen`.

    Neither side is held in memory. The connection must not be in autocommit: the pairs wait in a temporary table.
    """
    _seen.create(connection)
    waiting: list[dict[str, str]] = []
    for collection, local_id in seen:
        waiting.append({"collection": collection, "local_id": local_id})
        if len(waiting) == 10 * _BATCH:
            connection.execute(insert(_seen), waiting)
            waiting.clear()
    if waiting:
        connection.execute(insert(_seen), waiting)
    match = and_(_seen.c.collection == records.c.collection, _seen.c.local_id == records.c.local_id)
    query = select(records).where(_declared(source), ~exists().where(match))
    for row in connection.execute(query).fetchall():
        yield standing(row)
    _seen.drop(connection)


def accepted(connection: Connection, collection: str) -> Iterator[Accepted]:
    """Stream every published record of a collection with its last good statement, in key order."""
    query = last_good(collection).order_by(records.c.source, records.c.local_id)
    for row in connection.execute(query).yield_per(_BATCH):
        yield accepted_of(row)


def published(connection: Connection, collection: str) -> dict[RecordKey, Stated]:
    """Every published record of a collection, and how it is stated."""
    here = (records.c.collection == collection, records.c.accepted_statement.is_not(None))
    return {_key(row): _stated(row) for row in connection.execute(select(*_STATED).where(*here))}


def unresolved(connection: Connection, collection: str) -> dict[RecordKey, Stated]:
    """The same for those alone that are stated otherwise than when they were resolved."""
    news = or_(
        clusters.c.statement.is_distinct_from(records.c.accepted_statement),
        clusters.c.founded_on.is_distinct_from(records.c.founded_on),
        clusters.c.founded_as.is_distinct_from(records.c.founded_as),
    )
    here = (records.c.collection == collection, records.c.accepted_statement.is_not(None), news)
    query = select(*_STATED).join(clusters, is_clustered(), isouter=True).where(*here)
    return {_key(row): _stated(row) for row in connection.execute(query)}


def stated(connection: Connection, keys: Collection[RecordKey]) -> dict[RecordKey, Stated]:
    """How these records are stated, for those that are published."""
    query = select(*_STATED).where(records.c.accepted_statement.is_not(None))
    found = (row for here in among(records, keys) for row in connection.execute(query.where(here)))
    return {_key(row): _stated(row) for row in found}


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
        RecordKey(row.collection, row.source, row.founded_as): _key(row)
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
        key = _key(row)
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


def _key(row: Any) -> RecordKey:
    return RecordKey(row.collection, row.source, row.local_id)


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
        key=_key(row),
        payload=orjson.loads(row.payload),
        hash=row.accepted_hash,
        modified_at=row.modified_at,
        founded=Founding(row.founded_on, RecordKey(row.collection, row.source, row.founded_as)),
    )


def _declared(source: str) -> Any:
    return and_(records.c.source == source, records.c.declared_hash.is_not(None))


def _digest(connection: Connection, source: str, collection: str) -> str:
    query = select(records.c.local_id, records.c.declared_hash)
    rows = connection.execute(query.where(_declared(source), records.c.collection == collection)).yield_per(_BATCH)
    return SetDigest.of((collection, local_id, declared) for local_id, declared in rows).hex


def standing(row: Row[Any]) -> Standing:
    return Standing(
        key=_key(row),
        received=row.received_statement,
        state=State(row.state),
        declared_hash=row.declared_hash,
        accepted=row.accepted_statement,
        accepted_hash=row.accepted_hash,
        founded_on=row.founded_on,
        founded_as=row.founded_as,
        minted=row.minted,
        successor=(row.successor_source, row.successor_id) if row.successor_id is not None else None,
        proposed=row.proposed,
        ruled=Fate(row.ruled) if row.ruled is not None else None,
    )


def _columns(changed: Sequence[Standing]) -> Columns:
    columns: dict[str, Sequence[Any]] = dict(zip(Standing._fields, zip(*changed, strict=True), strict=True))
    keys, goes_on = columns.pop("key"), columns.pop("successor")
    return {
        "source": [key.source for key in keys],
        "collection": [key.collection for key in keys],
        "local_id": [key.local_id for key in keys],
        "bucket": [bucket(key.local_id) for key in keys],
        "received_statement": columns.pop("received"),
        "accepted_statement": columns.pop("accepted"),
        "successor_source": [there[0] if there else None for there in goes_on],
        "successor_id": [there[1] if there else None for there in goes_on],
        **columns,
        "state": [state.value for state in columns["state"]],
    }
