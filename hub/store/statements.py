"""Everything the sources ever said, as they said it. Only an erasure ever changes a row."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Select, and_, bindparam, func, or_, select

from hub.model.job import JobKind
from hub.model.standing import State
from hub.model.statement import Op, Statement, statement_number
from hub.store.tables import jobs, records, statements
from hub.store.upsert import Columns, insert_all
from schemas.canonical import JSON, hash_of
from schemas.record import Issue

_BATCH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A line that waits. collection and local_id are None when the line does not say which record it is.

    published: an earlier, good statement of the record is still published.
    """

    number: int
    source: str
    collection: str | None
    local_id: str | None
    received_at: datetime
    published: bool
    issues: tuple[Issue, ...]
    payload: bytes | None
    schema: str | None = None
    judged_with: str | None = None

    @property
    def record(self) -> JSON | None:
        """The content as it was received; None when it is no object, or was erased."""
        try:
            found = orjson.loads(self.payload or b"")
        except orjson.JSONDecodeError:
            return None
        return found if isinstance(found, dict) else None

    def as_json(self) -> JSON:
        """Without the payload, which may hold what is not for every eye."""
        return {
            "number": self.number,
            "source": self.source,
            "collection": self.collection,
            "id": self.local_id,
            "received_at": self.received_at.isoformat(),
            "published": self.published,
            "judged_with": self.judged_with,
            "issues": [issue.as_json() for issue in self.issues],
        }


def add(connection: Connection, new: Sequence[Statement]) -> None:
    for start in range(0, len(new), _BATCH):
        insert_all(connection, statements, _columns(new[start : start + _BATCH]))


def last_number(connection: Connection, job: int) -> int:
    """The number of the last statement that a job kept; the one before its first when it kept none."""
    mine = statements.c.number.between(statement_number(job, 0), statement_number(job + 1, -1))
    return connection.scalar(select(func.max(statements.c.number)).where(mine)) or statement_number(job, 0)


_WANTING = select(func.count()).where(
    records.c.source == bindparam("source"),
    records.c.received_statement.between(bindparam("first"), bindparam("last")),
    ~select(statements.c.number).where(statements.c.number == records.c.received_statement).exists(),
)


def missing(connection: Connection, source: str, job: int) -> int:
    """How many records stand by a statement that this job should have kept, and that is not there."""
    mine = {"first": statement_number(job, 0), "last": statement_number(job + 1, -1)}
    return connection.scalar(_WANTING, {"source": source} | mine) or 0


def payloads(connection: Connection, numbers: Iterable[int]) -> dict[int, JSON]:
    """What these puts stated; one whose content was erased is left out."""
    wanted = sorted(set(numbers))
    found: dict[int, JSON] = {}
    for start in range(0, len(wanted), _BATCH):
        here = statements.c.number.in_(wanted[start : start + _BATCH])
        query = select(statements.c.number, statements.c.payload).where(here, statements.c.payload.is_not(None))
        found |= {row.number: orjson.loads(row.payload) for row in connection.execute(query)}
    return found


def stated(connection: Connection, numbers: Iterable[int]) -> dict[int, Statement]:
    """Statements by number."""
    wanted = sorted(set(numbers))
    found: dict[int, Statement] = {}
    for start in range(0, len(wanted), _BATCH):
        query = select(statements).where(statements.c.number.in_(wanted[start : start + _BATCH]))
        found |= {row.number: _statement(row) for row in connection.execute(query)}
    return found


def between(connection: Connection, source: str, after: int, upto: int) -> Iterator[Statement]:
    """Stream what a source said, and what became of it, in order of number: above `after`, `upto` included."""
    here = and_(statements.c.source == source, statements.c.number > after, statements.c.number <= upto)
    for row in connection.execute(select(statements).where(here).order_by(statements.c.number)).yield_per(_BATCH):
        yield _statement(row)


