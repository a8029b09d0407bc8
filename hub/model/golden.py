"""The golden record: the one published statement made of a cluster, each value with where it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from schemas.canonical import JSON
from schemas.record import RecordKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where one golden value was stated.

    pointer:   RFC 6901, into the source's payload.
    stated_on: the day the source last modified its record, when it says so.
    rule:      why this statement was chosen, as "most-complete".
    """

    source: str
    local_id: str
    pointer: str
    stated_on: date | None
    rule: str

    def as_json(self) -> JSON:
        return {
            "network": self.source,
            "id": self.local_id,
            "pointer": self.pointer,
            "date": self.stated_on.isoformat() if self.stated_on else None,
            "rule": self.rule,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One source record of a golden record.

    modified_on: the day its network last modified it.
    attribution: where the network has it from, and under which licence, when it says so; it goes with every copy.
    """

    key: RecordKey
    modified_on: date | None = None
    attribution: JSON | None = None

    def as_json(self) -> JSON:
        modified_on = self.modified_on.isoformat() if self.modified_on else None
        told = {"network": self.key.source, "id": self.key.local_id, "modified_on": modified_on}
        return told | {"attribution": self.attribution} if self.attribution else told


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """One real thing as the nation publishes it.

    payload:    public properties of the collection's newest schema, without `id`.
    provenance: JSON pointer into `payload` -> the statements that the value was made of, best first.
    members:    in founding order.
    """

    national_id: str
    collection: str
    payload: JSON
    provenance: Mapping[str, tuple[Origin, ...]]
    members: tuple[Member, ...]

    @property
    def networks(self) -> tuple[str, ...]:
        """The networks that state it, in alphabetical order."""
        return tuple(sorted({member.key.source for member in self.members}))

    def as_line(self) -> JSON:
        """The public JSON object."""
        return self.payload | {
            "id": self.national_id,
            "networks": list(self.networks),
            "sources": [member.as_json() for member in self.members],
            "provenance": {
                pointer: [origin.as_json() for origin in origins]
                for pointer, origins in sorted(self.provenance.items())
            },
        }
