"""Replay: from where records stand and one statement to where they stand after it.

Folded over all statements of a source, in order of number, this gives its records, to the last column. The stages that
take steps of their own take them through here.
"""

from collections.abc import Mapping

from hub.model.standing import Fate, Standing
from hub.model.statement import Op, Statement
from schemas.canonical import JSON
from schemas.errors import ContractError
from schemas.record import RecordKey


def replayed(known: Mapping[RecordKey, Standing], said: Statement) -> tuple[Standing, ...]:
    """The standings that a statement changes, as they are after it.

    known: at least the record of the statement, and the one that it goes on as, unless they were never heard of.
    """
    if said.collection is None or said.local_id is None:
        return ()
    before = _found(known, said, said.local_id)
    match said.op:
        case Op.PUT:
            return (before.stated(said.number, said.hash or "", fit=said.accepted, now=said.received_at),)
        case Op.DELETE:
            return (before.gone(said.number, successor(said.source, said.detail or {})),)
        case Op.ABSENT:
            return (before.gone(said.number),)
        case Op.REKEY:
            return before.renamed(said.number, _found(known, said, _to(said)))
        case Op.CONTINUED:
            return before.continued(said.number, _found(known, said, _to(said)))
        case Op.UNREADABLE:
            return ()
    return (_stepped(before, said),)


def _stepped(before: Standing, said: Statement) -> Standing:
    """After a step that changes one record."""
    match said.op:
        case Op.RELEASED:
            return before.released()
        case Op.PROPOSED:
            return before._replace(proposed=(said.detail or {}).get("to"))
        case Op.AWAITED:
            return before.arriving()
        case Op.ADMITTED:
            return before.admitted(said.received_at)
        case Op.KEPT:
            return before._replace(ruled=Fate.KEPT)
        case Op.APART:
            return before._replace(proposed=None, ruled=Fate.APART)
    raise ContractError(f"no step of a record is called {said.op}")


def successor(source: str, detail: JSON) -> tuple[str, str] | None:
    """Where a tombstone says that the record goes on: in another record of this source, or at another network."""
    reason, into, to = detail.get("reason"), detail.get("into"), detail.get("to")
    if reason == "merged" and into:
        return source, into
    to = to if reason == "moved" and isinstance(to, dict) else {}
    network, local_id = to.get("network"), to.get("id")
    return (network, local_id) if isinstance(network, str) and isinstance(local_id, str) else None


def renamed_to(said: Statement) -> RecordKey | None:
    """The key that a rename gives to a record, by its network or by a person; None for anything else."""
    if said.op not in (Op.REKEY, Op.CONTINUED) or said.collection is None:
        return None
    return RecordKey(said.collection, said.source, _to(said))


def _to(said: Statement) -> str:
    return str((said.detail or {})["to"])


def _found(known: Mapping[RecordKey, Standing], said: Statement, local_id: str) -> Standing:
    key = RecordKey(str(said.collection), said.source, local_id)
    return known.get(key) or Standing(key=key, received=0)
