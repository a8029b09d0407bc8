"""Answer the corrections that the national level proposes, and keep those accepted in what the network's file yields.

accepted ──► the record is stated anew at once ──► and again after each file that still says the old value
                                               └── a file that says anything else wins
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from node.home import Home
from node.nation import Nation
from node.reading import Candidate, Reading
from node.store import corrections, fates, listing, records
from node.store.corrections import Accepted
from node.store.engine import writing
from node.store.fates import Fated
from node.store.records import Statement
from schemas.canonical import JSON, canonical
from schemas.errors import NotFound, RequestError
from schemas.fields import value_at, with_value
from schemas.manifest import spell_moment
from schemas.registry import LATEST
from schemas.validate import is_fit, issues

NO_FILE = 0  # the ingest that a change carries when no file made it


def accept(home: Home, nation: Nation, number: int, now: datetime) -> None:
    """Write a proposed value into its record, and tell the hub: both, or neither.

    Raises NotFound, RequestError when the record says something else by now, HubRefused.
    """
    with writing(home.engine) as connection:
        each, proposal = _waiting(connection, number)
        stated = records.get(connection, each.collection, each.local_id)
        if stated is None or stated.payload is None:
            raise RequestError("Cette fiche n'est plus dans votre annuaire : refusez la proposition.")
        accepted = Accepted(
            number=number,
            collection=each.collection,
            local_id=each.local_id,
            pointer=proposal["pointer"],
            current=proposal.get("current"),
            proposed=proposal["proposed"],
        )
        corrected = _corrected(stated.payload, [accepted])
        if corrected is None:
            raise RequestError("Votre fiche a changé depuis cette proposition : refusez-la en disant pourquoi.")
        origin = records.held(connection, each.collection)[each.local_id].origin
        words = listing.words(each.collection, orjson.loads(corrected))
        statement = Statement(
            collection=each.collection, local_id=each.local_id, origin=origin, payload=corrected, words=words
        )
        records.apply(connection, [statement], ingest=NO_FILE, modified_at=spell_moment(now))
        corrections.keep(connection, accepted, spell_moment(now))
        fates.answered(connection, each, number)
        nation.answer(number, "accepted")


def refuse(home: Home, nation: Nation, number: int, reason: str) -> None:
    """Tell the hub why a proposed value is not taken. Raises NotFound, RequestError, HubRefused."""
    if not reason.strip():
        raise RequestError("Dites en quelques mots pourquoi vous refusez : le pôle national le lira.")
    with writing(home.engine) as connection:
        each, _ = _waiting(connection, number)
        fates.answered(connection, each, number)
        nation.answer(number, "refused", reason.strip())


def applied(connection: Connection, reading: Reading) -> Reading:
    """A file's candidates with the accepted corrections in them, where the file still says the old value."""
    accepted = corrections.of(connection, reading.collection)
    if not accepted:
        return reading
    found = tuple(_with(one, accepted.get(one.id or "", []), reading.collection) for one in reading.candidates)
    return replace(reading, candidates=found)


def _with(candidate: Candidate, accepted: list[Accepted], collection: str) -> Candidate:
    corrected = _corrected(candidate.payload, accepted) if candidate.payload and accepted else None
    if corrected is None:
        return candidate
    return replace(candidate, payload=corrected, words=listing.words(collection, orjson.loads(corrected)))


def _corrected(spelt: bytes, accepted: list[Accepted]) -> bytes | None:
    """A payload with the corrections whose old value it says; None when it says none, or would not be fit."""
    before: JSON = orjson.loads(spelt)
    after = before
    for each in accepted:
        if _same(value_at(after, each.pointer), each.current):
            after = with_value(after, each.pointer, each.proposed)
    if after == before or not is_fit(issues(LATEST[accepted[0].collection], after)):
        return None
    return canonical(after)


def _same(one: Any, other: Any) -> bool:
    """As JSON, so that true is not 1."""
    return orjson.dumps(one, option=orjson.OPT_SORT_KEYS) == orjson.dumps(other, option=orjson.OPT_SORT_KEYS)


def _waiting(connection: Connection, number: int) -> tuple[Fated, JSON]:
    """Raises NotFound."""
    for each, proposal in fates.proposed(connection):
        if proposal["number"] == number:
            return each, proposal
    raise NotFound(f"Aucune proposition n° {number} n'attend de réponse : relisez-les avec rrma-node feedback.")
