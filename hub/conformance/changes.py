"""Changes: their order, their cursors, their pages, and what they add up to. Pure."""

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise

from hub.conformance.http import is_problem
from hub.conformance.ledger import Ledger
from hub.conformance.seen import LARGE, MIDDLE, Page, Row, Seen, Sum
from schemas.feed import MEDIA_TYPE

_MOVED = "the node changed while it was read"


def judge(seen: Seen, ledger: Ledger) -> None:
    """For live nodes: a static one has no changes."""
    for page in chain(*seen.walks.values(), [page for page in (seen.again, seen.reached) if page]):
        if answered(page, ledger):
            _order(page, ledger)
            _cursor(page, ledger)
    _reached(seen, ledger)
    _expired(seen, ledger)
    for reply in seen.nonsense:
        ledger.expect("query-refused", 400 <= reply.status < 500, f"{reply.asked}: HTTP {reply.status}")
    _same_in_every_size(seen, ledger)
    _same_again(seen, ledger)
    rows = tuple(_rows(seen.walks[LARGE]))
    _rekeys(rows, seen, ledger)
    _tombstones(rows, seen, ledger)
    _proof(rows, seen, ledger)


def answered(page: Page, ledger: Ledger) -> bool:
    """What any answer of changes must be; gives whether its lines are worth a look."""
    reply = page.reply
    if not ledger.expect("changes-found", reply.status == 200, f"{reply.asked}: {reply.fault or reply.status}"):
        return False
    ledger.expect("changes-type", reply.media_type == MEDIA_TYPE, f"Content-Type {reply.media_type!r:.60}")
    ledger.expect("changes-end", page.end is not None, f"{reply.asked}: no end line")
    ledger.expect("after-end", not page.late, f"{reply.asked}: {page.late} lines")
    return True


def _order(page: Page, ledger: Ledger) -> None:
    asked = page.reply.asked
    fallen = next((after for before, after in pairwise(page.rows) if after.seq <= before.seq), None)
    ledger.expect("changes-order", fallen is None, f"{asked}: seq {fallen.seq if fallen else 0} does not rise")
    early = [row.seq for row in page.rows if row.seq <= page.start]
    ledger.expect("changes-after", not early, f"{asked}: seq {early[:3]}")
    ledger.expect("changes-limit", page.lines <= page.limit, f"{asked}: {page.lines} lines")
    keys = [(row.collection, row.id) for row in page.rows if row.op != "rekey"]
    ledger.expect("changes-newest", len(set(keys)) == len(keys), f"{asked}: a record stated more than once")


def _cursor(page: Page, ledger: Ledger) -> None:
    if page.end is None:
        return
    end, last = page.end, max((row.seq for row in page.rows), default=page.start)
    right = end.seq == last if end.more else end.seq >= last
    ledger.expect("changes-cursor", right, f"{page.reply.asked}: end.seq {end.seq}, last change {last}")
    new = page.lines > 0 and end.seq > page.start
    ledger.expect("changes-progress", not end.more or new, f"{page.reply.asked}: nothing new")


def _reached(seen: Seen, ledger: Ledger) -> None:
    """At the seq reached there is nothing more; and the last page says that it was reached."""
    if not seen.still:
        ledger.skip("changes-reached", _MOVED)
        return
    pages = [page for page in (seen.reached, *(walk[-1] for walk in seen.walks.values() if walk)) if page and page.end]
    for page in pages:
        if page.end and not page.end.more:
            told = f"{page.reply.asked}: end.seq {page.end.seq}, manifest seq {seen.manifest.seq}"
            ledger.expect("changes-reached", page.end.seq == seen.manifest.seq, told)
    if seen.reached and seen.reached.end:
        empty = not seen.reached.lines and not seen.reached.end.more
        ledger.expect("changes-reached", empty, f"{seen.reached.reply.asked}: {seen.reached.lines} lines")


