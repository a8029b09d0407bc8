"""How fresh each network is on the day the page is looked at, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from hub.distributions.freshness import Told
from hub.model.freshness import LONGEST, Share
from hub.model.release import NetworkEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One network. age: "hier". nights: how many nights each share counts at most, and the share."""

    title: str
    last: date | None
    age: str
    promise_days: int
    kept: bool
    nights: tuple[tuple[int, Share], ...]
    paused: date | None


def rows(networks: Iterable[NetworkEntry], told: Told | None, now: datetime) -> list[Row]:
    """The networks of the release of which something is told, in its order."""
    known = {each.network: each for each in told.networks} if told else {}
    return [
        Row(
            title=network.title,
            last=found.last,
            age=_age(found.age_days(now)),
            promise_days=found.promise_days,
            kept=found.is_kept(now),
            nights=tuple((nights, found.share(nights, now)) for nights in (30, LONGEST)),
            paused=found.paused,
        )
        for network in networks
        if (found := known.get(network.id))
    ]


def _age(days: int | None) -> str:
    match days:
        case None:
            return "jamais"
        case 0:
            return "aujourd’hui"
        case 1:
            return "hier"
    return f"il y a {days} jours"
