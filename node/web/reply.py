"""One answer of the feed: conditional, in the coding that was agreed, streamed."""

from collections.abc import Iterator

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from node.web.negotiation import coded, coding


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
    return StreamingResponse(body, headers=headers, media_type=media_type)


def _has(if_none_match: str | None, etag: str) -> bool:
    """Weak comparison, as RFC 9110 asks for If-None-Match."""
    held = (if_none_match or "").split(",")
    return any(one.strip().removeprefix("W/") in (etag, "*") for one in held)
