"""What the next release is made of, read from one state of the working database.

Only what may be seen leaves here: public properties, shown records, identifiers and reasons of shown clusters.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

import orjson
from sqlalchemy import Connection

from hub.distributions.contents import Contents, EdgeRow, IssuedId, MemberRow, PublicLine
from hub.model.issued import IdState
from hub.model.job import Job, Proof
from hub.model.licence import OURS
from hub.model.record import Accepted
from hub.model.release import LastHarvest, NetworkEntry
from hub.model.standing import State
from hub.store import goldens, holds, jobs, records, shown, sources
from hub.store.sources import Network
from schemas import registry
from schemas.canonical import JSON, canonical
from schemas.record import COLLECTIONS

_UNPROVED = Proof(seq=0, collections={})
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Again(Generic[_Row]):
    """Something that can be walked more than once."""

    walk: Callable[[], Iterator[_Row]]

    def __iter__(self) -> Iterator[_Row]:
        return self.walk()


def contents(connection: Connection, notice: str = "") -> Contents:
    """Everything the public may see, under `notice`.

    The connection must stay open, on one state, while the contents are walked.
    """
    return Contents(
        lines={name: Again(partial(_lines, connection, name)) for name in COLLECTIONS},
        counted=Again(partial(_counted, connection)),
        members=Again(partial(_members, connection)),
        edges=Again(partial(_edges, connection)),
        identifiers=Again(partial(_identifiers, connection)),
        networks=tuple(_networks(connection)),
        notice=notice,
    )


def _lines(connection: Connection, collection: str) -> Iterator[PublicLine]:
    for line in goldens.of(connection, collection):
        if line.publication != shown.COUNTED_ONLY:
            yield PublicLine(line.national_id, line.raw, line.publication == "open")


def _counted(connection: Connection) -> Iterator[JSON]:
    for line in goldens.of(connection, "actor"):
        if line.publication == shown.COUNTED_ONLY:
            yield orjson.loads(line.raw)


def _members(connection: Connection) -> Iterator[MemberRow]:
    """The source records that a shown line was made of."""
    for collection in COLLECTIONS:
        for national_id, member in shown.members(connection, collection):
            yield _member(national_id, member)


def _member(national_id: str, member: Accepted) -> MemberRow:
    public = registry.public(registry.LATEST[member.key.collection], member.payload)
    return MemberRow(
        collection=member.key.collection,
        national_id=national_id,
        network=member.key.source,
        local_id=member.key.local_id,
        modified_on=member.modified_at.date().isoformat() if member.modified_at else None,
        payload=canonical(public),
    )


def _edges(connection: Connection) -> Iterator[EdgeRow]:
    """Why records were joined, where both are shown."""
    for edge in shown.edges(connection):
        left, right = edge.pair.left, edge.pair.right
        yield EdgeRow(
            collection=left.collection,
            left_network=left.source,
            left_id=left.local_id,
            right_network=right.source,
            right_id=right.local_id,
            log_odds=edge.log_odds,
            parts=list(edge.parts),
        )


def _identifiers(connection: Connection) -> Iterator[IssuedId]:
    """Every identifier ever issued, but those of clusters that are only counted."""
    for each in shown.identifiers(connection):
        yield IssuedId(
            id=each.national_id,
            collection=each.founder.collection,
            state=str(IdState(each.state)),
            leads_to=each.leads_to,
        )


def _networks(connection: Connection) -> Iterator[NetworkEntry]:
    last = jobs.last_of_each(connection)
    for network in sources.networks(connection):
        job = last.get(network.name)
        yield NetworkEntry(
            id=network.name,
            title=network.title,
            regions=network.regions,
            website=network.website,
            licence=network.licence or OURS,
            promise_days=network.promise_days,
            harvest=_harvest(connection, network, job) if job else None,
        )


def _harvest(connection: Connection, network: Network, job: Job) -> LastHarvest:
    """How the last visit went; what it could not prove is counted from what we hold."""
    counts = records.counts(connection, network.name).values()
    arriving = sum(each.arriving for each in holds.waiting(connection, network.name).values())
    proof = job.proof or next((each.proof for each in jobs.accepted(connection, network.name)), None) or _UNPROVED
    accepted = sum(states[State.ACCEPTED] for states in counts)
    quarantined = sum(states[State.QUARANTINED] for states in counts)
    return LastHarvest(
        status=str(job.status),
        at=job.started_at,
        declared=sum(each.declared_count for each in proof.collections.values()),
        received=accepted + quarantined + arriving,
        accepted=accepted,
        quarantined=quarantined,
        held=sum(states[State.HELD] for states in counts) - arriving,
        error=job.error,
    )
