"""Identifiers that were issued: where each leads today. None is ever taken back, and none is given twice.

merge ──► the younger leads to the older        split ──► the leaver has its own back
founder gone, others of its cluster stay, or its source names a successor ──► leads there
nobody left ──► gone                             the record comes back ──► live again
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.model.cluster import Cluster
from hub.model.identity import national_id
from hub.model.record import Founding
from schemas.record import RecordKey


class IdState(StrEnum):
    LIVE = "live"
    REDIRECT = "redirect"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedId:
    """founder: the key under which the record was first accepted. leads_to: a live identifier, for a redirect only."""

    national_id: str
    founder: RecordKey
    state: IdState
    leads_to: str | None = None


def assemble(groups: Iterable[Iterable[RecordKey]], founded: Mapping[RecordKey, Founding]) -> list[Cluster]:
    """Groups of records into clusters, each known by the identifier that its oldest member founded."""
    clusters = []
    for group in groups:
        members = tuple(sorted(group, key=founded.__getitem__))
        founder = founded[members[0]].key
        clusters.append(Cluster(national_id=national_id(founder), collection=founder.collection, members=members))
    return clusters


def reissue(
    issued: Iterable[IssuedId],
    earlier: Mapping[str, Sequence[RecordKey]],
    clusters: Iterable[Cluster],
    founded: Mapping[RecordKey, Founding],
    continued: Mapping[RecordKey, RecordKey],
) -> list[IssuedId]:
    """Every identifier ever issued, and where it leads now that these are the clusters.

    issued:    as of the last time.
    earlier:   the clusters of the last time: identifier -> members, oldest first.
    founded:   of every record in a cluster.
    continued: founding key of a record that left -> the record that continues it, where its source names one.
    """
    homes = {member: cluster.national_id for cluster in clusters for member in cluster.members}
    now = {}
    for member, home in homes.items():
        founder = founded[member].key
        mine = national_id(founder)
        now[mine] = _leading(mine, founder, None if mine == home else home)
    for before in issued:
        if before.national_id not in now:
            target = _heir(before, earlier, homes, continued)
            now[before.national_id] = _leading(before.national_id, before.founder, target, left=True)
    return [now[name] for name in sorted(now)]


def _heir(
    before: IssuedId,
    earlier: Mapping[str, Sequence[RecordKey]],
    homes: Mapping[RecordKey, str],
    continued: Mapping[RecordKey, RecordKey],
) -> str | None:
    """Where the identifier of a record that left leads: to its successor, else to the oldest it stood with."""
    heir = continued.get(before.founder)
    if heir is not None and heir in homes:
        return homes[heir]
    stood_with = earlier.get(before.leads_to or before.national_id, ())
    return next((homes[member] for member in stood_with if member in homes), None)


def _leading(name: str, founder: RecordKey, target: str | None, *, left: bool = False) -> IssuedId:
    state = IdState.REDIRECT if target else IdState.GONE if left else IdState.LIVE
    return IssuedId(national_id=name, founder=founder, state=state, leads_to=target)
