"""The proof of a visit: is what we received complete?"""

from sqlalchemy import Connection, Engine

from hub.model.holding import Holding
from hub.model.job import CollectionProof, Proof
from hub.model.standing import State
from hub.store import holds, records
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
        return _proved(connection, source, declared_by(manifest), manifest.seq)


def prove_again(connection: Connection, source: str, proof: Proof) -> Proof:
    """The last proof of a source that was not read since: the same declarations, against what we hold now."""
    declared = {
        name: Holding(count=each.declared_count, digest=each.declared_digest)
        for name, each in proof.collections.items()
    }
    return _proved(connection, source, declared, proof.seq)


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
