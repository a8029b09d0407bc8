"""The one address of OAI-PMH, by GET or POST."""

from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hub.web.current import ReleaseSource
from hub.web.oai.answers import answer
from schemas.errors import RequestError

_MOST_BYTES = 8_192
_MOST_ARGUMENTS = 20


def router(release: ReleaseSource) -> APIRouter:
    """OAI-PMH over whatever `release` gives for each request."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/oai")
    async def by_get(request: Request) -> Response:
        return _written(release, request.query_params.multi_items())

    @routes.post("/oai")
    async def by_post(request: Request) -> Response:
        """A form, as the protocol wants. Raises RequestError for what is none, or is far too long."""
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > _MOST_BYTES:
                raise RequestError(f"a question has at most {_MOST_BYTES} bytes")
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_ARGUMENTS)
        except ValueError as error:
            raise RequestError("this is no form") from error
        return _written(release, pairs)

    return routes


def _written(release: ReleaseSource, pairs: list[tuple[str, str]]) -> Response:
    return Response(answer(release, pairs), media_type="text/xml")
