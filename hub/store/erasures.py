"""Erasures: what a network's tombstone of reason `erased` takes away for good, and what was asked so far.

A request is the tombstone itself, which stays; it takes the content of all that was stated of the record before it,
under its earlier ids too, and what was proposed for it. What is stated under the same id afterwards is new.
"""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, func, select, true, update

from hub.model.erasure import Erasure
from hub.model.life import Life, life
from hub.model.statement import Op
from hub.store.correspondence import corrections, feedback
from hub.store.statements import said_of
from hub.store.tables import A_RENAME, A_TOMBSTONE, ERASED, clusters, doubts, edges, statements
from schemas.feedback import Fate
from schemas.record import RecordKey

_BATCH = 500


def erase(connection: Connection, key: RecordKey, tombstone: int) -> None:
    """Remove what was stated of a record before its tombstone, what was proposed for it, and the doubts about it.

    The rest follows with the next night: what resolution made of it, and what its network was told of it. What was
    stated under one of its ids while another record had that stays.
    """
    mine = lived(connection, key, tombstone)
    for numbers in _batches(mine.stated):
        here = statements.c.number.in_(numbers)
        connection.execute(update(statements).where(here).values(payload=None, issues=None))
    for each, taken in mine.names.items():
        proposed = _of(corrections, each), corrections.c.proposed_at < taken if taken else true()
        connection.execute(delete(corrections).where(*proposed))
        if taken is None:
            connection.execute(delete(doubts).where(_beside(doubts, each)))


def lived(connection: Connection, key: RecordKey, tombstone: int) -> Life:
    """What was stated of a record before its tombstone, under its earlier ids too; told by the log alone."""
    kin = _kin(connection, key)
    return life(said_of(connection, key.source, key.collection, kin, before=tombstone), key)


def _kin(connection: Connection, key: RecordKey) -> set[str]:
    """Every id that one of these was ever renamed to, or from."""
    to = statements.c.detail["to"].as_string()
    here = A_RENAME, statements.c.source == key.source, statements.c.collection == key.collection
    found, new = {key.local_id}, {key.local_id}
    while new:
        pairs = select(statements.c.local_id, to).where(*here, statements.c.local_id.in_(new) | to.in_(new))
        new = {each for pair in connection.execute(pairs) for each in pair} - found
        found |= new
    return found


def count(connection: Connection, collection: str) -> int:
    """How many statements of a collection lost their content: it only grows."""
    query = select(func.count()).select_from(statements).where(ERASED, statements.c.collection == collection)
    return connection.scalar(query) or 0


def asked(connection: Connection, source: str, after: int = 0, limit: int | None = None) -> Iterator[Erasure]:
    """What a source asked to erase, in order: the requests with a number above `after`."""
    query = (
        _asked()
        .where(statements.c.source == source, statements.c.number > after)
        .order_by(statements.c.number)
        .limit(limit)
    )
    for row in connection.execute(query):
        key = RecordKey(row.collection, source, row.local_id)
        yield Erasure(number=row.number, key=key, asked_at=row.received_at)


def every(connection: Connection) -> Iterator[Erasure]:
    """What any source asked to erase."""
    for row in connection.execute(_asked().add_columns(statements.c.source).order_by(statements.c.number)):
        key = RecordKey(row.collection, row.source, row.local_id)
        yield Erasure(number=row.number, key=key, asked_at=row.received_at)


def has_content(connection: Connection, mine: Life) -> bool:
    """Whether anything that was stated of a record still has its content."""
    return any(
        _any(connection, exists().where(statements.c.number.in_(numbers), statements.c.payload.is_not(None)))
        for numbers in _batches(mine.stated)
    )


def has_proposals(connection: Connection, key: RecordKey, asked_at: Any) -> bool:
    """Whether anything proposed by then is still there."""
    return _any(connection, exists().where(_of(corrections, key), corrections.c.proposed_at <= asked_at))


def is_resolved(connection: Connection, key: RecordKey, tombstone: int) -> bool:
    """Whether it stands in a cluster by what was stated before the tombstone."""
    return _any(connection, exists().where(_of(clusters, key), clusters.c.statement < tombstone))


def is_compared(connection: Connection, key: RecordKey) -> bool:
    """Whether reasons are kept why it may be another record, or is not: they name values of both."""
    return any(_any(connection, exists().where(_beside(table, key))) for table in (edges, doubts))


def is_told(connection: Connection, key: RecordKey) -> bool:
    """Whether its network is told more of it than that it left."""
    silent = (Fate.ERASED, Fate.WITHDRAWN)
    return _any(connection, exists().where(_of(feedback, key), feedback.c.fate.not_in(silent)))


def first_after(connection: Connection, key: RecordKey, tombstone: int, op: Op) -> Any:
    """Number and time of the first step of a kind after the tombstone; None without one."""
    query = select(statements.c.number, statements.c.received_at).where(_of(statements, key))
    later = query.where(statements.c.number > tombstone, statements.c.op == op).order_by(statements.c.number)
    return connection.execute(later.limit(1)).one_or_none()


def _asked() -> Select[Any]:
    columns = statements.c.number, statements.c.collection, statements.c.local_id, statements.c.received_at
    return select(*columns).where(A_TOMBSTONE, statements.c.detail["reason"].as_string() == "erased")


def _of(table: Any, key: RecordKey) -> Any:
    return (table.c.source == key.source) & (table.c.collection == key.collection) & (table.c.local_id == key.local_id)


def _batches(numbers: Collection[int]) -> Iterator[list[int]]:
    wanted = sorted(numbers)
    for start in range(0, len(wanted), _BATCH):
        yield wanted[start : start + _BATCH]


def _beside(table: Any, key: RecordKey) -> Any:
    """The pairs that it is one side of."""
    left = (table.c.left_source == key.source) & (table.c.left_id == key.local_id)
    right = (table.c.right_source == key.source) & (table.c.right_id == key.local_id)
    return (table.c.collection == key.collection) & (left | right)


def _any(connection: Connection, found: Any) -> bool:
    return bool(connection.scalar(select(found)))
