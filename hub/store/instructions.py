"""What people told the hub about its sources: kept for ever, with who and why, also once it is over."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from hub.model.instruction import Instruction, Kind
from hub.store.tables import instructions


def give(
    connection: Connection,
    source: str,
    kind: Kind,
    *,
    author: str,
    reason: str,
    at: datetime,
    until: date | None = None,
) -> int:
    """Returns its number."""
    row = {"source": source, "kind": kind, "author": author, "reason": reason, "at": at, "until": until}
    return int(connection.execute(insert(instructions).values(**row).returning(instructions.c.number)).scalar_one())


def end(connection: Connection, number: int, *, author: str, reason: str, at: datetime) -> None:
    values = {"ended_at": at, "ended_by": author, "ended_reason": reason}
    connection.execute(update(instructions).where(instructions.c.number == number).values(**values))


def get(connection: Connection, number: int) -> Instruction:
    """One that was given. Raises NoResultFound for a number that never was."""
    return _instruction(connection.execute(select(instructions).where(instructions.c.number == number)).one())


def every(connection: Connection, source: str | None = None) -> list[Instruction]:
    """Oldest first, those that are over too."""
    query = select(instructions).order_by(instructions.c.number)
    rows = connection.execute(query if source is None else query.where(instructions.c.source == source))
    return [_instruction(row) for row in rows]


def in_force(connection: Connection, kind: Kind, on: date) -> dict[str, Instruction]:
    """Source -> the newest instruction of a kind that holds on a day."""
    query = select(instructions).where(instructions.c.kind == kind, instructions.c.ended_at.is_(None))
    found = map(_instruction, connection.execute(query.order_by(instructions.c.number)))
    return {each.source: each for each in found if each.is_in_force(on)}


def paused(connection: Connection) -> dict[str, Instruction]:
    """The sources that are not visited, until somebody resumes them."""
    return in_force(connection, Kind.PAUSE, date.max)


def _instruction(row: Row[Any]) -> Instruction:
    return Instruction(
        number=row.number,
        source=row.source,
        kind=Kind(row.kind),
        author=row.author,
        reason=row.reason,
        at=row.at,
        until=row.until,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        ended_reason=row.ended_reason,
    )
