"""Corrections that the network accepted: another value at one place of a record, while its file says the old one."""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, delete, insert, select

from node.store.tables import corrections


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """number: as the hub gave it. pointer: RFC 6901, into the record."""

    number: int
    collection: str
    local_id: str
    pointer: str
    current: Any
    proposed: Any


def keep(connection: Connection, accepted: Accepted, accepted_at: str) -> None:
    row = {
        "number": accepted.number,
        "collection": accepted.collection,
        "local_id": accepted.local_id,
        "pointer": accepted.pointer,
        "current": orjson.dumps(accepted.current).decode(),
        "proposed": orjson.dumps(accepted.proposed).decode(),
        "accepted_at": accepted_at,
    }
    connection.execute(insert(corrections).values(**row))


def of(connection: Connection, collection: str) -> dict[str, list[Accepted]]:
    """Those of a collection, by record, the oldest first."""
    found: dict[str, list[Accepted]] = {}
    query = select(corrections).where(corrections.c.collection == collection).order_by(corrections.c.number)
    for row in connection.execute(query):
        accepted = Accepted(
            number=row.number,
            collection=row.collection,
            local_id=row.local_id,
            pointer=row.pointer,
            current=orjson.loads(row.current),
            proposed=orjson.loads(row.proposed),
        )
        found.setdefault(row.local_id, []).append(accepted)
    return found


def forget(connection: Connection, collection: str, local_id: str) -> None:
    """What was accepted for a record that is erased."""
    connection.execute(
        delete(corrections).where(corrections.c.collection == collection, corrections.c.local_id == local_id)
    )
