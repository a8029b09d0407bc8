"""Errors as answers: one table from the house's errors to HTTP, in RFC 9457 for programs and in a page for people."""

from collections.abc import Callable

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from hub.web.current import NothingThen, Withdrawn
from hub.web.security import HEADERS
from schemas.canonical import JSON
from schemas.errors import ConfigError, ContractError, FederationError, NotFound, RequestError, SourceError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 60

log = structlog.get_logger()


class Gone(RequestError):
    """It was published once and has left the catalogue."""

    code = "gone"


class NotOpen(RequestError):
    """It may be read on its page; whoever it describes has not agreed to open data."""

    code = "not-open"


STATUSES: dict[type[FederationError], int] = {
    Gone: 410,
    NotOpen: 403,
    NotFound: 404,
    Withdrawn: 410,
    RequestError: 400,
    ConfigError: 503,
    SourceError: 502,
    ContractError: 500,
}

CODES = {404: "not-found", 405: "method-not-allowed"}
"""Of the errors that the framework finds before we do."""

Page = Callable[[Request, int, FederationError | None], Response]
"""Renders an error for people, by its HTTP status and, where it is one of ours, by what it says."""


def status_of(error: FederationError) -> int:
    """The HTTP status of an error: that of its nearest class in the table."""
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)


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


def install(app: FastAPI, page: Page | None = None) -> None:
    """Answer every error of `app`: a problem to programs, a page to people; without pages, a problem to all."""

    def answer(
        request: Request, status: int, code: str, detail: str, error: FederationError | None = None, **more: object
    ) -> Response:
        if page is None or _is_program(request):
            return problem(request, status, code, detail, **more)
        return page(request, status, error)

    @app.exception_handler(FederationError)
    async def federation_error(request: Request, error: FederationError) -> Response:
        status = status_of(error)
        if status < 500:
            return answer(request, status, error.code, str(error), error, **_nearest(error))
        log.error("request.failed", path=request.url.path, code=error.code, error=str(error))
        response = answer(request, status, error.code, "The service cannot answer now; its operator is told.", error)
        if status == 503:
            response.headers["retry-after"] = str(RETRY_AFTER_S)
        return response

    @app.exception_handler(RequestValidationError)
    async def invalid_request(request: Request, error: RequestValidationError) -> Response:
        issues = [{"parameter": str(each["loc"][-1]), "message": each["msg"]} for each in error.errors()]
        detail = "; ".join(f"{each['parameter']}: {each['message']}" for each in issues)
        return answer(request, 400, "request", detail, issues=issues)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        response = answer(request, error.status_code, CODES.get(error.status_code, "request"), str(error.detail))
        response.headers.update(error.headers or {})
        allowed = {each.strip() for each in response.headers.get("allow", "").split(",") if each.strip()}
        if "GET" in allowed:  # HEAD is answered as GET, wherever a route knows only that
            response.headers["allow"] = ", ".join(sorted(allowed | {"HEAD"}))
        return response

    @app.exception_handler(Exception)
    async def bug(request: Request, _error: Exception) -> Response:
        """The framework logs the traceback, and answers from outside our middleware: the headers are added here."""
        response = answer(request, 500, "bug", "An unexpected error; it is logged.")
        response.headers.update(HEADERS)
        return response


def _is_program(request: Request) -> bool:
    """Whoever asks the API, or elsewhere for JSON and not for a page."""
    path, accepts = request.url.path, request.headers.get("accept", "")
    return path.startswith("/api/") or path.endswith(".json") or ("json" in accepts and "html" not in accepts)


def _nearest(error: FederationError) -> dict[str, str]:
    """The times around one that no release answers for, that a program may ask for instead."""
    if isinstance(error, Withdrawn):
        return {"issued_as": error.issued_as} if error.issued_as else {}
    times = {"earlier": error.earlier, "later": error.later} if isinstance(error, NothingThen) else {}
    return {name: at.isoformat() for name, at in times.items() if at}
