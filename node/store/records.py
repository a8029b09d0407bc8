"""Records: what the node states now, and the one way it may change.

Every change takes the next seq of the node, replaces the record's last one, is written to the log, and moves count and
digest of its collection, all in the caller's transaction.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update
from sqlalchemy.dialects.sqlite import insert

from node.store import state
from node.store.tables import changes, node, records
from schemas.canonical import SetDigest, bucket, hash_of

_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What an origin now says of one record.

    payload: canonical JSON, or None when the origin no longer holds the record.
    words:   folded text by which the public page finds it; None keeps it off that page.
    erased:  of a record without payload: whoever reads us is asked to erase what it was told before.
    """

    collection: str
    local_id: str
    origin: str
    payload: bytes | None
    words: str | None = None
    erased: bool = False

    @property
    def reason(self) -> str | None:
        """Why the record left, as the feed says it; None for one that is there."""
        if self.payload is not None:
            return None
        return "erased" if self.erased else "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """The newest change of a record, as the feed sends it. hash and payload are None for a tombstone."""

    seq: int
    collection: str
    local_id: str
    modified_at: str
    hash: str | None
    payload: bytes | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Held:
    """Who last stated a record, and the hash of what was said; no hash once it was withdrawn or erased."""

    origin: str
    hash: str | None
    erased: bool = False

    def says(self, statement: Statement, digest: str | None) -> bool:
        """Whether a statement tells nothing new. What is gone stays gone, and what was erased stays erased."""
        if digest is None:
            return self.hash is None and (self.erased or not statement.erased)
        return (self.origin, self.hash) == (statement.origin, digest)


def apply(connection: Connection, statements: Iterable[Statement], *, ingest: int, modified_at: str) -> int:
    """Make the statements, in their order; one that says what is already held changes nothing.

    modified_at: RFC 3339, stated with every change; it orders nothing.
    Returns the seq reached.
    """
    before = state.read(connection)
    seq, totals = before.seq, dict(before.collections)
    pending = iter(statements)
    while batch := list(islice(pending, _BATCH)):
        held = _held(connection, batch)
        rows: list[dict[str, Any]] = []
        for statement in batch:
            key = statement.collection, statement.local_id
            known = held.get(key)
            digest = None if statement.payload is None else hash_of(statement.payload)
            if known.says(statement, digest) if known else digest is None:
                continue
            seq += 1
            totals[statement.collection] = _moved(totals[statement.collection], statement.local_id, known, digest)
            held[key] = Held(statement.origin, digest, statement.erased)
            rows.append(_row(statement, seq, digest, modified_at))
        if rows:
            _write(connection, rows, ingest)
    if seq > before.seq:
        stated_at = max(before.stated_at, modified_at) if before.seq else modified_at
        state.write(connection, seq=seq, stated_at=stated_at, totals=totals)
    return seq


def held(connection: Connection, collection: str) -> dict[str, Held]:
    """Every record of the collection that was ever stated and not compacted away, by id."""
    query = select(records.c.local_id, records.c.origin, records.c.hash).where(records.c.collection == collection)
    return {row.local_id: Held(row.origin, row.hash) for row in connection.execute(query)}


def get(connection: Connection, collection: str, local_id: str) -> Stated | None:
    query = _lines().where(records.c.collection == collection, records.c.local_id == local_id)
    row = connection.execute(query).one_or_none()
    return _stated(row) if row else None


def after(connection: Connection, seq: int, limit: int) -> Iterator[Stated]:
    """The newest change of every record that changed after `seq`, in rising seq, `limit` at most."""
    return _stream(connection, _lines().where(records.c.seq > seq).order_by(records.c.seq).limit(limit))


def live(connection: Connection) -> Iterator[Stated]:
    """Every record that is not withdrawn, in rising seq."""
    return _stream(connection, _lines().where(records.c.payload.is_not(None)).order_by(records.c.seq))


def in_bucket(connection: Connection, collection: str, name: str) -> Iterator[Stated]:
    """The live records of one bucket, in rising seq."""
    chosen = records.c.collection == collection, records.c.bucket == name, records.c.payload.is_not(None)
    return _stream(connection, _lines().where(*chosen).order_by(records.c.seq))


def hashes(connection: Connection, collection: str) -> Iterator[tuple[str, str, str]]:
    """(bucket, id, hash) of every live record of the collection, in no order."""
    query = select(records.c.bucket, records.c.local_id, records.c.hash).where(
        records.c.collection == collection, records.c.hash.is_not(None)
    )
    for row in connection.execute(query).yield_per(_BATCH):
        yield row.bucket, row.local_id, row.hash


def compact(connection: Connection, seq: int) -> int:
    """Forget the tombstones up to `seq`; a reader whose cursor lies before the last of them must read the snapshot.

    Returns how many were forgotten.
    """
    tombstones = records.c.payload.is_(None), records.c.seq <= seq
    last = connection.scalars(select(records.c.seq).where(*tombstones).order_by(records.c.seq.desc()).limit(1)).first()
    if last is None:
        return 0
    connection.execute(update(node).values(compacted_before=last))
    return connection.execute(records.delete().where(*tombstones)).rowcount


def _held(connection: Connection, batch: list[Statement]) -> dict[tuple[str, str], Held]:
    found: dict[tuple[str, str], Held] = {}
    for collection in {statement.collection for statement in batch}:
        ids = [statement.local_id for statement in batch if statement.collection == collection]
        query = select(records.c.local_id, records.c.origin, records.c.hash, records.c.reason).where(
            records.c.collection == collection, records.c.local_id.in_(ids)
        )
        for row in connection.execute(query):
            found[collection, row.local_id] = Held(row.origin, row.hash, row.reason == "erased")
    return found


def _moved(total: state.Total, local_id: str, known: Held | None, digest: str | None) -> state.Total:
    count, sum_ = total.count, SetDigest.from_hex(total.digest)
    if known and known.hash:
        count, sum_ = count - 1, sum_.minus(total.collection, local_id, known.hash)
    if digest:
        count, sum_ = count + 1, sum_.plus(total.collection, local_id, digest)
    return state.Total(collection=total.collection, count=count, digest=sum_.hex)


def _row(statement: Statement, seq: int, digest: str | None, modified_at: str) -> dict[str, Any]:
    return {
        "seq": seq,
        "collection": statement.collection,
        "local_id": statement.local_id,
        "origin": statement.origin,
        "bucket": bucket(statement.local_id),
        "modified_at": modified_at,
        "hash": digest,
        "payload": statement.payload,
        "reason": statement.reason,
        "words": statement.words,
    }


def _write(connection: Connection, rows: list[dict[str, Any]], ingest: int) -> None:
    upsert = insert(records)
    moved = {column.name: column for column in upsert.excluded if column.name not in ("collection", "local_id")}
    connection.execute(upsert.on_conflict_do_update(index_elements=["collection", "local_id"], set_=moved), rows)
    kept = ("seq", "collection", "local_id", "hash", "reason", "modified_at")
    log = [
        {name: row[name] for name in kept} | {"ingest": ingest, "op": "put" if row["hash"] else "delete"}
        for row in rows
    ]
    connection.execute(changes.insert(), log)


def _lines() -> Select[Any]:
    wanted = ("seq", "collection", "local_id", "modified_at", "hash", "payload", "reason")
    return select(*(records.c[name] for name in wanted))


def _stream(connection: Connection, query: Select[Any]) -> Iterator[Stated]:
    for row in connection.execute(query).yield_per(_BATCH):
        yield _stated(row)


def _stated(row: Row[Any]) -> Stated:
    return Stated(**row._mapping)
