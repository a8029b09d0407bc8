"""Is this whole harvest fit? The guard that keeps a broken export from emptying a network's directory.

The base is the rolling median of the last accepted counts, so that one odd night moves nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

BASE_JOBS = 7
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

    lost:      published records whose deletion is asked for, held ones of earlier jobs included.
    remaining: records that the source still states.
    base:      the rolling median of its last accepted counts; None for a source without history.
    """

    collection: str
    lost: int
    remaining: int
    base: float | None

    @property
    def guard(self) -> Guard:
        """Whether the deletions may be applied. A source without history has nothing to lose yet."""
        if not self.lost or self.base is None:
            return Guard.SILENT
        share = self.lost / max(self.base, 1)
        if self.remaining == 0 or share > HELD_SHARE:
            return Guard.REFUSED
        if share > WARNED_SHARE:
            return Guard.HELD
        return Guard.WARNED if share > SILENT_SHARE else Guard.SILENT

    @property
    def applies(self) -> bool:
        return self.guard in (Guard.SILENT, Guard.WARNED)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should look at, in the words of the job's report."""
        found = []
        if self.guard is not Guard.SILENT:
            found.append(f"{self.collection}: {self.lost} of {self.base:g} records leave, {self.guard}")
        if self.base is not None and self.remaining > self.base * (1 + GROWTH_SHARE):
            found.append(f"{self.collection}: grown from {self.base:g} to {self.remaining} records")
        return tuple(found)


def base(counts: Sequence[int]) -> float | None:
    """The base of the guard. counts: of the last accepted jobs, newest first."""
    return float(median(counts[:BASE_JOBS])) if counts else None
