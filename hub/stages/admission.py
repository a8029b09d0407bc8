"""Admission: one page of a feed into statements and standings, in one transaction.

page ──► what we know of its records ──► gate ──► statements (what was said) + records (where each stands)
                                                   └─ the cursor, in the same transaction
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine

from hub.feeds import Page, Unreadable
from hub.feeds.paging import Change
from hub.model.job import Tally
from hub.model.replay import successor
from hub.model.standing import Standing, State
from hub.model.statement import Op, Statement, statement_number
from hub.quality.gate import examine, schema_for, twice, unreadable
from hub.store import erasures, records, sources, statements
from hub.store.engine import reading
from schemas.canonical import JSON
from schemas.feed import Delete, Put, Rekey
from schemas.record import Issue, RecordKey
from schemas.registry import LATEST

# PostgreSQL cannot index a value over 2,700 bytes; no directory has keys of a tenth of that.
_MAX_ID_CHARS = 500


@dataclass(slots=True, kw_only=True)
class Admission:
    """The door of one job: gives out statement numbers and writes page after page.

    schemas:   collection -> schema id that the source's manifest states.
    perimeter: INSEE region codes; empty when everywhere is inside.
    stamp:     of the gate, see `hub.quality.gate.stamp`.
    """

    engine: Engine
    source: str
    job: int
    now: datetime
    perimeter: Collection[str]
    stamp: str
    schemas: Mapping[str, str | None] = field(default_factory=dict)
    given: int = 0

    def admit(self, page: Page, position: tuple[str, int] | None = None) -> Tally:
        """Take in one page; `position` (epoch, seq) moves the cursor with it. Raises Superseded."""
        with reading(self.engine) as connection:
            known = {
                (collection, standing.key.local_id): standing
                for collection, ids in _named(page.changes).items()
                for standing in records.of_source(connection, self.source, collection, ids)
            }
        desk = _Desk(self, known)
        for change in page.changes:
            desk.take(change)
        with self.engine.begin() as connection:
            if position is None:
                sources.fence(connection, self.source, self.job)
            else:
                sources.advance(connection, self.source, self.job, *position)
            desk.write(connection)
        return desk.tally

    def mark_absent(self, connection: Connection, missing: Iterable[Standing]) -> None:
        """Note that a proven complete reading did not hold these records. Raises Superseded."""
        sources.fence(connection, self.source, self.job)
        desk = _Desk(self, {})
        for standing in missing:
            desk.absent(standing)
        desk.write(connection)

    def next_number(self) -> int:
        self.given += 1
        return statement_number(self.job, self.given)


class _Desk:
    """One page at work: what is known of its records, changed line by line, then written at once.

    Records go by (collection, local id): all are of one source.
    """

    def __init__(self, door: Admission, known: Mapping[tuple[str, str], Standing]) -> None:
        self._door, self._known = door, known
        self._changed: dict[tuple[str, str], Standing] = {}
        self._statements: list[Statement] = []
        self._erased: dict[RecordKey, int] = {}
        self._stated: set[tuple[str, str]] = set()
        self._counts: Counter[str] = Counter()
        self._judging = {name: _judging(name, stated) for name, stated in door.schemas.items()}

    @property
    def tally(self) -> Tally:
        return Tally(**self._counts)

    def take(self, change: Change) -> None:
        self._counts["received"] += 1
        match change:
            case Put() if _is_usable(change.id):
                self._put(change)
            case Delete() if _is_usable(change.id):
                self._delete(change)
            case Rekey() if _is_usable(change.id) and _is_usable(change.to):
                self._rekey(change)
            case Unreadable():
                self._unreadable(change)
            case _:
                self._unnamed(change.seq, unreadable("bad-id", f"identifiant inutilisable {change.id[:100]!r}"), b"")

    def absent(self, standing: Standing) -> None:
        self._change(standing.gone(self._state(standing.key, Op.ABSENT)))

    def write(self, connection: Connection) -> None:
        statements.add(connection, self._statements)
        records.save(connection, self._changed.values())
        for key, tombstone in self._erased.items():  # which asks where records stand after this page
            erasures.erase(connection, key, tombstone)

    def _put(self, put: Put) -> None:
        name = (put.collection, put.id)
        before = self._standing(*name)
        again = (twice(),) if name in self._stated else ()
        self._stated.add(name)
        if not before.is_news(put.hash):
            self._counts["unchanged"] += 1
            return
        schema = self._judging.get(put.collection) or LATEST[put.collection]
        spelt, issues = examined = examine(put, schema, self._door.perimeter)
        fit = examined.fit
        if not fit and before.state is State.QUARANTINED and before.declared_hash == put.hash:
            self._counts["unchanged"] += 1
            return
        said = Statement(
            number=self._door.next_number(),
            source=self._door.source,
            collection=put.collection,
            local_id=put.id,
            op=Op.PUT,
            received_at=self._door.now,
            seq=put.seq,
            hash=put.hash,
            modified_at=put.modified_at,
            payload=spelt,
            accepted=fit,
            issues=again if fit else issues + again,
            schema=self._door.schemas.get(put.collection),
            judged_with=self._door.stamp,
        )
        self._statements.append(said)
        self._changed[name] = before.stated(said.number, put.hash, fit=fit, now=self._door.now)
        self._counts["accepted" if fit else "quarantined"] += 1

    def _delete(self, delete: Delete) -> None:
        before = self._find(delete.collection, delete.id)
        told = {"reason": delete.reason, "into": delete.into, "to": delete.to}
        detail: JSON = {name: value for name, value in told.items() if value is not None}
        goes_on = successor(self._door.source, detail)
        erased = delete.reason == "erased"
        if before is None or (before.declared_hash is None and before.successor == goes_on and not erased):
            self._counts["unchanged"] += 1
            return
        number = self._state(
            before.key, Op.DELETE, seq=delete.seq, modified_at=delete.modified_at, detail=detail or None
        )
        gone = before.gone(number, goes_on)
        self._change(gone)
        if erased and gone.state is State.DELETED:
            self._erased[gone.key] = number

    def _rekey(self, rekey: Rekey) -> None:
        before = self._find(rekey.collection, rekey.id)
        if (
            before is None
            or before.key.local_id == rekey.to
            or (before.declared_hash, before.founded_on) == (None,) * 2
        ):
            self._counts["unchanged"] += 1
            return
        number = self._state(before.key, Op.REKEY, seq=rekey.seq, detail={"to": rekey.to})
        heir = self._standing(rekey.collection, rekey.to)
        for standing in before.renamed(number, heir):
            self._change(standing)

    def _unreadable(self, line: Unreadable) -> None:
        issue = unreadable(line.code, line.message)
        if line.collection is None or line.id is None or line.hash is None or not _is_usable(line.id):
            self._unnamed(line.seq, issue, line.raw)
            return
        before = self._standing(line.collection, line.id)
        if before.state is State.QUARANTINED and before.declared_hash == line.hash:
            self._counts["unchanged"] += 1
            return
        number = self._state(
            before.key, Op.PUT, seq=line.seq, hash=line.hash, payload=line.raw, issues=(issue,), accepted=False
        )
        self._change(before.stated(number, line.hash, fit=False, now=self._door.now))
        self._counts["quarantined"] += 1

    def _unnamed(self, seq: int | None, issue: Issue, raw: bytes) -> None:
        self._state(None, Op.UNREADABLE, seq=seq, payload=raw, issues=(issue,), accepted=False)
        self._counts["quarantined"] += 1

    def _state(self, key: RecordKey | None, op: Op, **said: object) -> int:
        """Keep a statement and return its number."""
        statement = Statement(
            number=self._door.next_number(),
            source=self._door.source,
            collection=key.collection if key else None,
            local_id=key.local_id if key else None,
            op=op,
            received_at=self._door.now,
            **said,  # type: ignore[arg-type]  # the callers above are few and name Statement's own fields
        )
        self._statements.append(statement)
        return statement.number

    def _find(self, collection: str, local_id: str) -> Standing | None:
        name = (collection, local_id)
        return self._changed.get(name) or self._known.get(name)

    def _standing(self, collection: str, local_id: str) -> Standing:
        known = self._find(collection, local_id)
        return known or Standing(key=RecordKey(collection, self._door.source, local_id), received=0)

    def _change(self, standing: Standing) -> None:
        self._changed[standing.key.collection, standing.key.local_id] = standing


def _judging(collection: str, stated: str | None) -> str | None:
    return schema_for(collection, stated) if stated else None


def _named(changes: Iterable[Change]) -> dict[str, list[str]]:
    """Collection -> ids of the records that these lines speak of."""
    found: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        if change.collection is not None and change.id is not None:
            found[change.collection].add(change.id)
            if isinstance(change, Rekey):
                found[change.collection].add(change.to)
    return {name: sorted(filter(_is_usable, ids)) for name, ids in found.items()}


def _is_usable(local_id: str) -> bool:
    """Whether an id can be stored, hashed into the digest and shown: not endless, no control characters."""
    return len(local_id) <= _MAX_ID_CHARS and (
        local_id.isprintable() or not any(unicodedata.category(letter) == "Cc" for letter in local_id)
    )
