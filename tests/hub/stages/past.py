"""A hub's past, written through the real store: what networks stated, night after night, without their nodes."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from hub.model.decision import Decision, Undo
from hub.model.match import Pair, Verdict
from hub.model.standing import Standing
from hub.model.statement import Op, Statement, statement_number
from hub.resolution import Model
from hub.stages.compile import compile_catalogue
from hub.stages.judging import judge, judgement, record_key, undo
from hub.stages.resolve import Resolution, resolve
from hub.store import clusters, goldens, records, statements
from hub.store.engine import reading
from schemas.canonical import JSON, canonical, content_hash
from schemas.record import COLLECTIONS, RecordKey
from tests.hub.visits import NIGHT

TOURS = {"city": "Tours", "postcode": "37000", "insee": "37261"}


def said(name: str, **more: Any) -> JSON:
    return {"name": name, "type": "ASSO", "seat": TOURS} | more


class Past:
    """Records are told as people write them: alpha/1, project:beta/2."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.now, self._given = engine, NIGHT, 0

    def put(self, text: str, payload: JSON) -> "Past":
        return self.tell({text: payload})

    def tell(self, stated: dict[str, JSON]) -> "Past":
        """Several records in one page, accepted in this cycle."""
        keys = {record_key(text): payload for text, payload in stated.items()}
        said, standings = [], []
        for key, payload in keys.items():
            number, known = self._number(), self._known(key)
            digest = content_hash(payload)
            said.append(_statement(key, number, Op.PUT, hash=digest, payload=canonical(payload)))
            standings.append(known.stated(number, digest, fit=True, now=self.now))
        with self.engine.begin() as connection:
            statements.add(connection, said)
            records.save(connection, standings)
        return self

    def delete(self, text: str, into: str | None = None) -> "Past":
        key, number = record_key(text), self._number()
        successor = (key.source, into) if into else None
        return self._keep(_statement(key, number, Op.DELETE), self._known(key).gone(number, successor).released())

    def rekey(self, text: str, to: str) -> "Past":
        """A node states the record again, under its new key, right after."""
        old, number = record_key(text), self._number()
        new = RecordKey(old.collection, old.source, to)
        with reading(self.engine) as connection:
            [payload] = statements.payloads(connection, [self._known(old).accepted or 0]).values()
        left, heir = self._known(old).renamed(number, self._known(new))
        self._keep(_statement(old, number, Op.REKEY), left.released(), heir)
        return self.put(str(new), payload)

    def adopt(self, text: str, by: str) -> "Past":
        """A person says that a record which its network dropped goes on as another of the same network."""
        old, number = record_key(text), self._number()
        left, heir = self._known(old).continued(number, self._known(record_key(by)))
        return self._keep(_statement(old, number, Op.REKEY), left, heir)

    def judge(self, verdict: Verdict, left: str, right: str) -> Decision:
        self.now += timedelta(seconds=1)
        return judge(
            self.engine, judgement(verdict, left, right, author="claire", reason="vu au téléphone", at=self.now)
        )

    def undo(self, number: int) -> Decision:
        self.now += timedelta(seconds=1)
        return undo(self.engine, number, Undo(author="marc", reason="erreur", at=self.now))

    def night(self, model: Model | None = None, *, full: bool = False) -> Resolution:
        found = resolve(self.engine, self.now, model, full=full)
        compile_catalogue(self.engine, full=full)
        self.now += timedelta(days=1)
        return found

    def lines(self) -> dict[str, bytes]:
        """Identifier -> public line."""
        with reading(self.engine) as connection:
            return {line.national_id: line.raw for name in COLLECTIONS for line in goldens.of(connection, name)}

    def together(self, left: str, right: str) -> bool:
        with reading(self.engine) as connection:
            one, two = (clusters.home_of(connection, record_key(text)) for text in (left, right))
        return one is not None and one == two

    def _known(self, key: RecordKey) -> Standing:
        with reading(self.engine) as connection:
            return records.standings(connection, [key]).get(key, Standing(key=key, received=0))

    def _keep(self, statement: Statement, *standings: Standing) -> "Past":
        with self.engine.begin() as connection:
            statements.add(connection, [statement])
            records.save(connection, standings)
        return self

    def _number(self) -> int:
        self._given += 1
        return statement_number(1, self._given)


def pair(left: str, right: str) -> Pair:
    return Pair.of(record_key(left), record_key(right))


def _statement(key: RecordKey, number: int, op: Op, **more: Any) -> Statement:
    return Statement(
        number=number,
        source=key.source,
        collection=key.collection,
        local_id=key.local_id,
        op=op,
        received_at=NIGHT,
        **more,
    )
