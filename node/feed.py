"""What the node states, as lines of the feed, from one view of its store. No HTTP here.

Everything streams: a feed of a million records takes no more memory than one of ten. Every function reads the
connection it is given, so what is stated together comes from one transaction.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.metadata import version

import orjson
from sqlalchemy import Connection

from node.errors import CursorExpired
from node.settings import Settings
from node.store import records, state
from schemas.canonical import EMPTY
from schemas.feed import CollectionState, Delete, End, Manifest, Network, encode, encode_put
from schemas.registry import LATEST

SOFTWARE = f"rrma-node/{version('rrma-hub')}"
LIVE_LINKS = {"changes": "changes", "snapshot": "snapshot.ndjson.gz", "record": "records/{collection}/{id}"}
STATIC_LINKS = {"snapshot": "snapshot.ndjson.gz"}


def manifest(connection: Connection, settings: Settings, *, live: bool) -> Manifest:
    """The manifest at this view. live: whether changes and single records can be asked for, too."""
    found = state.read(connection)
    return Manifest(
        network=Network(
            id=settings.network,
            name=settings.name,
            regions=settings.regions,
            website=settings.website,
            contact=settings.contact,
        ),
        epoch=found.epoch,
        seq=found.seq,
        compacted_before=found.compacted_before,
        collections={
            name: CollectionState(schema=LATEST[name], count=total.count, digest=total.digest)
            for name, total in found.collections.items()
        },
        licence=settings.licence,
        generated_at=datetime.fromisoformat(found.stated_at),
        software=SOFTWARE,
        links=LIVE_LINKS if live else STATIC_LINKS,
    )


def changes(connection: Connection, *, after: int, limit: int) -> Iterator[bytes]:
    """One page: the newest change of each record changed after `after`, `limit` at most, then the end line.

    Raises CursorExpired, before the first line, when tombstones after that cursor have been forgotten.
    """
    now = state.read(connection)
    if after < now.compacted_before:
        raise CursorExpired(f"changes before {now.compacted_before} are forgotten; read the snapshot")
    return _page(records.after(connection, after, limit + 1), now.seq, limit)


def bucket_records(connection: Connection, *, collection: str, bucket: str) -> Iterator[bytes]:
    """The live records of one bucket, then the end line."""
    return _whole(records.in_bucket(connection, collection, bucket), state.read(connection).seq)


def snapshot(connection: Connection, manifest: Manifest) -> Iterator[bytes]:
    """The manifest of this view, every live record, the end line."""
    yield encode(manifest)
    yield from _whole(records.live(connection), manifest.seq)


def digests(connection: Connection, collection: str) -> Iterator[bytes]:
    """Count and digest of each of the 256 buckets of a collection, empty ones too."""
    sums = {f"{number:02x}": (0, EMPTY) for number in range(256)}
    for bucket, local_id, digest in records.hashes(connection, collection):
        count, total = sums[bucket]
        sums[bucket] = count + 1, total.plus(collection, local_id, digest)
    for bucket, (count, total) in sums.items():
        yield orjson.dumps({"bucket": bucket, "count": count, "digest": total.hex}) + b"\n"


def line(stated: records.Stated) -> bytes:
    """One change as a line of the feed; a put splices the stored bytes in."""
    modified_at = datetime.fromisoformat(stated.modified_at)
    if stated.hash is None or stated.payload is None:
        return encode(
            Delete(
                seq=stated.seq,
                collection=stated.collection,
                id=stated.local_id,
                modified_at=modified_at,
                reason=stated.reason,
            )
        )
    return encode_put(
        seq=stated.seq,
        collection=stated.collection,
        id=stated.local_id,
        hash=stated.hash,
        record_bytes=stated.payload,
        modified_at=modified_at,
    )


def _page(found: Iterator[records.Stated], seq: int, limit: int) -> Iterator[bytes]:
    sent, last = 0, seq
    for stated in found:
        if sent == limit:
            yield encode(End(seq=last, more=True))
            return
        yield line(stated)
        sent, last = sent + 1, stated.seq
    yield encode(End(seq=seq, more=False))


def _whole(found: Iterable[records.Stated], seq: int) -> Iterator[bytes]:
    yield from map(line, found)
    yield encode(End(seq=seq, more=False))
