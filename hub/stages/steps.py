"""Steps: what becomes of records by no line of a feed, each with a statement that says so, written together."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from hub.model.replay import replayed
from hub.model.standing import Standing
from hub.model.statement import Op, Statement
from hub.store import records, statements
from schemas.record import RecordKey


@dataclass(slots=True, kw_only=True)
class Steps:
    """Steps of one source at one moment. next_number: gives out the numbers of its statements."""

    source: str
    now: datetime
    next_number: Callable[[], int]
    _known: dict[RecordKey, Standing] = field(default_factory=dict)
    _said: list[Statement] = field(default_factory=list)

    def take(self, op: Op, before: Standing, to: Standing | None = None) -> Standing:
        """One step of a record; `to`: the record that it goes on as, or seems to. Returns where the record stands."""
        known = {each.key: self._known.get(each.key, each) for each in (before, to) if each is not None}
        said = Statement(
            number=self.next_number(),
            source=self.source,
            collection=before.key.collection,
            local_id=before.key.local_id,
            op=op,
            received_at=self.now,
            detail={"to": to.key.local_id} if to is not None else None,
        )
        self._said.append(said)
        self._known |= {each.key: each for each in replayed(known, said)}
        return self._known[before.key]

    def take_all(self, op: Op, standings: Iterable[Standing]) -> int:
        """The same step of many records; returns how many."""
        return len([self.take(op, each) for each in standings])

    def write(self, connection: Connection) -> None:
        """Store what was taken since the last time."""
        statements.add(connection, self._said)
        records.save(connection, self._known.values())
        self._said.clear()
        self._known.clear()
