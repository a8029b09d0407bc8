"""Receipts of erasures, kept to the byte as the national level signed them, so that they can always be proved."""

from dataclasses import asdict, dataclass
from typing import Any, Self

import orjson
from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects import sqlite

from node.store.tables import receipts
from schemas.canonical import JSON

DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """headers: those of the signature, by name. key: the public key that it was checked with."""

    name: str
    collection: str
    local_id: str
    asked_at: str
    state: str
    key: str
    headers: dict[str, str]
    body: bytes
    fetched_at: str

    @classmethod
    def of(cls, body: bytes, headers: dict[str, str], key: str, fetched_at: str) -> Self:
        """Raises ValueError, KeyError or TypeError when the body is no receipt."""
        told = orjson.loads(body)
        said = {"name": told["receipt"], "local_id": told["id"]}
        said |= {name: told[name] for name in ("collection", "asked_at", "state")}
        if not all(isinstance(each, str) for each in said.values()):
            raise TypeError("a text is missing")
        return cls(**said, key=key, headers=headers, body=body, fetched_at=fetched_at)

    @property
    def told(self) -> JSON:
        """What it says: see hub/networks/README.md."""
        found: JSON = orjson.loads(self.body)
        return found

    def proof(self) -> JSON:
        """All that is needed to prove it to others; `body` is the text that was signed, to the byte."""
        return {"body": self.body.decode(), "headers": self.headers, "key": self.key, "fetched_at": self.fetched_at}


def keep(connection: Connection, receipt: Receipt) -> None:
    """In place of what it said before."""
    row = asdict(receipt) | {"headers": orjson.dumps(receipt.headers).decode()}
    upsert = sqlite.insert(receipts).values(**row)
    connection.execute(upsert.on_conflict_do_update(index_elements=["name"], set_=row))


def every(connection: Connection) -> list[Receipt]:
    """The newest request first."""
    query = select(receipts).order_by(receipts.c.asked_at.desc(), receipts.c.name)
    return [_receipt(row) for row in connection.execute(query)]


def get(connection: Connection, name: str) -> Receipt | None:
    row = connection.execute(select(receipts).where(receipts.c.name == name)).one_or_none()
    return _receipt(row) if row else None


def known_key(connection: Connection) -> str | None:
    """The key of the first receipt that was ever kept: the one to expect from then on."""
    query = select(receipts.c.key).order_by(receipts.c.fetched_at, receipts.c.name).limit(1)
    return connection.execute(query).scalar_one_or_none()


def _receipt(row: Row[Any]) -> Receipt:
    return Receipt(**dict(row._mapping) | {"headers": orjson.loads(row.headers)})
