"""A job: one visit to a source, or another look at what waits of it; its counts, its proof, and the status of both."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Self

from schemas.canonical import JSON
from schemas.errors import FederationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What one page, or one whole job, did, in lines of the feed.

    received:    change lines read, good or bad.
    accepted:    new or changed records that passed the gate.
    unchanged:   lines that said what we already knew.
    quarantined: lines that wait with their issues.
    deleted:     records that left, by tombstone or by proven absence.
    held:        deletions that wait for a person.
    rekeyed:     records that vanished and wait to be recognised under a new key.
    kept:        records that left and stay published, because a person rejected their deletion.
    """

    received: int = 0
    accepted: int = 0
    unchanged: int = 0
    quarantined: int = 0
    deleted: int = 0
    held: int = 0
    rekeyed: int = 0
    kept: int = 0

    @property
    def waits(self) -> int:
        """What a person has to decide about, in records."""
        return self.held + self.rekeyed

    def __add__(self, other: Self) -> Self:
        return type(self)(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})

    def as_json(self) -> JSON:
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionProof:
    """What a source says it holds of one collection, against what we received of it.

    stored, quarantined: how many of the received records stand as they were received, and how many wait.
    """

    declared_count: int
    declared_digest: str
    received_count: int
    received_digest: str
    stored: int
    quarantined: int

    @property
    def is_complete(self) -> bool:
        """We received exactly what the source declares."""
        return (self.received_count, self.received_digest) == (self.declared_count, self.declared_digest)

    @property
    def holds(self) -> bool:
        """Complete, and every record received either stands or waits."""
        return self.is_complete and self.stored == self.received_count - self.quarantined

    def as_json(self) -> JSON:
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @classmethod
    def from_json(cls, raw: JSON) -> Self:
        return cls(**raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The proof of a complete harvest, collection by collection, at one `seq` of the source."""

    seq: int
    collections: Mapping[str, CollectionProof]

    @property
    def is_complete(self) -> bool:
        return all(proof.is_complete for proof in self.collections.values())

    @property
    def holds(self) -> bool:
        return all(proof.holds for proof in self.collections.values())

    def as_json(self) -> JSON:
        return {"seq": self.seq, "collections": {name: proof.as_json() for name, proof in self.collections.items()}}

    @classmethod
    def from_json(cls, raw: JSON) -> Self:
        collections = {name: CollectionProof.from_json(proof) for name, proof in raw["collections"].items()}
        return cls(seq=raw["seq"], collections=collections)


class JobKind(StrEnum):
    """VISIT reads the source; REJUDGEMENT looks again at what waits of it, and reads nothing."""

    VISIT = "visit"
    REJUDGEMENT = "rejudgement"


class JobStatus(StrEnum):
    """RUNNING has no end yet; PARTIAL was interrupted and goes on next time; HELD waits for a person or the network."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    HELD = "held"
    FAILED = "failed"


def derive(tally: Tally, proof: Proof | None, error: FederationError | None) -> JobStatus:
    """The status of a job that has ended. Nothing else decides it.

    PARTIAL: the source went away after lines that we kept, and may be asked again.
    """
    if error is not None:
        return JobStatus.PARTIAL if error.retryable and tally.received else JobStatus.FAILED
    if proof is None or not proof.holds:
        return JobStatus.FAILED
    return JobStatus.HELD if tally.waits or tally.kept else JobStatus.SUCCEEDED


def derive_rejudgement(tally: Tally, before: int, after: int, proof: Proof | None) -> JobStatus:
    """The status of a rejudgement that has ended: what waited and waits no longer is what was accepted.

    before, after: records in quarantine. proof: as if the source had just been read; None when it is not proved.
    """
    adds_up = before - after == tally.accepted and (proof is None or proof.holds)
    return JobStatus.SUCCEEDED if adds_up else JobStatus.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One visit to a source, or one rejudgement.

    reason: in plain words, why the job did not succeed; None when it did.
    notes:  what a person should look at although the job may have succeeded (growth, lines after the end…).
    shown:  digest of the records that had left and stayed when the job ended: what a person decides about.
    waived: by whose word more was let go than the guard would; the guard's history starts again here.
    """

    number: int
    source: str
    started_at: datetime
    kind: JobKind = JobKind.VISIT
    ended_at: datetime | None = None
    status: JobStatus = JobStatus.RUNNING
    tally: Tally = Tally()
    proof: Proof | None = None
    error: str | None = None
    reason: str | None = None
    notes: tuple[str, ...] = ()
    shown: str | None = None
    waived: str | None = None

    @property
    def is_accepted(self) -> bool:
        """Complete, and nothing of it waits for a decision: what the guard may measure later losses against."""
        complete = self.status in (JobStatus.SUCCEEDED, JobStatus.HELD) and self.proof is not None
        return complete and (not self.tally.waits or self.waived is not None)

    @property
    def declared(self) -> int:
        """Records that the source states, as far as this job proved."""
        return sum(proof.declared_count for proof in self.proof.collections.values()) if self.proof else 0

    @property
    def waiting(self) -> int:
        """Records in quarantine when the job ended."""
        return sum(proof.quarantined for proof in self.proof.collections.values()) if self.proof else 0

    def as_json(self) -> JSON:
        return {
            "number": self.number,
            "source": self.source,
            "kind": str(self.kind),
            "started_at": self.started_at.isoformat(),
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "status": str(self.status),
            "tally": self.tally.as_json(),
            "proof": self.proof.as_json() if self.proof else None,
            "error": self.error,
            "reason": self.reason,
            "notes": list(self.notes),
            "waived": self.waived,
        }
