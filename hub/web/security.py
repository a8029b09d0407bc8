"""What every answer carries: a strict content policy, and a validator so that nothing unchanged is sent twice.

Every page is a pure function of the release and the URL, so the release is its validator (RFC 9110, section 8.8).
"""

from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}


class SecurityHeaders:
    """Adds HEADERS to every answer that does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class Conditional:
    """Answers 304 to whoever holds the page of this version, and marks each good page with it.

    version: what all pages depend on now, or None when nothing can be said (no release yet).
    exempt:  path prefixes that carry validators of their own.
    """

    def __init__(self, app: ASGIApp, version: Callable[[], str | None], exempt: tuple[str, ...]) -> None:
        self.app, self.version, self.exempt = app, version, exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or scope["path"].startswith(self.exempt):
            return await self.app(scope, receive, send)
        version = self.version()
        if version is None:
            return await self.app(scope, receive, send)
        etag = f'W/"{version}"'
        fresh = [(b"etag", etag.encode()), (b"cache-control", b"no-cache"), (b"vary", b"accept-encoding, hx-request")]
        if etag in (each.strip() for each in Headers(scope=scope).get("if-none-match", "").split(",")):
            await send({"type": "http.response.start", "status": 304, "headers": fresh})
            return await send({"type": "http.response.body", "body": b""})

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                message["headers"] = [*message.get("headers", []), *fresh]
            await send(message)

        await self.app(scope, receive, send_marked)
