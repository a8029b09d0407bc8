"""Erased: the ids of records that the network asked to erase, so that no later file brings them back by itself.

An id says no more than the log of changes does, which keeps it for ever; nothing of the record is here.
"""

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from node.store.tables import erased


def keep(connection: Connection, collection: str, local_id: str, asked_at: str) -> None:
    """Remember an id; the first day it was asked for stays.

    asked_at: RFC 3339, in UTC.
    """
    row = {"collection": collection, "local_id": local_id, "asked_at": asked_at}
    connection.execute(insert(erased).values(**row).on_conflict_do_nothing())


def of(connection: Connection, collection: str) -> dict[str, str]:
    """When each was asked for, by id."""
    query = select(erased.c.local_id, erased.c.asked_at).where(erased.c.collection == collection)
    return {row.local_id: row.asked_at for row in connection.execute(query)}


def lift(connection: Connection, collection: str, local_id: str) -> bool:
    """Let files state an id again; False when nothing kept them from it."""
    here = erased.c.collection == collection, erased.c.local_id == local_id
    return connection.execute(delete(erased).where(*here)).rowcount == 1
