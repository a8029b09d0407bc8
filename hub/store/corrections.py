"""The corrections that were proposed to networks, and what they answered."""

from collections import defaultdict
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, insert, select, update

from hub.model.correction import Answer, Correction
from hub.store.correspondence import corrections
from schemas.record import RecordKey


def add(connection: Connection, new: Correction) -> int:
    """Keep a proposal; returns its number."""
    row = asdict(new)
    key: RecordKey = new.key
    for name in ("number", "key"):
        del row[name]
    row |= {name: orjson.dumps(row[name]).decode() for name in ("current", "proposed")}
    row |= {"collection": key.collection, "source": key.source, "local_id": key.local_id}
    return int(connection.execute(insert(corrections).values(**row).returning(corrections.c.number)).scalar_one())


def get(connection: Connection, number: int) -> Correction | None:
    row = connection.execute(select(corrections).where(corrections.c.number == number)).one_or_none()
    return _correction(row) if row else None


def every(connection: Connection, source: str | None = None) -> list[Correction]:
    """All of them, or those of one source, the oldest first."""
    query = select(corrections).order_by(corrections.c.number)
    rows = connection.execute(query if source is None else query.where(corrections.c.source == source))
    return [_correction(row) for row in rows]


def open_of(connection: Connection, source: str) -> dict[RecordKey, list[Correction]]:
    """Those of a source that wait for its answer, by record, the oldest first."""
    query = select(corrections).where(corrections.c.source == source, corrections.c.answer.is_(None))
    found: dict[RecordKey, list[Correction]] = defaultdict(list)
    for row in connection.execute(query.order_by(corrections.c.number)):
        found[_correction(row).key].append(_correction(row))
    return dict(found)


def shape(connection: Connection, source: str) -> list[int]:
    """What moves whenever a correction of a source is proposed or answered."""
    query = select(func.count(), func.count(corrections.c.answer)).where(corrections.c.source == source)
    return list(connection.execute(query).one())


def answer(connection: Connection, number: int, said: Answer, reason: str | None, now: datetime) -> bool:
    """Note the answer to one that is open; False when it was answered already."""
    still_open = corrections.c.number == number, corrections.c.answer.is_(None)
    values = {"answer": said, "answer_reason": reason, "answered_at": now}
    return connection.execute(update(corrections).where(*still_open).values(**values)).rowcount > 0


def _correction(row: Row[Any]) -> Correction:
    return Correction(
        number=row.number,
        key=RecordKey(row.collection, row.source, row.local_id),
        pointer=row.pointer,
        current=orjson.loads(row.current),
        proposed=orjson.loads(row.proposed),
        reason=row.reason,
        author=row.author,
        proposed_at=row.proposed_at,
        answer=Answer(row.answer) if row.answer else None,
        answer_reason=row.answer_reason,
        answered_at=row.answered_at,
    )
