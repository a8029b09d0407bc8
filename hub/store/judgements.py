"""What people decided about pairs of records. The newest judgement of a pair stands; none is ever deleted."""

from collections.abc import Iterator

from sqlalchemy import Connection, func, insert, select

from hub.model.match import Judgement, Verdict
from hub.store.tables import judgements
from schemas.record import RecordKey


def add(connection: Connection, judgement: Judgement) -> None:
    """Keep a decision, its pair in key order."""
    pair = judgement.pair
    connection.execute(
        insert(judgements).values(
            collection=pair.left.collection,
            left_source=pair.left.source,
            left_id=pair.left.local_id,
            right_source=pair.right.source,
            right_id=pair.right.local_id,
            verdict=judgement.verdict,
            author=judgement.author,
            reason=judgement.reason,
            at=judgement.at,
        )
    )


def every(connection: Connection) -> Iterator[Judgement]:
    """All decisions, in the order they were taken."""
    for row in connection.execute(select(judgements).order_by(judgements.c.number)):
        yield Judgement(
            left=RecordKey(row.collection, row.left_source, row.left_id),
            right=RecordKey(row.collection, row.right_source, row.right_id),
            verdict=Verdict(row.verdict),
            author=row.author,
            reason=row.reason,
            at=row.at,
        )


def last_number(connection: Connection) -> int:
    """Rises with every decision; 0 before the first."""
    return connection.scalar(select(func.max(judgements.c.number))) or 0
