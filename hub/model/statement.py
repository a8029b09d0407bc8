"""A statement: one line of a feed as it was received and judged, or a step that the hub took with a record.

Statements are kept for ever, as they came. By them alone, in order of number, every record of a source comes to where
it stands (`hub.model.replay`).
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from schemas.canonical import JSON
from schemas.record import Issue

_LINES_PER_JOB = 1 << 32


class Op(StrEnum):
    """PUT, DELETE, REKEY and UNREADABLE, which names no record, are lines of the feed. The others are steps of the hub.

    ABSENT:    a proven complete reading did not hold the record.
    RELEASED:  its deletion was applied.
    PROPOSED:  it seems to go on under another id, `to`; without one, that no longer seems so.
    AWAITED:   it waits until a person says whether it goes on from one that vanished.
    ADMITTED:  it waits no longer, and is a record of its own.
    CONTINUED: a person said that it goes on as `to`.
    KEPT, APART: a person rejected its deletion, or that it goes on under another id.
    """

    PUT = "put"
    DELETE = "delete"
    REKEY = "rekey"
    UNREADABLE = "unreadable"
    ABSENT = "absent"
    RELEASED = "released"
    PROPOSED = "proposed"
    AWAITED = "awaited"
    ADMITTED = "admitted"
    CONTINUED = "continued"
    KEPT = "kept"
    APART = "apart"


class Statement(NamedTuple):
    """What a source said of one record, or what the hub did with it; named when it is made, by every field.

    A tuple, since a first load makes one a record, and a frozen dataclass of so many fields takes as long as its hash.

    number:  from `statement_number`: rises with time within one source.
    hash:    as the source declares it; None unless it states a record.
    payload: the record's canonical bytes; of a line that cannot be spelt so, its beginning as it came.
    detail:  what else it says: reason, into and to of a delete; to of a step that names another id; rejudged.
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
