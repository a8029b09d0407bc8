"""A hold: deletions of one source that wait for a person, told from its visits and the clock, never kept apart.

    a visit finds more leaving than the guard lets go ──► held ── three nights ──► escalated
                                                           └── rejected by a person: the network must state them again

A visit that fails in between neither ends a hold nor begins one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.model.job import Job

ESCALATION_NIGHTS = 3
_PARIS = ZoneInfo("Europe/Paris")


class HoldState(StrEnum):
    """HELD and ESCALATED wait for a person here, REJECTED for the network."""

    HELD = "held"
    ESCALATED = "escalated"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """since: start of the first visit that held. job: the newest that shows what waits, the one to decide about.

    deletions, rekeyed: records that wait for a decision.
    kept: records that stay because a person rejected their deletion.
    """

    source: str
    job: int
    since: datetime
    deletions: int
    rekeyed: int
    kept: int

    @property
    def waiting(self) -> int:
        return self.deletions + self.rekeyed

    def nights(self, now: datetime) -> int:
        """How many nights it has lasted, as the calendar counts them in France, whatever the clock changes do."""
        return (night_of(now) - night_of(self.since)).days

    def state(self, now: datetime) -> HoldState:
        if not self.waiting:
            return HoldState.REJECTED
        return HoldState.ESCALATED if self.nights(now) >= ESCALATION_NIGHTS else HoldState.HELD


def hold_of(visits: Iterable[Job]) -> Hold | None:
    """The hold on one source, if there is one.

    visits: of that source, newest first; read only as far back as the hold reaches.
    """
    newest: Job | None = None
    since: datetime | None = None
    for job in visits:
        if job.proof is None or not job.proof.holds:
            continue
        settled = not job.tally.waits and not job.tally.kept
        if settled or (newest is not None and newest.tally.waits and not job.tally.waits):
            break
        newest, since = newest or job, job.started_at
    if newest is None or since is None:
        return None
    tally = newest.tally
    return Hold(
        source=newest.source,
        job=newest.number,
        since=since,
        deletions=tally.held,
        rekeyed=tally.rekeyed,
        kept=tally.kept,
    )


def night_of(moment: datetime) -> date:
    """The date in France of an aware moment."""
    return moment.astimezone(_PARIS).date()
