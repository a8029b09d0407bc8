"""What a release says of itself: its files, its counts, its digests, and how each network was last read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Self

from hub.model.freshness import PROMISE_DAYS
from hub.model.imprint import Imprint
from hub.model.licence import OURS
from schemas.canonical import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One file of a release.

    path: relative to the release folder, with "/" on every system.
    rows: records in it; None for a file that has no rows.
    title, title_en: what it is, in French and in English.
    """

    path: str
    bytes: int
    sha256: str
    rows: int | None
    media_type: str
    title: str
    title_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastHarvest:
    """How a network was last read, in records of all its collections; `error` is the code of what went wrong."""

    status: str
    at: datetime
    declared: int
    received: int
    accepted: int
    quarantined: int
    held: int
    error: str | None

    def as_json(self) -> JSON:
        return asdict(self) | {"at": self.at.isoformat()}

    @classmethod
    def from_json(cls, raw: JSON) -> Self:
        return cls(**raw | {"at": datetime.fromisoformat(raw["at"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkEntry:
    """A contributing network.

    licence: the code its node states for its directory.
    harvest: None when it was never read.
    promise_days: its records are at most this old, in days since a harvest was last proved.
    """

    id: str
    title: str
    regions: tuple[str, ...]
    website: str | None
    harvest: LastHarvest | None
    licence: str = OURS
    promise_days: int = PROMISE_DAYS

    @property
    def stated(self) -> JSON:
        """All that a release says of it but times: what changes here is worth a new release."""
        said = self.as_json()
        if said["harvest"]:
            del said["harvest"]["at"]
        return said

    def as_json(self) -> JSON:
        harvest = self.harvest.as_json() if self.harvest else None
        return asdict(self) | {"regions": list(self.regions), "harvest": harvest}

    @classmethod
    def from_json(cls, raw: JSON) -> Self:
        harvest = LastHarvest.from_json(raw["harvest"]) if raw["harvest"] else None
        return cls(**raw | {"regions": tuple(raw["regions"]), "harvest": harvest})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaEntry:
    """One delta: how a collection of this release differs from that of an earlier one.

    since:         "previous", "24h", "7d" or "31d".
    base:          the release that it starts from.
    before, after: set digests of the collection, in the base and here.
    add, modify, delete: how many lines say so.
    """

    since: str
    base: str
    collection: str
    path: str
    before: str
    after: str
    add: int
    modify: int
    delete: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """How a release that was issued again after an erasure differs from what it was.

    release, digests: of the release in whose place it stands.      at: when.
    lines: (collection, national id, hash of the open line before, and after; None where it is gone). Taking the terms
    of the first from a digest and adding those of the second gives the other (`schemas.canonical.SetDigest`).
    """

    release: str
    at: datetime
    digests: Mapping[str, str]
    lines: tuple[tuple[str, str, str, str | None], ...]

    @property
    def gone(self) -> list[str]:
        """The records that are no longer there."""
        return [national_id for _, national_id, _, after in self.lines if after is None]

    def as_json(self) -> JSON:
        lines = [dict(zip(("collection", "id", "before", "after"), line, strict=True)) for line in self.lines]
        return {"release": self.release, "at": self.at.isoformat(), "digests": dict(self.digests), "lines": lines}

    @classmethod
    def from_json(cls, raw: JSON) -> Self:
        lines = tuple((each["collection"], each["id"], each["before"], each["after"]) for each in raw["lines"])
        at = datetime.fromisoformat(raw["at"])
        return cls(release=raw["release"], at=at, digests=raw["digests"], lines=lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseManifest:
    """`manifest.json`, the table of contents of a release.

    counts:           collection -> published golden records.
    digests:          collection -> set digest over (collection, national id, hash of the public line).
    previous_digests: the same of the previous release; empty for the first.
    licence:          the code of the licence of the whole (see `hub.model.licence.of_all`).
    sources:          attribution of the data, one line each.
    notice:           a sentence for every page, in French, as that the data are a demonstration.
    deltas:           what changed since earlier releases.
    rolled_back_from, rolled_back_to: the release that was given up, and the one whose contents this one has again.
    imprint:          who published it, and where.
    reason:           why it was given up. All three are None unless somebody rolled back.
    redactions:       what was taken out after erasures, when it was issued again; oldest first.
    """

    release: str
    created_at: datetime
    previous: str | None
    counts: Mapping[str, int]
    digests: Mapping[str, str]
    previous_digests: Mapping[str, str]
    networks: tuple[NetworkEntry, ...]
    files: tuple[FileEntry, ...]
    software: str
    licence: str
    sources: tuple[str, ...] = ()
    notice: str | None = None
    deltas: tuple[DeltaEntry, ...] = ()
    rolled_back_from: str | None = None
    rolled_back_to: str | None = None
    reason: str | None = None
    imprint: Imprint = field(default_factory=Imprint)
    redactions: tuple[Redaction, ...] = ()

    def as_json(self) -> JSON:
        said = {
            "release": self.release,
            "created_at": self.created_at.isoformat(),
            "previous": self.previous,
            "counts": dict(self.counts),
            "digests": dict(self.digests),
            "previous_digests": dict(self.previous_digests),
            "networks": [network.as_json() for network in self.networks],
            "files": [asdict(file) for file in self.files],
            "software": self.software,
            "licence": self.licence,
            "sources": list(self.sources),
            "notice": self.notice,
            "deltas": [asdict(delta) for delta in self.deltas],
            "rolled_back_from": self.rolled_back_from,
            "rolled_back_to": self.rolled_back_to,
            "reason": self.reason,
            "imprint": asdict(self.imprint),
        }
        return said | ({"redactions": [each.as_json() for each in self.redactions]} if self.redactions else {})

    @classmethod
    def from_json(cls, raw: JSON) -> Self:
        """The inverse of `as_json`. Raises KeyError or TypeError on anything else."""
        return cls(
            **raw
            | {
                "created_at": datetime.fromisoformat(raw["created_at"]),
                "networks": tuple(NetworkEntry.from_json(network) for network in raw["networks"]),
                "files": tuple(FileEntry(**file) for file in raw["files"]),
                "sources": tuple(raw["sources"]),
                "deltas": tuple(DeltaEntry(**delta) for delta in raw.get("deltas", ())),
                "imprint": Imprint(**raw.get("imprint", {})),
                "redactions": tuple(map(Redaction.from_json, raw.get("redactions", ()))),
            }
        )
