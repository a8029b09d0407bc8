"""Redaction: past releases that hold an erased record are withdrawn, and issued again without it.

    erasures that are purged ──► releases that hold them ──► withdrawn (nobody is served them any more)
    withdrawn release ──► its contents less the records ──► written, checked ──► in its place, under its time

What is issued again is what was published then, but for the declared redactions (`ReleaseManifest.redactions`): for
each line, its hash before and after, so that the digest of the first can be told from that of the second. Figures stay
those published then. A golden record that other records still make is merged anew from these, by the rules of today.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import structlog
from sqlalchemy import Engine

from hub.catalogue import changes, database
from hub.distributions import deltas, kept, shelf, tabulated, withdrawals
from hub.distributions.contents import Contents, EdgeRow, IssuedId, MemberRow, PublicLine
from hub.distributions.deltas import Base
from hub.merge import golden
from hub.model.cluster import Cluster
from hub.model.record import Accepted, Founding
from hub.model.release import Redaction, ReleaseManifest
from hub.stages import export_gate, receipts, seal, static_site
from hub.stages.contents import Again
from hub.stages.release import Release, publish
from hub.stages.rollback import copied
from schemas.canonical import canonical, content_hash, hash_of
from schemas.errors import FederationError
from schemas.record import COLLECTIONS, RecordKey

_CATALOGUE = "catalogue.sqlite"
_FIGURES = ("statistics.json", tabulated.TABLE, tabulated.JSONSTAT)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reissued:
    """A release that was taken back. issued_as: what stands in its place, None where it could not be made."""

    release: str
    issued_as: str | None


def redact(engine: Engine, releases: Path, now: datetime) -> list[Reissued]:
    """Withdraw the releases that hold what was erased, the current one apart, and issue each again without it.

    Withdrawing comes first and takes an instant; issuing again costs a release each, oldest first, and goes on at the
    next call when it is stopped. Raises Busy.
    """
    with shelf.writing(releases):
        found = receipts.still_held(engine, releases)
        standing = {name: set(keys.values()) for name, keys in found.items() if (releases / name).is_dir()}
        if standing:
            withdrawals.withdraw(releases, standing, now)
        done = []
        for name in list(withdrawals.waiting(releases)):
            again = _again(releases, name, frozenset(found.get(name, ())), now)
            withdrawals.issued(releases, name, again)
            done.append(Reissued(release=name, issued_as=again))
        return done


def _again(releases: Path, name: str, erased: frozenset[RecordKey], now: datetime) -> str | None:
    """Issue a withdrawn release again. None where it cannot be read any more, or what it was made of."""
    source = withdrawals.away(releases, name)
    try:
        old = kept.manifest(source)
        with TemporaryDirectory(prefix=".building-", dir=releases) as scratch:
            made = publish(_Past(source, old, erased).contents(), Path(scratch), old.created_at, allow_empty=True)
            return _issue(releases, source, old, made, now) if isinstance(made, Release) else None
    except (FederationError, OSError, ValueError, KeyError, TypeError, sqlite3.Error) as error:
        log.error("release.not_issued_again", release=name, reason=str(error))  # an erasure outweighs a citation
        return None


def _issue(releases: Path, source: Path, old: ReleaseManifest, made: Release, now: datetime) -> str:
    """Put the redacted contents together with what the first release was: its time, its figures, its place."""
    if (releases / made.name).exists():  # a kill came between the two
        return made.name
    bases, redaction = list(_bases(releases, old)), _redaction(source, old, made, now)
    with shelf.draft(releases, made.name) as folder:
        restored = copied(made.manifest, made.folder, folder)
        for figures in _FIGURES:
            shutil.copyfile(source / figures, folder / figures)
        as_then = {file.path: file for file in old.files if file.path in _FIGURES}
        restored = replace(restored, files=tuple(as_then.get(file.path, file) for file in restored.files))
        dated = changes.redacted(folder, source, redaction.gone)
        told = deltas.write(folder, bases, made.manifest.digests)
        offline = static_site.write(folder, made.name, old.created_at, old.notice or "", old.imprint, old.networks)
        before = next((each for each in bases if each.since == "previous"), None)
        unsealed = replace(
            old,
            release=made.name,
            previous=before.release if before else old.previous,
            previous_digests=before.digests if before else old.previous_digests,
            counts=made.manifest.counts,
            digests=made.manifest.digests,
            files=(*restored.files, dated, *offline, *deltas.files(folder, told), *seal.scripts(folder)),
            deltas=told,
            redactions=(*old.redactions, redaction),
        )
        seal.seal(folder, unsealed)
        export_gate.check_restored(folder, restored, bases)
        shelf.place(folder, releases, made.name)
    return made.name


def _bases(releases: Path, old: ReleaseManifest) -> Iterator[Base]:
    """Where its deltas start: the releases they started from, or what stands in their place."""
    known = withdrawals.read(releases)
    for since, base in {delta.since: delta.base for delta in old.deltas}.items():
        name = withdrawals.standing(known, base)
        if name and (releases / name).is_dir():
            manifest = kept.manifest(releases / name)
            yield Base(since=since, release=name, folder=releases / name, digests=manifest.digests)


def _redaction(source: Path, old: ReleaseManifest, made: Release, now: datetime) -> Redaction:
    """What differs between the open lines of the two, by hash."""
    lines = []
    for collection in COLLECTIONS:
        before, after = (
            {each: hash_of(raw) for each, raw, is_open in database.lines(folder / _CATALOGUE, collection) if is_open}
            for folder in (source, made.folder)
        )
        lines += [
            (collection, each, before[each], after.get(each))
            for each in sorted(before)
            if before[each] != after.get(each)
        ]
    return Redaction(release=old.release, at=now, digests=old.digests, lines=tuple(lines))


class _Past:
    """The contents of a release, less some records."""

    def __init__(self, folder: Path, manifest: ReleaseManifest, erased: frozenset[RecordKey]) -> None:
        self._path, self._manifest, self._erased = folder / _CATALOGUE, manifest, erased
        self._left: dict[tuple[str, str], list[MemberRow]] = {}
        with closing(database.reader(self._path)) as connection:
            for key in sorted(erased):
                for national_id in database.homes_of(connection, key):
                    rows = database.members_of(connection, key.collection, national_id)
                    self._left[key.collection, national_id] = [row for row in rows if _key(row) not in erased]

    def contents(self) -> Contents:
        return Contents(
            lines={name: Again(partial(self._lines, name)) for name in COLLECTIONS},
            members=Again(self._members),
            edges=Again(self._edges),
            identifiers=Again(self._identifiers),
            networks=self._manifest.networks,
            notice=self._manifest.notice or "",
            imprint=self._manifest.imprint,
        )

    def _lines(self, collection: str) -> Iterator[PublicLine]:
        for national_id, raw, is_open in database.lines(self._path, collection):
            left = self._left.get((collection, national_id))
            if left is None:
                yield PublicLine(national_id, raw, is_open)
            elif left:
                yield PublicLine(national_id, self._merged(collection, national_id, left, is_open=is_open), is_open)

    def _merged(self, collection: str, national_id: str, left: list[MemberRow], *, is_open: bool) -> bytes:
        keys = tuple(map(_key, left))
        members = [self._accepted(row, is_open=is_open) for row in left]
        with closing(database.reader(self._path)) as connection:

            def refer(key: RecordKey) -> str | None:
                return next((home for home in database.homes_of(connection, key) if key not in self._erased), None)

            cluster = Cluster(national_id=national_id, collection=collection, members=keys)
            return canonical(golden(cluster, members, refer).as_line())

    def _accepted(self, row: MemberRow, *, is_open: bool) -> Accepted:
        """A source record as its release shows it, which says less than its network stated: what is public."""
        payload = orjson.loads(row.payload) | ({} if is_open else {"publication": "catalogue"})
        modified_at = datetime.fromisoformat(row.modified_on).replace(tzinfo=UTC) if row.modified_on else None
        return Accepted(
            key=_key(row),
            payload=payload,
            hash=content_hash(payload),
            modified_at=modified_at,
            founded=Founding(self._manifest.created_at, _key(row)),
        )

    def _members(self) -> Iterator[MemberRow]:
        return (row for row in database.members(self._path) if _key(row) not in self._erased)

    def _edges(self) -> Iterator[EdgeRow]:
        for row in database.edges(self._path):
            sides = (row.left_network, row.left_id), (row.right_network, row.right_id)
            if not any(RecordKey(row.collection, *side) in self._erased for side in sides):
                yield row

    def _identifiers(self) -> Iterator[IssuedId]:
        gone = {national_id for (_, national_id), left in self._left.items() if not left}
        for row in database.identifiers(self._path):
            lost = row.id in gone if row.leads_to is None else row.leads_to in gone
            yield row._replace(state="gone", leads_to=None) if lost else row


def _key(row: MemberRow) -> RecordKey:
    return RecordKey(row.collection, row.network, row.local_id)
