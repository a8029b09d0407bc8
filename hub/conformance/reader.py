"""One bounded request, and what came back: the only part of the suite that touches the network.

Nothing is forgiven and nothing raised: an answer that is cut off, slow or swollen is an answer with a `fault`.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256, sha512
from urllib.parse import urljoin

import httpx

from hub.conformance.bounds import Bounds
from hub.conformance.coding import Undecodable, decoded, unpacked
from hub.conformance.reply import IDENTITY, Fault, Reply

ALL_CODINGS = "gzip, zstd"
NO_HEADERS: Mapping[str, str] = {}
_MOST_REDIRECTS = 5


class Answer:
    """An answer while it is read: `chunks` give the decoded bytes, `reply` what is known once they are through.

    received: bytes that crossed so far; begins: the first of them.
    """

    def __init__(self, reply: Reply, response: httpx.Response | None, bounds: Bounds, most_bytes: int) -> None:
        self.reply, self._response, self._bounds, self._most = reply, response, bounds, most_bytes
        self.received, self.begins = 0, b""
        self._sums = sha256(), sha512()

    def chunks(self, *, unpack: bool = False) -> Iterator[bytes]:
        """Never raises: an answer that ends badly ends, and `reply.fault` says so. unpack: a gzip file is opened."""
        if self._response is None:
            return
        try:
            plain = decoded(self._arriving(self._response), self.reply.coding if self._has_body else IDENTITY)
            yield from self._bounded(unpacked(plain) if unpack else plain)
        except Undecodable as error:
            self._fail(Fault.CUT, str(error))
        except _TooSlow as error:
            self._fail(Fault.SLOW, str(error))
        except httpx.TimeoutException:
            self._fail(Fault.SLOW, f"nothing came for {self._bounds.timeout_s:g} s")
        except httpx.TransportError as error:
            self._fail(Fault.CUT, str(error) or type(error).__name__)
        digests = {"sha-256": self._sums[0].digest(), "sha-512": self._sums[1].digest()}
        self.reply = replace(self.reply, digests=digests)

    @property
    def _has_body(self) -> bool:
        return not self.reply.asked.startswith("HEAD") and self.reply.status != httpx.codes.NOT_MODIFIED

    def _bounded(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        produced = 0
        for chunk in chunks:
            produced += len(chunk)
            if produced > max(self._bounds.ratio_grace_bytes, self._bounds.max_ratio * self.received):
                return self._fail(Fault.SWOLLEN, f"{self.received} bytes grew over {self._bounds.max_ratio} times")
            if produced > self._most:
                return self._fail(Fault.TOO_LARGE, f"more than {self._most} bytes")
            yield chunk
        return None

    def _arriving(self, response: httpx.Response) -> Iterator[bytes]:
        since, counted = time.monotonic(), 0
        for chunk in response.iter_raw():
            self.begins = self.begins or chunk[:16]
            self.received += len(chunk)
            for each in self._sums:
                each.update(chunk)
            counted += len(chunk)
            elapsed = time.monotonic() - since
            if elapsed >= self._bounds.slow_after_s:
                if counted < self._bounds.min_rate * elapsed:
                    raise _TooSlow(f"{counted} bytes in {elapsed:.0f} s")
                since, counted = time.monotonic(), 0
            yield chunk

    def _fail(self, fault: Fault, detail: str) -> None:
        self.reply = replace(self.reply, fault=fault, detail=detail)


class Reader:
    """Asks one node. Every reply it gave is in `replies`, bodies left out, for the checks that look at all of them."""

    def __init__(self, client: httpx.Client, base_url: str, token: str | None, bounds: Bounds) -> None:
        self._client, self._token, self._bounds = client, token, bounds
        self.base = base_url.rstrip("/") + "/"
        self.replies: list[Reply] = []
        self.received = 0

    def get(
        self, path: str, *, accept: str = ALL_CODINGS, method: str = "GET", headers: Mapping[str, str] = NO_HEADERS
    ) -> Reply:
        """The whole answer. headers: further ones; an empty authorization sends no token."""
        with self.open(path, accept=accept, method=method, headers=headers) as answer:
            body = b"".join(answer.chunks())
        return replace(self.replies[-1], body=body)

    def refusal(self, path: str, authorization: str) -> Reply:
        """The answer to another token, or to none; its body only when it is refused."""
        with self.open(path, headers={"authorization": authorization}) as answer:
            body = b"" if answer.reply.status == httpx.codes.OK else b"".join(answer.chunks())
        return replace(self.replies[-1], body=body)

    @contextmanager
    def open(
        self,
        path: str,
        *,
        accept: str = ALL_CODINGS,
        method: str = "GET",
        headers: Mapping[str, str] = NO_HEADERS,
        most_bytes: int | None = None,
    ) -> Iterator[Answer]:
        """An answer whose body was not read yet; redirects are followed on this host alone."""
        sent = {name: value for name, value in headers.items() if value}
        if self._token and "authorization" not in headers:
            sent["authorization"] = f"Bearer {self._token}"
        url = urljoin(self.base, path)
        reply = Reply(asked=f"{method} {path}", accepted=accept)
        most = most_bytes or self._bounds.most_bytes
        with self._following(method, url, sent | {"accept-encoding": accept}, reply) as (reached, response):
            answer = Answer(reached, response, self._bounds, most)
            yield answer
        self.received += answer.received
        self.replies.append(answer.reply)

    @contextmanager
    def _following(
        self, method: str, url: str, headers: Mapping[str, str], reply: Reply
    ) -> Iterator[tuple[Reply, httpx.Response | None]]:
        for _ in range(_MOST_REDIRECTS):
            if _host(url) != _host(self.base):
                yield replace(reply, fault=Fault.REDIRECT, detail=f"to {_host(url)}"), None
                return
            request = self._client.build_request(method, url, headers=headers, timeout=self._bounds.timeout_s)
            try:
                response = self._client.send(request, stream=True)
            except httpx.TransportError as error:
                yield replace(reply, fault=Fault.UNREACHABLE, detail=str(error) or type(error).__name__), None
                return
            try:
                if not response.has_redirect_location:
                    yield replace(reply, status=response.status_code, headers=dict(response.headers)), response
                    return
            finally:
                response.close()
            url = urljoin(url, response.headers["location"])
        yield replace(reply, fault=Fault.REDIRECT, detail=f"more than {_MOST_REDIRECTS} times"), None


class _TooSlow(Exception):
    """Fewer bytes a second than the least allowed."""


def _host(url: str) -> str:
    parts = httpx.URL(url)
    return f"{parts.scheme}://{parts.netloc.decode()}"
