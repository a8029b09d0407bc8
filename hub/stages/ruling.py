"""Ruling: a person decides about what one job held, exactly that, and once.

    confirm          the deletions are applied; where all were rejected before, they are applied after all
    reject           they are not: the records stay until their network says something else of them
    confirm, rekey   the map is applied: ids, judgements and history go on under the new keys
    reject, rekey    the map is wrong: the new records are published as new, the old ones face the guard

Nothing is read from the source: what its last complete visit proved must still be so, and what waits must be what the
job showed. A decision that was taken already is told, and not taken again.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count as count_from

from sqlalchemy import Connection, Engine

from hub.model.job import Job, JobStatus, derive
from hub.model.ruling import Ruled, Ruling
from hub.model.statement import Op
from hub.stages.departures import let_go, turnovers
from hub.stages.harvest import held_reason
from hub.stages.proof import prove_again
from hub.stages.steps import Steps
from hub.stages.visit import LossRefused
from hub.store import holds, jobs, rulings, sources, statements
from schemas.errors import NotFound, RequestError

_ABOUT_THE_MAP = (Ruling.REKEYED, Ruling.APART)


class RefusedRuling(RequestError):
    """What the person saw is not what waits now, or it cannot be decided at this moment."""

    code = "refused-ruling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """job: as it stands after the decision. again: the same had been decided before, and nothing was done now."""

    job: Job
    ruled: Ruled
    again: bool = False


def rule(engine: Engine, number: int, ruling: Ruling, *, author: str, reason: str, now: datetime) -> Outcome:
    """Decide about what job `number` holds, in one transaction.

    Raises NotFound for a job that never was, RefusedRuling when this cannot be decided about that job now,
    RequestError when it says not who takes it, and why.
    """
    if not author.strip() or not reason.strip():
        raise RequestError("a decision says who took it, and why")
    with engine.begin() as connection:
        job = jobs.get(connection, number)
        if job is None:
            raise NotFound(f"no job {number}")
        said = Ruled(source=job.source, job=number, ruling=ruling, records=0, author=author, reason=reason, at=now)
        before = _before(connection, said)
        if before is not None and before.ruling is ruling:
            return Outcome(job=job, ruled=before, again=True)
        newest = _require_as_shown(connection, job)
        overturns = (before is not None and before.ruling is Ruling.REJECTED) or not job.tally.held
        last = statements.last_number(connection, newest)
        steps = Steps(source=job.source, now=now, next_number=count_from(last + 1).__next__)
        count, deleted = _apply(connection, ruling, steps, overturns=overturns)
        if not count:
            what = "no re-key map" if ruling in _ABOUT_THE_MAP else "no deletion"
            raise RefusedRuling(f"{what} waits at job {number}: `rrma-hub job show {number}` tells what does")
        said = rulings.add(connection, replace(said, records=count))
        ended = _after(connection, job, said, deleted)
        jobs.finish(connection, ended)
        proves = ended.status is JobStatus.SUCCEEDED and not statements.damaged(connection, job.source)
        sources.settle(connection, job.source, number, etag=None, proved=proves)
    return Outcome(job=ended, ruled=said)


def _before(connection: Connection, said: Ruled) -> Ruled | None:
    """The last decision about the same half of what the job showed."""
    about_the_map = said.ruling in _ABOUT_THE_MAP
    found = [each for each in rulings.of_job(connection, said.job) if (each.ruling in _ABOUT_THE_MAP) is about_the_map]
    return found[-1] if found else None


def _require_as_shown(connection: Connection, job: Job) -> int:
    """The newest job of the source, after which the steps of a decision are numbered.

    Raises RefusedRuling unless what waits now is what this job showed, and what it proved is still so.
    """
    newest = sources.stand_still(connection, job.source)
    at_work = jobs.get(connection, newest)
    if at_work is not None and at_work.status is JobStatus.RUNNING:
        raise RefusedRuling(f"job {newest} is reading {job.source} now, or was stopped: harvest it, then decide")
    hold = jobs.hold(connection, job.source)
    if hold is None:
        raise RefusedRuling(f"nothing of {job.source} waits")
    if hold.job != job.number:
        raise RefusedRuling(f"job {hold.job} shows what waits of {job.source} now: decide about that one")
    if holds.shown(connection, job.source) != job.shown:
        raise RefusedRuling(f"what waits is no longer what job {job.number} showed: harvest {job.source}, then decide")
    if job.proof is None or not prove_again(connection, job.source, job.proof).holds:
        raise RefusedRuling(f"what job {job.number} proved no longer holds: harvest {job.source}, then decide")
    return newest


def _apply(connection: Connection, ruling: Ruling, steps: Steps, *, overturns: bool) -> tuple[int, int]:
    """Do what was decided. Returns how many records it was about, and how many left.

    overturns: the deletions had been rejected, and are confirmed after all.
    """
    source = steps.source
    match ruling:
        case Ruling.CONFIRMED:
            deleted = let_go(connection, list(holds.waiting(connection, source)), steps, kept=overturns)
            return deleted, deleted
        case Ruling.REJECTED:
            count = steps.take_all(Op.KEPT, holds.keepable(connection, source))
        case Ruling.REKEYED:
            count = len([steps.take(Op.CONTINUED, old, new) for old, new in holds.proposals(connection, source)])
        case Ruling.APART:
            pairs = list(holds.proposals(connection, source))
            count = steps.take_all(Op.APART, [old for old, _ in pairs])
            steps.take_all(Op.ADMITTED, [new for _, new in pairs if new.is_arriving])
    steps.write(connection)
    if ruling is not Ruling.APART:
        return count, 0
    within = [each.collection for each in turnovers(connection, source) if each.applies]
    return count, let_go(connection, within, steps)


def _after(connection: Connection, job: Job, said: Ruled, deleted: int) -> Job:
    """The job with the decision in it. Its status follows from its numbers, as it did before."""
    waiting = holds.totals(holds.waiting(connection, job.source))
    tally = replace(job.tally, deleted=job.tally.deleted + deleted, **waiting)
    error = LossRefused(job.source, job.reason or "") if job.error == LossRefused.code and tally.held else None
    told = f"{said.ruling} by {said.author}: {said.reason}"
    return replace(
        job,
        status=derive(tally, job.proof, error),
        tally=tally,
        error=error.code if error else None,
        reason=job.reason if error else held_reason(tally) or None,
        notes=(*job.notes, told),
        shown=holds.shown(connection, job.source) if tally.waits or tally.kept else None,
        waived=told if said.ruling is Ruling.CONFIRMED else job.waived,
    )
