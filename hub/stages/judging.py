"""Judging: a person says what two records are, and may take it back. The next resolution follows what stands.

Nothing is ever changed or deleted: a judgement replaces the earlier one of its pair, an undo gives that one back.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from hub.model.decision import Decision, Undo, standing
from hub.model.match import Judgement, Pair, Verdict
from hub.model.standing import Standing
from hub.stages.decided import refuse_contradiction
from hub.store import judgements, meta, records
from hub.store.engine import reading
from schemas.errors import NotFound, RequestError
from schemas.record import COLLECTIONS, RecordKey

_DECIDING = "deciding"


def judge(engine: Engine, said: Judgement) -> Decision:
    """Keep a judgement on two records of today, by their keys; the next resolution follows it.

    Raises NotFound when a record is not published, Contradiction when it contradicts other judgements, RequestError
    when it says nothing.
    """
    _is_signed(said.author, said.reason)
    with engine.begin() as connection:
        _alone(connection)
        decision = decision_on(connection, said)
        decided = standing(judgements.every(connection))
        decided[decision.judgement.pair] = decision
        refuse_contradiction(decided)
        return replace(decision, number=judgements.add(connection, decision.judgement, decision.seen))


def undo(engine: Engine, number: int, taken_back: Undo) -> Decision:
    """Take back one judgement; an earlier one of its pair stands again.

    Raises NotFound when there is none of this number, RequestError when it was undone already, Contradiction when the
    earlier one would contradict what was decided since.
    """
    _is_signed(taken_back.author, taken_back.reason)
    with engine.begin() as connection:
        _alone(connection)
        decision = judgements.get(connection, number)
        if decision is None:
            raise NotFound(f"no judgement has number {number}")
        if decision.undone is not None:
            raise RequestError(f"judgement {number} was undone already, by {decision.undone.author}")
        refuse_contradiction(standing(each for each in judgements.every(connection) if each.number != number))
        judgements.undo(connection, number, taken_back)
        return replace(decision, undone=taken_back)


def decision_on(connection: Connection, said: Judgement) -> Decision:
    """The judgement as it would be kept: by the keys that founded its records, with what they state today.

    Its number is above all others. Raises NotFound, or RequestError when it is not about two records of one collection.
    """
    pair = said.pair
    if pair.left == pair.right or pair.left.collection != pair.right.collection:
        raise RequestError("a judgement is about two different records of one collection")
    left, right = published(connection, pair)
    founded = replace(said, left=founder(left), right=founder(right))
    seen = (left.accepted, right.accepted)
    if founded.pair.left != founded.left:
        founded, seen = replace(founded, left=founded.right, right=founded.left), seen[::-1]
    last = max((each.number for each in judgements.every(connection)), default=0)
    return Decision(number=last + 1, judgement=founded, seen=seen)


def history(engine: Engine) -> list[Decision]:
    """Every decision ever taken, the undone ones too, the oldest first."""
    with reading(engine) as connection:
        return list(judgements.every(connection))


def published(connection: Connection, pair: Pair) -> tuple[Standing, Standing]:
    """Where the two records stand, which must both be published. Raises NotFound."""
    found = records.standings(connection, (pair.left, pair.right))
    left, right = found.get(pair.left), found.get(pair.right)
    if left is None or right is None or left.accepted is None or right.accepted is None:
        missing = [str(key) for key in (pair.left, pair.right) if key not in found or found[key].accepted is None]
        raise NotFound(f"no such published record: {', '.join(missing)}")
    return left, right


def founder(stands: Standing) -> RecordKey:
    """The key that founded a record, under which judgements are kept."""
    founding = stands.founding
    return founding.key if founding else stands.key


def judgement(
    verdict: Verdict, left: str, right: str, *, at: datetime, author: str = "", reason: str = ""
) -> Judgement:
    """A judgement on two records as people write them. Raises RequestError."""
    return Judgement(
        left=record_key(left), right=record_key(right), verdict=verdict, author=author, reason=reason, at=at
    )


def record_key(text: str) -> RecordKey:
    """A record as people write it: actor:centraider/A-42, or centraider/A-42 for an actor. Raises RequestError."""
    collection, colon, rest = text.partition(":")
    if not colon or collection not in COLLECTIONS:
        collection, rest = "actor", text
    source, slash, local_id = rest.partition("/")
    if not (source and slash and local_id):
        raise RequestError(f"{text!r} names no record; a right one is actor:centraider/A-42")
    return RecordKey(collection, source, local_id)


def _alone(connection: Connection) -> None:
    """Let nobody else decide until this transaction ends, or two could contradict each other unseen."""
    meta.put(connection, _DECIDING, "")


def _is_signed(author: str, reason: str) -> None:
    if not author.strip() or not reason.strip():
        raise RequestError("a decision says who took it, and why")
