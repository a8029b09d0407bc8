"""The state of the whole node: its epoch, how far it counted, and the totals of each collection."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from node.store.tables import collections, node
from schemas.canonical import EMPTY
from schemas.record import COLLECTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """How many live records a collection has, and their set digest (64 hexadecimal digits)."""

    collection: str
    count: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """stated_at: RFC 3339, the latest date of what the node states; it moves only when seq moves."""

    epoch: str
    seq: int
    compacted_before: int
    stated_at: str
    collections: Mapping[str, Total]


def begin(connection: Connection, epoch: str, now: str) -> None:
    """Begin the history of an empty node."""
    connection.execute(insert(node).values(id=1, epoch=epoch, seq=0, compacted_before=0, stated_at=now))
    rows = [{"name": name, "count": 0, "digest": EMPTY.hex} for name in COLLECTIONS]
    connection.execute(insert(collections), rows)


def read(connection: Connection) -> State:
    found = connection.execute(select(node)).one()
    query = select(collections.c.name.label("collection"), collections.c.count, collections.c.digest)
    totals = {row.collection: Total(**row._mapping) for row in connection.execute(query)}
    return State(
        epoch=found.epoch,
        seq=found.seq,
        compacted_before=found.compacted_before,
        stated_at=found.stated_at,
        collections={name: totals[name] for name in COLLECTIONS},
    )


def write(connection: Connection, *, seq: int, stated_at: str, totals: Mapping[str, Total]) -> None:
    connection.execute(update(node).values(seq=seq, stated_at=stated_at))
    for total in totals.values():
        chosen = update(collections).where(collections.c.name == total.collection)
        connection.execute(chosen.values(count=total.count, digest=total.digest))
