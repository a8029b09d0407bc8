"""Telling: what a network is told of one of its records, as a line of the feedback (`schemas/json/feedback/1.json`)."""

from collections.abc import Iterator, Sequence
from importlib.metadata import version

import orjson
from sqlalchemy import Connection

from hub.merge import overrides
from hub.model.account import fate_of
from hub.model.imprint import Imprint
from hub.model.standing import State
from hub.model.statement import Op, Statement
from hub.quality.gate import schema_for
from hub.quality.remedy import Remedy, remedies
from hub.store import corrections, goldens, statements
from hub.store.feedback import Facts, Told
from schemas.canonical import JSON
from schemas.feedback import Fate, encode
from schemas.fields import field
from schemas.registry import LATEST
from schemas.validate import issues

SOFTWARE = version("rrma-hub")

_COUNTED_ONLY = "counted-only"


def lines(connection: Connection, batch: Sequence[Facts], number: int, imprint: Imprint) -> Iterator[Told]:
    """The lines of some records of one source, numbered after `number`.

    A record that is accepted and in no cluster has none.
    """
    wanted = {found for each in batch for found in (each.received, each.accepted) if found is not None}
    said = statements.stated(connection, wanted)
    proposed = corrections.open_of(connection, batch[0].key.source) if batch else {}
    golden = goldens.lines(connection, {each.national_id for each in batch if each.national_id is not None})
    for each in batch:
        received = said[each.received]
        fate = fate_of(each.state, each.place, erased=_is_erasure(received))
        if fate is None:
            continue
        number += 1
        line: JSON = {"number": number, "collection": each.key.collection, "id": each.key.local_id, "state": str(fate)}
        if fate not in (Fate.ERASED, Fate.WITHDRAWN):
            accepted = said[each.accepted] if each.accepted is not None else None
            line |= _standing(each, accepted, golden.get(each.national_id or ""), imprint)
            line["issues"] = [remedy.as_json() for remedy in _remedies(each, received)]
            line["corrections"] = [one.as_told() for one in proposed.get(each.key, ())]
        yield Told(key=each.key, number=number, fate=fate, fingerprint=each.fingerprint, line=encode(line))


def _standing(each: Facts, accepted: Statement | None, golden: bytes | None, imprint: Imprint) -> JSON:
    """Where the record stands in the catalogue. What is only counted has an identifier, and no page."""
    payload = _record(accepted)
    if payload is None or each.national_id is None or golden is None:
        return {"published": False, "overrides": []}
    told: JSON = {
        "published": True,
        "publication": payload.get("publication", "open"),
        "national_id": each.national_id,
        "overrides": [],
    }
    if each.publication != _COUNTED_ONLY:
        told["overrides"] = [_titled(each, found) for found in overrides(each.key, payload, orjson.loads(golden))]
        if imprint.site:
            told["url"] = imprint.record(each.key.collection, each.national_id)
    return told


def _titled(each: Facts, found: JSON) -> JSON:
    return found | {"field": field(LATEST[each.key.collection], found["pointer"]).title_fr}


def _remedies(each: Facts, received: Statement) -> tuple[Remedy, ...]:
    """What to do: about what was refused, or else about what the validator remarks on what was received last."""
    record = _record(received)
    if each.state is State.QUARANTINED or record is None:
        return remedies(each.key.collection, record, received.issues)
    schema = schema_for(each.key.collection, received.schema) if received.schema else None
    return remedies(each.key.collection, record, issues(schema or LATEST[each.key.collection], record))


def _record(statement: Statement | None) -> JSON | None:
    """What was stated; None when there is no content, or none that can be read."""
    if statement is None or statement.op is not Op.PUT or statement.payload is None:
        return None
    try:
        found = orjson.loads(statement.payload)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _is_erasure(received: Statement) -> bool:
    return received.op is Op.DELETE and (received.detail or {}).get("reason") == "erased"
