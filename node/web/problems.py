"""Errors as RFC 9457 problems: the one table from what went wrong to an HTTP status."""

from collections.abc import Mapping

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from node.errors import CursorExpired
from node.web.negotiation import NotAcceptable
from node.web.officer import PasswordRequired
from node.web.token import Unauthorised
from schemas.errors import NotFound, RequestError

MEDIA_TYPE = "application/problem+json"

# Most precise first.
STATUSES: Mapping[type[RequestError], int] = {
    Unauthorised: 401,
    PasswordRequired: 401,
    NotFound: 404,
    NotAcceptable: 406,
    CursorExpired: 410,
    RequestError: 400,
}


CHALLENGES: Mapping[type[RequestError], Mapping[str, str]] = {
    Unauthorised: {"WWW-Authenticate": "Bearer"},
    PasswordRequired: {"WWW-Authenticate": 'Basic realm="Espace du reseau", charset="UTF-8"'},
}


def install(app: FastAPI) -> None:
    app.add_exception_handler(RequestError, _refused)
    app.add_exception_handler(RequestValidationError, _misspelt)
    app.add_exception_handler(HTTPException, _unrouted)


def problem(status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    body = orjson.dumps({"type": "about:blank", "status": status, "code": code, "detail": detail})
    return Response(body, status, {"Cache-Control": "no-store", **(headers or {})}, MEDIA_TYPE)


async def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestError):
        raise error
    status = next(status for kind, status in STATUSES.items() if isinstance(error, kind))
    return problem(status, error.code, str(error), CHALLENGES.get(type(error)))


async def _misspelt(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    wrong = "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in error.errors())
    if any(one["loc"][0] == "path" for one in error.errors()):
        return problem(404, NotFound.code, wrong)
    return problem(400, RequestError.code, wrong)


async def _unrouted(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    code = {404: "not-found", 405: "method-not-allowed"}.get(error.status_code, "http")
    return problem(error.status_code, code, str(error.detail), error.headers)
