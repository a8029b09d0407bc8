"""A notice: a mail that says once that something about a network, or about the hub, is no longer as it was.

what was told last + what is found now ──► changes ──► notices ──► claimed ──► handed over ──► sent
                                                                      │             └── nobody knows: doubtful
                                                                      └── refused, or tried again
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from hub.model.hold import Hold, HoldState
from hub.model.job import Job, JobStatus
from schemas.canonical import JSON


class NoticeKind(StrEnum):
    """What changed. A network chooses which of the first five its contact is told; the steward is told all."""

    FAILED = "failed"
    RECOVERED = "recovered"
    HELD = "held"
    ESCALATED = "escalated"
    QUARANTINE = "quarantine"
    HUB_FAILED = "hub-failed"
    HUB_RECOVERED = "hub-recovered"


OF_A_NETWORK = tuple(kind for kind in NoticeKind if not kind.startswith("hub-"))


class Audience(StrEnum):
    """Whom a notice is for. The address itself is in the configuration, and nowhere else."""

    NETWORK = "network"
    STEWARD = "steward"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How a source stands, as far as anybody is told.

    hold:        None, "held" or "escalated".
    quarantined: records that wait with their issues.
    """

    failing: bool = False
    hold: HoldState | None = None
    quarantined: int = 0

    def after(self, job: Job, hold: Hold | None, now: datetime) -> Self:
        """How it stands after one more visit. What a visit without a proof could not see stays as it was."""
        state = hold.state(now) if hold else None
        return replace(
            self,
            failing=job.status in (JobStatus.FAILED, JobStatus.PARTIAL),
            hold=None if state is HoldState.REJECTED else state,
            quarantined=job.waiting if job.proof else self.quarantined,
        )


def changes(before: Condition, now: Condition) -> tuple[NoticeKind, ...]:
    """What a person should hear of; less in quarantine, or a hold that was settled, is good news that needs no mail."""
    return tuple(
        kind
        for kind, happened in (
            (NoticeKind.FAILED, now.failing and not before.failing),
            (NoticeKind.RECOVERED, before.failing and not now.failing),
            (NoticeKind.HELD, now.hold is HoldState.HELD and before.hold is None),
            (NoticeKind.ESCALATED, now.hold is HoldState.ESCALATED and before.hold is not HoldState.ESCALATED),
            (NoticeKind.QUARANTINE, now.quarantined > before.quarantined),
        )
        if happened
    )


class NoticeState(StrEnum):
    """DOUBTFUL: handed over, and nobody heard whether it arrived; it is not sent again by itself."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One mail to one audience.

    source:    the network; None for the hub itself.
    about:     number of the job, or of the run, that showed it.
    facts:     what the text is made of.
    handed_at: just before the mail server was given the text; set back when it certainly did not take it.
    error:     what the mail server said, or did not say.
    """

    number: int
    source: str | None
    kind: NoticeKind
    about: int
    audience: Audience
    facts: JSON
    made_at: datetime
    handed_at: datetime | None = None
    sent_at: datetime | None = None
    refused_at: datetime | None = None
    error: str | None = None

    @property
    def state(self) -> NoticeState:
        if self.sent_at:
            return NoticeState.SENT
        if self.refused_at:
            return NoticeState.REFUSED
        return NoticeState.DOUBTFUL if self.handed_at else NoticeState.WAITING

    def as_json(self) -> JSON:
        moments = {"made_at": self.made_at, "handed_at": self.handed_at, "sent_at": self.sent_at}
        return {
            "number": self.number,
            "source": self.source,
            "kind": str(self.kind),
            "about": self.about,
            "audience": str(self.audience),
            "state": str(self.state),
            **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
            "error": self.error,
            "facts": self.facts,
        }
