"""HTTP without sockets: the hub's own transport, address checks included, above answers made in this process.

Time stands still unless an answer drips or a network asks to be asked later: a visit lives by `Clock`.
"""

from collections.abc import Callable, Iterable, Iterator

import httpx

from hub.feeds.http import PinnedTransport
from hub.feeds.patience import Patience
from tests.hub.feed_server import Answer, Question

Ask = Callable[[str, str, Question], Answer]


class Clock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def patience(self) -> Patience:
        """What a visit bears, by this clock."""
        return Patience(clock=lambda: self.now, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class _Body(httpx.SyncByteStream):
    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._chunks)


class _Answers(httpx.HTTPTransport):
    """In place of the network card."""

    ask: Ask

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        question = dict(request.url.params)
        given = self.ask(request.url.host, request.url.path.lstrip("/"), question)
        chunks = [given.body] if isinstance(given.body, bytes) else given.body
        headers = {"Content-Type": given.type, **given.headers}
        return httpx.Response(given.status, headers=headers, stream=_Body(chunks))


class _Pinned(PinnedTransport, _Answers):
    """The hub's transport; what it would send to a checked address is answered here."""


def connect(ask: Ask) -> httpx.Client:
    """A client like the hub's own. ask: host, path without its slash, query -> answer."""
    transport = _Pinned()
    transport.ask = ask
    return httpx.Client(transport=transport, trust_env=False, follow_redirects=False)
