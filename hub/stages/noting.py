"""Noting: at the end of a run, make a notice of each thing that is no longer as it was told last.

It happens in the transaction that closes the run: a notice is made if, and only if, the run is written down as ended.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hub.model.freshness import Freshness
from hub.model.hold import ESCALATION_NIGHTS, Hold, night_of
from hub.model.job import Job
from hub.model.notice import Audience, Condition, NoticeKind, changes
from hub.model.run import Errand, Run, RunStatus
from hub.model.source import Source
from hub.model.standing import State
from hub.quality.remedy import remedies
from hub.store import jobs, notices, records, statements
from schemas.canonical import JSON
from schemas.record import Severity

# What says nothing about the source: another visit took over, or the hub itself stopped.
_NOT_ITS_FAULT = ("source-superseded", "interrupted")
_EXAMPLES = 3


def note(connection: Connection, ended: Run, sources: Sequence[Source], *, steward: bool, now: datetime) -> None:
    """Make the notices of a run that has ended.

    sources: the configured ones; a contact is told what its source chose to hear of.
    steward: whether anybody is told as the steward.
    """
    visited = ended.evidence.visits if ended.evidence else {}
    last = jobs.last_of_each(connection)
    for source in sources:
        job = last.get(source.name)
        if visited.get(source.name) and job and job.error not in _NOT_ITS_FAULT:
            _note_source(connection, source, job, steward=steward, now=now)
    if ended.errand is not Errand.HAND:  # whoever asked for it sees how it ended; the steward is told of nights
        _note_hub(connection, ended, steward=steward, now=now)


def _note_source(connection: Connection, source: Source, job: Job, *, steward: bool, now: datetime) -> None:
    hold = jobs.hold(connection, source.name)
    before = notices.condition(connection, source.name)
    found = before.after(job, hold, now)
    if kinds := changes(before, found):
        facts = _facts(connection, source, job, hold, now) | {"before": before.quarantined}
        told = [(Audience.STEWARD, kind) for kind in kinds if steward]
        told += [(Audience.NETWORK, kind) for kind in kinds if source.contact_email and kind in source.notify]
        if NoticeKind.QUARANTINE in kinds:
            facts["issues"] = _frequent(connection, source.name)
        for audience, kind in told:
            notices.add(connection, source.name, kind, job.number, audience, facts, now)
    notices.remember(connection, source.name, found)


def _note_hub(connection: Connection, ended: Run, *, steward: bool, now: datetime) -> None:
    before = notices.condition(connection, None)
    failing = ended.status is RunStatus.FAILED
    if failing != before.failing and steward:
        kind = NoticeKind.HUB_FAILED if failing else NoticeKind.HUB_RECOVERED
        facts: JSON = {
            "at": ended.started_at.isoformat(),
            "code": ended.error,
            "reason": ended.reason,
            "missing": list(ended.evidence.missing) if ended.evidence else [],
            "release": ended.evidence.release if ended.evidence else None,
        }
        notices.add(connection, None, kind, ended.number, Audience.STEWARD, facts, now)
    notices.remember(connection, None, Condition(failing=failing))


def _facts(connection: Connection, source: Source, job: Job, hold: Hold | None, now: datetime) -> JSON:
    counts = records.counts(connection, source.name).values()
    first, last = jobs.spans(connection)[source.name]
    fresh = Freshness.of(source.name, source.promise_days, first, last, ())
    return {
        "network": source.title,
        "job": job.number,
        "at": job.started_at.isoformat(),
        "code": job.error,
        "reason": job.reason,
        "declared": job.declared,
        "quarantined": job.waiting,
        "published": sum(states[State.ACCEPTED] + states[State.HELD] for states in counts),
        "until": _last_kept(fresh, now),
    } | _held(hold, now)


def _held(hold: Hold | None, now: datetime) -> JSON:
    if hold is None:
        return {}
    escalates = night_of(hold.since) + timedelta(days=ESCALATION_NIGHTS)
    return {
        "job": hold.job,
        "waiting": hold.waiting,
        "since": night_of(hold.since).isoformat(),
        "nights": hold.nights(now),
        "escalates": escalates.isoformat(),
    }


def _last_kept(fresh: Freshness, now: datetime) -> str | None:
    """The last day on which the promise still holds; None when it is broken, or was never kept."""
    if fresh.last is None or not fresh.is_kept(now):
        return None
    return (fresh.last + timedelta(days=fresh.promise_days)).isoformat()


def _frequent(connection: Connection, source: str) -> list[JSON]:
    """Where most records in quarantine are wrong, each with the id of one; never what was read there."""
    counted: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for found in statements.quarantine(connection, source):
        wrong = [issue for issue in found.issues if issue.severity is Severity.ERROR]
        fields = {each.field.title_fr for each in remedies(found.collection, None, wrong)}
        counted.update(fields)
        for field in fields:
            examples.setdefault(field, found.local_id or "une ligne illisible")
    ordered = sorted(counted.items(), key=lambda each: (-each[1], each[0]))[:_EXAMPLES]
    return [{"field": field, "records": count, "example": examples[field]} for field, count in ordered]
