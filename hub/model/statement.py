"""A statement: one line of a feed as it was received and judged. Statements are kept for ever, as they came."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.canonical import JSON
from schemas.record import Issue

_LINES_PER_JOB = 1 << 32


class Op(StrEnum):
    """ABSENT is not a line: a proven complete reading did not hold the record. UNREADABLE names no record."""

    PUT = "put"
    DELETE = "delete"
    REKEY = "rekey"
    ABSENT = "absent"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a source said of one record.

    number:  from `statement_number`: rises with time within one source.
    hash:    as the source declares it; None unless it states a record.
    payload: the record's canonical bytes; of a line that cannot be spelt so, its beginning as it came.
    detail:  what else a delete or a rekey says (reason, into, to).
    issues:  why it was quarantined; empty when it was accepted.
    schema, judged_with: of a put: the schema its node states, and the stamp of the gate that judged it.
    """

    number: int
    source: str
    collection: str | None
    local_id: str | None
    op: Op
    received_at: datetime
    seq: int | None = None
    hash: str | None = None
    modified_at: datetime | None = None
    detail: JSON | None = None
    payload: bytes | None = None
    accepted: bool = True
    issues: tuple[Issue, ...] = ()
    schema: str | None = None
    judged_with: str | None = None


def statement_number(job: int, place: int) -> int:
    """Numbers that jobs give out side by side without asking each other: the job, then the place in it."""
    return job * _LINES_PER_JOB + place
