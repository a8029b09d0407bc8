"""What was read of a node, small enough to keep: the values that checks compare. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from hub.conformance.reply import Reply
from schemas.canonical import EMPTY, JSON, SetDigest, bucket
from schemas.feed import End, Line, Manifest, Put, Rekey

# Lines a page by which changes are read: all of them by the largest, the beginning by the others too.
LARGE, MIDDLE, SMALL = 1_000, 7, 1


class Row(NamedTuple):
    """A change without its content. said: the hash of a put, the new id of a rekey, the reason of a delete."""

    seq: int
    op: str
    collection: str
    id: str
    said: str | None


@dataclass(slots=True)
class Sum:
    """Records added up: how many, and their set digest."""

    count: int = 0
    digest: SetDigest = EMPTY

    def add(self, put: Put | Row, digest: str) -> None:
        self.count += 1
        self.digest = self.digest.plus(put.collection, put.id, digest)

    def is_said(self, count: int, digest: str) -> bool:
        return (self.count, self.digest.hex) == (count, digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer of changes. lines: how many came before the end line, the unreadable ones too; late: how many after.

    start: the cursor it was asked with; limit: how many lines were asked for, 0 when none was said.
    """

    reply: Reply
    start: int
    limit: int
    rows: tuple[Row, ...] = ()
    lines: int = 0
    end: End | None = None
    late: int = 0


@dataclass(slots=True, kw_only=True)
class Snapshot:
    """The snapshot, folded while it went by.

    first:    its first line as JSON and as a manifest; None when it is none.
    sums:     by collection; buckets: by collection and bucket.
    keys:     of every record, as hashes of Python's own: good enough to see a second one, and small.
    gone:     keys that the changes say were deleted, and that stand here.
    samples:  a few records by which the links are tried: (collection, id, hash).
    """

    reply: Reply
    is_gzip: bool = False
    first: JSON | None = None
    manifest: Manifest | None = None
    sums: dict[str, Sum] = field(default_factory=dict)
    buckets: dict[tuple[str, str], Sum] = field(default_factory=dict)
    keys: set[int] = field(default_factory=set)
    twice: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    ahead: list[str] = field(default_factory=list)
    end: End | None = None
    late: int = 0
    samples: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, put: Put) -> None:
        key = hash((put.collection, put.id))
        name = f"{put.collection} {put.id}"
        if key in self.keys:
            self.twice.append(name)
        self.keys.add(key)
        self.sums.setdefault(put.collection, Sum()).add(put, put.hash)
        self.buckets.setdefault((put.collection, bucket(put.id)), Sum()).add(put, put.hash)
        if self.manifest and put.seq > self.manifest.seq:
            self.ahead.append(name)

    def holds(self, collection: str, local_id: str) -> bool:
        return hash((collection, local_id)) in self.keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Everything that was read of one node.

    walks:   all changes read in pages of 1,000, and some in pages of 7 and of 1, by that size.
    whole:   whether the walk of 1,000 reached the end.
    again:   the first page of the walk of 7, asked for once more.
    links:   (collection, id, hash) -> the answer of its link.
    buckets: (collection, bucket) -> its live records.
    beside:  of a static node: path of a file -> the answer where the file that signs it may be.
    """

    has_token: bool
    manifest: Manifest
    manifests: tuple[Reply, Reply]
    head: Reply
    unchanged: Reply | None
    otherwise: Reply
    codings: Mapping[str, Reply]
    strangers: tuple[Reply, ...] = ()
    walks: Mapping[int, tuple[Page, ...]] = field(default_factory=dict)
    whole: bool = False
    again: Page | None = None
    reached: Page | None = None
    expired: Reply | None = None
    nonsense: tuple[Reply, ...] = ()
    snapshot: Snapshot
    digests: Mapping[str, Reply] = field(default_factory=dict)
    buckets: Mapping[tuple[str, str], Page] = field(default_factory=dict)
    links: Mapping[tuple[str, str, str], Reply] = field(default_factory=dict)
    missing: Reply | None = None
    beside: Mapping[str, Reply] = field(default_factory=dict)
    still: bool

    @property
    def is_live(self) -> bool:
        return "changes" in self.manifest.links

    @property
    def snapshot_link(self) -> str:
        return snapshot_link(self.manifest)


def snapshot_link(manifest: Manifest) -> str:
    return manifest.links.get("snapshot", "snapshot.ndjson.gz")


def row_of(line: Line) -> Row:
    """Raises ValueError for an end line."""
    if isinstance(line, End):
        raise ValueError("an end line is no change")
    if isinstance(line, Put):
        return Row(line.seq, "put", line.collection, line.id, line.hash)
    if isinstance(line, Rekey):
        return Row(line.seq, "rekey", line.collection, line.id, line.to)
    return Row(line.seq, "delete", line.collection, line.id, line.reason)
