"""One row a record: where it stands. Readers stream in key order; writers write by the page."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
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
    select,
)

from hub.model.holding import Holding
from hub.model.standing import Fate, Standing, State
from hub.store.columns import key_type
from hub.store.tables import records
from hub.store.upsert import Columns, upsert_all
from schemas.canonical import SetDigest, bucket
from schemas.record import RecordKey

_BATCH = 1_000

# Built once, since every page of a feed or every visit asks: building one takes up to ten times as long as running it.
_COUNTS = (
    select(records.c.collection, records.c.state, func.count())
    .where(records.c.source == bindparam("source"))
    .group_by(records.c.state, records.c.collection)  # in the order of the index, which answers alone
)
_STATED = records.c.source == bindparam("source"), records.c.declared_hash.is_not(None)
_DECLARED_COUNTS = select(records.c.collection, func.count()).where(*_STATED).group_by(records.c.collection)
_DECLARED = select(records.c.local_id, records.c.declared_hash).where(
    *_STATED, records.c.collection == bindparam("collection")
)
# On SQLite the ids are one value, since a thousand take twice as long as one that holds them all.
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
    return {row[0]: row[1] for row in connection.execute(_DECLARED_COUNTS, {"source": source})}


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
    found: dict[str, dict[State, int]] = defaultdict(lambda: dict.fromkeys(State, 0))
    for collection, state, count in connection.execute(_COUNTS, {"source": source}):
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


def key_of(row: Any) -> RecordKey:
    return RecordKey(row.collection, row.source, row.local_id)


def _declared(source: str) -> Any:
    return and_(records.c.source == source, records.c.declared_hash.is_not(None))


def _digest(connection: Connection, source: str, collection: str) -> str:
    rows = connection.execute(_DECLARED, {"source": source, "collection": collection}).yield_per(_BATCH)
    return SetDigest.of((collection, local_id, declared) for local_id, declared in rows).hex


def standing(row: Row[Any]) -> Standing:
    return Standing(
        key=key_of(row),
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
