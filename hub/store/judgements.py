"""What people decided about pairs of records, and took back. Rows are only ever added."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from hub.model.decision import Decision, Undo
from hub.model.match import Judgement, Verdict
from hub.store.tables import judgements, undos
from schemas.record import RecordKey


def add(connection: Connection, judgement: Judgement, seen: tuple[int | None, int | None] = (None, None)) -> int:
    """Keep a judgement on two founding keys, in key order; returns its number.

    seen: the statements of `judgement.left` and of `judgement.right` that it was taken on.
    """
    pair = judgement.pair
    left, right = seen if pair.left == judgement.left else seen[::-1]
    row = {
        "collection": pair.left.collection,
        "left_source": pair.left.source,
        "left_id": pair.left.local_id,
        "right_source": pair.right.source,
        "right_id": pair.right.local_id,
        "verdict": judgement.verdict,
        "author": judgement.author,
        "reason": judgement.reason,
        "at": judgement.at,
        "left_statement": left,
        "right_statement": right,
    }
    return int(connection.execute(insert(judgements).returning(judgements.c.number), row).scalar_one())


def undo(connection: Connection, number: int, taken_back: Undo) -> None:
    """Take back one judgement, once."""
    row = {"author": taken_back.author, "reason": taken_back.reason, "at": taken_back.at}
    connection.execute(insert(undos).values(judgement=number, **row))


def every(connection: Connection) -> Iterator[Decision]:
    """All decisions, the undone ones too, in the order they were taken."""
    for row in connection.execute(_decisions().order_by(judgements.c.number)):
        yield _decision(row)


def get(connection: Connection, number: int) -> Decision | None:
    row = connection.execute(_decisions().where(judgements.c.number == number)).one_or_none()
    return _decision(row) if row else None


def _decisions() -> Select[Any]:
    taken_back = (undos.c.author.label("undone_by"), undos.c.reason.label("undone_for"), undos.c.at.label("undone_at"))
    return select(judgements, *taken_back).join(undos, undos.c.judgement == judgements.c.number, isouter=True)


def _decision(row: Row[Any]) -> Decision:
    return Decision(
        number=row.number,
        judgement=Judgement(
            left=RecordKey(row.collection, row.left_source, row.left_id),
            right=RecordKey(row.collection, row.right_source, row.right_id),
            verdict=Verdict(row.verdict),
            author=row.author,
            reason=row.reason,
            at=row.at,
        ),
        seen=(row.left_statement, row.right_statement),
        undone=Undo(author=row.undone_by, reason=row.undone_for, at=row.undone_at) if row.undone_at else None,
    )
