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
from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, case, func, or_, select

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

# Statements are built once, each above what runs it, since visits ask again and again: building one takes longer than
# running it. Their parameters are `source`, and what is said there.
_SOURCE = records.c.source == bindparam("source")
# Held because the source no longer states it.
_LEFT = and_(_SOURCE, records.c.state == State.HELD, records.c.declared_hash.is_(None))
_IN_ORDER = (records.c.collection, records.c.local_id)


def _reason(of: Any) -> ColumnElement[str]:
    reason: ColumnElement[str] = of.c.detail["reason"].as_string()
    return reason


# Whether the last statement of a record asks for its erasure.
_ERASED = (
    select(statements.c.number)
    .where(statements.c.number == records.c.received_statement, statements.c.op == Op.DELETE)
    .where(_reason(statements) == "erased")
    .exists()
)


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
# Grouped by kind first: for the other order SQLite would read every record of the source.
_WAITING = (
    select(records.c.collection, _KIND, func.count())
    .where(_SOURCE, records.c.state == State.HELD)
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


_SHOWN = select(*_IN_ORDER, records.c.received_statement, records.c.proposed).where(_LEFT)


def shown(connection: Connection, source: str) -> str:
    """A digest of which records left and why they wait: what a person who decides has before them."""
    rows = connection.execute(_SHOWN, {"source": source}).yield_per(_BATCH)
    return SetDigest.of(
        (collection, local_id, f"{received}\n{proposed or ''}") for collection, local_id, received, proposed in rows
    ).hex


_PUBLISHED = select(*_IN_ORDER, statements.c.payload).join(
    statements, statements.c.number == records.c.accepted_statement
)
_LAST = statements.alias("last")
_VANISHED = (
    _PUBLISHED.join(_LAST, _LAST.c.number == records.c.received_statement)
    .where(_LEFT, records.c.proposed.is_(None), records.c.ruled.is_(None), records.c.successor_id.is_(None))
    .where(or_(_LAST.c.op == Op.ABSENT, func.coalesce(_reason(_LAST), "").not_in(_EXPLAINED)))
)


def vanished(connection: Connection, source: str) -> Iterator[tuple[RecordKey, JSON]]:
    """Stream the records that left unexplained, and about which nobody decided, with their published content."""
    return _contents(connection, _VANISHED, {"source": source})


_ARRIVED = _PUBLISHED.where(_SOURCE, records.c.state == State.ACCEPTED, records.c.founded_on > bindparam("since"))


def arrived(connection: Connection, source: str, since: datetime) -> Iterator[tuple[RecordKey, JSON]]:
    """Stream the records first accepted after `since`, with their content."""
    return _contents(connection, _ARRIVED, {"source": source, "since": since})


_HEIR = records.alias("heir")
_PAIR = and_(
    _HEIR.c.source == records.c.source,
    _HEIR.c.collection == records.c.collection,
    _HEIR.c.local_id == records.c.proposed,
)
_OLD_SIDE = select(records).where(_LEFT, records.c.proposed.is_not(None)).order_by(*_IN_ORDER)
_NEW_SIDE = select(_HEIR).join(records, _PAIR).where(_LEFT)


def proposals(connection: Connection, source: str) -> Iterator[tuple[Standing, Standing]]:
    """Stream the records that seem re-keyed, each with the record that it seems to go on as, in key order."""
    heirs = {heir.key: heir for heir in map(standing, connection.execute(_NEW_SIDE, {"source": source}))}
    for old in map(standing, connection.execute(_OLD_SIDE, {"source": source})):
        key = RecordKey(old.key.collection, source, old.proposed or "")
        yield old, heirs.get(key, Standing(key=key, received=0))


_LISTED = _PUBLISHED.add_columns(records.c.proposed, records.c.ruled).where(_LEFT).order_by(*_IN_ORDER)


def listed(connection: Connection, source: str, limit: int) -> list[JSON]:
    """What left and stays for now, in key order: what it is called, why it waits, where it seems to go on."""
    found = []
    for row in connection.execute(_LISTED.limit(limit), {"source": source}):
        payload: JSON = orjson.loads(row.payload) if row.payload is not None else {}
        why = "rekeyed" if row.proposed is not None else "kept" if row.ruled == Fate.KEPT else "waits"
        name = payload.get("name") or payload.get("title")
        found.append({"collection": row.collection, "id": row.local_id, "name": name, "why": why, "to": row.proposed})
    return found


_COLLECTION = records.c.collection == bindparam("collection")
_UNDECIDED = select(records).where(_LEFT, records.c.proposed.is_(None)).order_by(*_IN_ORDER)
_GOING_OR_KEPT = _UNDECIDED.where(_COLLECTION)
_GOING = _GOING_OR_KEPT.where(~_IS_KEPT)


def going(connection: Connection, source: str, collection: str, *, kept: bool = False) -> list[Standing]:
    """The records of one collection whose deletion waits. kept: also those whose deletion a person rejected."""
    query = _GOING_OR_KEPT if kept else _GOING
    return [standing(row) for row in connection.execute(query, {"source": source, "collection": collection})]


_KEEPABLE = _UNDECIDED.where(~_IS_KEPT, ~_ERASED)


def keepable(connection: Connection, source: str) -> list[Standing]:
    """The records whose deletion waits and may be rejected: what the source asks to erase may not."""
    return [standing(row) for row in connection.execute(_KEEPABLE, {"source": source})]


_TO_PURGE = select(records.c.local_id, records.c.received_statement).where(_LEFT, _COLLECTION, _ERASED)


def purge(connection: Connection, source: str, collection: str) -> None:
    """Remove the content of the records of one collection whose erasure is about to be applied."""
    for local_id, tombstone in connection.execute(_TO_PURGE, {"source": source, "collection": collection}).all():
        erase(connection, RecordKey(collection, source, local_id), tombstone)


def _contents(
    connection: Connection, query: Select[Any], parameters: Mapping[str, Any]
) -> Iterator[tuple[RecordKey, JSON]]:
    for row in connection.execute(query, parameters).yield_per(_BATCH):
        if row.payload is not None:
            yield RecordKey(row.collection, parameters["source"], row.local_id), orjson.loads(row.payload)
