"""Is this whole harvest fit? The guard that keeps a broken export from emptying a network's directory.

    accepted visits ──► one count a night ──► median ──► base ──► what leaves now, and what is missing since

The base is the median of a month of nights, so that one odd night moves nothing and many visits in one night weigh no
more than one. Loss is measured against it twice: what would leave now, and how far below it the directory would then
stand, so that a slow drip adds up. Only visits that were accepted count, and the history starts again where a person
let more go, so that the base neither follows a fault nor stays behind for ever.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from statistics import median

BASE_NIGHTS = 31
SILENT_SHARE = 0.02
WARNED_SHARE = 0.10
HELD_SHARE = 0.50
GROWTH_SHARE = 0.10


class Guard(StrEnum):
    """What is done with the deletions of one collection."""

    SILENT = "silent"
    WARNED = "warned"
    HELD = "held"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnover:
    """What one collection of a source would lose and keep.

    lost:      published records whose deletion is asked for and undecided, held ones of earlier jobs included.
    remaining: records that the source still states.
    base:      the median of its nights; None for a source without history, which is then measured against what we hold.
    last:      its last accepted count.
    waived:    a person said beforehand that more may leave than the guard lets; never that everything may.
    """

    collection: str
    lost: int
    remaining: int
    base: float | None
    last: int | None = None
    waived: bool = False

    @property
    def measured(self) -> Guard:
        """What the numbers alone ask for."""
        if not self.lost:
            return Guard.SILENT
        share = self.missing / max(self.expected, 1)
        if self.remaining == 0 or share > HELD_SHARE:
            return Guard.REFUSED
        if share > WARNED_SHARE:
            return Guard.HELD
        return Guard.WARNED if share > SILENT_SHARE else Guard.SILENT

    @property
    def missing(self) -> float:
        """Records lost, in one night or by and by, whichever is more."""
        return max(self.lost, self.expected - self.remaining)

    @property
    def expected(self) -> float:
        """Records that one would expect there to be."""
        return self.lost + self.remaining if self.base is None else self.base

    @property
    def guard(self) -> Guard:
        """Whether the deletions may be applied."""
        return Guard.WARNED if self.uses_waiver else self.measured

    @property
    def uses_waiver(self) -> bool:
        return self.waived and self.remaining > 0 and self.measured in (Guard.HELD, Guard.REFUSED)

    @property
    def applies(self) -> bool:
        return self.guard in (Guard.SILENT, Guard.WARNED)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should look at, in the words of the job's report."""
        found = []
        if self.guard is not Guard.SILENT:
            since = f", {self.missing:g} missing in a month" if self.missing > self.lost else ""
            found.append(f"{self.collection}: {self.lost} of {self.expected:g} records leave{since}, {self.guard}")
        if self.last is not None and self.remaining > self.last * (1 + GROWTH_SHARE):
            found.append(f"{self.collection}: grown from {self.last} to {self.remaining} records")
        return tuple(found)


def base(counts: Iterable[tuple[date, int]]) -> float | None:
    """The base of the guard.

    counts: night and count of each accepted visit, of the last BASE_NIGHTS nights that have one. Of one night the
    greatest counts: a directory that is read every five minutes does not lose its memory in an hour.
    """
    nights: dict[date, int] = {}
    for night, count in counts:
        nights[night] = max(count, nights.get(night, 0))
    return float(median(nights.values())) if nights else None
