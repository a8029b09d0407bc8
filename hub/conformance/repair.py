"""Narrowing a difference: digests by bucket, the records of one bucket, the link of one record. Pure."""

import orjson

from hub.conformance.changes import answered
from hub.conformance.http import is_problem
from hub.conformance.ledger import Ledger
from hub.conformance.manifest import parsed
from hub.conformance.reply import Reply
from hub.conformance.seen import Page, Seen, Sum
from schemas.canonical import EMPTY, NotIJson, SetDigest, content_hash
from schemas.feed import MEDIA_TYPE, CollectionState

_BUCKETS = [f"{number:02x}" for number in range(256)]
_MOVED = "the node changed while it was read"


def judge(seen: Seen, ledger: Ledger) -> None:
    """For live nodes: a static one has nothing but its snapshot."""
    for name, reply in seen.digests.items():
        _digests(seen, name, reply, ledger)
    for (collection, name), page in seen.buckets.items():
        _bucket(seen, collection, name, page, ledger)
    for (collection, local_id, digest), reply in seen.links.items():
        _link(seen, f"{collection} {local_id}", digest, reply, ledger)
    if "record" not in seen.manifest.links:
        ledger.skip("record-found", "links.record is not offered")
    if seen.missing:
        ledger.expect("record-missing", seen.missing.status == 404, f"HTTP {seen.missing.status} for an unknown id")
    for refused in (seen.missing, seen.expired, *seen.nonsense, *seen.strangers):
        if refused and 400 <= refused.status < 500:
            ledger.expect("problem-json", is_problem(refused), f"{refused.asked}: {refused.media_type!r:.60}")


def _digests(seen: Seen, name: str, reply: Reply, ledger: Ledger) -> None:
    if not ledger.expect("digests-found", reply.is_good, f"{reply.asked}: {reply.fault or reply.status}"):
        return
    ledger.expect("digests-type", reply.media_type == MEDIA_TYPE, f"Content-Type {reply.media_type!r:.60}")
    rows = _rows(reply.body)
    told = f"{reply.asked}: not 256 rows of bucket, count and digest"
    if not ledger.expect("digests-rows", rows is not None, told) or rows is None:
        return
    if not seen.still:
        for code in ("digests-sum", "digests-snapshot"):
            ledger.skip(code, _MOVED)
        return
    total = SetDigest(sum(SetDigest.from_hex(row.digest).value for row in rows.values()) % (1 << 256))
    said = seen.manifest.collections[name]
    agree = (sum(row.count for row in rows.values()), total.hex) == (said.count, said.digest)
    ledger.expect("digests-sum", agree, f"{reply.asked}: the rows do not add up to the manifest")
    for bucket, row in rows.items():
        held = seen.snapshot.buckets.get((name, bucket), Sum())
        told = f"{reply.asked}: bucket {bucket} says {row.count}, the snapshot {held.count}, or another digest"
        ledger.expect("digests-snapshot", held.is_said(row.count, row.digest), told)


def _rows(body: bytes) -> dict[str, CollectionState] | None:
    found: dict[str, CollectionState] = {}
    try:
        for line in body.split(b"\n"):
            if line.strip():
                row = orjson.loads(line)
                SetDigest.from_hex(row["digest"])
                if type(row["count"]) is not int or row["bucket"] in found:
                    return None
                found[row["bucket"]] = CollectionState(schema="", count=row["count"], digest=row["digest"])
    except (ValueError, KeyError, TypeError):
        return None
    return found if sorted(found) == _BUCKETS else None


def _bucket(seen: Seen, collection: str, name: str, page: Page, ledger: Ledger) -> None:
    if not answered(page, ledger):
        return
    if not seen.still:
        ledger.skip("bucket-records", _MOVED)
        return
    held = Sum(0, EMPTY)
    for row in page.rows:
        held.add(row, row.said or "")
    expected = seen.snapshot.buckets.get((collection, name), Sum())
    same = held.is_said(expected.count, expected.digest.hex) and all(row.op == "put" for row in page.rows)
    told = f"{page.reply.asked}: {held.count} lines, the snapshot has {expected.count} records, or another digest"
    ledger.expect("bucket-records", same, told)


def _link(seen: Seen, name: str, digest: str, reply: Reply, ledger: Ledger) -> None:
    """The record itself, or the line that states it."""
    raw = parsed(reply.body) if reply.is_good else None
    record = raw.get("record", raw) if raw else None
    try:
        same = isinstance(record, dict) and content_hash(record) == digest
    except NotIJson:
        same = False
    told = f"{name}: {reply.asked}: HTTP {reply.status}, not the record of the snapshot"
    ledger.expect("record-found", same or (not seen.still and reply.status in (200, 404)), told)
