"""The snapshot: one manifest, one put a live record, the end line, and a proof that is right. Pure."""

from hub.conformance.ledger import Ledger
from hub.conformance.manifest import parsed
from hub.conformance.seen import Seen, Snapshot, Sum
from schemas.feed import MEDIA_TYPE, Manifest

_GZIP = ("application/gzip", "application/x-gzip")
# What a plain web server calls a file that it does not know.
_UNKNOWN = "application/octet-stream"


def judge(seen: Seen, ledger: Ledger) -> None:
    snapshot, reply = seen.snapshot, seen.snapshot.reply
    # A fault after the first line is another check's; what was read before it is still judged.
    if not ledger.expect("snapshot-found", reply.status == 200, f"{reply.asked}: {reply.fault or reply.status}"):
        return
    exact = reply.media_type in _GZIP or (reply.media_type == MEDIA_TYPE and reply.coding == "gzip")
    ledger.expect("snapshot-type", exact or reply.media_type == _UNKNOWN, f"Content-Type {reply.media_type!r:.60}")
    ledger.expect("snapshot-type-exact", exact, f"Content-Type {reply.media_type!r:.60}, coding {reply.coding!r:.20}")
    ledger.expect("snapshot-gzip", snapshot.is_gzip, "the bytes are not gzip")
    told = "the first line is no manifest"
    if ledger.expect("snapshot-first", snapshot.manifest is not None, told) and snapshot.manifest is not None:
        _against_first(snapshot, snapshot.manifest, ledger)
        _against_feed(seen, snapshot.manifest, ledger)
    _lines(snapshot, ledger)


def _against_first(snapshot: Snapshot, first: Manifest, ledger: Ledger) -> None:
    for name in {*first.collections, *snapshot.sums}:
        held, said = snapshot.sums.get(name, Sum()), first.collections.get(name)
        count, digest = (said.count, said.digest) if said else (0, Sum().digest.hex)
        told = f"{name}: {held.count} read, {count} declared"
        ledger.expect("snapshot-count", held.count == count, told, f"{name}: {count}")
        told = f"{name}: computed {held.digest.hex[:12]}…, declared {digest[:12]}…"
        ledger.expect("snapshot-digest", held.digest.hex == digest, told, f"{name}: {digest[:12]}…")
    ledger.expect("snapshot-seq", not snapshot.ahead, f"{snapshot.ahead[:3]} after seq {first.seq}")


def _against_feed(seen: Seen, first: Manifest, ledger: Ledger) -> None:
    if not seen.still:
        ledger.skip("snapshot-epoch", "the node changed while it was read")
        return
    feed = seen.manifest
    ledger.expect("snapshot-epoch", first.epoch == feed.epoch, "the epoch is not the one of feed.json")
    same = first.seq == feed.seq and seen.snapshot.first == parsed(seen.manifests[0].body)
    told = f"the first line, at seq {first.seq}, is not the feed.json of seq {feed.seq}"
    ledger.expect("snapshot-first", same, told)


def _lines(snapshot: Snapshot, ledger: Ledger) -> None:
    ledger.expect("snapshot-puts", not snapshot.others, f"{len(snapshot.others)} others, as {snapshot.others[:3]}")
    ledger.expect("snapshot-unique", not snapshot.twice, f"{len(snapshot.twice)} again, as {snapshot.twice[:3]}")
    end = snapshot.end
    if not ledger.expect("snapshot-end", end is not None, "the last line is no end line") or end is None:
        return
    seq = snapshot.manifest.seq if snapshot.manifest else end.seq
    told = f"the end line says seq {end.seq} and more {end.more}, the first line seq {seq}"
    ledger.expect("snapshot-end", end.seq == seq and not end.more, told)
    ledger.expect("after-end", not snapshot.late, f"{snapshot.reply.asked}: {snapshot.late} lines")
