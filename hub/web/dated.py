"""Which release answers a request that names a date: the one that was in force then, else the current one.

A page of a past date leads to others of that date, until its reader goes back to today.
"""

import re
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from hub.catalogue import Catalogue
from hub.french import PARIS
from hub.web.current import Clock, NotYet, ReleaseSource
from hub.web.query import KNOWN_NOW, PARAMETER, PARAMETRE, VIEW, cursor
from schemas.errors import FederationError, RequestError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SKEW = timedelta(minutes=5)  # a reader's clock may be ahead of ours

_HAVE_A_PAST = "acteurs|projets|annonces|reseaux|donnees|chiffres"
_SEEN_BOTH_WAYS = re.compile(r"/(?:(?:acteurs|projets|annonces)(?:/[^./]+)?|chiffres)")
_LINK = re.compile(rf'(?<=href=")(/(?:(?:{_HAVE_A_PAST})(?:[/.][^"?#]*)?)?)(?:\?([^"#]*))?(#[^"]*)?(?=")')


class Dated:
    """Finds the catalogue that a request is answered from."""

    def __init__(self, release: ReleaseSource, clock: Clock) -> None:
        self.release, self.clock = release, clock

    def __call__(self, request: Request) -> Catalogue:
        """Raises RequestError for what is no date, and NothingThen, of some kind, when no release answers for it."""
        text = named(request)
        return self.release() if text is None else self._at(text)

    def answering(self, scope: Scope) -> str | None:
        """The names of the releases that the answer to a request depends on, None when no release answers it."""
        request = Request(scope)
        try:
            current, text, follows = self.release().manifest.release, named(request), cursor(request.query_params)
            if follows:
                self.release.named(follows.release)
            return current if text is None else f"{current}-{self._at(text).manifest.release}"
        except FederationError:
            return None

    def _at(self, text: str) -> Catalogue:
        asked, now = moment(text), self.clock()
        day = bool(_DAY.fullmatch(text))
        if (asked.date() > now.astimezone(PARIS).date()) if day else (asked > now + _SKEW):
            raise NotYet(f"{text[:40]} is still to come: leave the date out for what is published now")
        return self.release.at(asked)


def named(request: Request) -> str | None:
    """The date a request names, as it was written. An empty field of a form names none, an empty `as_of` is wrong."""
    if request.url.path.startswith("/api/"):
        return request.query_params.get(PARAMETER)
    return request.query_params.get(PARAMETRE) or None


def known_now(request: Request) -> bool:
    """Whether a past date is asked for as it is known now. Raises RequestError when it is asked for in another way."""
    view = request.query_params.get(VIEW)
    if view not in (None, "", KNOWN_NOW):
        raise RequestError(f"{VIEW} is {KNOWN_NOW}, or left out")
    return bool(view and named(request))


def moment(text: str) -> datetime:
    """A date stands for the end of that day in Paris; a time must say its offset (RFC 3339). Raises RequestError."""
    try:
        if _DAY.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time.max, PARIS)
        found = datetime.fromisoformat(text.replace(" ", "+"))
        found.timestamp()
    except (ValueError, OverflowError) as error:
        raise RequestError(f"{text[:40]!r} is no date, as 2026-10-01 or 2026-10-01T12:00:00Z") from error
    if found.tzinfo is None:
        raise RequestError("a time says its offset, as 2026-10-01T12:00:00Z")
    return found


def same_date(request: Request) -> str:
    """The query string that keeps a request's date, "" when it has none."""
    text = named(request)
    parameter = PARAMETER if request.url.path.startswith("/api/") else PARAMETRE
    return f"?{urlencode({parameter: text})}" if text else ""


def keeping(part: str, then: str, known: bool = False) -> Markup:
    """Part of a page of the portal, its links to what has a past leading to the date `then`, if any.

    known: the page shows that date as it is known now, and so do the pages it leads to that can.
    """
    if not then:
        return Markup(part)  # noqa: S704 - it was rendered by our templates
    dates = {PARAMETRE: then}
    as_published, as_known = urlencode(dates), urlencode(dates | {VIEW: KNOWN_NOW}).replace("&", "&amp;")

    def dated(link: re.Match[str]) -> str:
        path, query, fragment = link.groups("")
        if re.search(rf"(?:^|&|;){PARAMETRE}=", query):
            return link[0]
        kept = as_known if known and _SEEN_BOTH_WAYS.fullmatch(path) else as_published
        return f"{path}?{query}{'&amp;' if query else ''}{kept}{fragment}"

    return Markup(_LINK.sub(dated, part))  # noqa: S704 - what is put in is percent-encoded


def remembered(request: Request, response: Response, catalogue: Catalogue) -> Response:
    """Say of when an answer is, and where the same is read as of today (RFC 7089, sections 2.1.1 and 2.2.1)."""
    asked = [pair for pair in request.query_params.multi_items() if pair[0] not in (PARAMETER, PARAMETRE)]
    original = f'<{request.url.path}{"?" if asked else ""}{urlencode(asked)}>; rel="original"'
    response.headers["link"] = ", ".join([*response.headers.getlist("link"), original])
    response.headers["memento-datetime"] = catalogue.manifest.created_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    return response