def said_of(
    connection: Connection, source: str, collection: str, local_ids: Iterable[str], *, before: int
) -> Iterator[Statement]:
    """Stream what was said of some records, in order of number, up to one that is not included."""
    here = statements.c.source == source, statements.c.collection == collection, statements.c.number < before
    query = select(statements).where(*here, statements.c.local_id.in_(sorted(local_ids))).order_by(statements.c.number)
    for row in connection.execute(query).yield_per(_BATCH):
        yield _statement(row)


def quarantine(
    connection: Connection, source: str | None = None, collection: str | None = None, code: str | None = None
) -> Iterator[Quarantined]:
    """What waits now, by source and record; lines that name no record only of its last visit.

    source, collection, code: only of this source or collection, only what has an issue of this code.
    """
    query = _waiting()
    if source is not None:
        query = query.where(statements.c.source == source)
    if collection is not None:
        query = query.where(statements.c.collection == collection)
    for found in map(_quarantined, connection.execute(query).yield_per(_BATCH)):
        if code is None or any(issue.code == code for issue in found.issues):
            yield found


def quarantined(connection: Connection, number: int) -> Quarantined | None:
    """One line that waits, by the number of its statement."""
    row = connection.execute(_waiting().where(statements.c.number == number)).one_or_none()
    return _quarantined(row) if row else None


_STATED_UNFIT = (
    select(records.c.collection, records.c.bucket, statements.c.payload, statements.c.hash)
    .join(statements, statements.c.number == records.c.received_statement)
    .where(records.c.source == bindparam("source"), records.c.state == State.QUARANTINED)
    .where(statements.c.payload.is_not(None))
)


def damaged(connection: Connection, source: str) -> set[tuple[str, str]]:
    """(collection, bucket) of the records of a source that wait because what arrived is not what their network hashed.

    The copy is bad, perhaps not the record: it may have been altered or cut on its way.
    """
    rows = connection.execute(_STATED_UNFIT, {"source": source}).yield_per(_BATCH)
    return {(row.collection, row.bucket) for row in rows if hash_of(row.payload) != row.hash}


def _waiting() -> Select[Any]:
    waits = and_(records.c.received_statement == statements.c.number, records.c.state == State.QUARANTINED)
    last_visit = and_(
        statements.c.op == Op.UNREADABLE,
        statements.c.local_id.is_(None),
        statements.c.number >= _last_visit() * statement_number(1, 0),
    )
    return (
        select(statements, records.c.accepted_statement)
        .join(records, waits, isouter=True)
        .where(statements.c.verdict == "quarantined", or_(records.c.local_id.is_not(None), last_visit))
        .order_by(statements.c.source, statements.c.collection, statements.c.local_id, statements.c.number)
    )


def _last_visit() -> Any:
    """The last visit of a statement's source, whatever was done since without reading it."""
    visits = select(func.max(jobs.c.number)).where(jobs.c.source == statements.c.source, jobs.c.kind == JobKind.VISIT)
    return visits.scalar_subquery()


def _quarantined(row: Row[Any]) -> Quarantined:
    return Quarantined(
        number=row.number,
        source=row.source,
        collection=row.collection,
        local_id=row.local_id,
        received_at=row.received_at,
        published=row.accepted_statement is not None,
        issues=tuple(Issue.from_json(issue) for issue in row.issues or ()),
        payload=row.payload,
        schema=row.schema,
        judged_with=row.judged_with,
    )


def _statement(row: Row[Any]) -> Statement:
    values = {name: getattr(row, name) for name in Statement._fields if name not in ("op", "accepted", "issues")}
    issues = tuple(Issue.from_json(issue) for issue in row.issues or ())
    return Statement(**values, op=Op(row.op), accepted=row.verdict == "accepted", issues=issues)


def _columns(new: Sequence[Statement]) -> Columns:
    columns: dict[str, Sequence[Any]] = dict(zip(Statement._fields, zip(*new, strict=True), strict=True))
    columns["op"] = [op.value for op in columns["op"]]
    columns["verdict"] = ["accepted" if accepted else "quarantined" for accepted in columns.pop("accepted")]
    columns["issues"] = [[issue.as_json() for issue in issues] or None for issues in columns["issues"]]
    return columns
