"""Regrouping: what one collection's records became since its last resolution, and which clusters that touches.

    records that state something else, or nothing more ─┐
    judgements ─────────────────────────────────────────┼─► register revised ─► clusters and edges touched
    the register as it was kept, or an empty one ───────┘

The register is derived: where it is missing, or made by another program or model, or not of the last resolution, the
whole collection is resolved, with the same end.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from sqlalchemy import Connection

from hub.merge import referred
from hub.model.cluster import Cluster
from hub.model.issued import assemble
from hub.model.match import Pair, Verdict
from hub.model.record import Accepted, Stated
from hub.resolution import Edge
from hub.resolution import register as registering
from hub.resolution.keeping import Kept, read, stamp
from hub.resolution.model import Weights
from hub.resolution.resolve import edges, keys_at, members, night
from hub.store import clusters, erasures, publishable
from hub.store.clusters import Placed
from hub.store.registers import Stored
from schemas.canonical import JSON, SetDigest, content_hash
from schemas.record import RecordKey

Verdicts = Mapping[Pair, Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a collection states otherwise than when it was resolved last.

    is_whole: there is no register to go on from: all that is published is news.
    stated:   records that are new, or stated otherwise.
    gone:     records that are published no more.
    digest:   of how all that is published is stated.
    judged:   digest of the judgements that the register follows, "" without one.
    erased:   how many statements have lost their content. The register keeps the rows of the past, so that one more
              has it made anew, of what is left.
    """

    collection: str
    is_whole: bool
    stated: Mapping[RecordKey, Stated]
    gone: Sequence[RecordKey]
    digest: SetDigest
    judged: str
    erased: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouped:
    """What became of one collection.

    kept:     its register, stamped but for the number of the resolution.
    clusters: those that anything touched.
    edges:    all inside them.
    stated:   all their records.
    before:   where they and those that are gone stood.
    mentions: which actors are mentioned by the records that state something else, or nothing more.
    compared: how many pairs were compared.
    """

    kept: Kept
    model: str
    clusters: Sequence[Cluster]
    edges: Sequence[Edge]
    stated: Mapping[RecordKey, Stated]
    before: Mapping[RecordKey, Placed]
    gone: Sequence[RecordKey]
    mentions: Mapping[RecordKey, frozenset[str]]
    compared: int

    @property
    def homes(self) -> dict[RecordKey, Placed]:
        """Where each record of these clusters stands now."""
        return {
            member: Placed(national_id=cluster.national_id, place=place, stated=self.stated[member])
            for cluster in self.clusters
            for place, member in enumerate(cluster.members)
        }


def news(connection: Connection, collection: str, weights: Weights, *, whole: bool = False) -> News:
    """whole: as if nothing had been kept."""
    of = None if whole else stamp(Stored(connection, collection), _named(weights))
    gone = clusters.abandoned(connection, collection)
    erased = erasures.count(connection, collection)
    if of is None or int(of["records"]) != clusters.count(connection, collection) or _erased(of) != erased:
        stated = publishable.published(connection, collection)
        everyone = SetDigest.of((key.source, key.local_id, str(each)) for key, each in stated.items())
        return News(
            collection=collection, is_whole=True, stated=stated, gone=gone, digest=everyone, judged="", erased=erased
        )
    stated = publishable.unresolved(connection, collection)
    digest = SetDigest.from_hex(of["digest"])
    for key, at in clusters.placed(connection, [*stated, *gone]).items():
        digest = digest.minus(key.source, key.local_id, str(at.stated))
    for key, each in stated.items():
        digest = digest.plus(key.source, key.local_id, str(each))
    return News(
        collection=collection,
        is_whole=False,
        stated=stated,
        gone=gone,
        digest=digest,
        judged=of["judged"],
        erased=erased,
    )


def forgets(connection: Connection, collection: str) -> bool:
    """Whether the register of a collection was made after all that lost its content until now."""
    of = stamp(Stored(connection, collection))
    return of is None or _erased(of) == erasures.count(connection, collection)


def regrouped(connection: Connection, told: News, verdicts: Verdicts, weights: Weights) -> Regrouped | None:
    """What became of a collection; None when nothing did. verdicts: all that bind today, and agree with one another."""
    here = {pair: verdict for pair, verdict in verdicts.items() if pair.left.collection == told.collection}
    judged = content_hash({"": sorted([str(pair.left), str(pair.right), verdict] for pair, verdict in here.items())})
    if not (told.is_whole or told.stated or told.gone or judged != told.judged):
        return None
    shelf = Stored(connection, told.collection)
    kept = Kept.empty() if told.is_whole else read(shelf, _named(weights))
    mentions = {key: frozenset[str]() for key in told.gone}

    def stated() -> Iterator[tuple[RecordKey, JSON]]:
        for record in _stating(connection, told):
            mentions[record.key] = frozenset(referred(record.payload))
            yield record.key, record.payload

    register = night(kept.register, told.collection, stated(), told.gone, here, weights)
    groups = registering.clusters(register, register.touched)
    touched = keys_at(register, told.collection, register.touched)
    before = _before(connection, told, touched)
    known = {key: at.stated for key, at in before.items() if at.stated} | dict(told.stated)
    now = {key: known[key] for key in touched}
    count = int(np.count_nonzero(register.alive))
    return Regrouped(
        kept=Kept(
            register=register,
            digests=np.zeros(len(register), np.uint64),
            segments=kept.segments,
            generation=kept.generation,
            stamp={"records": str(count), "digest": told.digest.hex, "judged": judged, "erased": str(told.erased)},
        ),
        model=_named(weights),
        clusters=assemble(members(register, told.collection, groups), {key: each.founded for key, each in now.items()}),
        edges=edges(register, told.collection, groups, weights),
        stated=now,
        before=before,
        gone=told.gone,
        mentions=mentions,
        compared=register.compared,
    )


def _erased(of: Mapping[str, str]) -> int:
    return int(of.get("erased", "0"))


def _stating(connection: Connection, told: News) -> Iterator[Accepted]:
    if told.is_whole:
        return publishable.accepted(connection, told.collection)
    return iter(publishable.by_key(connection, told.stated.keys()).values())


def _before(connection: Connection, told: News, touched: Sequence[RecordKey]) -> Mapping[RecordKey, Placed]:
    if told.is_whole:
        return clusters.every_placed(connection, told.collection)
    return clusters.placed(connection, [*touched, *told.gone])


def _named(weights: Weights) -> str:
    """The model of a collection as a name: another one makes other registers."""
    return content_hash(asdict(weights))
