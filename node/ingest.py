"""The node's one way in: read a file, plan, and store the plan whole or not at all."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from connectors import mapping as mappings
from node.border import Border
from node.correcting import applied
from node.home import Home
from node.plan import Plan, Verdict, compare, require_no_loss
from node.reading import Reading, issue_json, read
from node.store import erased, ingests, records, state
from node.store.engine import reading, writing
from schemas.errors import ContractError
from schemas.manifest import spell_moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What was done, and where the node stands after it."""

    plan: Plan
    state: state.State


def prepare(home: Home, file: Path, mapping: Path) -> Reading:
    """Read a file by a mapping and this node's rules.

    Raises UnreadableFile for the file, ConfigError for the mapping or the settings.
    """
    border = Border(
        publish_association_addresses=home.settings.publish_association_addresses,
        matching_key=home.secret(home.settings.matching_key_file),
    )
    return read(file, mappings.load(mapping), border=border, perimeter=home.settings.regions)


def check(home: Home, read_file: Reading) -> Plan:
    """What ingesting would do now. Stores nothing."""
    with reading(home.engine) as connection:
        return _plan(connection, read_file)


def ingest(home: Home, read_file: Reading, *, dated: datetime, now: datetime, confirm_loss: bool = False) -> Ingested:
    """Store what the file says.

    dated: the date of the file's content, stated as modified_at. now: the time of the ingest, for the node's history.
    Raises LossRefused, having stored nothing, when the file yields fewer than half of its origin's records.
    """
    with writing(home.engine) as connection:
        plan = _plan(connection, read_file)
        if not confirm_loss:
            require_no_loss(plan)
        number = ingests.add(connection, _history(plan, dated=spell_moment(dated), now=spell_moment(now)))
        seq = records.apply(connection, plan.statements, ingest=number, modified_at=spell_moment(dated))
        ingests.reached(connection, number, seq)
        ingests.keep_back(connection, plan.origin, plan.collection, _kept_back(plan))
        return Ingested(plan=plan, state=state.read(connection))


def _plan(connection: Connection, read_file: Reading) -> Plan:
    def recall(local_id: str) -> bytes:
        found = records.get(connection, read_file.collection, local_id)
        if found is None or found.payload is None:
            raise ContractError(f"{local_id} is held without a payload")
        return found.payload

    collection = read_file.collection
    held, gone = records.held(connection, collection), erased.of(connection, collection)
    return compare(applied(connection, read_file), held, recall, erased=gone)


def _history(plan: Plan, *, dated: str, now: str) -> ingests.Ingest:
    return ingests.Ingest(
        origin=plan.origin,
        collection=plan.collection,
        file=plan.file,
        ingested_at=now,
        dated=dated,
        seq=0,
        **plan.counts,
    )


def _kept_back(plan: Plan) -> list[ingests.KeptBack]:
    return [
        ingests.KeptBack(
            origin=plan.origin,
            collection=plan.collection,
            row=row.candidate.row,
            sheet=row.candidate.sheet,
            local_id=row.candidate.id,
            issues=[issue_json(one) for one in row.candidate.issues],
        )
        for row in plan.having(Verdict.KEPT_BACK)
    ]
