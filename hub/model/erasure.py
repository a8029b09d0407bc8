"""An erasure that a network asked for, and how far it has come."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.canonical import JSON
from schemas.record import RecordKey


class Progress(StrEnum):
    """How far an erasure has come.

    WAITING:     the deletion waits for a person; all is still there.
    TAKEN_BACK:  the network stated the record again before that: nothing is erased.
    UNDER_WAY:   the next night finishes it in the working database.
    PURGED:      no store of the working database holds it; the release in force still does.
    UNPUBLISHED: the release in force holds it no more; earlier ones still do, until they are issued again.
    DONE:        nothing that stands holds it.
    """

    WAITING = "waiting"
    TAKEN_BACK = "taken-back"
    UNDER_WAY = "under-way"
    PURGED = "purged"
    UNPUBLISHED = "unpublished"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """A request. number: of the tombstone, as a statement."""

    number: int
    key: RecordKey
    asked_at: datetime

    @property
    def receipt(self) -> str:
        """What it is known as: the same in every rebuilt hub, and it tells nothing to whom it was not given."""
        said = f"{self.key.collection}\n{self.key.source}\n{self.key.local_id}\n{self.number}"
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def as_json(self) -> JSON:
        return {
            "receipt": self.receipt,
            "network": self.key.source,
            "collection": self.key.collection,
            "id": self.key.local_id,
            "asked_at": self.asked_at.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Whether a store holds nothing of it any more, and since when; `at` is None where no time is kept."""

    purged: bool
    at: datetime | None = None

    def as_json(self) -> JSON:
        return {"purged": self.purged, "at": self.at.isoformat() if self.at and self.purged else None}


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRelease:
    """A release that still holds the record. kept_by: the rule of retention. until: None when the rule sets no end."""

    release: str
    made_at: datetime
    kept_by: str | None
    until: datetime | None

    def as_json(self) -> JSON:
        return {
            "release": self.release,
            "made_at": self.made_at.isoformat(),
            "kept_by": self.kept_by,
            "until": self.until.isoformat() if self.until else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawnRelease:
    """A release that held the record and was taken back. issued_as: in its place, without the record."""

    release: str
    at: datetime
    issued_as: str | None

    def as_json(self) -> JSON:
        return {"release": self.release, "at": self.at.isoformat(), "issued_as": self.issued_as}


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of an erasure, as found at `as_of`.

    again:    the network has stated a record of this id again since: a new one, which is no part of this.
    stores:   of the working database, by name.
    release:  the one in force; None while there is none. published: whether it still holds the record.
    past:     earlier releases that do.      withdrawn: those that did and were taken back.
    """

    erasure: Erasure
    as_of: datetime
    again: bool
    stores: dict[str, Store]
    release: str | None
    published: Store
    past: tuple[PastRelease, ...]
    withdrawn: tuple[WithdrawnRelease, ...] = ()

    @property
    def progress(self) -> Progress:
        if not self.stores["statements"].purged:
            return Progress.TAKEN_BACK if self.again else Progress.WAITING
        if not all(store.purged for store in self.stores.values()):
            return Progress.UNDER_WAY
        if not self.published.purged:
            return Progress.PURGED
        return Progress.UNPUBLISHED if self.past else Progress.DONE

    def as_json(self) -> JSON:
        return self.erasure.as_json() | {
            "as_of": self.as_of.isoformat(),
            "state": self.progress,
            "stated_again": self.again,
            "stores": {name: store.as_json() for name, store in self.stores.items()},
            "current_release": {"release": self.release} | self.published.as_json(),
            "past_releases": [each.as_json() for each in self.past],
            "withdrawn_releases": [each.as_json() for each in self.withdrawn],
        }
