"""The clusters, why their records were joined, and every identifier ever issued. Derived, but for the identifiers."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, select, tuple_, update

from hub.model.cluster import Cluster
from hub.model.issued import IdState, IssuedId
from hub.model.match import Pair
from hub.store.tables import clusters, edges, issued_ids
from hub.store.upsert import upsert
from schemas.canonical import JSON
from schemas.record import RecordKey

_BATCH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEdge:
    """Why two records of one cluster were joined. parts: name, weight and text_fr of each; they add up to log_odds."""

    pair: Pair
    log_odds: float
    parts: tuple[JSON, ...]


def replace(connection: Connection, found: Iterable[Cluster]) -> None:
    """Make these the clusters; only rows that differ are written."""
    wanted = {member: (cluster.national_id, place) for cluster in found for place, member in enumerate(cluster.members)}
    stored = {_key(row): (row.national_id, row.place) for row in connection.execute(select(clusters))}
    for key in stored.keys() - wanted.keys():
        connection.execute(delete(clusters).where(_is(key)))
    rows = [
        _names(key) | {"national_id": home, "place": place}
        for key, (home, place) in wanted.items()
        if stored.get(key) != (home, place)
    ]
    for start in range(0, len(rows), _BATCH):
        upsert(connection, clusters, rows[start : start + _BATCH])


def homes(connection: Connection, collection: str) -> dict[RecordKey, str]:
    """Record -> the identifier of its cluster."""
    rows = connection.execute(select(clusters).where(clusters.c.collection == collection))
    return {_key(row): row.national_id for row in rows}


def members(connection: Connection) -> dict[str, list[RecordKey]]:
    """Identifier -> the records of its cluster, oldest first."""
    found: dict[str, list[RecordKey]] = defaultdict(list)
    for row in connection.execute(select(clusters).order_by(clusters.c.national_id, clusters.c.place)):
        found[row.national_id].append(_key(row))
    return dict(found)


def home_of(connection: Connection, key: RecordKey) -> str | None:
    return connection.scalar(select(clusters.c.national_id).where(_is(key)))


def totals(connection: Connection) -> dict[str, tuple[int, int]]:
    """Collection -> how many records, how many clusters."""
    query = select(clusters.c.collection, func.count(), func.count(clusters.c.national_id.distinct()))
    rows = connection.execute(query.group_by(clusters.c.collection).order_by(clusters.c.collection))
    return {name: (records, groups) for name, records, groups in rows}


def merged_records(connection: Connection) -> int:
    """How many records share a cluster with another."""
    shared = select(clusters.c.national_id).group_by(clusters.c.national_id).having(func.count() > 1)
    return connection.scalar(select(func.count()).where(clusters.c.national_id.in_(shared))) or 0


def count_edges(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(edges)) or 0


def replace_edges(connection: Connection, found: Sequence[StoredEdge]) -> None:
    connection.execute(delete(edges))
    rows = [
        {
            "collection": edge.pair.left.collection,
            "left_source": edge.pair.left.source,
            "left_id": edge.pair.left.local_id,
            "right_source": edge.pair.right.source,
            "right_id": edge.pair.right.local_id,
            "log_odds": edge.log_odds,
            "parts": list(edge.parts),
        }
        for edge in found
    ]
    for start in range(0, len(rows), _BATCH):
        connection.execute(insert(edges), rows[start : start + _BATCH])


def every_edge(connection: Connection) -> Iterator[StoredEdge]:
    """Stream the edges in key order."""
    order = (edges.c.collection, edges.c.left_source, edges.c.left_id, edges.c.right_source, edges.c.right_id)
    for row in connection.execute(select(edges).order_by(*order)).yield_per(_BATCH):
        yield _edge(row)


def edge_of(connection: Connection, pair: Pair) -> StoredEdge | None:
    """Why these two records were joined; None when they were not compared, or are not in one cluster."""
    here = {
        "collection": pair.left.collection,
        "left_source": pair.left.source,
        "left_id": pair.left.local_id,
        "right_source": pair.right.source,
        "right_id": pair.right.local_id,
    }
    row = connection.execute(select(edges).filter_by(**here)).one_or_none()
    return _edge(row) if row else None


def edges_among(connection: Connection, keys: Collection[RecordKey]) -> list[StoredEdge]:
    """Why these records of one collection, few enough for one cluster, were joined; in key order."""
    names = [(key.source, key.local_id) for key in keys]
    query = select(edges).where(
        edges.c.collection.in_({key.collection for key in keys}),
        tuple_(edges.c.left_source, edges.c.left_id).in_(names),
        tuple_(edges.c.right_source, edges.c.right_id).in_(names),
    )
    return sorted(map(_edge, connection.execute(query)), key=lambda edge: edge.pair)


def members_of(connection: Connection, national_id: str) -> list[RecordKey]:
    """The records of one cluster, oldest first; none when there is no such cluster."""
    query = select(clusters).where(clusters.c.national_id == national_id).order_by(clusters.c.place)
    return [_key(row) for row in connection.execute(query)]


def issued(connection: Connection) -> list[IssuedId]:
    """Every identifier ever issued, in its own order."""
    return [_issued(row) for row in connection.execute(select(issued_ids).order_by(issued_ids.c.national_id))]


def save_issued(connection: Connection, found: Iterable[IssuedId], now: datetime) -> None:
    """Write those that are new or lead elsewhere; the date of issue never changes."""
    stored = {row.national_id: (row.state, row.leads_to) for row in connection.execute(select(issued_ids))}
    new, moved = [], []
    for each in found:
        if each.national_id not in stored:
            new.append(_issued_row(each) | {"issued_at": now})
        elif stored[each.national_id] != (each.state, each.leads_to):
            moved.append(each)
    for start in range(0, len(new), _BATCH):
        connection.execute(insert(issued_ids), new[start : start + _BATCH])
    for each in moved:
        here = issued_ids.c.national_id == each.national_id
        connection.execute(update(issued_ids).where(here).values(state=each.state, leads_to=each.leads_to))


def _edge(row: Row[Any]) -> StoredEdge:
    left = RecordKey(row.collection, row.left_source, row.left_id)
    right = RecordKey(row.collection, row.right_source, row.right_id)
    return StoredEdge(pair=Pair(left, right), log_odds=row.log_odds, parts=tuple(row.parts))


def _key(row: Row[Any]) -> RecordKey:
    return RecordKey(row.collection, row.source, row.local_id)


def _names(key: RecordKey) -> dict[str, Any]:
    return {"collection": key.collection, "source": key.source, "local_id": key.local_id}


def _is(key: RecordKey) -> Any:
    return and_(*(clusters.c[name] == value for name, value in _names(key).items()))


def _issued(row: Row[Any]) -> IssuedId:
    founder = RecordKey(row.collection, row.source, row.local_id)
    return IssuedId(national_id=row.national_id, founder=founder, state=IdState(row.state), leads_to=row.leads_to)


def _issued_row(each: IssuedId) -> dict[str, Any]:
    return _names(each.founder) | {"national_id": each.national_id, "state": each.state, "leads_to": each.leads_to}
