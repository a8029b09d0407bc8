"""The clusters, why their records were joined, and every identifier ever issued. Derived, but for the identifiers."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, exists, func, insert, select, tuple_, update

from hub.model.issued import IdState, IssuedId
from hub.model.match import Pair
from hub.model.record import Founding, Stated
from hub.store.among import among
from hub.store.tables import clusters, edges, issued_ids, mentions, records
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a record stands: its cluster, its place in it in founding order, and how it was stated then.

    stated: None when that is not known.
    """

    national_id: str
    place: int
    stated: Stated | None


def placed(connection: Connection, keys: Collection[RecordKey]) -> dict[RecordKey, Placed]:
    """Where these records stand, for those that stand anywhere."""
    rows = (row for here in among(clusters, keys) for row in connection.execute(select(clusters).where(here)))
    return {_key(row): _placed(row) for row in rows}


def every_placed(connection: Connection, collection: str) -> dict[RecordKey, Placed]:
    """Where every record of a collection stands."""
    rows = connection.execute(select(clusters).where(clusters.c.collection == collection))
    return {_key(row): _placed(row) for row in rows}


def abandoned(connection: Connection, collection: str) -> list[RecordKey]:
    """The records that stand in a cluster and are published no more."""
    published = exists().where(
        records.c.collection == clusters.c.collection,
        records.c.source == clusters.c.source,
        records.c.local_id == clusters.c.local_id,
        records.c.accepted_statement.is_not(None),
    )
    return list(map(_key, connection.execute(select(clusters).where(clusters.c.collection == collection, ~published))))


def place(connection: Connection, found: Mapping[RecordKey, Placed], since: int) -> None:
    """Put records where they stand now. since: the number of this resolution."""
    rows = [_names(key) | _where(at) | {"since": since} for key, at in found.items()]
    for start in range(0, len(rows), _BATCH):
        upsert(connection, clusters, rows[start : start + _BATCH])


def remove(connection: Connection, keys: Collection[RecordKey]) -> None:
    for here in among(clusters, keys):
        connection.execute(delete(clusters).where(here))


def mention(connection: Connection, found: Mapping[RecordKey, Collection[str]]) -> None:
    """Note which actors of their own network these records mention now, and nothing else."""
    for here in among(mentions, found):
        connection.execute(delete(mentions).where(here))
    rows = [_names(key) | {"actor": actor} for key, actors in found.items() for actor in sorted(set(actors))]
    for start in range(0, len(rows), _BATCH):
        connection.execute(insert(mentions), rows[start : start + _BATCH])


def touch_mentioning(connection: Connection, actors: Collection[RecordKey], since: int) -> None:
    """The clusters of the records that mention one of these actors are touched."""
    for asked in _mentioning(actors):
        here = exists(asked.where(_is_mentioned())).correlate(clusters)
        connection.execute(update(clusters).where(here).values(since=since))


def mentioning(connection: Connection, actors: Collection[RecordKey]) -> set[str]:
    """The identifiers of the clusters of the records that mention one of these actors."""
    return {
        name
        for asked in _mentioning(actors)
        for (name,) in connection.execute(
            select(clusters.c.national_id).where(exists(asked.where(_is_mentioned())).correlate(clusters))
        )
    }


def mentioned(connection: Connection, since: int = -1) -> dict[RecordKey, str]:
    """Where the actors stand that are mentioned in the clusters which a resolution after `since` touched."""
    home = clusters.alias("home")
    touched = select(clusters.c.national_id).where(clusters.c.since > since)
    query = (
        select(mentions.c.source, mentions.c.actor, home.c.national_id)
        .join(clusters, _is_mentioned())
        .join(
            home,
            and_(home.c.collection == "actor", home.c.source == mentions.c.source, home.c.local_id == mentions.c.actor),
        )
        .where(clusters.c.national_id.in_(touched))
        .distinct()
    )
    rows = connection.execute(query)
    return {RecordKey("actor", row.source, row.actor): row.national_id for row in rows}


def homes(connection: Connection, collection: str) -> dict[RecordKey, str]:
    """Record -> the identifier of its cluster."""
    rows = connection.execute(select(clusters).where(clusters.c.collection == collection))
    return {_key(row): row.national_id for row in rows}


