"""The records that wait at the end of a visit: those that left, and those that seem to go on under a new id.

left          the source no longer states it; published until its deletion is applied
  proposed    it seems to go on under another id: a person says whether it does
  kept        a person rejected its deletion: it stays until the source says something else of it
arriving      the new side of a proposal: stated, fit, and not published until the person has spoken
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, func, or_, select

from hub.model.standing import Fate, Standing, State
from hub.model.statement import Op
from hub.store.erasures import erase
from hub.store.records import standing
from hub.store.tables import records, statements
from schemas.canonical import JSON, SetDigest
from schemas.record import RecordKey

_BATCH = 1_000
_IS_KEPT = func.coalesce(records.c.ruled, "") == Fate.KEPT
# A tombstone that says where the record went, or that it must be erased, leaves nothing to guess.
_EXPLAINED = ("erased", "merged", "moved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Records of one collection: those that left under the guard, that seem re-keyed, that are kept, and arriving."""

    lost: int = 0
    rekeyed: int = 0
    kept: int = 0
    arriving: int = 0


_KIND = case(
    (records.c.declared_hash.is_not(None), "arriving"),
    (records.c.proposed.is_not(None), "rekeyed"),
    (_IS_KEPT, "kept"),
    else_="lost",
).label("kind")
# Built once, since each visit asks several times. Grouped by kind first: for the other order SQLite would read every
# record of the source.
_WAITING = (
    select(records.c.collection, _KIND, func.count())
    .where(records.c.source == bindparam("source"), records.c.state == State.HELD)
    .group_by(_KIND, records.c.collection)
)


def waiting(connection: Connection, source: str) -> dict[str, Waiting]:
    """What waits of a source, by collection; one where nothing does is left out."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for collection, name, count in connection.execute(_WAITING, {"source": source}):
        found[collection][name] = count
    return {collection: Waiting(**counts) for collection, counts in found.items()}


def totals(found: Mapping[str, Waiting]) -> dict[str, int]:
    """What waits of a source over all collections, as fields of a Tally."""
    return {
        "held": sum(each.lost for each in found.values()),
        "rekeyed": sum(each.rekeyed for each in found.values()),
        "kept": sum(each.kept for each in found.values()),
    }


def shown(connection: Connection, source: str) -> str:
    """A digest of which records left and why they wait: what a person who decides has before them."""
    query = select(records.c.collection, records.c.local_id, records.c.received_statement, records.c.proposed)
    rows = connection.execute(query.where(_left(source))).yield_per(_BATCH)
    return SetDigest.of(
        (collection, local_id, f"{received}\n{proposed or ''}") for collection, local_id, received, proposed in rows
    ).hex


def vanished(connection: Connection, source: str) -> Iterator[tuple[RecordKey, JSON]]:
    """Stream the records that left unexplained, and about which nobody decided, with their published content."""
    last = statements.alias("last")
    unexplained = or_(last.c.op == Op.ABSENT, func.coalesce(_reason(last), "").not_in(_EXPLAINED))
    query = (
        select(records.c.collection, records.c.local_id, statements.c.payload)
        .join(statements, statements.c.number == records.c.accepted_statement)
        .join(last, last.c.number == records.c.received_statement)
        .where(_left(source), records.c.proposed.is_(None), records.c.ruled.is_(None))
        .where(records.c.successor_id.is_(None), unexplained)
    )
    return _contents(connection, source, query)


def arrived(connection: Connection, source: str, since: datetime) -> Iterator[tuple[RecordKey, JSON]]:
    """Stream the records first accepted after `since`, with their content."""
    query = (
        select(records.c.collection, records.c.local_id, statements.c.payload)
        .join(statements, statements.c.number == records.c.accepted_statement)
        .where(records.c.source == source, records.c.state == State.ACCEPTED, records.c.founded_on > since)
    )
    return _contents(connection, source, query)


def proposals(connection: Connection, source: str) -> Iterator[tuple[Standing, Standing]]:
    """Stream the records that seem re-keyed, each with the record that it seems to go on as, in key order."""
    new = records.alias("heir")
    pair = and_(
        new.c.source == records.c.source,
        new.c.collection == records.c.collection,
        new.c.local_id == records.c.proposed,
    )
    old_side = select(records).where(_left(source), records.c.proposed.is_not(None))
    new_side = select(new).join(records, pair).where(_left(source))
    order = (records.c.collection, records.c.local_id)
    heirs = {heir.key: heir for heir in map(standing, connection.execute(new_side))}
    for old in map(standing, connection.execute(old_side.order_by(*order))):
        key = RecordKey(old.key.collection, source, old.proposed or "")
        yield old, heirs.get(key, Standing(key=key, received=0))


def listed(connection: Connection, source: str, limit: int) -> list[JSON]:
    """What left and stays for now, in key order: what it is called, why it waits, where it seems to go on."""
    query = (
        select(records.c.collection, records.c.local_id, records.c.proposed, records.c.ruled, statements.c.payload)
        .join(statements, statements.c.number == records.c.accepted_statement)
        .where(_left(source))
        .order_by(records.c.collection, records.c.local_id)
        .limit(limit)
    )
    found = []
    for row in connection.execute(query):
        payload: JSON = orjson.loads(row.payload) if row.payload is not None else {}
        why = "rekeyed" if row.proposed is not None else "kept" if row.ruled == Fate.KEPT else "waits"
        name = payload.get("name") or payload.get("title")
        found.append({"collection": row.collection, "id": row.local_id, "name": name, "why": why, "to": row.proposed})
    return found


def going(connection: Connection, source: str, collection: str, *, kept: bool = False) -> list[Standing]:
    """The records of one collection whose deletion waits. kept: also those whose deletion a person rejected."""
    here = and_(_left(source), records.c.collection == collection, records.c.proposed.is_(None))
    return _standings(connection, here if kept else and_(here, ~_IS_KEPT))


def keepable(connection: Connection, source: str) -> list[Standing]:
    """The records whose deletion waits and may be rejected: what the source asks to erase may not."""
    return _standings(connection, and_(_left(source), records.c.proposed.is_(None), ~_IS_KEPT, ~_erased()))


def purge(connection: Connection, source: str, collection: str) -> None:
    """Remove the content of the records of one collection whose erasure is about to be applied."""
    here = and_(_left(source), records.c.collection == collection, _erased())
    asked = select(records.c.local_id, records.c.received_statement).where(here)
    for local_id, tombstone in connection.execute(asked).all():
        erase(connection, RecordKey(collection, source, local_id), tombstone)


def _standings(connection: Connection, here: ColumnElement[bool]) -> list[Standing]:
    query = select(records).where(here).order_by(records.c.collection, records.c.local_id)
    return [standing(row) for row in connection.execute(query)]


def _contents(connection: Connection, source: str, query: Any) -> Iterator[tuple[RecordKey, JSON]]:
    for row in connection.execute(query).yield_per(_BATCH):
        if row.payload is not None:
            yield RecordKey(row.collection, source, row.local_id), orjson.loads(row.payload)


def _left(source: str) -> ColumnElement[bool]:
    """Held because the source no longer states it."""
    return and_(records.c.source == source, records.c.state == State.HELD, records.c.declared_hash.is_(None))


def _erased() -> ColumnElement[bool]:
    """Whether the last statement of a record asks for its erasure."""
    asks = and_(statements.c.number == records.c.received_statement, statements.c.op == Op.DELETE)
    return select(statements.c.number).where(asks, _reason(statements) == "erased").exists()


def _reason(of: Any) -> ColumnElement[str]:
    reason: ColumnElement[str] = of.c.detail["reason"].as_string()
    return reason
