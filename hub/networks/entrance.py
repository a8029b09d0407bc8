"""The entrance: who is asking, how much may be sent, and how often. All of it before anything is read."""

from collections import deque
from collections.abc import Callable
from time import monotonic

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.networks.tokens import NetworkTokens
from hub.web.problems import problem
from schemas.errors import RequestError

MAX_BODY_BYTES = 256 << 10
CHECKS_A_MINUTE = 120


class TooMany(RequestError):
    """A network asks more often than this service answers."""

    code = "too-many-requests"

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"at most {CHECKS_A_MINUTE} checks a minute; try again in {wait_s} s")
        self.wait_s = wait_s


class NetworksOnly:
    """Answers 401 to all who bear no network's token; notes whose it is in `request.state.network`."""

    def __init__(self, app: ASGIApp, tokens: NetworkTokens) -> None:
        self.app, self.tokens = app, tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        network = self.tokens.network_of(token.strip()) if scheme.lower() == "bearer" and token else None
        if network is None:
            detail = "This service wants the bearer token of a network; the national steward gives it."
            answer = problem(Request(scope), 401, "token-required", detail)
            answer.headers["www-authenticate"] = "Bearer"
            await answer(scope, receive, send)
            return
        scope.setdefault("state", {})["network"] = network
        await self.app(scope, receive, send)


class SmallBodies:
    """Answers 413 to a body over MAX_BODY_BYTES, whatever its length says, before it is read to its end."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        body, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MAX_BODY_BYTES:
                detail = f"A body here has at most {MAX_BODY_BYTES} bytes."
                await problem(Request(scope), 413, "too-large", detail)(scope, receive, send)
                return
        whole: Message = {"type": "http.request", "body": bytes(body), "more_body": False}
        waiting = [whole]

        async def replay() -> Message:
            return waiting.pop() if waiting else await receive()

        await self.app(scope, replay, send)


class Pace:
    """How often each network asked within the last minute. Kept in memory: a restart forgives.

    clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._asked: dict[str, deque[float]] = {}

    def step(self, network: str) -> None:
        """One more request. Raises TooMany when the minute is full."""
        now, asked = self._clock(), self._asked.setdefault(network, deque())
        while asked and asked[0] <= now - 60:
            asked.popleft()
        if len(asked) >= CHECKS_A_MINUTE:
            raise TooMany(int(asked[0] + 60 - now) + 1)
        asked.append(now)
