"""A record as the rest of the hub sees it: the last statement of it that passed the gate."""

from dataclasses import dataclass
from datetime import datetime

from schemas.canonical import JSON
from schemas.record import RecordKey


@dataclass(frozen=True, slots=True, order=True)
class Founding:
    """When and under which key a record was first accepted: its age among all records.

    on:  the start of the cycle that accepted it, not the arrival of its line, so that threads decide nothing.
    key: its first key; a source that changes its keys changes no national identifier.
    """

    on: datetime
    key: RecordKey


@dataclass(frozen=True, slots=True)
class Stated:
    """By which statement a record is published, and how old it is: all of it that decides where it stands."""

    number: int
    founded: Founding

    def __str__(self) -> str:
        return f"{self.number} {self.founded.on.isoformat()} {self.founded.key.local_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The last good statement of one record, which stays good while a newer one waits in quarantine.

    hash: of the canonical payload, 64 hexadecimal digits.
    """

    key: RecordKey
    payload: JSON
    hash: str
    modified_at: datetime | None
    founded: Founding
