"""What is to be done about an issue: the field in French, what was read there, and what a right value looks like."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from schemas.canonical import JSON
from schemas.fields import Field, field, value_at
from schemas.record import Issue
from schemas.registry import LATEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """received: None when nothing stands there, or nothing that open data may hold."""

    issue: Issue
    field: Field
    received: Any

    def as_json(self) -> JSON:
        return self.issue.as_json() | {
            "field": self.field.title_fr,
            "received": self.received,
            "example": self.field.example,
        }


def remedies(collection: str | None, record: JSON | None, issues: Iterable[Issue]) -> tuple[Remedy, ...]:
    """What to do about each issue. collection, record: None where the line does not say."""
    return tuple(_remedy(collection, record, issue) for issue in issues)


def _remedy(collection: str | None, record: JSON | None, issue: Issue) -> Remedy:
    if collection is None or collection not in LATEST:
        return Remedy(issue=issue, field=field(LATEST["actor"], ""), received=None)
    place = field(LATEST[collection], issue.pointer)
    shown = record is not None and issue.pointer and place.public
    return Remedy(issue=issue, field=place, received=value_at(record, issue.pointer) if shown else None)
