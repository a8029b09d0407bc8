"""The files of a release over HTTP: whole or by range, with the digest that its list of sums knows already.

A dated URL never changes and says so; the `current` one is validated at each visit.
"""

import base64
import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from hub.catalogue import Catalogue
from hub.model.licence import licence
from hub.web.current import ReleaseSource
from schemas.errors import NotFound

# For ever in a browser; what serves many asks again each day, since a release may be withdrawn after an erasure.
FOR_EVER = "public, max-age=31536000, s-maxage=86400, immutable"
_OTHER_TYPES = {"manifest.json": "application/json", "SHA256SUMS": "text/plain"}
_SPAN = r"(?:[0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})"
_RANGES = re.compile(rf"bytes={_SPAN}(?:[ \t]*,[ \t]*{_SPAN})*")


class ReleaseFile(FileResponse):
    """Sent in pieces of 1 MiB: the 64 KiB of the parent class cost five times more per byte."""

    chunk_size = 1 << 20

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A range that is none, or of a unit we do not know, is no reason to refuse (RFC 9110, section 14.2)."""
        asked = [(name, value) for name, value in scope["headers"] if name != b"range" or _is_range(scope, value)]
        await super().__call__({**scope, "headers": asked}, receive, send)


def router(release: ReleaseSource) -> APIRouter:
    """Serves the files of a release under its own name, and of the one in force as `current`."""
    routes = APIRouter(include_in_schema=False)

    @routes.api_route("/releases/{name}/{path:path}", methods=["GET", "HEAD"])
    async def read_file(request: Request, name: str, path: str) -> Response:
        catalogue = release() if name == "current" else release.named(name)
        file = catalogue.file(path)
        if file is None:
            raise NotFound(f"no file {path} in release {name}")
        headers = _headers(catalogue, path, dated=name != "current")
        if _holds(request, headers["etag"], catalogue.manifest.created_at):
            return Response(status_code=304, headers=headers)
        return ReleaseFile(file, headers=headers, media_type=_media_type(catalogue, path))

    return routes


def _headers(catalogue: Catalogue, path: str, *, dated: bool) -> dict[str, str]:
    """The same on every machine that holds a copy: nothing is asked of its file system. Repr-Digest: RFC 9530."""
    digest = bytes.fromhex(catalogue.sums[path])
    return {
        "cache-control": FOR_EVER if dated else "no-cache",
        "etag": f'"{digest.hex()[:32]}"',
        "last-modified": format_datetime(catalogue.manifest.created_at, usegmt=True),
        "repr-digest": f"sha-256=:{base64.b64encode(digest).decode()}:",
        "link": _described(catalogue, path.count("/")),
    }


def _described(catalogue: Catalogue, depth: int) -> str:
    """Under which licence, and where the file is described: a table alone cannot say it (RFC 8288)."""
    terms = licence(catalogue.manifest.licence).url
    links = [f'<{"../" * depth}datapackage.json>; rel="describedby"; type="application/json"']
    return ", ".join([*links, *([f'<{terms}>; rel="license"'] if terms else [])])


def _media_type(catalogue: Catalogue, path: str) -> str | None:
    return next((each.media_type for each in catalogue.manifest.files if each.path == path), _OTHER_TYPES.get(path))


def _holds(request: Request, etag: str, made_at: datetime) -> bool:
    """Whether the reader has this very file: weak comparison, and by date only who names no tag, as RFC 9110 (sections
    13.1.2 and 13.1.3) wants here."""
    if "if-none-match" not in request.headers:
        return _has_since(request.headers.get("if-modified-since", ""), made_at)
    held = [each.strip().removeprefix("W/") for each in request.headers["if-none-match"].split(",")]
    return etag in held or held == ["*"]


def _has_since(text: str, made_at: datetime) -> bool:
    try:
        return made_at.replace(microsecond=0) <= parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):  # it is no date, and says nothing
        return False


def _is_range(scope: Scope, value: bytes) -> bool:
    text = value.decode("latin-1").strip()
    if scope["method"] != "GET" or not _RANGES.fullmatch(text):
        return False
    spans = (each.strip().partition("-") for each in text.removeprefix("bytes=").split(","))
    return all(not first or not last or int(first) <= int(last) for first, _, last in spans)
