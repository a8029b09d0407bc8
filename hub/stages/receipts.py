"""Receipts of erasures: which stores hold nothing of a record any more, and since when, as found on asking.

    tombstone ──► statements, proposals, register, clusters, lines, feedback ──► release in force ──► earlier ones

Nothing of it is stored: a receipt says what is there when it is asked for, so that it cannot say more than is true.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from hub.catalogue import database
from hub.distributions import kept, shelf, withdrawals
from hub.distributions.retention import until
from hub.model.erasure import Erasure, PastRelease, Receipt, Store, WithdrawnRelease
from hub.model.life import Life
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


def still_held(engine: Engine, releases: Path) -> dict[str, dict[RecordKey, str]]:
    """The releases that hold what is purged, the current one apart: name -> source record -> receipt of its erasure.

    Those that wait to be issued again are among them.
    """
    with reading(engine) as connection:
        purged = [each for each in erasures.every(connection) if not _has_content(connection, each)]
        holdings = [(each, _holding(connection, releases, each)) for each in purged]
    current, found = shelf.current(releases), dict[str, dict[RecordKey, str]]()
    for each in (*kept.every(releases), *_waiting(releases)) if purged else ():
        if current is None or each.release != current.name:
            wanted = {key: erasure.receipt for erasure, holding in holdings for key in holding.names_in(each)}
            held = _held(releases, each, list(wanted))
            found |= {each.release: {key: wanted[key] for key in held}} if held else {}
    return found


def _waiting(releases: Path) -> list[ReleaseManifest]:
    """The releases that were withdrawn and wait to be issued again."""
    return [kept.manifest(withdrawals.away(releases, name)) for name in withdrawals.waiting(releases)]


def _held(releases: Path, release: ReleaseManifest, keys: Sequence[RecordKey]) -> list[RecordKey]:
    """Those of these records that a release holds; all of them when its catalogue cannot be read."""
    folder = releases / release.release
    if not folder.is_dir():
        folder = withdrawals.away(releases, release.release)
    try:
        with closing(database.reader(folder / _CATALOGUE)) as connection:
            return [key for key in keys if database.homes_of(connection, key)]
    except sqlite3.Error:
        return list(keys)


def _has_content(connection: Connection, asked: Erasure) -> bool:
    return erasures.has_content(connection, erasures.lived(connection, asked.key, asked.number))


def _purged(connection: Connection, asked: Erasure) -> tuple[int, datetime]:
    """By which statement, and when."""
    applied = erasures.first_after(connection, asked.key, asked.number, Op.RELEASED)
    return (applied.number, applied.received_at) if applied else (asked.number, asked.asked_at)


def _is_again(connection: Connection, asked: Erasure) -> bool:
    return erasures.first_after(connection, asked.key, asked.number, Op.PUT) is not None


def _holding(connection: Connection, releases: Path, asked: Erasure) -> "_Holding":
    before = _purged(connection, asked)[1] if _is_again(connection, asked) else None
    return _Holding(releases, erasures.lived(connection, asked.key, asked.number).names, before)


def _found(connection: Connection, releases: Path, asked: Erasure, now: datetime) -> Receipt:
    mine = erasures.lived(connection, asked.key, asked.number)
    number, purged_at = _purged(connection, asked)
    again = _is_again(connection, asked)
    since = [each for each in moments.every(connection) if each.given.statements.get(asked.key.source, -1) >= number]
    holding = _holding(connection, releases, asked)
    current = shelf.current(releases)
    return Receipt(
        erasure=asked,
        as_of=now,
        again=again,
        stores=_stores(connection, asked, mine, purged_at, since, again=again),
        release=current.name if current else None,
        published=Store(
            purged=current is None or not holding.in_release(kept.manifest(current)),
            at=next((each.at for each in since if each.released_as), None),
        ),
        past=holding.past(current, now),
        withdrawn=tuple(
            WithdrawnRelease(release=each.release, at=each.at, issued_as=each.issued_as)
            for each in withdrawals.read(releases).values()
            if asked.receipt in each.receipts
        ),
    )


def _stores(
    connection: Connection,
    asked: Erasure,
    mine: Life,
    purged_at: datetime,
    since: Sequence[Moment],
    *,
    again: bool,
) -> dict[str, Store]:
    """since: the resolutions and releases that were given its deletion."""
    names = [each for each, taken in mine.names.items() if taken is None]
    statements = not erasures.has_content(connection, mine)
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

    names:  its keys -> since when another record has that one, if one does.
    before: of a record that was stated again: what a release was made of before this counts as the erased one.
    """

    def __init__(self, releases: Path, names: Mapping[RecordKey, datetime | None], before: datetime | None) -> None:
        self._releases, self._names, self._before = releases, names, before

    def names_in(self, release: ReleaseManifest) -> Sequence[RecordKey]:
        """The names under which a release may hold it."""
        made_at = self._content_made_at(release)
        if self._before is not None and made_at >= self._before:
            return ()
        return [each for each, taken in self._names.items() if taken is None or made_at < taken]

    def in_release(self, release: ReleaseManifest) -> bool:
        return bool(_held(self._releases, release, self.names_in(release)))

    def past(self, current: Path | None, now: datetime) -> tuple[PastRelease, ...]:
        rules = staying(self._releases, now) if current else {}
        found = [
            PastRelease(release=each.release, made_at=each.created_at, kept_by="to be issued again", until=now)
            for each in _waiting(self._releases)
            if self.in_release(each)
        ]
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
