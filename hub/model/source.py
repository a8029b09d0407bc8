"""A source: a network's node as the hub knows it."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from hub.model.freshness import PROMISE_DAYS
from hub.model.notice import OF_A_NETWORK, NoticeKind


class SourceKind(StrEnum):
    """LIVE answers `changes`; STATIC is a manifest and a snapshot put on any web server."""

    LIVE = "live"
    STATIC = "static"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a source's answer the hub swallows before it calls the job failed.

    max_body_bytes: one answer, decompressed.
    max_ratio:      decompressed bytes to received bytes, judged once `ratio_grace_bytes` came out.
    min_rate:       bytes received a second, over any `slow_after_s` seconds.
    timeout_s:      to connect, and between two reads.
    """

    max_body_bytes: int = 2 << 30
    max_ratio: int = 100
    ratio_grace_bytes: int = 1 << 20
    min_rate: int = 1_000
    slow_after_s: float = 60.0
    timeout_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One network's feed and the terms on which it is read.

    name:       the network's id, as its manifest states it.
    base_url:   the address that `feed.json` is resolved against.
    regions:    INSEE region codes: the perimeter outside of which a seat is quarantined.
    local:      the address may be private or loopback, and then only this host is ever spoken to.
    contact_email: whom the network has its mails sent to, about what `notify` says.
    promise_days: what the public is told of its freshness (see `hub.model.freshness`).
    token_file: holds the bearer token, never the configuration itself.
    """

    name: str
    title: str
    base_url: str
    regions: tuple[str, ...] = ()
    kind: SourceKind = SourceKind.LIVE
    local: bool = False
    website: str | None = None
    token_file: Path | None = None
    accept_outside_perimeter: bool = False
    promise_days: int = PROMISE_DAYS
    contact_email: str | None = None
    notify: tuple[NoticeKind, ...] = OF_A_NETWORK
    limits: Limits = field(default_factory=Limits)

    @property
    def perimeter(self) -> tuple[str, ...]:
        """The regions outside of which a seat is quarantined; empty when everywhere is inside."""
        return () if self.accept_outside_perimeter else self.regions
