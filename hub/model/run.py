"""A run: one cycle that the hub owes, who is doing it, what was proved afterwards, and the status that follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from hub.model.job import JobStatus
from schemas.canonical import JSON


class Errand(StrEnum):
    """What a run is for. NIGHT: every source, once a local date. NEWS: the sources that said they have news. HAND:
    every source, because a person asked while no night was owed."""

    NIGHT = "night"
    NEWS = "news"
    HAND = "hand"


class RunStatus(StrEnum):
    """PARTIAL: the catalogue is whole and published, and some source could not be read. HELD: as PARTIAL, but all
    were read, and deletions wait for a person."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    HELD = "held"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is found in the database and in the releases once the stages are over. No stage speaks for itself.

    visits:   source -> the derived status of its visit in this run; None when it was not visited.
    resolved: the clusters are those of the records, judgements and weights that stand.
    compiled: the golden records are those of these clusters.
    accounted: every network is told what stands now, in sums that agree.
    released: the current release was made of these golden records.
    release:  its name, whatever it was made of; None before the first.
    waiting:  how many records of these sources were in quarantine at the end of their visits.
    """

    visits: Mapping[str, JobStatus | None]
    resolved: bool
    compiled: bool
    accounted: bool
    released: bool
    release: str | None = None
    waiting: int = 0

    @property
    def missing(self) -> tuple[str, ...]:
        """The stages that left nothing to show."""
        proved = {
            "harvest": None not in self.visits.values(),
            "resolve": self.resolved,
            "compile": self.compiled,
            "account": self.accounted,
            "release": self.released,
        }
        return tuple(stage for stage, holds in proved.items() if not holds)

    def as_json(self) -> JSON:
        return {
            "visits": {source: str(status) if status else None for source, status in self.visits.items()},
            "resolved": self.resolved,
            "compiled": self.compiled,
            "accounted": self.accounted,
            "released": self.released,
            "release": self.release,
            "waiting": self.waiting,
        }

    @classmethod
    def from_json(cls, raw: JSON) -> Self:
        visits = {source: JobStatus(status) if status else None for source, status in raw["visits"].items()}
        return cls(**raw | {"visits": visits})


def derive(evidence: Evidence | None, error: str | None) -> RunStatus:
    """The status of a run that has ended. Nothing else decides it, least of all that the end was reached."""
    if error is not None or evidence is None or evidence.missing:
        return RunStatus.FAILED
    visits = set(evidence.visits.values())
    unread = visits & {JobStatus.FAILED, JobStatus.PARTIAL, JobStatus.RUNNING}
    if unread:
        return RunStatus.PARTIAL if visits - unread else RunStatus.FAILED
    return RunStatus.HELD if JobStatus.HELD in visits else RunStatus.SUCCEEDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One row of the ledger.

    local_date:   of a night: the date in the agenda's time zone; None for the other errands.
    sources:      which are read; None means every configured one.
    owner:        the process that may write for it; None while nobody does, and once it has ended.
    heartbeat_at: when its owner was last known to be at work.
    attempt:      how many owners it has had that did not hand it back.
    error, reason: a code, and a sentence, when something stopped it.
    """

    number: int
    errand: Errand
    local_date: date | None
    sources: tuple[str, ...] | None
    started_at: datetime
    heartbeat_at: datetime
    owner: str | None
    attempt: int
    ended_at: datetime | None = None
    evidence: Evidence | None = None
    error: str | None = None
    reason: str | None = None

    @property
    def status(self) -> RunStatus:
        return RunStatus.RUNNING if self.ended_at is None else derive(self.evidence, self.error)

    def as_json(self) -> JSON:
        return {
            "number": self.number,
            "errand": str(self.errand),
            "local_date": self.local_date.isoformat() if self.local_date else None,
            "sources": list(self.sources) if self.sources is not None else None,
            "status": str(self.status),
            "started_at": self.started_at.isoformat(),
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "heartbeat_at": self.heartbeat_at.isoformat(),
            "owner": self.owner,
            "attempt": self.attempt,
            "evidence": self.evidence.as_json() if self.evidence else None,
            "error": self.error,
            "reason": self.reason,
            "release": self.evidence.release if self.evidence else None,
        }
