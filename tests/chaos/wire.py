"""HTTP without sockets: the hub's own transport, address checks included, above answers made in this process.

Time stands still unless an answer drips: `Clock` is what the reader of bodies takes for the time.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import httpx

from hub.feeds import body
from hub.feeds.http import PinnedTransport
from tests.hub.feed_server import Answer, Question

Ask = Callable[[str, str, Question], Answer]


class Clock:
    """Seconds, moved by hand; stands in for the module `time`."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@contextmanager
def running(clock: Clock) -> Iterator[None]:
    """Let the reader of bodies look at this clock."""
    true_time = vars(body)["time"]
    setattr(body, "time", clock)  # noqa: B010  # a module's import is no attribute that others may set
    try:
        yield
    finally:
        setattr(body, "time", true_time)  # noqa: B010


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
