"""The feed's words over HTTP: manifest, changes, snapshot, digests and buckets of one source, for one job."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from itertools import chain
from typing import Any
from urllib.parse import urlencode, urljoin

import httpx
import orjson

from hub.feeds.body import Budget, decoded
from hub.feeds.errors import (
    BadManifest,
    CorruptAnswer,
    DisorderedFeed,
    EndlessFeed,
    HtmlInstead,
    SourceStatus,
    TooLarge,
    TruncatedAnswer,
)
from hub.feeds.http import get
from hub.feeds.origin import Origin
from hub.feeds.paging import Page, pages
from hub.feeds.patience import Patience
from hub.model.holding import Holding
from hub.model.source import Source, SourceKind
from schemas.feed import MEDIA_TYPE, FeedError, Manifest, lines
from schemas.signing import BESIDE, is_signed

_ASKED_LINES = 10_000
_MAX_MANIFEST_BYTES = 1 << 20
_NDJSON = (MEDIA_TYPE, "application/ndjson", "application/jsonl")
_JSON = ("application/json", "application/feed+json", "text/json")
# A plain web server calls a file it does not know octet-stream; its first bytes say what it is.
_SNAPSHOT = ("application/gzip", "application/x-gzip", *_NDJSON, "application/octet-stream")


class FeedClient:
    """Opens feeds on one shared HTTP client. patience: makes that of each visit."""

    def __init__(self, client: httpx.Client, patience: Callable[[], Patience] = Patience) -> None:
        self._client, self._patience = client, patience

    def open(self, source: Source, trusted: Collection[str] = ()) -> "Feed":
        """trusted: the keys that its answers must be signed with; none for a source that never signed."""
        return Feed(self._client, source, trusted, self._patience())


class Feed:
    """One source's feed, for one job: what all its answers may weigh together is counted here.

    Every method raises a SourceError (see `hub.feeds.errors`) when the source cannot be read or may not be trusted.
    """

    def __init__(self, client: httpx.Client, source: Source, trusted: Collection[str], patience: Patience) -> None:
        self._client, self._source, self._patience = client, source, patience
        self._origin = Origin(source, trusted)
        self._base = source.base_url.rstrip("/") + "/"
        self._budget = Budget(source.limits.max_body_bytes)

    @property
    def signed_by(self) -> str | None:
        """The key that the answers of this job were signed with; None when they were not signed."""
        return self._origin.seen

    def manifest(self, etag: str | None = None) -> tuple[Manifest, str | None] | None:
        """The manifest and its ETag; None when it is still the one of `etag`.

        Nobody signs a 304: a source that signs is always asked for the whole manifest.
        """
        etag = None if self._origin.trusted else etag
        with self._get(urljoin(self._base, "feed.json"), _JSON, etag) as response:
            if response.status_code == httpx.codes.NOT_MODIFIED:
                return None
            body = bytearray()
            for chunk in self._decoded(response, is_manifest=True):
                body += chunk
                if len(body) > _MAX_MANIFEST_BYTES:
                    raise TooLarge(self._source.name, f"feed.json is over {_MAX_MANIFEST_BYTES} bytes")
            return self._manifest(bytes(body)), response.headers.get("etag")

    def required_manifest(self) -> tuple[Manifest, str | None]:
        """The manifest and its ETag, asked for without a condition."""
        found = self.manifest()
        if found is None:
            raise BadManifest(self._source.name, "feed.json answers 304 to a question without a condition")
        return found

    def offers_changes(self, manifest: Manifest) -> bool:
        """Whether the source can say what changed, or only what it holds."""
        return self._source.kind is SourceKind.LIVE and "changes" in manifest.links

    def changes(self, manifest: Manifest, after: int) -> Iterator[tuple[Page, int]]:
        """Every change since `after`, in rising seq: pages, each with the cursor behind it.

        A page that was given out is good even when the next step raises TruncatedAnswer, EndlessFeed, DisorderedFeed.
        """
        url = urljoin(self._base, manifest.links["changes"])
        more = True
        while more:
            asked, news = after, False
            for page in self._pages(f"{url}?{urlencode({'after': after, 'limit': _ASKED_LINES})}"):
                news = news or any(change.seq is not None for change in page.changes)
                after = self._risen(page, after, news=news)
                yield page, after
                more = page.end is not None and page.end.more
            if more and after <= asked:
                raise EndlessFeed(self._source.name, f"more changes are promised after {asked}, and none comes")

    @contextmanager
    def snapshot(self, manifest: Manifest) -> Iterator[tuple[Manifest, Iterator[Page]]]:
        """Everything the source holds: the manifest it was taken at, and its records in no particular order."""
        url = urljoin(self._base, manifest.links.get("snapshot", "snapshot.ndjson.gz"))
        with self._get(url, _SNAPSHOT) as response:
            found = self._lines(response)
            first = next(found, None)
            if first is None:
                raise TruncatedAnswer(self._source.name, "the snapshot is empty")
            yield self._manifest(first), self._complete(pages(found))

    def digests(self, collection: str) -> Mapping[str, Holding]:
        """Count and digest of each bucket; a bucket left out is empty."""
        url = urljoin(self._base, f"digests/{collection}")
        with self._get(url, _NDJSON) as response:
            return dict(self._bucket(line) for line in self._lines(response))

    def bucket(self, manifest: Manifest, collection: str, bucket: str) -> Iterator[Page]:
        """The live records of one bucket."""
        url = urljoin(self._base, manifest.links["changes"])
        return self._pages(f"{url}?{urlencode({'collection': collection, 'bucket': bucket})}")

    def _pages(self, url: str) -> Iterator[Page]:
        with self._get(url, _NDJSON) as response:
            yield from self._complete(pages(self._lines(response)))

    def _complete(self, found: Iterator[Page]) -> Iterator[Page]:
        end = None
        for page in found:
            yield page
            end = page.end
        if end is None:
            raise TruncatedAnswer(self._source.name, "the answer stopped before its end line")

    def _get(
        self, url: str, types: tuple[str, ...] | None, etag: str | None = None
    ) -> AbstractContextManager[httpx.Response]:
        return get(self._client, self._source, url, types, etag, self._patience)

    def _decoded(self, response: httpx.Response, *, is_manifest: bool = False) -> Iterator[bytes]:
        beside = self._beside(response) if self._origin.expects or is_manifest else None
        signed = self._origin.prove(response, beside)
        return decoded(self._source, response, self._budget, signed, self._patience.clock)

    def _beside(self, response: httpx.Response) -> bytes | None:
        """The signature that lies beside a plain file; None where there is none."""
        if self._source.kind is not SourceKind.STATIC or is_signed(response.headers):
            return None
        url = str(response.request.url.copy_with(host=httpx.URL(self._base).host)) + BESIDE
        try:
            with self._get(url, None) as found:
                return next(decoded(self._source, found, self._budget), b"")
        except SourceStatus:
            return None

    def _lines(self, response: httpx.Response) -> Iterator[bytes]:
        found = lines(self._decoded(response))
        first = next(found, b"")
        if first.startswith(b"<"):
            raise HtmlInstead(self._source.name, f"{response.request.url.path} answers with a web page")
        return chain([first] if first else [], found)

    def _risen(self, page: Page, after: int, *, news: bool) -> int:
        """The cursor behind a page. news: whether its answer said anything so far; our last page of it may be empty."""
        seqs = [change.seq for change in page.changes if change.seq is not None]
        for seq in seqs:
            if seq <= after:
                raise DisorderedFeed(self._source.name, f"change {seq} comes after {after}")
            after = seq
        if page.end is None:
            return after
        if page.end.seq < after:
            raise DisorderedFeed(self._source.name, f"the page ends at {page.end.seq}, after change {after}")
        if page.end.more and not news:
            raise EndlessFeed(self._source.name, f"more changes are promised after {after}, and none comes")
        return page.end.seq

    def _manifest(self, body: bytes) -> Manifest:
        try:
            manifest = Manifest.from_json(orjson.loads(body))
        except orjson.JSONDecodeError as error:
            if body.lstrip().startswith(b"<"):
                raise HtmlInstead(self._source.name, "feed.json is a web page") from error
            raise BadManifest(self._source.name, f"the manifest is not JSON: {error}") from error
        except FeedError as error:
            raise BadManifest(self._source.name, str(error)) from error
        if manifest.network.id != self._source.name:
            raise BadManifest(self._source.name, f"this is the feed of {manifest.network.id!r}")
        return manifest

    def _bucket(self, line: bytes) -> tuple[str, Holding]:
        try:
            row: dict[str, Any] = orjson.loads(line)
            return str(row["bucket"]), Holding(count=int(row["count"]), digest=str(row["digest"]))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise CorruptAnswer(self._source.name, f"a row of digests cannot be read: {line[:100]!r}") from error
