"""Which release answers a request that names a date: the one that was in force then, else the current one."""

import re
from datetime import date, datetime, time
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from hub.catalogue import Catalogue
from hub.web.current import ReleaseSource
from schemas.errors import RequestError

PARAMETER, PARAMETRE = "as_of", "au"
_PARIS = ZoneInfo("Europe/Paris")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def asked(request: Request, release: ReleaseSource, parameter: str = PARAMETER) -> Catalogue:
    """The catalogue to answer from. Raises RequestError for what is no date, NotFound and NotKept of the release."""
    text = request.query_params.get(parameter)
    return release() if text is None else release.at(moment(text))


def moment(text: str) -> datetime:
    """A date stands for the end of that day in Paris; a time must say its offset (RFC 3339). Raises RequestError."""
    try:
        if _DAY.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time.max, _PARIS)
        found = datetime.fromisoformat(text.replace(" ", "+"))
        found.timestamp()
    except (ValueError, OverflowError) as error:
        raise RequestError(f"{text[:40]!r} is no date, as 2026-10-01 or 2026-10-01T12:00:00Z") from error
    if found.tzinfo is None:
        raise RequestError("a time says its offset, as 2026-10-01T12:00:00Z")
    return found


def same_date(request: Request, parameter: str = PARAMETRE) -> str:
    """The query string that keeps a request's date, "" when it has none."""
    text = request.query_params.get(parameter, "")
    return f"?{urlencode({parameter: text})}" if text else ""


def remembered(response: Response, catalogue: Catalogue) -> Response:
    """Say of when an answer is (RFC 7089)."""
    response.headers["memento-datetime"] = catalogue.manifest.created_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    return response
