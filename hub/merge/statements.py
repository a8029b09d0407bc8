"""Statements: what the members of a cluster say of one property, freshest first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from hub.model.record import Accepted
from schemas.canonical import JSON, canonical
from schemas.record import RecordKey
from schemas.text import fold

Refer = Callable[[RecordKey], str | None]

_OLDEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One value as one member states it; `pointer` leads to it in the member's payload."""

    value: Any
    member: Accepted
    pointer: str

    @property
    def stated_on(self) -> date | None:
        return day(self.member.modified_at)

    @property
    def network(self) -> str:
        return self.member.key.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A golden value, or one item of a golden list, and the statements it was made of, best first."""

    value: Any
    by: Sequence[Statement]


def freshest_first(member: Accepted) -> tuple[float, RecordKey]:
    """The order of members: last modified first, those that do not say last, ties by key."""
    return (-((member.modified_at or _OLDEST) - _OLDEST).total_seconds(), member.key)


def day(moment: datetime | None) -> date | None:
    """The day of a moment, in UTC."""
    return moment.astimezone(UTC).date() if moment else None


def said(members: Iterable[Accepted], name: str, refer: Refer) -> list[Statement]:
    """What members state of a property; empty values say nothing. A list gives one statement an item."""
    return [
        replace(each, value=_national(each.value, each.member, refer))
        for member in members
        for each in _items(member, name)
        if each.value not in (None, "", [], {})
    ]


def spelling(value: Any) -> str | bytes:
    """What two values share when they say the same: the folded text, or the canonical JSON."""
    return (fold(value) or value) if isinstance(value, str) else canonical({"": value})


def networks(statements: Iterable[Statement]) -> int:
    """How many networks stand behind statements: a network that repeats itself counts once."""
    return len({each.network for each in statements})


def support(statements: Iterable[Statement], value: Any) -> int:
    """How many networks say the same."""
    wanted = spelling(value)
    return networks(each for each in statements if spelling(each.value) == wanted)


def _items(member: Accepted, name: str) -> list[Statement]:
    value = member.payload.get(name)
    if not isinstance(value, list):
        return [Statement(value=value, member=member, pointer=f"/{name}")]
    return [Statement(value=item, member=member, pointer=f"/{name}/{at}") for at, item in enumerate(value)]


def _national(value: Any, member: Accepted, refer: Refer) -> Any:
    """What a network calls by its own key, the nation calls by the national id, as far as it is known."""
    if not isinstance(value, dict) or "actor" not in value:
        return value
    others: JSON = {name: each for name, each in value.items() if name != "actor"}
    national_id = refer(RecordKey("actor", member.key.source, value["actor"]))
    if national_id is not None:
        return others | {"national_id": national_id}
    return others if "name" in others or "national_id" in others else value
