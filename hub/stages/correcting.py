"""Correcting: propose another value for a field of a network's record, and take its answer.

    steward proposes ──► told with the feedback ──► network accepts ──► states the record again, as any change
                                              └──► or refuses, with a reason

Nothing of the record changes here: what the hub publishes is what networks state.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Engine

from hub.model.correction import Answer, Correction
from hub.store import corrections, records, statements
from hub.store.engine import reading
from schemas.errors import NotFound, RequestError
from schemas.fields import value_at, with_value
from schemas.record import RecordKey, Severity
from schemas.registry import LATEST
from schemas.validate import issues


def propose(
    engine: Engine, key: RecordKey, pointer: str, proposed: Any, *, author: str, reason: str, now: datetime
) -> Correction:
    """Keep a proposal for the value at an RFC 6901 pointer of the record as it was last received.

    Raises NotFound for a record that is not stated, RequestError for a value that says nothing new, is not fit, or is
    proposed already.
    """
    if not author.strip() or not reason.strip():
        raise RequestError("a correction says who proposes it, and why")
    with reading(engine) as connection:
        standing = records.standings(connection, [key]).get(key)
        if standing is None or standing.declared_hash is None:
            raise NotFound(f"{key} is not stated by its network")
        received = statements.payloads(connection, [standing.received]).get(standing.received)
        waiting = corrections.open_of(connection, key.source).get(key, [])
    if not isinstance(received, dict):
        raise NotFound(f"{key} has no content that can be corrected")
    if any(each.pointer == pointer for each in waiting):
        raise RequestError(f"a correction of {pointer} of {key} waits for its network already")
    current = value_at(received, pointer)
    if current == proposed:
        raise RequestError(f"{pointer} of {key} says that already")
    _require_fit(key.collection, received, pointer, proposed)
    new = Correction(
        key=key,
        pointer=pointer,
        current=current,
        proposed=proposed,
        reason=reason,
        author=author,
        proposed_at=now,
    )
    with engine.begin() as connection:
        return replace(new, number=corrections.add(connection, new))


def answer(engine: Engine, network: str, number: int, said: Answer, reason: str | None, now: datetime) -> Correction:
    """Take a network's answer. The same answer twice changes nothing.

    Raises NotFound for a correction of another network, RequestError for a refusal without reason, or another answer.
    """
    if said is Answer.REFUSED and not (reason or "").strip():
        raise RequestError("a refusal says why")
    with engine.begin() as connection:
        found = corrections.get(connection, number)
        if found is None or found.key.source != network:
            raise NotFound(f"no correction {number} waits for {network!r}")
        if not corrections.answer(connection, number, said, reason, now) and found.answer is not said:
            raise RequestError(f"correction {number} was {found.answer} already")
        return corrections.get(connection, number) or found


def _require_fit(collection: str, record: dict[str, Any], pointer: str, proposed: Any) -> None:
    """Raises RequestError when the record would have an error that it has not now."""
    try:
        after = orjson.loads(orjson.dumps(with_value(record, pointer, proposed)))
    except (LookupError, TypeError, ValueError) as error:
        raise RequestError(f"{pointer}: {error}") from error
    before = set(issues(LATEST[collection], record))
    new = [found for found in issues(LATEST[collection], after) if found not in before]
    if wrong := [found for found in new if found.severity is Severity.ERROR]:
        raise RequestError("; ".join(f"{found.pointer}: {found.message}" for found in wrong))
