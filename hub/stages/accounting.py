"""Accounting: each network is told what became of each of its records, and the sums are seen to agree.

    records + clusters + golden lines ──► one line a record ──► the same as told before: nothing
                                                        └──► other: told under the next number
    lines counted by fate ═ records counted by where they stand

sent = published + merged + quarantined + held, exactly, for every network, in every cycle; a sum that does not agree is
a fault of ours, and no cycle ends well with one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, replace
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

import structlog
from sqlalchemy import Connection, Engine

from hub.model.account import Account
from hub.model.imprint import UNSIGNED, Imprint
from hub.model.standing import State
from hub.resolution import Model, load
from hub.stages import resolve
from hub.stages.compile import CATALOGUE
from hub.stages.telling import SOFTWARE, lines
from hub.store import corrections, feedback, meta
from hub.store.engine import reading
from hub.store.feedback import Facts, Shape
from schemas.canonical import content_hash
from schemas.errors import ContractError
from schemas.feedback import Totals

log = structlog.get_logger()

_BATCH = 500


class DoesNotAddUp(ContractError):
    """What a network sent is not what became of it."""

    code = "does-not-add-up"


def account_for(
    engine: Engine, now: datetime, model: Model | None = None, imprint: Imprint = UNSIGNED
) -> list[Account]:
    """Bring every network's feedback in line with the catalogue as it is compiled; accounts by source.

    model: what was resolved with. A source that was read after resolution may hold records that are in no cluster yet:
           it keeps its last account until they are resolved.
    An account that does not add up comes back too, and nothing of it is told: see `require_sums`.
    """
    with reading(engine) as connection:
        names = feedback.sources_of_records(connection)
    found = [_account(engine, name, now, model or load(), imprint) for name in names]
    return [account for account in found if account is not None]


def is_current(connection: Connection, imprint: Imprint = UNSIGNED) -> bool:
    """Whether every network is told what stands now, in sums that agree."""
    for source in feedback.sources_of_records(connection):
        shapes = feedback.shape(connection, source)
        if feedback.inputs(connection, source) != _inputs(connection, source, shapes, imprint):
            return False
        if not feedback.totals(connection, source, shapes).adds_up:
            return False
    return True


def require_sums(accounts: Iterable[Account]) -> None:
    """Raises DoesNotAddUp when a sum does not agree."""
    wrong = [f"{account.source}: {account.totals.as_json()}" for account in accounts if not account.totals.adds_up]
    if wrong:
        raise DoesNotAddUp("; ".join(wrong))


def _account(engine: Engine, source: str, now: datetime, model: Model, imprint: Imprint) -> Account | None:
    """The account of one source, in one transaction. None when it must wait for the next resolution."""
    epoch = str(uuid5(NAMESPACE_URL, f"{source} {now.isoformat()}"))
    new = Account(source=source, epoch=epoch, number=0, as_of=now, read_seq=None, totals=Totals())
    with engine.connect() as connection, connection.begin() as transaction:
        before, made_of = feedback.open_account(connection, source, new)
        shapes = feedback.shape(connection, source)
        inputs, number = _inputs(connection, source, shapes, imprint), before.number
        if inputs != made_of:
            changed = list(feedback.changed(connection, source, _made_by(imprint)))
            unresolved = [each.key for each in changed if each.state is State.ACCEPTED and each.place is None]
            if unresolved and not resolve.has_seen_all(connection, model):
                log.info("account.postponed", source=source, unresolved=len(unresolved))
                transaction.rollback()
                return None
            feedback.forget(connection, unresolved)
            number = _tell(connection, changed, number, imprint)
        totals = feedback.totals(connection, source, shapes)
        read_seq = feedback.read_seq(connection, source)
        account = replace(before, number=number, as_of=now, read_seq=read_seq, totals=totals)
        if totals.adds_up:
            feedback.save_account(connection, account, inputs)
        else:
            log.error("account.does_not_add_up", source=source, **totals.as_json())
            transaction.rollback()
    return account


def _inputs(connection: Connection, source: str, shapes: Sequence[Shape], imprint: Imprint) -> str:
    """A hash that moves with anything the lines of a source are made of."""
    standing = [list(astuple(each)) for each in shapes]
    proposed = corrections.shape(connection, source)
    told = [_made_by(imprint), meta.get(connection, CATALOGUE), standing, proposed]
    return content_hash({"inputs": told})


def _made_by(imprint: Imprint) -> str:
    """What every line depends on: a newer hub may tell otherwise, and pages may stand elsewhere."""
    return f"{SOFTWARE} {imprint.site}"


def _tell(connection: Connection, changed: Sequence[Facts], number: int, imprint: Imprint) -> int:
    """Write the lines that changed, and return the number of the last."""
    for start in range(0, len(changed), _BATCH):
        batch = changed[start : start + _BATCH]
        written = list(lines(connection, batch, number, imprint))
        feedback.save(connection, written)
        number += len(written)
    return number
