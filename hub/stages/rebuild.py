"""Rebuild: from what was stated and what people decided to the same identifiers, the same catalogue, the same release.

    log of a hub ──► a new database: moment by moment, statements folded, decisions taken, resolved
                         ├──► compiled ──► released ──► has it the content of the release in force?
                         └──► what came after that release: whole again, and ready to go on

Nothing derived is copied. It is the drill of a restoration, and the proof that a catalogue follows from its log.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, select, update

from hub.catalogue import database
from hub.model.imprint import UNSIGNED, Imprint
from hub.model.replay import replayed
from hub.model.statement import Op, Statement
from hub.resolution import Model
from hub.stages.compile import compile_catalogue
from hub.stages.publication import release
from hub.stages.resolve import fingerprint, resolve
from hub.store import moments, records, statements, tables
from hub.store.engine import reading
from hub.store.moments import NOTHING, Given, Moment
from schemas.record import RecordKey

# Told again step by step, in the order in which resolutions and releases had them.
_TOLD = (tables.statements, tables.judgements, tables.undos, tables.jobs)
# Made anew from what is told.
_MADE = (
    *(tables.records, tables.clusters, tables.mentions, tables.edges, tables.registers, tables.doubts),
    *(tables.issued_ids, tables.golden, tables.meta, tables.moments),
)
_BATCH = 1_000
_ERASED = b"{}"  # what stands for content that was erased while nights before its erasure are done again


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What was made of the log.

    resolutions:  how many were done again. other_models: those that had been done with other weights or thresholds.
    content:      the content hash of the release that was made.
    expected:     that of the release in force in the hub whose log it is; None when it has none, or for an earlier day.
    """

    statements: int
    judgements: int
    resolutions: int
    other_models: int
    erased: int
    release: str
    content: str
    expected: str | None

    @property
    def is_same(self) -> bool:
        return self.expected is None or self.content == self.expected


def rebuild(
    log: Engine,
    into: Engine,
    releases: Path,
    model: Model,
    now: datetime,
    *,
    current: Path | None = None,
    until: datetime | None = None,
    notice: str = "",
    imprint: Imprint = UNSIGNED,
) -> Rebuilt:
    """Make a hub anew from the log of another one.

    into, releases: an empty database of the newest shape, and a folder without releases.
    now:     when the release is made.
    current: the release in force there.
    until:   the catalogue as it was at this time: of the last release before it, whatever came later left out.
    Raises what the stages raise.
    """
    with reading(log) as connection:
        past = _until_release([each for each in moments.every(connection) if until is None or each.at <= until])
        before = NOTHING
        with into.begin() as made:
            _copy_others(connection, made)
        for moment in past:
            with into.begin() as made:
                _tell(connection, made, before, moment.given)
            if moment.resolved_with is not None:
                resolve(into, moment.at, model)
            before = moment.given
        compile_catalogue(into)
        made_release = release(into, releases, now, allow_empty=True, notice=notice, imprint=imprint)
        with into.begin() as made:
            if until is None:
                _tell(connection, made, before, moments.given(connection))
            erased = _forget(connection, made)
            told = [made.scalar(select(func.count()).select_from(table)) or 0 for table in _TOLD[:2]]
    nights = [each for each in past if each.resolved_with is not None]
    return Rebuilt(
        statements=told[0],
        judgements=told[1],
        resolutions=len(nights),
        other_models=sum(each.resolved_with != fingerprint(model) for each in nights),
        erased=erased,
        release=made_release.name,
        content=str(database.content(made_release.folder / "catalogue.sqlite")),
        expected=database.content(current / "catalogue.sqlite") if current and until is None else None,
    )


def _until_release(past: list[Moment]) -> list[Moment]:
    """Up to the last release among these moments; all of them when there is none."""
    last = max((at for at, each in enumerate(past, 1) if each.released_as is not None), default=len(past))
    return past[:last]


def _copy_others(log: Connection, made: Connection) -> None:
    """Everything that is neither told again nor made anew: what is known of sources, runs and networks."""
    for table in tables.metadata.sorted_tables:
        if table not in (*_TOLD, *_MADE):
            _copy(made, table, log.execute(select(table)))


def _tell(log: Connection, made: Connection, before: Given, given: Given) -> None:
    """Let the new database know what the log says between two moments."""
    for source, last in sorted(given.statements.items()):
        for batch in _batches(statements.between(log, source, before.statements.get(source, -1), last)):
            _fold(made, batch)
    newer = tables.judgements.c.number.between(before.judgement + 1, given.judgement)
    _copy(made, tables.judgements, log.execute(select(tables.judgements).where(newer)))
    newer = tables.jobs.c.number.between(before.job + 1, given.job)
    _copy(made, tables.jobs, log.execute(select(tables.jobs).where(newer)))
    undone = sorted(set(given.undone) - set(before.undone))
    _copy(made, tables.undos, log.execute(select(tables.undos).where(tables.undos.c.judgement.in_(undone))))


def _fold(made: Connection, said: Sequence[Statement]) -> None:
    """Keep statements of one source, and bring its records to where they stand after them."""
    keys = {key for each in said for key in _speaks_of(each)}
    known = records.standings(made, keys)
    changed: set[RecordKey] = set()
    for each in said:
        for standing in replayed(known, each):
            known[standing.key] = standing
            changed.add(standing.key)
    statements.add(made, [_with_content(each) for each in said])
    records.save(made, [known[key] for key in sorted(changed)])


def _speaks_of(said: Statement) -> Iterator[RecordKey]:
    if said.collection is None or said.local_id is None:
        return
    yield RecordKey(said.collection, said.source, said.local_id)
    to = (said.detail or {}).get("to")
    if isinstance(to, str):
        yield RecordKey(said.collection, said.source, to)


def _with_content(said: Statement) -> Statement:
    return said._replace(payload=_ERASED) if _is_erased(said) else said


def _is_erased(said: Statement) -> bool:
    return said.op is Op.PUT and said.payload is None


def _forget(log: Connection, made: Connection) -> int:
    """Take away again what stood for content that was erased; returns of how many statements."""
    table = tables.statements
    erased = list(log.scalars(select(table.c.number).where(table.c.op == Op.PUT, table.c.payload.is_(None))))
    for start in range(0, len(erased), _BATCH):
        here = table.c.number.in_(erased[start : start + _BATCH])
        made.execute(update(table).where(here).values(payload=None, issues=None))
    return len(erased)


def _copy(made: Connection, table: Table, rows: Any) -> None:
    while some := rows.fetchmany(_BATCH):
        made.execute(insert(table), [row._asdict() for row in some])


def _batches(said: Iterator[Statement]) -> Iterator[list[Statement]]:
    while some := list(islice(said, _BATCH)):
        yield some
