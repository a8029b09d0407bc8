"""Ask for the erasure of a record, and keep the receipts that say how far it has come.

asked ──► a tombstone of reason `erased` ──► the hub erases ──► a signed receipt ──► kept as it was signed
  └──► its id is remembered ──► a row that still bears it is kept back, until somebody lifts that
"""

from datetime import datetime

from node.errors import HubRefused
from node.home import Home
from node.nation import Nation, Signed
from node.store import corrections, erased, ingests, receipts, records
from node.store.engine import reading, writing
from node.store.receipts import DONE, Receipt
from node.store.records import Statement
from schemas.errors import NotFound
from schemas.manifest import spell_moment

NO_FILE = 0  # the ingest that a change carries when no file made it


def ask(home: Home, collection: str, local_id: str, now: datetime) -> int:
    """Forget a record here, and ask whoever was told of it to erase it too. Returns the seq reached.

    Raises NotFound when this node never stated it, or has forgotten that it did.
    """
    with writing(home.engine) as connection:
        stated = records.get(connection, collection, local_id)
        if stated is None:
            raise NotFound(f"Ce nœud ne connaît pas de fiche {local_id} ({collection}) : vérifiez son identifiant.")
        origin = records.held(connection, collection)[local_id].origin
        corrections.forget(connection, collection, local_id)
        ingests.forget(connection, collection, local_id)
        erased.keep(connection, collection, local_id, spell_moment(now))
        gone = Statement(collection=collection, local_id=local_id, origin=origin, payload=None, erased=True)
        return records.apply(connection, [gone], ingest=NO_FILE, modified_at=spell_moment(now))


def lift(home: Home, collection: str, local_id: str) -> None:
    """Let the next file that holds an erased record state it again. What was erased comes back from nowhere else.

    Raises NotFound when its erasure was never asked for here, or was lifted already.
    """
    with writing(home.engine) as connection:
        if not erased.lift(connection, collection, local_id):
            raise NotFound(f"Aucun effacement n'est en vigueur pour {local_id} ({collection}) : il n'y a rien à lever.")


def fetch(home: Home, nation: Nation, now: datetime) -> list[Receipt]:
    """Bring every receipt that is not final up to date; returns all that are kept, the newest request first.

    Each is kept as it comes. Raises HubRefused, having kept those that came before.
    """
    with reading(home.engine) as connection:
        known = {each.name: each for each in receipts.every(connection)}
        key = home.settings.hub_key or receipts.known_key(connection)
    open_ = [name for name in nation.erasures() if name not in known or known[name].state != DONE]
    # Those that wait longest first: where the hub says "later", the next try goes on with the others.
    for name in sorted(open_, key=lambda name: known[name].fetched_at if name in known else ""):
        signed = nation.receipt(name, key)
        receipt, key = _read(home, name, signed, now), signed.key
        with writing(home.engine) as connection:
            receipts.keep(connection, receipt)
    with reading(home.engine) as connection:
        return receipts.every(connection)


def _read(home: Home, name: str, signed: Signed, now: datetime) -> Receipt:
    """Raises HubRefused for one that says something else than was asked for, however well it is signed."""
    try:
        receipt = Receipt.of(signed.body, signed.headers, signed.key, spell_moment(now))
        if (receipt.name, receipt.told["network"]) == (name, home.settings.network):
            return receipt
    except (ValueError, KeyError, TypeError) as error:
        raise HubRefused(f"Le reçu {name} ne peut pas être lu ({error}) : signalez-le au pôle national.") from error
    raise HubRefused(f"Le reçu {name} parle d'une autre demande : signalez-le au pôle national.")
