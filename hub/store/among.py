"""Rows of some keys: as conditions that SQLite and PostgreSQL take, a thousand keys at a time."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from sqlalchemy import ColumnElement, Table, and_

from schemas.record import RecordKey

_BATCH = 1_000


def among(
    table: Table, keys: Collection[RecordKey], local_id: str = "local_id", prefix: str = ""
) -> Iterator[ColumnElement[bool]]:
    """Conditions that together hold for the rows of these keys, each for another part of them.

    local_id: the column that holds the network's own id; `prefix` comes before it and before `source`.
    """
    by_source: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key in keys:
        by_source[key.collection, key.source].append(key.local_id)
    for (collection, source), ids in sorted(by_source.items()):
        for start in range(0, len(ids), _BATCH):
            yield and_(
                table.c.collection == collection,
                table.c[f"{prefix}source"] == source,
                table.c[f"{prefix}{local_id}"].in_(ids[start : start + _BATCH]),
            )
