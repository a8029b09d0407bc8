"""The account of one network: what became of each record that it states, in numbers that add up."""

from dataclasses import dataclass
from datetime import datetime

from hub.model.standing import State
from schemas.canonical import JSON
from schemas.feedback import Fate, Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where the feedback of one network stands.

    epoch:    of its line numbers; another epoch is another history.
    number:   of its last line.
    read_seq: how far the source had been read; None before the first visit.
    """

    source: str
    epoch: str
    number: int
    as_of: datetime
    read_seq: int | None
    totals: Totals

    def as_json(self) -> JSON:
        """The end line of the feedback."""
        read = {} if self.read_seq is None else {"read_seq": self.read_seq}
        return {
            "end": True,
            "number": self.number,
            "epoch": self.epoch,
            "as_of": self.as_of.isoformat(),
            **read,
            "totals": self.totals.as_json(),
        }


def fate_of(state: State, place: int | None, *, erased: bool = False) -> Fate | None:
    """What became of a record.

    place: in its cluster, 0 for the founder; None when it stands in none.
    None for an accepted record in no cluster: resolution has not seen it.
    """
    match state:
        case State.ACCEPTED if place is not None:
            return Fate.PUBLISHED if place == 0 else Fate.MERGED
        case State.QUARANTINED:
            return Fate.QUARANTINED
        case State.HELD:
            return Fate.HELD
        case State.DELETED:
            return Fate.ERASED if erased else Fate.WITHDRAWN
    return None
