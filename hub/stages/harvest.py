"""Harvest: bring our copies of the sources up to date, side by side, each proved complete.

    source ──► visit ──► job: tally, proof, and the status that follows from them
                └── pages: one transaction each, with the cursor inside

When the gate changed since the last visit, what waits is judged again first (see `rejudging.py`).

After a crash the next job starts where this one stopped, and reading a page twice changes nothing. A source that
cannot be read is a failed job of its own; the others go on, and its last good data stays.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import structlog
from sqlalchemy import Connection, Engine

from hub.feeds import FeedClient
from hub.model.hold import night_of
from hub.model.job import Job, JobStatus, Tally, derive
from hub.model.source import Source
from hub.quality.gate import stamp
from hub.stages.admission import Admission
from hub.stages.proof import VisitUnproved, require_agreement
from hub.stages.rejudging import rejudge_if_changed
from hub.stages.visit import Visit
from hub.store import instructions, jobs, source_keys, sources
from hub.store.engine import reading
from hub.store.source_keys import Trusted
from hub.store.sources import Superseded
from schemas.errors import FederationError, SourceError

log = structlog.get_logger()


def harvest_all(
    chosen: Sequence[Source], feeds: FeedClient, engine: Engine, now: datetime, threads: int = 12
) -> list[Job]:
    """Visit sources side by side, those that are paused left out.

    Jobs come back in the order asked, whatever became of them.
    """
    with reading(engine) as connection:
        paused = instructions.paused(connection)
    for name in sorted(paused.keys() & {source.name for source in chosen}):
        log.warning("source.paused", source=name, since=paused[name].at.isoformat())
    due = [source for source in chosen if source.name not in paused]
    with ThreadPoolExecutor(max(1, min(threads, len(due)))) as pool:
        return list(pool.map(lambda source: harvest(source, feeds, engine, now), due))


def harvest(source: Source, feeds: FeedClient, engine: Engine, now: datetime) -> Job:
    """Visit one source.

    now: the start of the cycle: what is founded in it dates from it, so that no thread decides which record is older.
    """
    rejudge_if_changed(source, engine, now)
    judged_with = stamp(source.perimeter)
    with engine.begin() as connection:
        sources.register(connection, source)
        number = jobs.begin(connection, source.name, now)
        position = sources.take_over(connection, source.name, number)
        sources.judged(connection, source.name, number, judged_with)
        trusted = source_keys.accepted(connection, source.name, night_of(now))
    door = Admission(
        engine=engine, source=source.name, job=number, now=now, perimeter=source.perimeter, stamp=judged_with
    )
    visit = Visit(source=source, feed=feeds.open(source, trusted), engine=engine, door=door, position=position)
    error = visit.run()
    return _close(visit, Job(number=number, source=source.name, started_at=now), error)


def _close(visit: Visit, job: Job, error: FederationError | None) -> Job:
    """Write down how a visit ended, and derive its status from what is found then, not from what it went through."""
    with visit.engine.begin() as connection:
        error = error or _contradiction(connection, visit, job)
        status = derive(visit.tally, visit.proof, error)
        ended = replace(
            job,
            ended_at=datetime.now(UTC),
            status=status,
            tally=visit.tally,
            proof=visit.proof,
            error=error.code if error else None,
            reason=_reason(visit, status, error),
            notes=tuple(visit.notes),
            shown=visit.shown,
            waived=visit.waived,
        )
        jobs.finish(connection, ended)
        proved = status is JobStatus.SUCCEEDED and visit.intact
        sources.settle(connection, job.source, job.number, etag=visit.etag, proved=proved)
        if status in (JobStatus.SUCCEEDED, JobStatus.HELD):
            _pin(connection, visit, job.started_at)
        if visit.licence is not None:
            sources.state_licence(connection, job.source, visit.licence)
    log.info("job.ended", source=job.source, job=job.number, status=str(status), **visit.tally.as_json())
    return ended


def _contradiction(connection: Connection, visit: Visit, job: Job) -> FederationError | None:
    """What keeps a visit that ended without an error from having succeeded, proof aside."""
    if visit.proof is None or not visit.proof.holds:
        return None
    try:
        sources.fence(connection, job.source, job.number)
        given = visit.door.given
        require_agreement(connection, job.source, job.number, visit.proof, visit.tally, visit.read, given=given)
    except (Superseded, VisitUnproved) as error:
        return error
    return None


def _pin(connection: Connection, visit: Visit, now: datetime) -> None:
    """Know a source by the key that it signed with, from the first visit that proved what it says."""
    name, key = visit.source.name, visit.feed.signed_by
    if key is not None and not source_keys.every(connection, name):
        first = Trusted(source=name, key=key, author="rrma-hub", reason=source_keys.FIRST_USE, at=now)
        source_keys.trust(connection, first, night_of(now))
        log.info("source.pinned", source=name, key=key)


def held_reason(tally: Tally) -> str:
    """What waits, and for whom."""
    told = {
        "deletions wait for a person": tally.held,
        "re-keyed records wait for a person": tally.rekeyed,
        "records stay until the network states them again: their deletion was rejected": tally.kept,
    }
    return "; ".join(f"{count} {what}" for what, count in told.items() if count)


def _reason(visit: Visit, status: JobStatus, error: FederationError | None) -> str | None:
    """Why the job did not succeed, in one sentence with its numbers."""
    if error is not None:
        return error.reason if isinstance(error, SourceError) else str(error)
    if status is JobStatus.HELD:
        return held_reason(visit.tally)
    if status is JobStatus.SUCCEEDED or visit.proof is None:
        return None
    return "; ".join(
        f"{name}: {proof.declared_count} declared, {proof.received_count} received, "
        f"digests {'agree' if proof.declared_digest == proof.received_digest else 'differ'}"
        for name, proof in visit.proof.collections.items()
        if not proof.holds
    )
