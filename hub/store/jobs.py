"""The jobs, visits to the sources above all: opened when they start, closed with a status that was derived."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, func, insert, select, update

from hub.model.hold import Hold, hold_of
from hub.model.job import Job, JobKind, JobStatus, Proof, Tally
from hub.store.tables import jobs

_A_WEEK, _A_MONTH = 7, 31
# What was received is what the source declares; that deletions wait for a person is another matter.
_PROVED = (JobStatus.SUCCEEDED, JobStatus.HELD)
_INTERRUPTED = {
    "status": JobStatus.FAILED,
    "error": "interrupted",
    "reason": "the hub stopped while it was reading",
}
# Built once, since every visit runs them; the updates set what their parameters name.
_LEFT_OPEN = update(jobs).where(jobs.c.source == bindparam("of"), jobs.c.status == JobStatus.RUNNING)
_BEGIN = insert(jobs).returning(jobs.c.number)
_FINISH = update(jobs).where(jobs.c.number == bindparam("job"))
# The visits to a source that came as far as a proof, newest first.
_WITH_PROOF = (
    select(jobs)
    .where(jobs.c.source == bindparam("source"), jobs.c.kind == JobKind.VISIT, jobs.c.proof.is_not(None))
    .order_by(jobs.c.number.desc())
)
_COMPLETE = _WITH_PROOF.where(jobs.c.status.in_(_PROVED))


def begin(connection: Connection, source: str, now: datetime, kind: JobKind = JobKind.VISIT) -> int:
    """Open a job and return its number. One that an earlier process left open is closed as failed."""
    connection.execute(_LEFT_OPEN, {"of": source, "ended_at": now} | _INTERRUPTED)
    row = {
        "source": source,
        "kind": kind,
        "started_at": now,
        "status": JobStatus.RUNNING,
        "tally": Tally().as_json(),
        "notes": [],
    }
    return int(connection.execute(_BEGIN, row).scalar_one())


def finish(connection: Connection, job: Job) -> None:
    """Write down how a job ended."""
    values = {
        "job": job.number,
        "ended_at": job.ended_at,
        "status": job.status,
        "tally": job.tally.as_json(),
        "proof": job.proof.as_json() if job.proof else None,
        "error": job.error,
        "reason": job.reason,
        "notes": list(job.notes),
        "shown": job.shown,
        "waived": job.waived,
    }
    connection.execute(_FINISH, values)


def get(connection: Connection, number: int) -> Job | None:
    row = connection.execute(select(jobs).where(jobs.c.number == number)).one_or_none()
    return _job(row) if row else None


def newest(connection: Connection, source: str | None = None, limit: int = 50) -> list[Job]:
    """The last jobs of one source, or of all, newest first."""
    query = select(jobs).order_by(jobs.c.number.desc()).limit(limit)
    return [_job(row) for row in connection.execute(query if source is None else query.where(jobs.c.source == source))]


def last_of_each(connection: Connection) -> dict[str, Job]:
    """The last ended visit of every source."""
    ended = jobs.c.ended_at.is_not(None), jobs.c.kind == JobKind.VISIT
    last = select(func.max(jobs.c.number)).where(*ended).group_by(jobs.c.source)
    rows = connection.execute(select(jobs).where(jobs.c.number.in_(last)).order_by(jobs.c.source))
    return {row.source: _job(row) for row in rows}


def hold(connection: Connection, source: str) -> Hold | None:
    """What waits at one source for a person or for its network."""
    with connection.execute(_WITH_PROOF, {"source": source}, execution_options={"yield_per": _A_WEEK}) as rows:
        return hold_of(map(_job, rows))


def accepted(connection: Connection, source: str) -> Iterator[Job]:
    """Stream the accepted visits of a source, newest first, back to the last that a person let more go in."""
    with connection.execute(_COMPLETE, {"source": source}, execution_options={"yield_per": _A_MONTH}) as rows:
        for job in map(_job, rows):
            if job.is_accepted:
                yield job
                if job.waived is not None:
                    return


def spans(connection: Connection) -> dict[str, tuple[datetime, datetime | None]]:
    """Source -> when its first visit began, and its last one that was proved."""
    proved = case((jobs.c.status.in_(_PROVED), jobs.c.started_at))
    query = select(jobs.c.source, func.min(jobs.c.started_at), func.max(proved))
    rows = connection.execute(query.where(jobs.c.kind == JobKind.VISIT).group_by(jobs.c.source))
    return {source: (first, last) for source, first, last in rows}


def proved_since(connection: Connection, moment: datetime) -> dict[str, list[datetime]]:
    """Source -> when its visits began that were proved, since then."""
    found: dict[str, list[datetime]] = {}
    proved = jobs.c.kind == JobKind.VISIT, jobs.c.status.in_(_PROVED), jobs.c.started_at >= moment
    for source, began in connection.execute(select(jobs.c.source, jobs.c.started_at).where(*proved)):
        found.setdefault(source, []).append(began)
    return found


def _job(row: Row[Any]) -> Job:
    return Job(
        number=row.number,
        source=row.source,
        kind=JobKind(row.kind),
        started_at=row.started_at,
        ended_at=row.ended_at,
        status=JobStatus(row.status),
        tally=Tally(**row.tally),
        proof=Proof.from_json(row.proof) if row.proof else None,
        error=row.error,
        reason=row.reason,
        notes=tuple(row.notes),
        shown=row.shown,
        waived=row.waived,
    )
