"""What crosses from a network to the nation: a record, its key, and what is wrong with it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from schemas.canonical import JSON, content_hash

COLLECTIONS = ("actor", "project", "announcement")


@dataclass(frozen=True, slots=True, order=True)
class RecordKey:
    """The federation-wide name of a record: its collection, its network, and the network's own id."""

    collection: str
    source: str
    local_id: str

    def __str__(self) -> str:
        return f"{self.collection}:{self.source}/{self.local_id}"


class Severity(StrEnum):
    """ERROR makes a record unfit to publish; WARNING asks to look; ADVICE says how to do better."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One thing wrong with a record, as data.

    code:    stable, listed in the README of this folder.
    pointer: RFC 6901 JSON Pointer into the payload; "" is the whole record.
    message: plain French for the person who keeps the record, with an example of a right value where there is one.
    """

    code: str
    pointer: str
    severity: Severity
    message: str

    def as_json(self) -> JSON:
        return {"code": self.code, "pointer": self.pointer, "severity": str(self.severity), "message": self.message}

    @classmethod
    def from_json(cls, raw: JSON) -> Self:
        """The inverse of `as_json`. Raises KeyError or ValueError on anything else."""
        return cls(
            code=raw["code"],
            pointer=raw["pointer"],
            severity=Severity(raw["severity"]),
            message=raw["message"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An entry exactly as its network states it.

    schema:      the id of the schema it was written for, as "actor/1.0".
    modified_at: information for people, never an order; aware when present.
    """

    key: RecordKey
    schema: str
    payload: JSON
    modified_at: datetime | None = None

    @property
    def content_hash(self) -> str:
        return content_hash(self.payload)
