"""Freshness: when each network was last read and proved, against what the hub promises of it.

Dates are kept, never ages: a page tells the age on the day it is looked at, and nothing changes because time goes by.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from hub.model.agenda import Nightly
from hub.model.hold import night_of
from schemas.canonical import JSON

PROMISE_DAYS = 2
LONGEST = 90
_NIGHTLY = Nightly()


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """On how many of so many nights a network was read and proved."""

    proved: int
    nights: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What is known of one network. Dates are those in France.

    promise_days: its published records are at most this old, in days since they were last proved.
    since:        when it was first visited.
    last:         when it was last proved; None when never.
    proved:       the dates on which it was, among the last 90, in order.
    paused:       since when it is not visited because a person said so; None when it is.
    """

    network: str
    promise_days: int
    since: date
    last: date | None
    proved: tuple[date, ...]
    paused: date | None = None

    @classmethod
    def of(
        cls,
        network: str,
        promise_days: int,
        first: datetime,
        last: datetime | None,
        proved: Iterable[datetime],
        paused: datetime | None = None,
    ) -> Self:
        """first, last, proved: when visits began: the first one, the last one that was proved, those of late."""
        return cls(
            network=network,
            promise_days=promise_days,
            since=night_of(first),
            last=last and night_of(last),
            proved=tuple(sorted({night_of(moment) for moment in proved})),
            paused=paused and night_of(paused),
        )

    def age_days(self, now: datetime) -> int | None:
        """Days since it was last proved; None when it never was."""
        return max(0, (night_of(now) - self.last).days) if self.last else None

    def is_kept(self, now: datetime) -> bool:
        """Whether the promise holds."""
        age = self.age_days(now)
        return age is not None and age <= self.promise_days

    def share(self, nights: int, now: datetime) -> Share:
        """Over the last `nights`, those before its first visit left out; the night to come does not count yet."""
        last = _NIGHTLY.last(now)
        first = max(self.since, last - timedelta(days=nights - 1))
        return Share(
            proved=sum(first <= night <= last for night in self.proved), nights=max(0, (last - first).days + 1)
        )

    def as_json(self) -> JSON:
        return {
            "network": self.network,
            "promise_days": self.promise_days,
            "since": self.since.isoformat(),
            "last": self.last.isoformat() if self.last else None,
            "proved": [night.isoformat() for night in self.proved],
            "paused": self.paused.isoformat() if self.paused else None,
        }

    @classmethod
    def from_json(cls, raw: JSON) -> Self:
        return cls(
            network=raw["network"],
            promise_days=raw["promise_days"],
            since=date.fromisoformat(raw["since"]),
            last=date.fromisoformat(raw["last"]) if raw["last"] else None,
            proved=tuple(map(date.fromisoformat, raw["proved"])),
            paused=date.fromisoformat(raw["paused"]) if raw.get("paused") else None,
        )

    def told(self, now: datetime) -> JSON:
        """As the API tells it on this day."""
        shares = {f"nights_{nights}": self.share(nights, now) for nights in (30, LONGEST)}
        return {
            "promise_days": self.promise_days,
            "last_proved_on": self.last.isoformat() if self.last else None,
            "age_days": self.age_days(now),
            "kept": self.is_kept(now),
            "paused_since": self.paused.isoformat() if self.paused else None,
        } | {name: {"proved": share.proved, "nights": share.nights} for name, share in shares.items()}
