"""A proposed correction: what the national level would write in a field of a network's record, and the answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from schemas.canonical import JSON
from schemas.fields import field
from schemas.record import RecordKey
from schemas.registry import LATEST


class Answer(StrEnum):
    """ACCEPTED: the network writes it, and states the record again. REFUSED: with a reason."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """number: 0 while it is not kept. answer: None while it is open. current: what the record said when it was made."""

    number: int = 0
    key: RecordKey
    pointer: str
    current: Any
    proposed: Any
    reason: str
    author: str
    proposed_at: datetime
    answer: Answer | None = None
    answer_reason: str | None = None
    answered_at: datetime | None = None

    def as_told(self) -> JSON:
        """As the network reads it, while it is open."""
        return {
            "number": self.number,
            "pointer": self.pointer,
            "field": field(LATEST[self.key.collection], self.pointer).title_fr,
            "current": self.current,
            "proposed": self.proposed,
            "reason": self.reason,
            "author": self.author,
            "proposed_at": self.proposed_at.isoformat(),
        }

    def as_json(self) -> JSON:
        return self.as_told() | {
            "record": str(self.key),
            "answer": str(self.answer) if self.answer else None,
            "answer_reason": self.answer_reason,
            "answered_at": self.answered_at.isoformat() if self.answered_at else None,
        }
