"""What each network is told: one line a record, numbered in the order of telling, and the account of it all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Text, and_, cast, delete, func, literal, or_, select, update

from hub.model.account import Account
from hub.model.standing import State
from hub.store.correspondence import accounts, corrections, feedback
from hub.store.tables import clusters, golden, records, source_state
from hub.store.upsert import upsert
from schemas.feedback import Fate, Totals
from schemas.record import RecordKey

_BATCH = 1_000
_FORGOTTEN = (Fate.WITHDRAWN, Fate.ERASED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that one line is made of, but for texts.

    received, accepted: numbers of its statements.
    corrections:        number of the last correction that waits for its network; None when none does.
    national_id, place: of its cluster; None when it stands in none.
    golden, publication: hash of its golden line and how far that may go.
    fingerprint:        all of this in one text, by which a line that need not be told again is known.
    """

    key: RecordKey
    state: State
    received: int
    accepted: int | None
    national_id: str | None
    place: int | None
    golden: str | None
    publication: str | None
    corrections: int | None
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line as it is kept. line: the JSON object that the network gets."""

    key: RecordKey
    number: int
    fate: Fate
    fingerprint: str
    line: bytes


def open_account(connection: Connection, source: str, new: Account) -> tuple[Account, str]:
    """The account of a source, `new` where there is none, and what it was made of. Nobody else opens it meanwhile."""
    mine = accounts.c.source == source
    if connection.execute(update(accounts).where(mine).values(source=source)).rowcount == 0:
        save_account(connection, new, "")
    row = connection.execute(select(accounts).where(mine)).one()
    return _account(row), row.inputs


def save_account(connection: Connection, account: Account, inputs: str) -> None:
    row = {
        "source": account.source,
        "epoch": account.epoch,
        "number": account.number,
        "as_of": account.as_of,
        "read_seq": account.read_seq,
        "totals": account.totals.as_json(),
        "inputs": inputs,
    }
    upsert(connection, accounts, [row])


def account_of(connection: Connection, source: str) -> Account | None:
    row = connection.execute(select(accounts).where(accounts.c.source == source)).one_or_none()
    return _account(row) if row else None


def every_account(connection: Connection) -> list[Account]:
    """By source."""
    return [_account(row) for row in connection.execute(select(accounts).order_by(accounts.c.source))]


def sources_of_records(connection: Connection) -> list[str]:
    """Every network that a record was ever received from."""
    return list(connection.scalars(select(records.c.source).distinct().order_by(records.c.source)))


@dataclass(frozen=True, slots=True)
class Shape:
    """How many records of a source stand in one state, how many of them it states, and their newest statements."""

    state: State
    count: int
    stated: int
    received: int
    accepted: int | None


def shape(connection: Connection, source: str) -> list[Shape]:
    """What moves whenever a record of this source does, by state."""
    query = (
        select(
            records.c.state,
            func.count(),
            func.count(records.c.declared_hash),
            func.max(records.c.received_statement),
            func.max(records.c.accepted_statement),
        )
        .where(records.c.source == source)
        .group_by(records.c.state)
        .order_by(records.c.state)
    )
    return [Shape(State(row[0]), *row[1:]) for row in connection.execute(query)]


def changed(connection: Connection, source: str, made_by: str) -> Iterator[Facts]:
    """Stream what the lines of a source are made of, of those lines that are not as they were told, in key order.

    made_by: what else all lines depend on. The database compares, so that only what changed crosses over.
    """
    joined = (
        records.join(clusters, _same(records, clusters), isouter=True)
        .join(golden, golden.c.national_id == clusters.c.national_id, isouter=True)
        .join(feedback, _same(records, feedback), isouter=True)
    )
    made_of = (
        records.c.state,
        records.c.received_statement,
        records.c.accepted_statement,
        clusters.c.national_id,
        clusters.c.place,
        golden.c.hash.label("golden"),
        golden.c.publication,
        _waiting_corrections().label("corrections"),
    )
    fingerprint: ColumnElement[str] = literal(made_by)
    for column in made_of:
        fingerprint = fingerprint + " " + func.coalesce(cast(column, Text), "-")
    query = (
        select(records.c.collection, records.c.local_id, *made_of, fingerprint.label("fingerprint"))
        .select_from(joined)
        .where(
            records.c.source == source,
            or_(records.c.state != State.DELETED, feedback.c.fate.not_in(_FORGOTTEN)),
            feedback.c.fingerprint.is_distinct_from(fingerprint),
        )
        .order_by(records.c.collection, records.c.local_id)
    )
    for row in connection.execute(query).yield_per(_BATCH):
        yield _facts(source, row)


def save(connection: Connection, told: Sequence[Told]) -> None:
    rows = [
        {
            "source": each.key.source,
            "collection": each.key.collection,
            "local_id": each.key.local_id,
            "number": each.number,
            "fate": each.fate,
            "fingerprint": each.fingerprint,
            "line": each.line,
        }
        for each in told
    ]
    for start in range(0, len(rows), _BATCH):
        upsert(connection, feedback, rows[start : start + _BATCH])


def forget(connection: Connection, keys: Iterable[RecordKey]) -> None:
    """Remove the lines of records of which nothing can be told."""
    for key in keys:
        here = {"source": key.source, "collection": key.collection, "local_id": key.local_id}
        connection.execute(delete(feedback).filter_by(**here))


def totals(connection: Connection, source: str, shapes: Sequence[Shape]) -> Totals:
    """Fates counted from the lines, what was sent from the records (`shapes`): two counts that must agree."""
    query = select(feedback.c.fate, func.count()).where(feedback.c.source == source).group_by(feedback.c.fate)
    by_fate = {fate: count for fate, count in connection.execute(query) if fate != Fate.WITHDRAWN}
    stated = sum(each.stated for each in shapes)
    leaving = sum(each.count - each.stated for each in shapes if each.state is State.HELD)
    return Totals(sent=stated + leaving, stated=stated, **by_fate)


def lines_after(connection: Connection, source: str, number: int) -> Iterator[bytes]:
    """Stream the lines of a source after a number, in rising number."""
    mine = feedback.c.source == source, feedback.c.number > number
    for row in connection.execute(select(feedback.c.line).where(*mine).order_by(feedback.c.number)).yield_per(_BATCH):
        yield row.line


def read_seq(connection: Connection, source: str) -> int | None:
    """How far a source was read."""
    return connection.scalar(select(source_state.c.seq).where(source_state.c.source == source))


def inputs(connection: Connection, source: str) -> str | None:
    """What the lines of a source were last made of; None when it was never told anything."""
    return connection.scalar(select(accounts.c.inputs).where(accounts.c.source == source))


def _same(one: Any, other: Any) -> Any:
    return and_(*(one.c[name] == other.c[name] for name in ("source", "collection", "local_id")))


def _waiting_corrections() -> Any:
    """The last correction of a record that waits for its network."""
    waits = corrections.c.answer.is_(None)
    return select(func.max(corrections.c.number)).where(_same(records, corrections), waits).scalar_subquery()


def _facts(source: str, row: Any) -> Facts:
    return Facts(
        key=RecordKey(row.collection, source, row.local_id),
        state=State(row.state),
        received=row.received_statement,
        accepted=row.accepted_statement,
        national_id=row.national_id,
        place=row.place,
        golden=row.golden,
        publication=row.publication,
        corrections=row.corrections,
        fingerprint=row.fingerprint,
    )


def _account(row: Row[Any]) -> Account:
    return Account(
        source=row.source,
        epoch=row.epoch,
        number=row.number,
        as_of=row.as_of,
        read_seq=row.read_seq,
        totals=Totals.from_json(row.totals),
    )
