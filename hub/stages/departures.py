"""What left: once a visit is proved complete, which deletions are applied, and which wait for a person.

left ──► same content under a new id ──► proposed as a re-key: both sides wait, the old one stays published
  └────► the guard ──► let go, or held
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine

from hub.model.hold import night_of
from hub.model.instruction import Instruction, Kind
from hub.model.job import Job, Tally
from hub.model.standing import State
from hub.model.statement import Op
from hub.quality.expectations import BASE_NIGHTS, Guard, Turnover, base
from hub.quality.rekeys import RekeyMap, rekey_map
from hub.stages.steps import Steps
from hub.store import holds, instructions, jobs, records, sources
from hub.store.engine import reading
from schemas.record import RecordKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Departures:
    """What became of the records that left. refused: in words, what the guard refuses altogether.

    shown, waived: as of `hub.model.job.Job`.
    """

    tally: Tally
    notes: tuple[str, ...] = ()
    shown: str | None = None
    waived: str | None = None
    refused: str | None = None


def see_off(engine: Engine, job: int, steps: Steps) -> Departures:
    """Let go what may go, in one transaction; what may not stays as it is. steps: of the job. Raises Superseded."""
    source = steps.source
    with reading(engine) as connection:
        suggested = _suggested(connection, source)
    with engine.begin() as connection:
        sources.fence(connection, source, job)
        waits = holds.waiting(connection, source)  # on most nights nothing
        if suggested.pairs or any(each.rekeyed or each.arriving for each in waits.values()):
            _propose(connection, suggested, steps)
        override = instructions.in_force(connection, Kind.OVERRIDE, night_of(steps.now)).get(source)
        found = turnovers(connection, source, waived=override is not None)
        deleted = let_go(connection, [each.collection for each in found if each.applies], steps) if waits else 0
        return _told(connection, source, found, deleted, suggested, override)


def turnovers(connection: Connection, source: str, *, waived: bool = False) -> list[Turnover]:
    """What each collection of a source would lose if all that waits under the guard were let go."""
    waiting = holds.waiting(connection, source)
    past = history(connection, source)
    found = []
    for name, states in sorted(records.counts(connection, source).items()):
        held = waiting.get(name, holds.Waiting())
        remaining = states[State.ACCEPTED] + states[State.QUARANTINED] + held.arriving
        found.append(measured(past, name, held.lost, remaining, waived=waived))
    return found


def history(connection: Connection, source: str) -> list[Job]:
    """As many accepted visits, newest first, as the guard's base needs."""
    nights = set[date]()
    found = []
    for job in jobs.accepted(connection, source):
        nights.add(night_of(job.started_at))
        if len(nights) > BASE_NIGHTS:
            break
        found.append(job)
    return found


def measured(past: Iterable[Job], collection: str, lost: int, remaining: int, *, waived: bool = False) -> Turnover:
    """What one collection would lose and keep, against its accepted visits."""
    counts = [
        (night_of(job.started_at), job.proof.collections[collection].declared_count)
        for job in past
        if job.proof is not None and collection in job.proof.collections
    ]
    return Turnover(
        collection=collection,
        lost=lost,
        remaining=remaining,
        base=base(counts),
        last=counts[0][1] if counts else None,
        waived=waived,
    )


def _suggested(connection: Connection, source: str) -> RekeyMap:
    """The re-key map that this source's changes since its last accepted visit suggest."""
    waiting = holds.waiting(connection, source).values()
    accepted = next(jobs.accepted(connection, source), None) if any(each.lost for each in waiting) else None
    if accepted is None:
        return RekeyMap(pairs={}, ambiguous=0)
    proposed = holds.proposals(connection, source) if any(each.rekeyed for each in waiting) else ()
    actors = {old.key.local_id: new.key.local_id for old, new in proposed}
    arrived = holds.arrived(connection, source, accepted.started_at)
    return rekey_map(holds.vanished(connection, source), arrived, actors)


def let_go(connection: Connection, collections: Iterable[str], steps: Steps, *, kept: bool = False) -> int:
    """Apply the deletions of these collections that wait; returns how many. kept: as of `holds.going`.

    What a source asks to erase leaves with all its statements' content; anything else keeps its history.
    """
    deleted = 0
    for name in collections:
        deleted += steps.take_all(Op.RELEASED, holds.going(connection, steps.source, name, kept=kept))
        holds.purge(connection, steps.source, name)
        steps.write(connection)
    return deleted


def _propose(connection: Connection, suggested: RekeyMap, steps: Steps) -> None:
    """Bring both sides of every proposal to where they wait, and let those go on whose proposal no longer stands."""
    known = records.standings(connection, [*suggested.pairs.keys(), *suggested.pairs.values()])
    for old, new in suggested.pairs.items():
        steps.take(Op.PROPOSED, known[old], known[new])
    steps.write(connection)
    awaited = set[RecordKey]()
    for old_side, new_side in holds.proposals(connection, steps.source):
        if new_side.declared_hash is None:
            steps.take(Op.PROPOSED, old_side)
            continue
        awaited.add(new_side.key)
        if new_side.state is State.ACCEPTED and new_side.founded_on == steps.now:
            steps.take(Op.AWAITED, new_side)
    stray = [each for each in records.in_state(connection, steps.source, State.HELD) if each.is_arriving]
    steps.take_all(Op.ADMITTED, [each for each in stray if each.key not in awaited])
    steps.write(connection)


def _told(
    connection: Connection,
    source: str,
    found: list[Turnover],
    deleted: int,
    suggested: RekeyMap,
    override: Instruction | None,
) -> Departures:
    tally = Tally(deleted=deleted, **holds.totals(holds.waiting(connection, source)))
    notes = [note for each in found for note in each.notes]
    if tally.rekeyed:
        notes.append(f"{tally.rekeyed} records seem to go on under other ids: a person says whether they do")
    if suggested.ambiguous:
        notes.append(
            f"{suggested.ambiguous} more share their content, so that nobody can tell under which id they go on"
        )
    if tally.kept:
        notes.append(
            f"{tally.kept} records stay although the source no longer states them: their deletion was rejected"
        )
    waived = None
    if override is not None and any(each.uses_waiver for each in found):
        waived = f"override {override.number} until {override.until} by {override.author}: {override.reason}"
        notes.append(waived)
    refused = "; ".join(note for each in found if each.guard is Guard.REFUSED for note in each.notes)
    return Departures(
        tally=tally,
        notes=tuple(notes),
        shown=holds.shown(connection, source) if tally.waits or tally.kept else None,
        waived=waived,
        refused=refused or None,
    )
