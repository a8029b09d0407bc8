"""What people decided about pairs of records, and what of it binds today. Nothing is deleted: an undo is one more line.

    decisions ── less the undone ──► newest of each pair ──► on the records of today ──► bind
                                                                └── one has vanished: dormant

A decision names its records by the keys that founded them. A network that renames a record takes its judgements along;
a record that its network merged or moved leaves them to the one that continues it; one that returns has them back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from hub.model.match import Judgement, Pair
from schemas.canonical import JSON
from schemas.record import RecordKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """A judgement taken back: by whom, why and when."""

    author: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One judgement as it is kept.

    number:    rises with time.
    judgement: its two keys are founding keys (see `hub.model.record.Founding`), the smaller on the left.
    seen:      numbers of the statements that its author had before them, left and right; None when that is not known.
    """

    number: int
    judgement: Judgement
    seen: tuple[int | None, int | None]
    undone: Undo | None = None

    def as_json(self) -> JSON:
        said = self.judgement
        return {
            "number": self.number,
            "verdict": said.verdict,
            "left": str(said.left),
            "right": str(said.right),
            "author": said.author,
            "reason": said.reason,
            "at": said.at.isoformat(),
            "undone": {"author": self.undone.author, "reason": self.undone.reason, "at": self.undone.at.isoformat()}
            if self.undone
            else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A decision on two records of today.

    seen:      as in the decision, in the order of `pair`.
    inherited: one of the two continues the record that was judged, and is not the same.
    """

    decision: Decision
    pair: Pair
    seen: tuple[int | None, int | None]
    inherited: bool

    @property
    def judgement(self) -> Judgement:
        return replace(self.decision.judgement, left=self.pair.left, right=self.pair.right)


Standing = Mapping[Pair, Decision]
"""The newest decision of each pair of founding keys that was not undone."""


def standing(decisions: Iterable[Decision]) -> dict[Pair, Decision]:
    """decisions: in the order they were taken."""
    return {each.judgement.pair: each for each in decisions if each.undone is None}


def bind(
    decisions: Standing, present: Mapping[RecordKey, RecordKey], continued: Mapping[RecordKey, RecordKey]
) -> list[Bound]:
    """What people said of the records of today, the firmest first: on the very records, then by age.

    present:   founding key -> key of every record of today.
    continued: founding key of a record that left -> the record that continues it.
    At most one decision a pair: the firmest kind, then the newest. A decision on a record that is not here sleeps.
    """
    here = set(present.values())
    found: dict[Pair, Bound] = {}
    for decision in sorted(decisions.values(), key=lambda each: each.number):
        founders = (decision.judgement.left, decision.judgement.right)
        left, right = (present.get(each) or continued.get(each) for each in founders)
        if left is None or right is None or left == right or not {left, right} <= here:
            continue
        bound = Bound(
            decision=decision,
            pair=Pair.of(left, right),
            seen=decision.seen if left < right else decision.seen[::-1],
            inherited=any(each not in present for each in founders),
        )
        earlier = found.get(bound.pair)
        if earlier is None or earlier.inherited or not bound.inherited:
            found[bound.pair] = bound
    return sorted(found.values(), key=lambda each: (each.inherited, each.decision.number))
