"""What people decided about holds: append only, kept for ever."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from hub.model.ruling import Ruled, Ruling
from hub.store.tables import rulings


def add(connection: Connection, ruled: Ruled) -> Ruled:
    """Keep a ruling; returns it with its number."""
    row = {
        "source": ruled.source,
        "job": ruled.job,
        "verdict": ruled.ruling,
        "records": ruled.records,
        "author": ruled.author,
        "reason": ruled.reason,
        "at": ruled.at,
    }
    number = connection.execute(insert(rulings).values(**row).returning(rulings.c.number)).scalar_one()
    return replace(ruled, number=int(number))


def of_job(connection: Connection, job: int) -> list[Ruled]:
    """Every ruling about what one job showed, oldest first."""
    rows = connection.execute(select(rulings).where(rulings.c.job == job).order_by(rulings.c.number))
    return [_ruled(row) for row in rows]


def _ruled(row: Row[Any]) -> Ruled:
    return Ruled(
        number=row.number,
        source=row.source,
        job=row.job,
        ruling=Ruling(row.verdict),
        records=row.records,
        author=row.author,
        reason=row.reason,
        at=row.at,
    )
