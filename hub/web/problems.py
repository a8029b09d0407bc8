"""Errors as answers: one table from the house's errors to HTTP, in RFC 9457 for programs and in a page for people."""

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from schemas.canonical import JSON
from schemas.errors import ConfigError, ContractError, FederationError, NotFound, RequestError, SourceError

MEDIA_TYPE = "application/problem+json"

STATUSES: dict[type[FederationError], int] = {
    NotFound: 404,
    RequestError: 400,
    ConfigError: 503,
    SourceError: 502,
    ContractError: 500,
}

Page = Callable[[Request, int, str], Response]
"""Renders an error for people: request, HTTP status, what to say (empty for the usual words)."""


class Gone(RequestError):
    """It was published once and has left the catalogue."""

    code = "gone"


STATUSES[Gone] = 410


def status_of(error: FederationError) -> int:
    """The HTTP status of an error: that of its nearest class in the table."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def problem(request: Request, status: int, code: str, detail: str, **more: object) -> JSONResponse:
    """An RFC 9457 answer. `code` is stable; `detail` is for the person who reads the log."""
    body: JSON = {
        "type": f"urn:rrma:problem:{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        **more,
    }
    return JSONResponse(body, status, media_type=MEDIA_TYPE)


def install(app: FastAPI, page: Page) -> None:
    """Answer every error of `app`: a problem under /api, a page elsewhere."""

    def answer(request: Request, status: int, code: str, detail: str, said: str = "", **more: object) -> Response:
        if request.url.path.startswith("/api/"):
            return problem(request, status, code, detail, **more)
        return page(request, status, said)

    @app.exception_handler(FederationError)
    async def federation_error(request: Request, error: FederationError) -> Response:
        return answer(request, status_of(error), error.code, str(error))

    @app.exception_handler(RequestValidationError)
    async def invalid_request(request: Request, error: RequestValidationError) -> Response:
        issues = [{"parameter": each["loc"][-1], "message": each["msg"]} for each in error.errors()]
        detail = "; ".join(f"{each['parameter']}: {each['message']}" for each in issues)
        return answer(request, 400, "request", detail, issues=issues)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        code = "not-found" if error.status_code == 404 else "request"
        response = answer(request, error.status_code, code, str(error.detail))
        response.headers.update(error.headers or {})
        return response
