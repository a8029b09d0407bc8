"""The moments of a hub: each resolution and each release, with what it had before it. Append only, kept for ever.

By them what happened can be done again in the same order (`hub.stages.rebuild`): an identifier may lead where it leads
because of what stood together on a night long ago.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from hub.store import statements
from hub.store.tables import jobs, judgements, moments, source_state, undos


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """How far the log had come.

    statements: source -> the number of its last statement.
    job, judgement: the numbers of the last ones; 0 before the first.
    undone:     the numbers of the judgements that had been taken back, ascending.
    """

    statements: dict[str, int]
    job: int
    judgement: int
    undone: tuple[int, ...]


NOTHING = Given(statements={}, job=0, judgement=0, undone=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A resolution or a release.

    at:            of a resolution: when the identifiers that it founded were issued.
    resolved_with: a hash of its weights and threshold.
    released_as:   the name of the release.
    """

    at: datetime
    given: Given
    resolved_with: str | None = None
    released_as: str | None = None


def given(connection: Connection) -> Given:
    """How far the log has come in this state of the database."""
    last = connection.execute(select(source_state.c.source, source_state.c.job).order_by(source_state.c.source))
    undone = connection.scalars(select(undos.c.judgement).order_by(undos.c.judgement))
    return Given(
        statements={row.source: statements.last_number(connection, row.job) for row in last.all()},
        job=connection.scalar(select(func.max(jobs.c.number))) or 0,
        judgement=connection.scalar(select(func.max(judgements.c.number))) or 0,
        undone=tuple(undone),
    )


def add(connection: Connection, moment: Moment) -> None:
    told = moment.given
    row = {
        "at": moment.at,
        "resolved_with": moment.resolved_with,
        "released_as": moment.released_as,
        "statements": told.statements,
        "job": told.job,
        "judgement": told.judgement,
        "undone": list(told.undone),
    }
    connection.execute(insert(moments), row)


def every(connection: Connection) -> Iterator[Moment]:
    """All of them, the oldest first."""
    for row in connection.execute(select(moments).order_by(moments.c.number)):
        yield Moment(
            at=row.at,
            given=Given(statements=row.statements, job=row.job, judgement=row.judgement, undone=tuple(row.undone)),
            resolved_with=row.resolved_with,
            released_as=row.released_as,
        )
