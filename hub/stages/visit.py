"""One visit to a source: read what is new, prove that nothing is missing, let go what left.

    same manifest as last proved ──► done, one small request
    changes since the cursor ─┐
    snapshot ─────────────────┴─► proof ──► differs: read again the buckets that differ, prove again
                                    └────► holds: deletions, within their bounds

The snapshot serves static files, a new epoch, a cursor ahead of the node, and history that the node dropped.
"""

from dataclasses import dataclass, field, replace

import structlog
from sqlalchemy import Engine

from hub.feeds import Feed
from hub.feeds.errors import CursorExpired
from hub.model.holding import Holding
from hub.model.job import Proof, Tally
from hub.model.source import Source
from hub.quality.gate import schema_for
from hub.stages.admission import Admission
from hub.stages.departures import see_off
from hub.stages.proof import declared_by, prove, same
from hub.stages.spool import Spool
from hub.stages.steps import Steps
from hub.store import records, sources, statements
from hub.store.engine import reading
from hub.store.sources import Position
from schemas.errors import ConfigError, FederationError, SourceError
from schemas.feed import Manifest
from schemas.registry import UnknownSchema

log = structlog.get_logger()

# A node that changes each time we have caught up with it is read further by the next job.
_ROUNDS = 4


class SourceBusy(SourceError):
    """The node changed each time we had caught up with it."""

    code = "source-busy"
    retryable = True


class UnknownVersion(SourceError):
    """The node states records of a version that this hub cannot judge."""

    code = "source-version"


class LossRefused(SourceError):
    """Most of the directory, or all of it, would vanish."""

    code = "source-loss-refused"


