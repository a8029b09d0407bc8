"""The end of a visit: is what we received complete, and may what left be let go?"""

from dataclasses import replace

from sqlalchemy import Engine

from hub.model.holding import Holding
from hub.model.job import CollectionProof, Proof, Tally
from hub.model.standing import State
from hub.quality.expectations import BASE_JOBS, Guard, Turnover, base
from hub.store import jobs, records, sources
from hub.store.engine import reading
from schemas.feed import Manifest


def declared_by(manifest: Manifest) -> dict[str, Holding]:
    return {name: Holding(count=each.count, digest=each.digest) for name, each in manifest.collections.items()}


def same(declared: dict[str, Holding], held: dict[str, Holding]) -> bool:
    """A collection that one side does not name is empty there."""
    nothing = Holding()
    return all(declared.get(name, nothing) == held.get(name, nothing) for name in declared.keys() | held.keys())


def prove(engine: Engine, source: str, manifest: Manifest) -> Proof:
    """Count and digest of all we received of a source, bad records too, against its manifest."""
    with reading(engine) as connection:
        held = records.holdings(connection, source)
        counts = records.counts(connection, source)
    declared = declared_by(manifest)
    proofs = {}
    for name in sorted(declared.keys() | held.keys()):
        theirs, ours = declared.get(name, Holding()), held.get(name, Holding())
        states = counts.get(name, {})
        proofs[name] = CollectionProof(
            declared_count=theirs.count,
            declared_digest=theirs.digest,
            received_count=ours.count,
            received_digest=ours.digest,
            stored=states.get(State.ACCEPTED, 0),
            quarantined=states.get(State.QUARANTINED, 0),
        )
    return Proof(seq=manifest.seq, collections=proofs)


def prove_again(engine: Engine, source: str, proof: Proof) -> Proof:
    """The last proof of a source that was not read since: the same declarations, against what we hold now."""
    with reading(engine) as connection:
        counts = records.counts(connection, source)
        held = records.holdings(connection, source)
    found = {}
    for name, each in proof.collections.items():
        ours, states = held.get(name, Holding()), counts.get(name, {})
        found[name] = replace(
            each,
            received_count=ours.count,
            received_digest=ours.digest,
            stored=states.get(State.ACCEPTED, 0),
            quarantined=states.get(State.QUARANTINED, 0),
        )
    return replace(proof, collections=found)


def turnovers(engine: Engine, source: str) -> list[Turnover]:
    """What each collection of a source would lose if all that waits were let go."""
    with reading(engine) as connection:
        counts = records.counts(connection, source)
        past = jobs.proofs(connection, source, BASE_JOBS)
    return [
        Turnover(
            collection=name,
            lost=states[State.HELD],
            remaining=states[State.ACCEPTED] + states[State.QUARANTINED],
            base=base([proof.collections[name].declared_count for proof in past if name in proof.collections]),
        )
        for name, states in sorted(counts.items())
    ]


def apply_deletions(engine: Engine, source: str, job: int, found: list[Turnover]) -> Tally:
    """Let go what may go, in one transaction; what the guard does not let go stays held. Raises Superseded."""
    going = [turnover.collection for turnover in found if turnover.applies and turnover.lost]
    with engine.begin() as connection:
        sources.fence(connection, source, job)
        deleted = sum(records.let_go(connection, source, collection) for collection in going)
    return Tally(deleted=deleted, held=sum(each.lost for each in found if each.guard is Guard.HELD))
