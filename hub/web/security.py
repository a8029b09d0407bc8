"""What every answer carries: a strict content policy, and a validator so that nothing unchanged is sent twice.

Every page is a pure function of the release and the URL, so the release is its validator (RFC 9110, section 8.8).
"""

import base64
import hashlib
import re
from collections.abc import Callable, Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.distributions.descriptions import dictionary
from hub.web.framing import EMBEDS

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}

SHARED = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "content-range, etag, link, memento-datetime, repr-digest",
}
"""What lets a page of another site read data, always the same so that caches may keep it (Fetch standard)."""

_PREFLIGHT = {
    "access-control-allow-methods": "GET, HEAD",
    "access-control-allow-headers": "if-modified-since, if-none-match, range",
    "access-control-max-age": "86400",
}
_STYLED = f"'sha256-{base64.b64encode(hashlib.sha256(dictionary.STYLE.encode()).digest()).decode()}'"
_DATA = re.compile(r"/(?:api|releases)/.*|/oai|/(?:acteurs|projets|annonces|changements)(?:/[^/]*)?\.[a-z.]+")

RELEASES = "/releases/"
_FILES = (RELEASES, "/static/")
_OWN_VALIDATORS = (*_FILES, "/health/")


class SecurityHeaders:
    """Adds HEADERS to every answer; embeds may be framed by some, everything else by nobody.

    framed_by: the origins that may, now.
    """

    def __init__(self, app: ASGIApp, framed_by: Callable[[], Sequence[str]]) -> None:
        self.app, self.framed_by = app, framed_by

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers(scope["path"]))
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)

    def _headers(self, path: str) -> dict[str, str]:
        if path.startswith(RELEASES) and path.endswith(f"/{dictionary.NAME}"):
            return HEADERS | {"content-security-policy": POLICY.replace("style-src 'self'", f"style-src {_STYLED}")}
        framed_by = self.framed_by() if path.startswith(EMBEDS) else ()
        if not framed_by:
            return HEADERS
        policy = POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(framed_by)}")
        return HEADERS | {"content-security-policy": policy}


class Shared:
    """Lets pages of other sites read data: the API, files, exports and feeds. Nothing here knows who asks."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_shared(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SHARED)
            await send(message)

        if scope["type"] != "http" or not _DATA.fullmatch(scope["path"]):
            await self.app(scope, receive, send)
        elif scope["method"] == "OPTIONS" and "access-control-request-method" in Headers(scope=scope):
            await Response(status_code=204, headers=SHARED | _PREFLIGHT)(scope, receive, send)
        else:
            await self.app(scope, receive, send_shared)


class Compressed(GZipMiddleware):
    """Compresses what is made on the spot. Files of a release go out as they are: their digest and ranges are of
    those bytes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(RELEASES):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class HeadAsGet:
    """Answers HEAD as GET, without the body (RFC 9110, section 9.3.2). Files know how to, unread."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        if scope["type"] == "http" and scope["method"] == "HEAD" and not scope["path"].startswith(_FILES):
            await self.app({**scope, "method": "GET"}, receive, send_without_body)
        else:
            await self.app(scope, receive, send)


class Conditional:
    """Answers 304 to whoever holds the page of this version, and marks each good page with it.

    version: what the page that is asked for depends on now, or None when nothing can be said (no release, no page).
    Files, static files and health have validators of their own, or none.
    """

    def __init__(self, app: ASGIApp, version: Callable[[Scope], str | None]) -> None:
        self.app, self.version = app, version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        version = self.version(scope) if _is_page(scope) else None
        if version is None:
            await self.app(scope, receive, send)
            return
        fresh = {"etag": f'W/"{version}"', "cache-control": "no-cache", "vary": "hx-request"}

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                MutableHeaders(scope=message).update(fresh)
            await send(message)

        if fresh["etag"] in (each.strip() for each in Headers(scope=scope).get("if-none-match", "").split(",")):
            await Response(status_code=304, headers=fresh)(scope, receive, send)
        else:
            await self.app(scope, receive, send_marked)


def _is_page(scope: Scope) -> bool:
    return (
        scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and not scope["path"].startswith(_OWN_VALIDATORS)
    )
