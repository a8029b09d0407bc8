"""What may be seen of the source records: streamed from the database in order, so that none of it is held in memory.

A record is shown when its golden record is, and when it agreed to be published as widely as that one.
"""

from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import Connection, Select, and_, exists, func, select

from hub.model.issued import IssuedId
from hub.model.record import Accepted
from hub.store.clusters import StoredEdge, issued_id, stored_edge
from hub.store.publishable import accepted_of, is_clustered, last_good
from hub.store.tables import clusters, golden, issued_ids, records, statements
from hub.store.tables import edges as joined
from schemas.canonical import JSON

COUNTED_ONLY = "counted-only"
_BATCH = 1_000


def members(connection: Connection, collection: str) -> Iterator[tuple[str, Accepted]]:
    """Identifier and record: the shown records of a collection, in order of identifier, then in founding order."""
    query = (
        last_good(collection)
        .add_columns(clusters.c.national_id, golden.c.publication)
        .join(clusters, is_clustered())
        .join(golden, and_(golden.c.national_id == clusters.c.national_id, golden.c.publication != COUNTED_ONLY))
        .order_by(clusters.c.national_id, clusters.c.place)
    )
    for row in connection.execute(query).yield_per(_BATCH):
        member = accepted_of(row)
        if _says(member.payload) == row.publication:
            yield row.national_id, member


def edges(connection: Connection) -> Iterator[StoredEdge]:
    """Why records were joined, where both are shown, in key order."""
    order = (joined.c.collection, joined.c.left_source, joined.c.left_id, joined.c.right_source, joined.c.right_id)
    query = _with_side(_with_side(select(joined), "left"), "right").order_by(*order)
    for row in connection.execute(query).yield_per(_BATCH):
        sides = (row.left_payload, row.left_publication), (row.right_payload, row.right_publication)
        if all(_says(orjson.loads(payload)) == publication for payload, publication in sides):
            yield stored_edge(row)


def identifiers(connection: Connection) -> Iterator[IssuedId]:
    """Every identifier ever issued, in its own order, but those that lead to a record which is only counted."""
    hidden = exists().where(
        golden.c.national_id == func.coalesce(issued_ids.c.leads_to, issued_ids.c.national_id),
        golden.c.publication == COUNTED_ONLY,
    )
    query = select(issued_ids).where(~hidden).order_by(issued_ids.c.national_id)
    for row in connection.execute(query).yield_per(_BATCH):
        yield issued_id(row)


def _with_side(query: Select[Any], side: str) -> Select[Any]:
    """With what the record on one side of an edge says, and how far its golden record goes, where that is shown."""
    record, said, home, line = (
        table.alias(f"{side}_{table.name}") for table in (records, statements, clusters, golden)
    )
    names = {"collection": "collection", "source": f"{side}_source", "local_id": f"{side}_id"}
    return (
        query.add_columns(said.c.payload.label(f"{side}_payload"), line.c.publication.label(f"{side}_publication"))
        .join(record, and_(*(record.c[name] == joined.c[there] for name, there in names.items())))
        .join(said, said.c.number == record.c.accepted_statement)
        .join(home, and_(*(home.c[name] == joined.c[there] for name, there in names.items())))
        .join(line, and_(line.c.national_id == home.c.national_id, line.c.publication != COUNTED_ONLY))
    )


def _says(payload: JSON) -> str:
    return str(payload.get("publication", "open"))