@dataclass(slots=True, kw_only=True)
class Visit:
    """One job at work. What it learns is kept as it goes, so that a failure loses none of it."""

    source: Source
    feed: Feed
    engine: Engine
    door: Admission
    position: Position
    tally: Tally = field(default_factory=Tally)
    proof: Proof | None = None
    etag: str | None = None
    licence: str | None = None
    read: Manifest | None = None
    notes: list[str] = field(default_factory=list)
    intact: bool = True
    shown: str | None = None
    waived: str | None = None

    def run(self) -> FederationError | None:
        """Read, prove, let go. Returns what ended the visit early, if anything did."""
        try:
            self._read()
        except (SourceError, ConfigError) as error:
            log.warning("job.stopped", source=self.source.name, job=self.door.job, code=error.code)
            return error
        return None

    def _read(self) -> None:
        found = self.feed.manifest(self.position.etag)
        self.read, self.licence = (found[0], found[0].licence) if found else (None, None)
        if found is None or self._is_proved(found[0]):
            self.etag, self.proof = (found[1] if found else self.position.etag), self.position.proof
            return
        manifest = self._take(found)
        damaged = self._damaged() if self.position.proof is None else set()
        live = self.feed.offers_changes(manifest)
        unread = not damaged and (self.position.epoch, self.position.seq) == (manifest.epoch, manifest.seq)
        manifest = self._catch_up(manifest, reconcile=bool(damaged) and not live)
        if live:
            self._ask_again(manifest, damaged)
        self.proof = prove(self.engine, self.source.name, manifest)
        if not self.proof.is_complete and live:
            self._repair(manifest)
            self.proof = prove(self.engine, self.source.name, self._catch_up(self._manifest()))
        elif not self.proof.is_complete and unread:  # files that changed under the same seq
            self.proof = prove(self.engine, self.source.name, self._catch_up(manifest, reconcile=True))
        self.intact = not (any(each.quarantined for each in self.proof.collections.values()) and self._damaged())
        if self.proof.holds:
            self._let_go()

    def _is_proved(self, manifest: Manifest) -> bool:
        """Whether the source states exactly what the last job proved."""
        known = self.position.proof
        return (
            known is not None
            and (manifest.epoch, manifest.seq) == (self.position.epoch, known.seq)
            and declared_by(manifest)
            == {
                name: Holding(count=proof.declared_count, digest=proof.declared_digest)
                for name, proof in known.collections.items()
            }
        )

    def _manifest(self) -> Manifest:
        return self._take(self.feed.required_manifest())

    def _take(self, found: tuple[Manifest, str | None]) -> Manifest:
        manifest, self.etag = found
        self.read = manifest
        try:
            for name, state in manifest.collections.items():
                schema_for(name, state.schema)
        except UnknownSchema as error:
            who = "update this hub if it is newer than the hub, else correct the node's manifest"
            raise UnknownVersion(self.source.name, f"{error}: {who}") from error
        self.door.schemas = {name: state.schema for name, state in manifest.collections.items()}
        return manifest

    def _damaged(self) -> set[tuple[str, str]]:
        """(collection, bucket) of what we hold only in a copy that is not what its network hashed."""
        with reading(self.engine) as connection:
            return statements.damaged(connection, self.source.name)

    def _ask_again(self, manifest: Manifest, damaged: set[tuple[str, str]]) -> None:
        """Read again what arrived damaged in an earlier visit. Where a node cannot answer that, the record waits."""
        try:
            for collection, name in sorted(damaged):
                for page in self.feed.bucket(manifest, collection, name):
                    self.tally += self.door.admit(page)
        except SourceError as error:
            self.notes.append(f"records that arrived damaged could not be read again: {error.reason}")

    def _catch_up(self, manifest: Manifest, *, reconcile: bool = False) -> Manifest:
        """Read until our cursor is where the manifest is: a node may change while it is read.

        reconcile: read the snapshot, wherever the cursor is.
        """
        for _ in range(_ROUNDS):
            if not reconcile and (self.position.epoch, self.position.seq) == (manifest.epoch, manifest.seq):
                return manifest
            if reconcile or not self.feed.offers_changes(manifest) or self.position.needs_snapshot(manifest):
                reconcile = not self._read_snapshot(manifest)
            else:
                reconcile = not self._read_changes(manifest)
            if not reconcile and (self.position.epoch, self.position.seq) == (manifest.epoch, manifest.seq):
                return manifest
            manifest = self._manifest()
        raise SourceBusy(self.source.name, f"the node changed {_ROUNDS} times while it was read")

    def _read_changes(self, manifest: Manifest) -> bool:
        """Read on from our cursor. False when the node no longer keeps that history."""
        try:
            for page, seq in self.feed.changes(manifest, self.position.seq or 0):
                self._note_late(page.late)
                self.tally += self.door.admit(page, (manifest.epoch, seq))
                self.position = replace(self.position, epoch=manifest.epoch, seq=seq)
        except CursorExpired:
            return False
        return True

    def _read_snapshot(self, manifest: Manifest) -> bool:
        """Reconcile with everything the source holds. False when it changed in between: read it again."""
        with Spool() as spool:
            with self.feed.snapshot(manifest) as (stated, found):
                if stated.epoch != manifest.epoch:
                    return False
                for page in found:
                    self._note_late(page.late)
                    self.tally += self.door.admit(page)
                    spool.keep(page)
            self._drop_absent(stated, spool)
        with self.engine.begin() as connection:
            sources.advance(connection, self.source.name, self.door.job, stated.epoch, stated.seq)
        self.position = replace(self.position, epoch=stated.epoch, seq=stated.seq)
        return self.feed.offers_changes(manifest) or stated.seq == manifest.seq

    def _drop_absent(self, stated: Manifest, spool: Spool) -> None:
        """What a snapshot does not hold has left, if the snapshot itself is proved complete."""
        declared = declared_by(stated)
        with reading(self.engine) as connection:
            held = records.declared_counts(connection, self.source.name)
        # All that a snapshot states is among what is held: when they are as many, they are the same.
        if held == {name: each.count for name, each in declared.items() if each.count}:
            return
        if not same(declared, spool.holdings()):
            return
        with self.engine.begin() as connection:
            missing = records.missing_from(connection, self.source.name, spool.keys())
            self.door.mark_absent(connection, missing)

    def _repair(self, manifest: Manifest) -> None:
        """After a complete reading that does not add up: read again the buckets that differ, and only those."""
        with reading(self.engine) as connection:
            held = records.holdings(connection, self.source.name)
        for collection, declared in sorted(declared_by(manifest).items()):
            if declared == held.get(collection, Holding()):
                continue
            with reading(self.engine) as connection:
                ours = records.buckets(connection, self.source.name, collection)
            theirs = self.feed.digests(collection)
            for bucket in sorted(ours.keys() | theirs.keys()):
                stated = theirs.get(bucket, Holding())
                if stated != ours.get(bucket, Holding()):
                    self._repair_bucket(manifest, collection, bucket, stated)

    def _repair_bucket(self, manifest: Manifest, collection: str, bucket: str, stated: Holding) -> None:
        log.info("bucket.read", source=self.source.name, job=self.door.job, collection=collection, bucket=bucket)
        with Spool() as spool:
            for page in self.feed.bucket(manifest, collection, bucket):
                self.tally += self.door.admit(page)
                spool.keep(page)
            if spool.holdings().get(collection, Holding()) != stated:
                return
            seen = set(spool.keys())
        with self.engine.begin() as connection:
            ours = records.in_bucket(connection, self.source.name, collection, bucket)
            self.door.mark_absent(connection, [each for each in ours if (collection, each.key.local_id) not in seen])

    def _let_go(self) -> None:
        """Apply the deletions that the guard lets pass. Raises LossRefused for those it refuses."""
        steps = Steps(source=self.source.name, now=self.door.now, next_number=self.door.next_number)
        found = see_off(self.engine, self.door.job, steps)
        self.notes.extend(found.notes)
        self.tally += found.tally
        self.shown, self.waived = found.shown, found.waived
        if found.refused is not None:
            raise LossRefused(self.source.name, found.refused)

    def _note_late(self, late: int) -> None:
        if late:
            self.notes.append(f"{late} lines after the end line were ignored")
