"""What became of each record at the national level, as it was last fetched; for the network's eyes only."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Self

import orjson
from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update
from sqlalchemy.dialects import sqlite

from node.store.tables import fates, nation
from schemas.canonical import JSON
from schemas.feedback import Fate, Totals
from schemas.text import fold

_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where the feedback stands: its history and last number, what it was made of, when it was fetched (RFC 3339)."""

    epoch: str
    number: int
    as_of: str
    read_seq: int | None
    fetched_at: str
    totals: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Fated:
    """One record's fate. label: what a person knows it by; the id where it has no other name here."""

    collection: str
    local_id: str
    fate: Fate
    label: str
    line: JSON

    @classmethod
    def of(cls, line: JSON, payload: bytes | None) -> Self:
        """payload: what this node states of the record, None when it no longer does."""
        said = orjson.loads(payload) if payload else {}
        label = str(said.get("name") or said.get("title") or line["id"])
        return cls(collection=line["collection"], local_id=line["id"], fate=Fate(line["state"]), label=label, line=line)


def view(connection: Connection) -> View | None:
    """None when nothing was ever fetched."""
    row = connection.execute(select(nation)).one_or_none()
    if row is None:
        return None
    fields = {name: row._mapping[name] for name in View.__slots__}
    return View(**fields | {"totals": Totals.from_json(orjson.loads(row.totals))})


def save_view(connection: Connection, found: View) -> None:
    connection.execute(delete(nation))
    connection.execute(insert(nation).values(id=1, **asdict(found) | {"totals": _spelt(found.totals.as_json())}))


def clear(connection: Connection) -> None:
    connection.execute(delete(fates))
    connection.execute(delete(nation))


def save(connection: Connection, found: Iterable[Fated]) -> None:
    """Keep these fates in place of those known; of a withdrawn record nothing is kept."""
    rows = []
    for each in found:
        if each.fate is Fate.WITHDRAWN:
            here = fates.c.collection == each.collection, fates.c.local_id == each.local_id
            connection.execute(delete(fates).where(*here))
        else:
            rows.append(_row(each))
    upsert = sqlite.insert(fates)
    changed = {name: upsert.excluded[name] for name in ("fate", "label", "words", "line")}
    for start in range(0, len(rows), _BATCH):
        chunk = rows[start : start + _BATCH]
        connection.execute(upsert.on_conflict_do_update(index_elements=["collection", "local_id"], set_=changed), chunk)


def counts(connection: Connection) -> dict[Fate, int]:
    query = select(fates.c.fate, func.count()).group_by(fates.c.fate)
    return {Fate(fate): count for fate, count in connection.execute(query)}


def count(connection: Connection, fate: Fate | None = None, search: str = "") -> int:
    """How many records have this fate and hold every word of the search."""
    return connection.execute(select(func.count()).select_from(fates).where(*_found(fate, search))).scalar_one()


def found(
    connection: Connection, fate: Fate | None = None, search: str = "", *, skip: int = 0, size: int | None = None
) -> Iterator[Fated]:
    """The same records, by name."""
    query = select(fates).where(*_found(fate, search)).order_by(fates.c.words, fates.c.collection, fates.c.local_id)
    for row in connection.execute(query.offset(skip).limit(size)).yield_per(_BATCH):
        yield _fated(row)


def proposed(connection: Connection) -> list[tuple[Fated, JSON]]:
    """Every proposed correction that waits for the network, with its record; by name."""
    return [(each, one) for each in found(connection) for one in each.line.get("corrections", ())]


def answered(connection: Connection, each: Fated, number: int) -> None:
    """Forget a correction that was answered; the hub tells the record anew after its next night."""
    left = [one for one in each.line["corrections"] if one["number"] != number]
    here = fates.c.collection == each.collection, fates.c.local_id == each.local_id
    connection.execute(update(fates).where(*here).values(line=_spelt(each.line | {"corrections": left})))


def _found(fate: Fate | None, search: str) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = [fates.c.fate == fate] if fate else []
    return chosen + [fates.c.words.contains(word, autoescape=True) for word in fold(search).split()]


def _row(each: Fated) -> dict[str, Any]:
    return {
        "collection": each.collection,
        "local_id": each.local_id,
        "fate": each.fate,
        "label": each.label,
        "words": fold(f"{each.label} {each.local_id}"),
        "line": _spelt(each.line),
    }


def _fated(row: Row[Any]) -> Fated:
    return Fated(
        collection=row.collection,
        local_id=row.local_id,
        fate=Fate(row.fate),
        label=row.label,
        line=orjson.loads(row.line),
    )


def _spelt(value: JSON) -> str:
    return orjson.dumps(value).decode()
