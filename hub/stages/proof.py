"""The proof of a visit: is what we received complete?"""

from sqlalchemy import Connection, Engine

from hub.model.holding import Holding
from hub.model.job import CollectionProof, Proof, Tally
from hub.model.standing import State
from hub.store import holds, records, statements
from hub.store.engine import reading
from schemas.errors import ContractError
from schemas.feed import Manifest


class VisitUnproved(ContractError):
    """A visit without an error left the database otherwise than it says: a defect of this program."""

    code = "does-not-add-up"


def declared_by(manifest: Manifest) -> dict[str, Holding]:
    return {name: Holding(count=each.count, digest=each.digest) for name, each in manifest.collections.items()}


def same(declared: dict[str, Holding], held: dict[str, Holding]) -> bool:
    """A collection that one side does not name is empty there."""
    nothing = Holding()
    return all(declared.get(name, nothing) == held.get(name, nothing) for name in declared.keys() | held.keys())


def prove(engine: Engine, source: str, manifest: Manifest) -> Proof:
    """Count and digest of all we received of a source, bad records too, against its manifest."""
    with reading(engine) as connection:
        return _proved(connection, source, declared_by(manifest), manifest.seq)


def prove_again(connection: Connection, source: str, proof: Proof) -> Proof:
    """The last proof of a source that was not read since: the same declarations, against what we hold now."""
    declared = {
        name: Holding(count=each.declared_count, digest=each.declared_digest)
        for name, each in proof.collections.items()
    }
    return _proved(connection, source, declared, proof.seq)


def require_agreement(
    connection: Connection,
    source: str,
    job: int,
    proof: Proof,
    tally: Tally,
    read: Manifest | None,
    *,
    given: int,
) -> None:
    """Raise VisitUnproved unless what a visit says of itself is what is found in the database once it is over.

    read:  the last manifest that it saw; None when the node said that nothing changed.
    given: how many numbers of statements it gave out; a night on which nothing changed looks for none.
    A step that was left out shows here, whatever the step itself would have said.
    """
    counts, waiting = records.counts(connection, source), holds.waiting(connection, source)
    for name in sorted(counts.keys() | proof.collections.keys()):
        each, states = proof.collections.get(name), counts.get(name, {})
        arriving = waiting[name].arriving if name in waiting else 0
        found = states.get(State.ACCEPTED, 0) + arriving, states.get(State.QUARANTINED, 0)
        if found != ((each.stored, each.quarantined) if each else (0, 0)):
            raise VisitUnproved(f"{source}: {name}: {found} records stand and wait, the proof says otherwise")
    said = {"held": tally.held, "rekeyed": tally.rekeyed, "kept": tally.kept}
    if (totals := holds.totals(waiting)) != said:
        raise VisitUnproved(f"{source}: the visit tells of {said}, and {totals} are found")
    if given and (missing := statements.missing(connection, source, job)):
        raise VisitUnproved(f"{source}: {missing} records stand by statements that were not kept")
    if read is None:
        return
    declared = {
        name: Holding(count=each.declared_count, digest=each.declared_digest)
        for name, each in proof.collections.items()
    }
    if proof.seq != read.seq or not same(declared_by(read), declared):
        raise VisitUnproved(f"{source}: the proof is of another manifest than the one at seq {read.seq}")


def _proved(connection: Connection, source: str, declared: dict[str, Holding], seq: int) -> Proof:
    """declared: by the source, at a seq. What arrives and is not published yet counts as stored."""
    held = records.holdings(connection, source)
    counts = records.counts(connection, source)
    waiting = holds.waiting(connection, source)
    proofs = {}
    for name in sorted(declared.keys() | held.keys()):
        theirs, ours = declared.get(name, Holding()), held.get(name, Holding())
        states = counts.get(name, {})
        proofs[name] = CollectionProof(
            declared_count=theirs.count,
            declared_digest=theirs.digest,
            received_count=ours.count,
            received_digest=ours.digest,
            stored=states.get(State.ACCEPTED, 0) + (waiting[name].arriving if name in waiting else 0),
            quarantined=states.get(State.QUARANTINED, 0),
        )
    return Proof(seq=seq, collections=proofs)
