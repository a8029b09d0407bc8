"""A ruling: what a person decided about the hold that one job showed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.canonical import JSON


class Ruling(StrEnum):
    """CONFIRMED, REJECTED: the deletions. REKEYED, APART: the proposed map, as right or as wrong."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    REKEYED = "rekeyed"
    APART = "apart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """records: how many it was about. number: 0 until it is kept."""

    number: int = 0
    source: str
    job: int
    ruling: Ruling
    records: int
    author: str
    reason: str
    at: datetime

    def as_json(self) -> JSON:
        return {
            "number": self.number,
            "job": self.job,
            "source": self.source,
            "ruling": str(self.ruling),
            "records": self.records,
            "by": self.author,
            "reason": self.reason,
            "at": self.at.isoformat(),
        }