def members(connection: Connection, asked: Collection[str]) -> dict[str, list[RecordKey]]:
    """Identifier -> the records of its cluster, oldest first, for those asked for that have one."""
    found: dict[str, list[RecordKey]] = defaultdict(list)
    for some in _batches(asked):
        query = select(clusters).where(clusters.c.national_id.in_(some))
        for row in connection.execute(query.order_by(clusters.c.national_id, clusters.c.place)):
            found[row.national_id].append(_key(row))
    return dict(found)


def home_of(connection: Connection, key: RecordKey) -> str | None:
    return connection.scalar(select(clusters.c.national_id).where(_is(key)))


def totals(connection: Connection) -> dict[str, tuple[int, int]]:
    """Collection -> how many records, how many clusters."""
    query = select(clusters.c.collection, func.count(), func.count(clusters.c.national_id.distinct()))
    rows = connection.execute(query.group_by(clusters.c.collection).order_by(clusters.c.collection))
    return {name: (records, groups) for name, records, groups in rows}


def count(connection: Connection, collection: str) -> int:
    """How many records stand in a cluster."""
    return connection.scalar(select(func.count()).where(clusters.c.collection == collection)) or 0


def merged_records(connection: Connection) -> int:
    """How many records share a cluster with another."""
    shared = select(clusters.c.national_id).group_by(clusters.c.national_id).having(func.count() > 1)
    return connection.scalar(select(func.count()).where(clusters.c.national_id.in_(shared))) or 0


def count_edges(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(edges)) or 0


def edges_of(connection: Connection, keys: Collection[RecordKey]) -> dict[Pair, StoredEdge]:
    """The edges that begin at one of these records."""
    parts = (select(edges).where(here) for here in among(edges, keys, "id", prefix="left_"))
    found = (stored_edge(row) for part in parts for row in connection.execute(part))
    return {edge.pair: edge for edge in found}


def change_edges(connection: Connection, gone: Iterable[Pair], new: Iterable[StoredEdge]) -> None:
    """Take some edges away, and write those that are new or weigh otherwise."""
    for pair in gone:
        connection.execute(delete(edges).filter_by(**_sides(pair)))
    rows = [_sides(edge.pair) | {"log_odds": edge.log_odds, "parts": list(edge.parts)} for edge in new]
    for start in range(0, len(rows), _BATCH):
        upsert(connection, edges, rows[start : start + _BATCH])


def edge_of(connection: Connection, pair: Pair) -> StoredEdge | None:
    """Why these two records were joined; None when they were not compared, or are not in one cluster."""
    row = connection.execute(select(edges).filter_by(**_sides(pair))).one_or_none()
    return stored_edge(row) if row else None


def edges_among(connection: Connection, keys: Collection[RecordKey]) -> list[StoredEdge]:
    """Why these records of one collection, few enough for one cluster, were joined; in key order."""
    names = [(key.source, key.local_id) for key in keys]
    query = select(edges).where(
        edges.c.collection.in_({key.collection for key in keys}),
        tuple_(edges.c.left_source, edges.c.left_id).in_(names),
        tuple_(edges.c.right_source, edges.c.right_id).in_(names),
    )
    return sorted(map(stored_edge, connection.execute(query)), key=lambda edge: edge.pair)


def members_of(connection: Connection, national_id: str) -> list[RecordKey]:
    """The records of one cluster, oldest first; none when there is no such cluster."""
    query = select(clusters).where(clusters.c.national_id == national_id).order_by(clusters.c.place)
    return [_key(row) for row in connection.execute(query)]


def issued(connection: Connection) -> list[IssuedId]:
    """Every identifier ever issued, in its own order."""
    return [issued_id(row) for row in connection.execute(select(issued_ids).order_by(issued_ids.c.national_id))]


def left(connection: Connection) -> list[IssuedId]:
    """The identifiers whose founding record is published no more, under any key."""
    published = exists().where(
        records.c.collection == issued_ids.c.collection,
        records.c.source == issued_ids.c.source,
        records.c.founded_as == issued_ids.c.local_id,
        records.c.accepted_statement.is_not(None),
    )
    return list(map(issued_id, connection.execute(select(issued_ids).where(~published))))


