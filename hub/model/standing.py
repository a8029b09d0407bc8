"""Where one record stands: what its source said last, what of it we accepted last, and how old it is.

    put, fit ──────► accepted
    put, unfit ────► quarantined     the last good statement stays published
    delete, absent ► held ─────────► deleted, once the whole harvest is within its bounds
                       └──────────► accepted again, when the source states it again
    put, fit, of what seems to be one that vanished ► held, unpublished, until a person says whether it is

Every step is a pure function from one standing to the next; repeating a step changes nothing.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from hub.model.record import Founding
from schemas.record import RecordKey


class State(StrEnum):
    """HELD: the source no longer states it and we still publish it, or it states it and we do not publish it yet."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    HELD = "held"
    DELETED = "deleted"


class Fate(StrEnum):
    """What a person decided about a record that left. KEPT: it stays. APART: it does not go on under another id."""

    KEPT = "kept"
    APART = "apart"


class Standing(NamedTuple):
    """One record of one source; a tuple for the same reason as `hub.model.statement.Statement`.

    received:      number of the last statement received, good or bad.
    declared_hash: of that statement; None once the source no longer states the record.
    accepted:      number of the last statement that passed the gate; None when nothing is published.
    founded_as:    the id under which it was first accepted, which a rekey carries along.
    minted:        how many founding ids this record ever gave out: none is given twice.
    successor:     (source, local id) of the record that this one was merged into, moved to or renamed to.
    proposed:      of a record that left: the id under which it seems to go on, until a person decides.
    ruled:         of a record that left: what a person decided since.
    """

    key: RecordKey
    received: int
    state: State = State.DELETED
    declared_hash: str | None = None
    accepted: int | None = None
    accepted_hash: str | None = None
    founded_on: datetime | None = None
    founded_as: str | None = None
    minted: int = 0
    successor: tuple[str, str] | None = None
    proposed: str | None = None
    ruled: Fate | None = None

    @property
    def is_arriving(self) -> bool:
        """Stated, fit, and not published until a person says whether it goes on from one that vanished."""
        return self.state is State.HELD and self.declared_hash is not None

    @property
    def founding(self) -> Founding | None:
        """None for a record that was never accepted, or whose age a rekey handed on."""
        if self.founded_on is None or self.founded_as is None:
            return None
        return Founding(self.founded_on, RecordKey(self.key.collection, self.key.source, self.founded_as))

    def is_news(self, declared_hash: str) -> bool:
        """Whether a put with this hash says something new; what waits in quarantine is judged again each time."""
        return self.state not in (State.ACCEPTED, State.HELD) or self.declared_hash != declared_hash

    def stated(self, number: int, declared_hash: str, *, fit: bool, now: datetime) -> "Standing":
        """After a put. now: the start of the cycle."""
        if not fit:
            return self._replace(
                received=number,
                state=State.QUARANTINED,
                declared_hash=declared_hash,
                successor=None,
                proposed=None,
                ruled=None,
            )
        if self.is_arriving:
            return self._replace(received=number, declared_hash=declared_hash)
        new = self.founded_on is None
        return Standing(
            key=self.key,
            received=number,
            state=State.ACCEPTED,
            declared_hash=declared_hash,
            accepted=number,
            accepted_hash=declared_hash,
            founded_on=now if new else self.founded_on,
            founded_as=self._next_founding_id() if new else self.founded_as,
            minted=self.minted + new,
        )

    def gone(self, number: int, successor: tuple[str, str] | None = None) -> "Standing":
        """After a tombstone, or a proven absence: held, unless nothing of it is published."""
        state = State.DELETED if self.accepted is None else State.HELD
        return self._replace(
            received=number, state=state, declared_hash=None, successor=successor, proposed=None, ruled=None
        )

    def released(self) -> "Standing":
        """A held deletion applied."""
        return self._replace(state=State.DELETED, accepted=None, accepted_hash=None, ruled=None)

    def renamed(self, number: int, to: "Standing") -> tuple["Standing", "Standing"]:
        """After a rekey: the old record, and `to`, the record under its new id.

        A new id that nothing was accepted under takes over age and published statement, and so the national
        identifier. One that has an age of its own keeps it: the old record then leaves as one that was merged.
        """
        successor = (to.key.source, to.key.local_id)
        if self.founded_on is None or to.founded_on is not None:
            return self.gone(number, successor), to
        awaited = to.declared_hash is None
        heir = to._replace(
            received=number if awaited else to.received,
            state=to.state if not awaited else State.DELETED if self.accepted is None else State.HELD,
            accepted=self.accepted,
            accepted_hash=self.accepted_hash,
            founded_on=self.founded_on,
            founded_as=self.founded_as,
        )
        return self.gone(number, successor).released()._replace(founded_on=None, founded_as=None), heir

    def arriving(self) -> "Standing":
        """Taken back from publication, just after it was first accepted: it seems to go on from one that vanished."""
        return self._replace(
            state=State.HELD,
            accepted=None,
            accepted_hash=None,
            founded_on=None,
            founded_as=None,
            minted=self.minted - 1,
        )

    def admitted(self, now: datetime) -> "Standing":
        """An arriving record that is a new one after all. now: the start of the cycle, or of the decision."""
        return self._replace(state=State.ACCEPTED).stated(self.received, self.declared_hash or "", fit=True, now=now)

    def continued(self, number: int, to: "Standing") -> tuple["Standing", "Standing"]:
        """After a person said that this record, which vanished, goes on as `to`.

        `to` takes over age and judgements, and so the national identifier. An age that it had of its own stays with
        this record, from which it leads there: no identifier that was given is lost.
        """
        quarantined = to.state is State.QUARANTINED
        heir = to._replace(
            state=to.state if quarantined else State.ACCEPTED,
            accepted=(to.accepted or self.accepted) if quarantined else to.received,
            accepted_hash=(to.accepted_hash or self.accepted_hash) if quarantined else to.declared_hash,
            founded_on=self.founded_on,
            founded_as=self.founded_as,
        )
        left = self.gone(number, (to.key.source, to.key.local_id)).released()
        return left._replace(founded_on=to.founded_on, founded_as=to.founded_as), heir

    def _next_founding_id(self) -> str:
        """The first is its own id; a later one ends in a line feed and a count, as no id of a feed can."""
        return self.key.local_id if self.minted == 0 else f"{self.key.local_id}\n{self.minted + 1}"
