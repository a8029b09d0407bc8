"""The compiled catalogue: one public line a cluster, and what it was made of."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, func, select

from hub.store.tables import clusters, golden
from hub.store.upsert import upsert
from schemas.canonical import SetDigest

_BATCH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """raw: canonical JSON. publication: "open", "catalogue" or "counted-only". made_of: hash of all it depends on."""

    national_id: str
    collection: str
    raw: bytes
    hash: str
    publication: str
    made_of: str


def save(connection: Connection, lines: Sequence[Line]) -> None:
    for start in range(0, len(lines), _BATCH):
        rows = [
            {
                "national_id": line.national_id,
                "collection": line.collection,
                "line": line.raw,
                "hash": line.hash,
                "publication": line.publication,
                "made_of": line.made_of,
            }
            for line in lines[start : start + _BATCH]
        ]
        upsert(connection, golden, rows)


def drop(connection: Connection, ids: Sequence[str]) -> None:
    for start in range(0, len(ids), _BATCH):
        connection.execute(delete(golden).where(golden.c.national_id.in_(ids[start : start + _BATCH])))


def made_of(connection: Connection, since: int = -1) -> dict[str, str]:
    """Identifier -> what its line was made of, for the clusters that a resolution after `since` touched."""
    touched = select(clusters.c.national_id).where(clusters.c.since > since)
    query = select(golden.c.national_id, golden.c.made_of).where(golden.c.national_id.in_(touched))
    return {row.national_id: row.made_of for row in connection.execute(query)}


def abandoned(connection: Connection) -> list[str]:
    """The identifiers of lines whose cluster is no more."""
    cluster = exists().where(clusters.c.national_id == golden.c.national_id)
    return [name for (name,) in connection.execute(select(golden.c.national_id).where(~cluster))]


def hashes(connection: Connection, ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """Identifier -> collection and hash of its line, for those that have one."""
    found, names = {}, sorted(ids)
    for start in range(0, len(names), _BATCH):
        query = select(golden.c.national_id, golden.c.collection, golden.c.hash)
        for row in connection.execute(query.where(golden.c.national_id.in_(names[start : start + _BATCH]))):
            found[row.national_id] = (row.collection, row.hash)
    return found


def of(connection: Connection, collection: str) -> Iterator[Line]:
    """Stream the lines of a collection in order of identifier."""
    query = select(golden).where(golden.c.collection == collection).order_by(golden.c.national_id)
    for row in connection.execute(query).yield_per(_BATCH):
        yield Line(
            national_id=row.national_id,
            collection=row.collection,
            raw=row.line,
            hash=row.hash,
            publication=row.publication,
            made_of=row.made_of,
        )


def lines(connection: Connection, ids: Collection[str]) -> dict[str, bytes]:
    """Identifier -> its line, of those that have one."""
    wanted = sorted(ids)
    found: dict[str, bytes] = {}
    for start in range(0, len(wanted), _BATCH):
        here = golden.c.national_id.in_(wanted[start : start + _BATCH])
        found |= {row.national_id: row.line for row in connection.execute(select(golden).where(here))}
    return found


def totals(connection: Connection) -> dict[str, int]:
    """Lines by collection."""
    rows = connection.execute(select(golden.c.collection, func.count()).group_by(golden.c.collection))
    return {row[0]: row[1] for row in rows}


def digest(connection: Connection) -> str:
    """The set digest of every line, in 64 digits."""
    rows = connection.execute(select(golden.c.collection, golden.c.national_id, golden.c.hash)).yield_per(_BATCH)
    return SetDigest.of((collection, name, line) for collection, name, line in rows).hex
