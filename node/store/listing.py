"""The actors a network shows on its own public page: searched and sorted by their folded words."""

from collections.abc import Iterator

import orjson
from sqlalchemy import ColumnElement, Connection, func, select

from node.store.tables import records
from schemas.canonical import JSON
from schemas.text import fold

COLLECTION = "actor"
_UNLISTED = "counted-only"
_BATCH = 500


def words(collection: str, payload: JSON) -> str | None:
    """Folded text by which the page finds and sorts a record: its name first. None when the page may not show it."""
    if collection != COLLECTION or payload.get("publication") == _UNLISTED:
        return None
    seat = payload.get("seat", {})
    names = [payload["name"], payload.get("acronym"), *payload.get("other_names", ())]
    return fold(" ".join(text for text in (*names, seat.get("city"), seat.get("postcode")) if text))


def count(connection: Connection, search: str = "") -> int:
    """How many listed actors hold every word of the search."""
    return connection.execute(select(func.count()).select_from(records).where(*_found(search))).scalar_one()


def unlisted(connection: Connection) -> int:
    """How many actors are stated without being shown: the counted-only ones."""
    hidden = records.c.collection == COLLECTION, records.c.words.is_(None), records.c.payload.is_not(None)
    return connection.execute(select(func.count()).select_from(records).where(*hidden)).scalar_one()


def actors(
    connection: Connection, search: str = "", *, skip: int = 0, size: int | None = None
) -> Iterator[tuple[str, JSON]]:
    """Id and payload of the listed actors that hold every word of the search, by name."""
    query = select(records.c.local_id, records.c.payload).where(*_found(search))
    ordered = query.order_by(records.c.words, records.c.local_id).offset(skip).limit(size)
    for row in connection.execute(ordered).yield_per(_BATCH):
        yield row.local_id, orjson.loads(row.payload)


def actor(connection: Connection, local_id: str) -> JSON | None:
    """The payload of one listed actor."""
    query = select(records.c.payload).where(records.c.local_id == local_id, *_found(""))
    payload = connection.execute(query).scalar_one_or_none()
    return orjson.loads(payload) if payload else None


def _found(search: str) -> list[ColumnElement[bool]]:
    listed = [records.c.collection == COLLECTION, records.c.words.is_not(None)]
    return listed + [records.c.words.contains(word, autoescape=True) for word in fold(search).split()]
