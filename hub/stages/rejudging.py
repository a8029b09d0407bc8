"""Rejudging: another look at what waits, after the gate changed (validator, schemas, vocabularies, perimeter).

    what waits ──► gate ──► fit: a statement of its own, accepted; the one that waited stays in the history
                      └──► unfit for other reasons: a statement that says which; for the same: nothing

It is a job of its own kind, and owns the source as a visit does: one that is reading writes nothing more. Only the last
statement of a record is looked at, so that nothing newer is ever replaced.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import orjson
import structlog
from sqlalchemy import Connection, Engine

from hub.model.job import Job, JobKind, JobStatus, Tally, derive_rejudgement
from hub.model.source import Source
from hub.model.standing import Standing, State
from hub.model.statement import Statement, statement_number
from hub.quality.gate import Examined, examine, schema_for, stamp, twice
from hub.stages.proof import prove_again
from hub.store import jobs, records, sources, statements
from hub.store.engine import reading
from schemas.canonical import hash_of
from schemas.feed import Put
from schemas.record import RecordKey
from schemas.registry import LATEST

log = structlog.get_logger()

_BATCH = 500


def rejudge_if_changed(source: Source, engine: Engine, now: datetime) -> Job | None:
    """Judge again what waits of a source, if another gate looked at it last. None when there was nothing to do."""
    with reading(engine) as connection:
        if sources.judged_with(connection, source.name) == stamp(source.perimeter):
            return None
    return rejudge(source, engine, now)


def rejudge(source: Source, engine: Engine, now: datetime) -> Job | None:
    """Judge again what waits of a source. None when nothing does.

    now: what is founded dates from it, as in a visit.
    """
    with reading(engine) as connection:
        waiting = records.waiting(connection, source.name)
    if not waiting:
        return None
    with engine.begin() as connection:
        number = jobs.begin(connection, source.name, now, JobKind.REJUDGEMENT)
        position = sources.take_over(connection, source.name, number)
    job = Job(number=number, source=source.name, started_at=now, kind=JobKind.REJUDGEMENT)
    tally, places = Tally(), count(1)
    for start in range(0, len(waiting), _BATCH):
        with engine.begin() as connection:
            sources.fence(connection, source.name, number)
            tally += _judge(connection, waiting[start : start + _BATCH], source.perimeter, job, places)
    with engine.begin() as connection:
        sources.judged(connection, source.name, number, stamp(source.perimeter))
        proof = prove_again(connection, source.name, position.proof) if position.proof else None
        left = len(records.waiting(connection, source.name))
        status = derive_rejudgement(tally, len(waiting), left, proof)
        ended = replace(job, ended_at=datetime.now(UTC), status=status, tally=tally, proof=proof)
        if status is JobStatus.FAILED:
            told = f"{len(waiting)} records waited and {tally.accepted} were accepted, yet {left} wait"
            ended = replace(ended, error="does-not-add-up", reason=told)
        jobs.finish(connection, ended)
        proved = status is JobStatus.SUCCEEDED and proof is not None
        sources.settle(connection, source.name, number, etag=position.etag, proved=proved)
    log.info("quarantine.rejudged", source=source.name, job=number, accepted=tally.accepted, waiting=left)
    return ended


def _judge(
    connection: Connection, keys: Sequence[RecordKey], perimeter: Sequence[str], job: Job, places: Iterator[int]
) -> Tally:
    """Look again at some records, in one transaction. places: in the job, for the statements that are added."""
    standings = records.standings(connection, keys)
    waiting = sorted((each for each in standings.values() if each.state is State.QUARANTINED), key=_key)
    said = statements.stated(connection, [each.received for each in waiting])
    new, changed, tally = [], [], Tally(received=len(waiting))
    for standing in waiting:
        before = said[standing.received]
        found = _examined(before, perimeter)
        if found is None or (not found.fit and set(found.issues) == set(before.issues) - {twice()}):
            tally += Tally(unchanged=1)
            continue
        number = statement_number(job.number, next(places))
        new.append(_after(before, found, number, job.started_at, stamp(perimeter)))
        changed.append(standing.stated(number, str(before.hash), fit=found.fit, now=job.started_at))
        tally += Tally(accepted=1) if found.fit else Tally(quarantined=1)
    statements.add(connection, new)
    records.save(connection, changed)
    return tally


def _examined(before: Statement, perimeter: Sequence[str]) -> Examined | None:
    """The verdict of now; None when nothing can be judged: the line could not be read, or its content was erased."""
    if before.payload is None or hash_of(before.payload) != before.hash:
        return None
    collection = str(before.collection)
    put = Put(
        seq=before.seq or 0,
        collection=collection,
        id=str(before.local_id),
        hash=str(before.hash),
        record=orjson.loads(before.payload),
        modified_at=before.modified_at,
    )
    schema = schema_for(collection, before.schema) if before.schema else None
    return examine(put, schema or LATEST[collection], perimeter)


def _after(before: Statement, found: Examined, number: int, now: datetime, judged_with: str) -> Statement:
    """The same words, judged anew; `rejudged` names the statement that waited."""
    return before._replace(
        number=number,
        received_at=now,
        detail={"rejudged": before.number},
        accepted=found.fit,
        issues=() if found.fit else found.issues,
        judged_with=judged_with,
    )


def _key(standing: Standing) -> RecordKey:
    return standing.key
