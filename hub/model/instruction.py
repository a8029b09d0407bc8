"""What a person told the hub about one source, for a time: to pause its visits, or to let more leave than usual."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from schemas.canonical import JSON


class Kind(StrEnum):
    PAUSE = "pause"
    OVERRIDE = "override"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """until: the last day of it, in France; None for as long as nobody takes it back. ended_*: taken back."""

    number: int
    source: str
    kind: Kind
    author: str
    reason: str
    at: datetime
    until: date | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_reason: str | None = None

    def is_in_force(self, on: date) -> bool:
        return self.ended_at is None and (self.until is None or on <= self.until)

    def as_json(self) -> JSON:
        return {
            "number": self.number,
            "source": self.source,
            "kind": str(self.kind),
            "by": self.author,
            "reason": self.reason,
            "at": self.at.isoformat(),
            "until": self.until.isoformat() if self.until else None,
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "ended_by": self.ended_by,
            "ended_reason": self.ended_reason,
        }
