"""One answer of the feed: conditional, in the coding that was agreed, streamed, and signed where the node has a key.

A signature stands before the body and covers all of it: a signed answer is made whole on disk first, then sent.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import IO

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from node.web.negotiation import coded, coding
from schemas.signing import signed

_IN_MEMORY_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 16


def answer(request: Request, lines: Iterator[bytes], *, tag: str, media_type: str, packed: bool = False) -> Response:
    """Send the lines, or say that the reader has them already.

    tag: equal tags mean equal lines. packed: the lines are compressed already, and no coding is put on top.
    """
    how = "identity" if packed else coding(request.headers.get("accept-encoding"))
    etag = f'"{tag}-{how}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    if not packed:
        headers["Vary"] = "Accept-Encoding"
    if _has(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    if how != "identity":
        headers["Content-Encoding"] = how
    # A stream has no length, so that HEAD states none rather than a wrong one.
    body = iter(()) if request.method == "HEAD" else coded(lines, how)
    if request.app.state.signing_key is not None and request.method != "HEAD":
        body, signature = _sealed(request, body)
        headers |= signature
    return StreamingResponse(body, headers=headers, media_type=media_type)


def _sealed(request: Request, body: Iterator[bytes]) -> tuple[Iterator[bytes], dict[str, str]]:
    """The same bytes, kept until they are sent, and the headers that sign them."""
    kept = SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - closed by _blocks
    digest = sha256()
    for block in body:
        kept.write(block)
        digest.update(block)
    kept.seek(0)
    key = request.app.state.signing_key
    headers = signed(digest.digest(), key, at=datetime.now(UTC), query=request.url.query)
    return _blocks(kept), headers


def _blocks(kept: IO[bytes]) -> Iterator[bytes]:
    with kept:
        while block := kept.read(_BLOCK_BYTES):
            yield block


def _has(if_none_match: str | None, etag: str) -> bool:
    """Weak comparison, as RFC 9110 asks for If-None-Match."""
    held = (if_none_match or "").split(",")
    return any(one.strip().removeprefix("W/") in (etag, "*") for one in held)