def issued_among(connection: Connection, asked: Collection[str]) -> list[IssuedId]:
    """Those of these identifiers that were ever issued."""
    parts = (select(issued_ids).where(issued_ids.c.national_id.in_(some)) for some in _batches(asked))
    return [issued_id(row) for part in parts for row in connection.execute(part)]


def save_issued(connection: Connection, found: Collection[IssuedId], now: datetime) -> None:
    """Write those that are new or lead elsewhere; the date of issue never changes."""
    stored = {each.national_id: each for each in issued_among(connection, [each.national_id for each in found])}
    new = [_issued_row(each) | {"issued_at": now} for each in found if each.national_id not in stored]
    for start in range(0, len(new), _BATCH):
        connection.execute(insert(issued_ids), new[start : start + _BATCH])
    for each in found:
        before = stored.get(each.national_id)
        if before is not None and (before.state, before.leads_to) != (each.state, each.leads_to):
            here = issued_ids.c.national_id == each.national_id
            connection.execute(update(issued_ids).where(here).values(state=each.state, leads_to=each.leads_to))


def _batches(asked: Collection[str]) -> Iterator[list[str]]:
    names = sorted(asked)
    yield from (names[start : start + _BATCH] for start in range(0, len(names), _BATCH))


def stored_edge(row: Row[Any]) -> StoredEdge:
    left = RecordKey(row.collection, row.left_source, row.left_id)
    right = RecordKey(row.collection, row.right_source, row.right_id)
    return StoredEdge(pair=Pair(left, right), log_odds=row.log_odds, parts=tuple(row.parts))


def _placed(row: Any) -> Placed:
    stated = None
    if row.founded_on is not None:
        stated = Stated(row.statement, Founding(row.founded_on, RecordKey(row.collection, row.source, row.founded_as)))
    return Placed(national_id=row.national_id, place=row.place, stated=stated)


def _where(at: Placed) -> dict[str, Any]:
    told: dict[str, Any] = {"statement": 0, "founded_on": None, "founded_as": None}
    if at.stated:
        founded = at.stated.founded
        told = {"statement": at.stated.number, "founded_on": founded.on, "founded_as": founded.key.local_id}
    return {"national_id": at.national_id, "place": at.place} | told


def _sides(pair: Pair) -> dict[str, str]:
    return {
        "collection": pair.left.collection,
        "left_source": pair.left.source,
        "left_id": pair.left.local_id,
        "right_source": pair.right.source,
        "right_id": pair.right.local_id,
    }


def _is_mentioned() -> Any:
    return and_(
        mentions.c.collection == clusters.c.collection,
        mentions.c.source == clusters.c.source,
        mentions.c.local_id == clusters.c.local_id,
    )


def _mentioning(actors: Collection[RecordKey]) -> Iterator[Select[Any]]:
    by_source: dict[str, list[str]] = defaultdict(list)
    for key in actors:
        by_source[key.source].append(key.local_id)
    for source, ids in by_source.items():
        for start in range(0, len(ids), _BATCH):
            some = mentions.c.actor.in_(ids[start : start + _BATCH])
            yield select(mentions.c.local_id).where(mentions.c.source == source, some)


def _key(row: Row[Any]) -> RecordKey:
    return RecordKey(row.collection, row.source, row.local_id)


def _names(key: RecordKey) -> dict[str, Any]:
    return {"collection": key.collection, "source": key.source, "local_id": key.local_id}


def _is(key: RecordKey) -> Any:
    return and_(*(clusters.c[name] == value for name, value in _names(key).items()))


def issued_id(row: Row[Any]) -> IssuedId:
    founder = RecordKey(row.collection, row.source, row.local_id)
    return IssuedId(national_id=row.national_id, founder=founder, state=IdState(row.state), leads_to=row.leads_to)


def _issued_row(each: IssuedId) -> dict[str, Any]:
    return _names(each.founder) | {"national_id": each.national_id, "state": each.state, "leads_to": each.leads_to}
