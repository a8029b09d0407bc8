"""Receipts of erasures: which stores hold nothing of a record any more, and since when, as found on asking.

    tombstone ──► statements, proposals, register, clusters, lines, feedback ──► release in force ──► earlier ones

Nothing of it is stored: a receipt says what is there when it is asked for, so that it cannot say more than is true.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from hub.catalogue import database
from hub.distributions import kept, shelf
from hub.distributions.retention import until
from hub.model.erasure import Erasure, PastRelease, Receipt, Store
from hub.model.release import ReleaseManifest
from hub.model.statement import Op
from hub.stages.compile import has_followed
from hub.stages.regrouping import forgets
from hub.stages.retention import staying
from hub.store import erasures, moments
from hub.store.engine import reading
from hub.store.moments import Moment
from schemas.errors import NotFound
from schemas.record import RecordKey

_CATALOGUE = "catalogue.sqlite"


def receipt(engine: Engine, releases: Path, network: str, name: str, now: datetime) -> Receipt:
    """The receipt of this name of a network. Raises NotFound."""
    with reading(engine) as connection:
        asked = next((each for each in erasures.asked(connection, network) if each.receipt == name), None)
        if asked is None:
            raise NotFound(f"no erasure that {network!r} asked for has the receipt {name}")
        return _found(connection, releases, asked, now)


def _found(connection: Connection, releases: Path, asked: Erasure, now: datetime) -> Receipt:
    names = erasures.names(connection, asked.key)
    applied = erasures.first_after(connection, asked.key, asked.number, Op.RELEASED)
    number, purged_at = (applied.number, applied.received_at) if applied else (asked.number, asked.asked_at)
    again = erasures.first_after(connection, asked.key, asked.number, Op.PUT) is not None
    since = [each for each in moments.every(connection) if each.given.statements.get(asked.key.source, -1) >= number]
    holding = _Holding(releases, asked.key, names, purged_at if again else None)
    current = shelf.current(releases)
    return Receipt(
        erasure=asked,
        as_of=now,
        again=again,
        stores=_stores(connection, asked, names, purged_at, since, again=again),
        release=current.name if current else None,
        published=Store(
            purged=current is None or not holding.in_release(kept.manifest(current)),
            at=next((each.at for each in since if each.released_as), None),
        ),
        past=holding.past(current, now),
    )


def _stores(
    connection: Connection,
    asked: Erasure,
    names: Sequence[RecordKey],
    purged_at: datetime,
    since: Sequence[Moment],
    *,
    again: bool,
) -> dict[str, Store]:
    """since: the resolutions and releases that were given its deletion."""
    statements = not any(erasures.has_content(connection, each, asked.number) for each in names)
    proposals = not any(erasures.has_proposals(connection, each, purged_at) for each in names)
    clustered = any(erasures.is_resolved(connection, each, asked.number) for each in names)
    compared = not again and any(erasures.is_compared(connection, each) for each in names)
    resolved = statements and not clustered and not compared and forgets(connection, asked.key.collection)
    resolved_at = next((each.at for each in since if each.resolved_with), None)
    told = any(erasures.is_told(connection, each) for each in names)
    return {
        "statements": Store(purged=statements, at=purged_at),
        "proposals": Store(purged=statements and proposals, at=purged_at),
        "resolution": Store(purged=resolved, at=resolved_at),
        "catalogue": Store(purged=resolved and has_followed(connection), at=resolved_at),
        "feedback": Store(purged=statements and (again or not told)),
    }


class _Holding:
    """Which releases hold a record, under any of its names.

    before: of a record that was stated again: what a release was made of before this counts as the erased one.
    """

    def __init__(self, releases: Path, key: RecordKey, names: Sequence[RecordKey], before: datetime | None) -> None:
        self._releases, self._key, self._before = releases, key, before
        self._ids = [each.local_id for each in names]

    def in_release(self, release: ReleaseManifest) -> bool:
        """One whose catalogue cannot be read counts as one that does."""
        if self._before is not None and self._content_made_at(release) >= self._before:
            return False
        path = self._releases / release.release / _CATALOGUE
        try:
            return database.holds(path, self._key.source, self._key.collection, self._ids)
        except sqlite3.Error:
            return True

    def past(self, current: Path | None, now: datetime) -> tuple[PastRelease, ...]:
        rules = staying(self._releases, now) if current else {}
        found = []
        for each in kept.every(self._releases):
            if current is not None and each.release != current.name and self.in_release(each):
                rule = rules.get(each.release)
                ends = now if rule is None else until(rule, each.created_at)
                found.append(PastRelease(release=each.release, made_at=each.created_at, kept_by=rule, until=ends))
        return tuple(found)

    def _content_made_at(self, release: ReleaseManifest) -> datetime:
        """A rollback has the contents of an earlier release, which may itself be one, or be gone."""
        while (earlier := release.rolled_back_to) is not None:
            try:
                release = kept.manifest(self._releases / earlier)
            except (OSError, ValueError, KeyError, TypeError):
                return shelf.made_at(earlier)
        return release.created_at
