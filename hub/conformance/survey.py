"""What is asked of a node, in which order, within which bounds. Lines and records are judged as they go by."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain
from urllib.parse import quote, urlencode

from hub.conformance import manifest as manifests
from hub.conformance.bounds import Bounds
from hub.conformance.coding import GZIP_MAGIC
from hub.conformance.ledger import Ledger
from hub.conformance.lines import LineReader
from hub.conformance.reader import Reader
from hub.conformance.records import RecordJudge
from hub.conformance.reply import IDENTITY, Reply
from hub.conformance.seen import LARGE, MIDDLE, SMALL, Page, Seen, Snapshot, row_of, snapshot_link
from schemas.canonical import bucket
from schemas.feed import MAX_LINE_BYTES, End, FeedError, Line, Manifest, Put
from schemas.signing import BESIDE

_NOBODY = "no-such-record"
_NONSENSE = ({"after": -1}, {"after": "x"}, {"after": 0, "limit": 0})


def survey(reader: Reader, ledger: Ledger, bounds: Bounds, now: datetime, *, has_token: bool) -> Seen | None:
    """Read a node once; None when its manifest cannot be read, and nothing more can be asked."""
    first = reader.get("feed.json")
    stated = manifests.read(first, reader.base, ledger, now)
    if stated is None:
        return None
    visit = _Visit(reader, ledger, bounds, stated)
    seen = Seen(
        has_token=has_token,
        manifest=stated,
        manifests=(first, first),
        head=reader.get("feed.json", method="HEAD"),
        unchanged=visit.unchanged(first),
        otherwise=reader.get("feed.json", headers={"if-none-match": '"rrma-conformance"'}),
        codings=visit.codings(),
        strangers=visit.strangers() if has_token else (),
        snapshot=visit.snapshot(),
        still=True,
    )
    seen = visit.live(seen) if seen.is_live else replace(seen, beside=visit.beside())
    last = reader.get("feed.json")
    still = manifests.steady(stated, last, ledger)
    return replace(seen, manifests=(first, last), still=still)


class _Visit:
    """The questions of one survey."""

    def __init__(self, reader: Reader, ledger: Ledger, bounds: Bounds, manifest: Manifest) -> None:
        self._reader, self._bounds, self._manifest = reader, bounds, manifest
        self._lines = LineReader(ledger, manifest.collections)
        declared = {name: state.schema for name, state in manifest.collections.items()}
        self._records = RecordJudge(ledger, declared, manifest.network.regions)

    def unchanged(self, first: Reply) -> Reply | None:
        """feed.json asked for again, on condition that it changed; None when it gave nothing to ask by."""
        if etag := first.headers.get("etag"):
            return self._reader.get("feed.json", headers={"if-none-match": etag})
        if date := first.headers.get("last-modified"):
            return self._reader.get("feed.json", headers={"if-modified-since": date})
        return None

    def codings(self) -> dict[str, Reply]:
        """One answer in each coding: a page of changes, or feed.json of a static node."""
        live = "changes" in self._manifest.links
        path = self._changes(after=self._manifest.compacted_before, limit=50) if live else "feed.json"
        return {accept: self._reader.get(path, accept=accept) for accept in (IDENTITY, "gzip", "zstd", "gzip, zstd")}

    def strangers(self) -> tuple[Reply, ...]:
        """What those get who have no token, and then who have a wrong one, from each way of reading."""
        links = self._manifest.links
        paths = ["feed.json", *(links[name] for name in ("snapshot", "changes") if name in links)]
        return tuple(self._reader.refusal(path, who) for who in ("", "Bearer rrma-conformance") for path in paths)

    def live(self, seen: Seen) -> Seen:
        start, reached = self._manifest.compacted_before, self._manifest.seq
        few = self._bounds.small_pages
        walk = tuple(self._walk(LARGE, start, self._bounds.change_lines))
        middle = tuple(self._walk(MIDDLE, start, few * MIDDLE))
        again = self._page(self._changes(after=start, limit=MIDDLE), start, MIDDLE) if middle else None
        last = walk[-1] if walk else None
        return replace(
            seen,
            walks={LARGE: walk, MIDDLE: middle, SMALL: tuple(self._walk(SMALL, start, few))},
            whole=last is not None and last.end is not None and not last.end.more,
            again=again,
            reached=self._page(self._changes(after=reached, limit=LARGE), reached, LARGE),
            expired=self._reader.get(self._changes(after=start - 1, limit=1)) if start else None,
            nonsense=tuple(self._reader.get(self._changes(**asked)) for asked in _NONSENSE),
            digests={name: self._reader.get(f"digests/{name}") for name in self._manifest.collections},
            buckets=dict(self._buckets(seen.snapshot)),
            links={key: self._reader.get(path) for key, path in self._record_paths(seen.snapshot)},
            missing=self._missing(),
        )

    def beside(self) -> dict[str, Reply]:
        """Where the files of signatures may be, beside the two files of a static node."""
        return {path: self._reader.get(path + BESIDE) for path in ("feed.json", snapshot_link(self._manifest))}

    def snapshot(self) -> Snapshot:
        with self._reader.open(
            snapshot_link(self._manifest), accept="gzip", most_bytes=self._bounds.snapshot_bytes
        ) as answer:
            found = Snapshot(reply=answer.reply)
            if answer.reply.is_good:
                self._fold(found, answer.chunks(unpack=True))
            found.is_gzip = answer.begins.startswith(GZIP_MAGIC)
            found.reply = answer.reply
        return found

    def _fold(self, found: Snapshot, chunks: Iterator[bytes]) -> None:
        first, rest = _first_line(chunks)
        found.first = manifests.parsed(first)
        try:
            found.manifest = Manifest.from_json(found.first)
        except FeedError:
            found.manifest = None
        for line in self._lines.read(rest, found.reply.asked):
            if found.end is not None:
                found.late += 1
            elif isinstance(line, Put):
                self._record(found, line)
            elif isinstance(line, End):
                found.end = line
            elif line is not None:
                found.others.append(f"{line.collection} {line.id}")

    def _record(self, found: Snapshot, put: Put) -> None:
        found.add(put)
        number = len(found.keys)
        if number <= self._bounds.whole_records or number % self._bounds.one_in == 0:
            self._records.judge(put)
        # Ids that a link must spell with care are worth more than others.
        # A dot alone cannot be spelt at all: it would be taken away as a step of the path (RFC 3986, 5.2.4).
        plain = put.id.replace("-", "").isalnum() and put.id.isascii()
        if put.id.strip(".") and len(found.samples) < self._bounds.samples // (2 if plain else 1):
            found.samples.append((put.collection, put.id, put.hash))

    def _walk(self, limit: int, start: int, most_lines: int) -> Iterator[Page]:
        """Pages until the end, a page that leads nowhere, or the bound. Pages may be shorter than asked for."""
        read = 0
        while read < most_lines:
            page = self._page(self._changes(after=start, limit=limit), start, limit)
            yield page
            if page.end is None or not page.end.more or not page.lines or page.end.seq <= start:
                return
            read, start = read + page.lines, page.end.seq

    def _page(self, path: str, start: int, limit: int) -> Page:
        reply = self._reader.get(path)
        found: list[Line | None] = []
        end, late = None, 0
        for line in self._lines.read(iter([reply.body]), reply.asked) if reply.is_good else ():
            if end is not None:
                late += 1
            elif isinstance(line, End):
                end = line
            else:
                found.append(line)
        rows = tuple(row_of(line) for line in found if line is not None)
        shown = replace(reply, body=b"")
        return Page(reply=shown, start=start, limit=limit, rows=rows, lines=len(found), end=end, late=late)

    def _buckets(self, snapshot: Snapshot) -> Iterator[tuple[tuple[str, str], Page]]:
        """Some buckets with records, and one without where there is one."""
        full = sorted(snapshot.buckets)
        step = max(1, len(full) // self._bounds.samples)
        chosen = full[::step][: self._bounds.samples]
        for name in self._manifest.collections:
            chosen += [key for number in range(256) if (key := (name, f"{number:02x}")) not in snapshot.buckets][:1]
        for collection, name in chosen:
            path = self._changes(collection=collection, bucket=name)
            yield (collection, name), self._page(path, 0, 0)

    def _record_paths(self, snapshot: Snapshot) -> Iterator[tuple[tuple[str, str, str], str]]:
        if "record" in self._manifest.links:
            for collection, local_id, digest in snapshot.samples:
                yield (collection, local_id, digest), self._record_path(collection, local_id)

    def _missing(self) -> Reply | None:
        if "record" not in self._manifest.links or not self._manifest.collections:
            return None
        name = f"{_NOBODY}-{bucket(self._manifest.epoch)}"
        return self._reader.get(self._record_path(next(iter(self._manifest.collections)), name))

    def _record_path(self, collection: str, local_id: str) -> str:
        template = self._manifest.links["record"]
        return template.replace("{collection}", quote(collection, safe="")).replace("{id}", quote(local_id, safe=""))

    def _changes(self, **asked: object) -> str:
        link = self._manifest.links["changes"]
        return f"{link}{'&' if '?' in link else '?'}{urlencode(asked)}"


def _first_line(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first line that is not blank, and the chunks after it. One past all reason is given as far as it was read."""
    begun = b""
    for chunk in chunks:
        begun = (begun + chunk).lstrip()
        if b"\n" in begun or len(begun) > MAX_LINE_BYTES:
            break
    first, _, rest = begun.partition(b"\n")
    return first, chain([rest], chunks)