def _expired(seen: Seen, ledger: Ledger) -> None:
    if seen.expired is None:
        ledger.skip("cursor-expired", "nothing was compacted (compacted_before is 0)")
        return
    reply = seen.expired
    right = reply.status == 410 and is_problem(reply) and b'"cursor-expired"' in reply.body
    ledger.expect("cursor-expired", right, f"{reply.asked}: HTTP {reply.status}, {reply.media_type!r:.60}")


def _same_in_every_size(seen: Seen, ledger: Ledger) -> None:
    if not seen.still:
        ledger.skip("changes-paging", _MOVED)
        return
    large = list(_rows(seen.walks[LARGE]))
    for size, walk in seen.walks.items():
        if size == LARGE or not walk:
            continue
        small = list(_rows(walk))
        last = walk[-1].end
        reached = last.seq if last else max((row.seq for row in small), default=0)
        same = small == [row for row in large if row.seq <= reached]
        ledger.expect("changes-paging", same, f"pages of {size} and of {LARGE} differ up to seq {reached}")


def _same_again(seen: Seen, ledger: Ledger) -> None:
    if seen.again is None or not seen.walks[MIDDLE]:
        return
    first, again = seen.walks[MIDDLE][0], seen.again
    if seen.still:
        ledger.expect("changes-repeat", first.rows == again.rows, f"{again.reply.asked}: other lines the second time")
    else:
        ledger.skip("changes-repeat", _MOVED)


def _rekeys(rows: tuple[Row, ...], seen: Seen, ledger: Ledger) -> None:
    """A rekey is followed by a put, or another word, under its new id; the old id lives no more, unless stated anew."""
    if not seen.whole:
        return
    newest = {(row.collection, row.id): row.seq for row in rows if row.op != "rekey"}
    puts = {(row.collection, row.id): row.seq for row in rows if row.op == "put"}
    renamed = {(row.collection, row.id): row.seq for row in rows if row.op == "rekey"}
    for row in rows:
        if row.op == "rekey":
            new = (row.collection, row.said or "")
            followed = max(newest.get(new, 0), renamed.get(new, 0)) > row.seq
            ledger.expect("rekey-followed", followed, f"{row.collection} {row.id}: no change under the new id follows")
            old_stays = seen.snapshot.holds(row.collection, row.id) and puts.get((row.collection, row.id), 0) < row.seq
            ledger.expect("rekey-followed", not old_stays, f"{row.collection} {row.id}: still live after its rekey")


def _tombstones(rows: tuple[Row, ...], seen: Seen, ledger: Ledger) -> None:
    if not (seen.still and seen.whole):
        ledger.skip("tombstone", _MOVED if seen.whole else "not all changes were read")
        return
    newest = {(row.collection, row.id): row for row in rows if row.op != "rekey"}
    for key, row in newest.items():
        if row.op == "delete":
            told = f"{row.collection} {row.id}: deleted at seq {row.seq}, and in the snapshot"
            ledger.expect("tombstone", not seen.snapshot.holds(*key), told)


def _proof(rows: tuple[Row, ...], seen: Seen, ledger: Ledger) -> None:
    """What is live after all changes has the count and digest of the manifest."""
    if seen.manifest.compacted_before:
        ledger.skip("changes-proof", "the history was compacted: the snapshot proves instead")
    elif not (seen.still and seen.whole):
        ledger.skip("changes-proof", _MOVED if seen.whole else "not all changes were read: the snapshot proves instead")
    else:
        sums = _live(rows)
        for name, state in seen.manifest.collections.items():
            held = sums.get(name, Sum())
            told = f"{name}: {held.count} live after all changes, {state.count} declared, or another digest"
            ledger.expect("changes-proof", held.is_said(state.count, state.digest), told, f"{name}: {state.count}")


def _live(rows: Iterable[Row]) -> dict[str, Sum]:
    live: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row.op == "put":
            live[row.collection, row.id] = row
        else:
            live.pop((row.collection, row.id), None)
    sums: dict[str, Sum] = {}
    for row in live.values():
        sums.setdefault(row.collection, Sum()).add(row, row.said or "")
    return sums


def _rows(pages: Iterable[Page]) -> Iterator[Row]:
    return chain.from_iterable(page.rows for page in pages)
