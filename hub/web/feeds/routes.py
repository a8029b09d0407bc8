"""The addresses of feeds: those of the search pages, with a suffix."""

from collections.abc import Awaitable, Callable

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from hub.catalogue import Catalogue
from hub.web.current import ReleaseSource
from hub.web.feeds import calendar, entries, syndication
from hub.web.feeds.entries import Feed
from hub.web.found import find_open
from hub.web.query import PATHS, from_portal
from schemas.errors import NotFound

_Endpoint = Callable[..., Awaitable[Response]]
_WRITERS: dict[str, tuple[str, Callable[[Catalogue, Feed], bytes]]] = {
    "atom": (syndication.ATOM, syndication.atom),
    "rss": (syndication.RSS, syndication.rss),
}


def router(release: ReleaseSource) -> APIRouter:
    """Feeds over whatever `release` gives for each request; they stand before the pages, whose suffixes are exports."""
    routes = APIRouter(include_in_schema=False)

    for suffix in _WRITERS:
        for collection, path in PATHS.items():
            routes.add_api_route(f"{path}.{suffix}", _search_feed(release, collection, suffix))
        routes.add_api_route(f"/changements.{suffix}", _change_feed(release, suffix))

    @routes.get("/annonces.ics")
    async def agenda(request: Request) -> Response:
        catalogue, params = release(), request.query_params
        query = from_portal(params, collection="announcement")
        title = entries.title(catalogue, params, query, PATHS["announcement"])
        return _calendar(catalogue, title, catalogue.agenda(catalogue.search.ids(query)))

    @routes.get("/annonces/{national_id}.ics")
    async def event(national_id: str) -> Response:
        catalogue = release()
        found = find_open(catalogue, "announcement", national_id)
        if found.moved:
            return RedirectResponse(f"/annonces/{found.id}.ics", 301)
        says = orjson.loads(found.body)
        if not calendar.is_dated(says):
            raise NotFound(f"{found.id} has no date")
        return _calendar(catalogue, says["title"], [found.id])

    return routes


def _search_feed(release: ReleaseSource, collection: str, suffix: str) -> _Endpoint:
    async def answer(request: Request) -> Response:
        catalogue = release()
        return _written(catalogue, entries.of_search(catalogue, request.query_params, collection), suffix)

    return answer


def _change_feed(release: ReleaseSource, suffix: str) -> _Endpoint:
    async def answer() -> Response:
        catalogue = release()
        return _written(catalogue, entries.of_changes(catalogue), suffix)

    return answer


def _written(catalogue: Catalogue, feed: Feed, suffix: str) -> Response:
    media_type, write = _WRITERS[suffix]
    return Response(write(catalogue, feed), media_type=media_type)


def _calendar(catalogue: Catalogue, title: str, ids: list[str]) -> Response:
    journal = catalogue.journal
    bodies = ((journal.of(each), catalogue.announcement(each)) for each in ids)
    announcements = [(change, orjson.loads(body)) for change, body in bodies if change and body]
    return Response(
        calendar.calendar(catalogue, title, announcements),
        media_type=calendar.MEDIA_TYPE,
        headers={"content-disposition": 'inline; filename="agenda.ics"'},
    )
