"""The visits and what waits at them, as the shell and the stewards' service show them."""

from datetime import datetime

from sqlalchemy import Connection

from hub.model.hold import Hold
from hub.model.job import Job
from hub.store import holds, jobs, rulings
from schemas.canonical import JSON
from schemas.errors import NotFound

_LISTED = 1_000


def flat(job: Job) -> JSON:
    """A job as one row: its tally beside its other facts, how many records the source declares and how many wait."""
    return job.as_json() | job.tally.as_json() | {"declared": job.declared, "waiting": job.waiting}


def held(hold: Hold | None, now: datetime) -> JSON:
    """Whether something of a source waits, for whom, since when, and which job to decide about."""
    if hold is None:
        return {"hold": None}
    return {
        "hold": str(hold.state(now)),
        "hold_since": hold.since.isoformat(),
        "hold_nights": hold.nights(now),
        "hold_job": hold.job,
    }


def newest(connection: Connection, source: str | None, limit: int) -> list[tuple[Job, Hold | None]]:
    """The last visits, newest first, each with the hold that is to be decided at it."""
    found = jobs.newest(connection, source, limit)
    waits = {name: jobs.hold(connection, name) for name in {job.source for job in found}}
    return [(job, _at(job, waits[job.source])) for job in found]


def shown(connection: Connection, number: int, now: datetime) -> tuple[JSON, Hold | None, list[JSON]]:
    """One visit with what was decided about it, the hold that is to be decided at it, and the records that wait.

    Raises NotFound.
    """
    job = jobs.get(connection, number)
    if job is None:
        raise NotFound(f"no job {number}")
    mine = _at(job, jobs.hold(connection, job.source))
    facts = (
        job.as_json() | held(mine, now) | {"rulings": [each.as_json() for each in rulings.of_job(connection, number)]}
    )
    return facts, mine, holds.listed(connection, job.source, _LISTED) if mine else []


def _at(job: Job, hold: Hold | None) -> Hold | None:
    return hold if hold is not None and hold.job == job.number else None
