"""Two records compared, and what a person said of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from schemas.record import RecordKey


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two different records of one collection, the smaller key on the left."""

    left: RecordKey
    right: RecordKey

    @classmethod
    def of(cls, one: RecordKey, other: RecordKey) -> Self:
        return cls(min(one, other), max(one, other))


class Verdict(StrEnum):
    """What a person decided about a pair."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A person's decision on a pair. The newest judgement of a pair stands; none is ever deleted."""

    left: RecordKey
    right: RecordKey
    verdict: Verdict
    author: str
    reason: str
    at: datetime

    @property
    def pair(self) -> Pair:
        return Pair.of(self.left, self.right)
