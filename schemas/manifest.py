"""`feed.json`: who speaks, how far its history goes, and the proof of what it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from schemas.canonical import JSON
from schemas.members import FeedError, Members

PROTOCOL = "rrma-feed/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """regions: INSEE region codes of the network's perimeter; empty when it has none."""

    id: str
    name: str
    regions: tuple[str, ...] = ()
    website: str | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionState:
    """What a node holds of one collection at the manifest's seq, tombstones left out."""

    schema: str
    count: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """generated_at is information for people; links say which ways of reading the node offers."""

    network: Network
    epoch: str
    seq: int
    collections: Mapping[str, CollectionState]
    generated_at: datetime
    software: str
    licence: str = "etalab-2.0"
    compacted_before: int = 0
    links: Mapping[str, str] = field(default_factory=dict)
    protocol: str = PROTOCOL

    def as_json(self) -> JSON:
        network: JSON = {"id": self.network.id, "name": self.network.name, "regions": list(self.network.regions)}
        known = {"website": self.network.website, "contact": self.network.contact}
        return {
            "protocol": self.protocol,
            "network": network | {name: value for name, value in known.items() if value is not None},
            "epoch": self.epoch,
            "seq": self.seq,
            "compacted_before": self.compacted_before,
            "collections": {
                name: {"schema": state.schema, "count": state.count, "digest": state.digest}
                for name, state in self.collections.items()
            },
            "licence": self.licence,
            "generated_at": spell_moment(self.generated_at),
            "software": self.software,
            "links": dict(self.links),
        }

    @classmethod
    def from_json(cls, raw: object) -> Self:
        """Read a parsed manifest. Members it does not know are ignored; collections it does not know are kept.

        Raises FeedError naming what is wrong, also for another major version of the protocol.
        """
        top = Members(raw, "manifest")
        protocol = top.text("protocol")
        if protocol != PROTOCOL and not protocol.startswith(f"{PROTOCOL}."):
            raise FeedError(
                f"manifest.protocol is {protocol!r}, and this program reads {PROTOCOL!r}: "
                "update the program if the node is newer, else the node must state that protocol"
            )
        collections = top.below("collections")
        return cls(
            protocol=protocol,
            network=_network(top.below("network")),
            epoch=top.text("epoch"),
            seq=top.count("seq"),
            compacted_before=top.count("compacted_before", 0),
            collections={name: _state(collections.below(name)) for name in collections.names},
            licence=top.text("licence", "etalab-2.0"),
            generated_at=top.moment("generated_at"),
            software=top.text("software", "unknown"),
            links=top.text_map("links"),
        )


def spell_moment(moment: datetime) -> str:
    """RFC 3339 in UTC, as 2026-11-22T17:02:11Z. `moment` must be aware."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _network(network: Members) -> Network:
    return Network(
        id=network.text("id"),
        name=network.text("name"),
        regions=network.texts("regions"),
        website=network.text("website", None),
        contact=network.text("contact", None),
    )


def _state(state: Members) -> CollectionState:
    return CollectionState(schema=state.text("schema"), count=state.count("count"), digest=state.hash("digest"))
