"""The pairs that a person should look at, and what would change. Derived: replaced whole when the clusters change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from hub.model.match import Pair
from hub.store.tables import doubts
from schemas.canonical import JSON
from schemas.record import RecordKey

_BATCH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A pair, and the decision that it stands for.

    joined:   whether its two records are in one cluster now.
    log_odds: of the pair itself; `parts` (name, weight and text_fr of each) add up to it.
    link:     log-odds of the two sides that would be joined or parted (see `hub.doubts`).
    moved:    records that would change identifier if the decision were the other one.
    networks: that hold a record of either side.
    """

    pair: Pair
    joined: bool
    log_odds: float
    link: float
    moved: int
    networks: int
    parts: tuple[JSON, ...]


def replace(connection: Connection, found: Sequence[Doubt]) -> None:
    connection.execute(delete(doubts))
    for start in range(0, len(found), _BATCH):
        connection.execute(insert(doubts), [_row(each) for each in found[start : start + _BATCH]])


def every(connection: Connection, collection: str | None = None) -> Iterator[Doubt]:
    query = select(doubts) if collection is None else select(doubts).where(doubts.c.collection == collection)
    for row in connection.execute(query).yield_per(_BATCH):
        yield _doubt(row)


def _row(each: Doubt) -> dict[str, Any]:
    left, right = each.pair.left, each.pair.right
    return {
        "collection": left.collection,
        "left_source": left.source,
        "left_id": left.local_id,
        "right_source": right.source,
        "right_id": right.local_id,
        "joined": each.joined,
        "log_odds": each.log_odds,
        "link": each.link,
        "moved": each.moved,
        "networks": each.networks,
        "parts": list(each.parts),
    }


def _doubt(row: Row[Any]) -> Doubt:
    left = RecordKey(row.collection, row.left_source, row.left_id)
    right = RecordKey(row.collection, row.right_source, row.right_id)
    return Doubt(
        pair=Pair(left, right),
        joined=row.joined,
        log_odds=row.log_odds,
        link=row.link,
        moved=row.moved,
        networks=row.networks,
        parts=tuple(row.parts),
    )
