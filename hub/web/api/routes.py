"""The endpoints. Each finds, shapes, answers; a record is sent as the bytes of the release, never parsed again."""

from dataclasses import replace
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Request
from fastapi import Query as Parameter
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from hub.catalogue import Catalogue, hindsight
from hub.model.identity import tidy_national_id
from hub.model.licence import licence
from hub.search import Hits, Query
from hub.web.api.documents import DATE_PARAMETERS, SEARCH_PARAMETERS, described
from hub.web.cited import cited
from hub.web.current import Clock, ReleaseSource, now_utc
from hub.web.dated import Dated, named, remembered, same_date
from hub.web.facets import BY_FIELD
from hub.web.found import find_open, open_records
from hub.web.query import API_PARAMETERS, MAX_PAGE, Cursor, address, cursor, from_api
from schemas.errors import NotFound

Collection = Literal["actors", "projects", "announcements"]
Population = Literal["open", "published", "known"]


def router(release: ReleaseSource, clock: Clock = now_utc) -> APIRouter:
    """The API over whatever `release` gives for each request. clock: the time now, for ages."""
    routes, catalogue_of = APIRouter(prefix="/api/v1", tags=["catalogue"]), Dated(release, clock)

    @routes.get("/actors", responses=described("ActorPage", dated=True), openapi_extra=SEARCH_PARAMETERS)
    async def search_actors(request: Request) -> Response:
        """Search actors: text, facets, box or circle. All words must match; typing errors are forgiven when
        nothing matches exactly. An actor that agreed to be in the catalogue, and not to open data, is counted in
        `total` and `facets` and left out of `items`."""
        return _page(request, catalogue_of, "actor")

    @routes.get("/projects", responses=described("ProjectPage", dated=True), openapi_extra=SEARCH_PARAMETERS)
    async def search_projects(request: Request) -> Response:
        """Search projects, as actors are searched."""
        return _page(request, catalogue_of, "project")

    @routes.get("/actors/{national_id}", responses=described("Actor", missing=True), openapi_extra=DATE_PARAMETERS)
    async def read_actor(request: Request, national_id: str) -> Response:
        """One actor, with the provenance of each value. A merged identifier leads to the one that replaced it (301);
        one that left answers 410."""
        return _record(request, catalogue_of(request), "actor", national_id)

    @routes.get("/projects/{national_id}", responses=described("Project", missing=True), openapi_extra=DATE_PARAMETERS)
    async def read_project(request: Request, national_id: str) -> Response:
        """One project, with the provenance of each value."""
        return _record(request, catalogue_of(request), "project", national_id)

    _announcing(routes, catalogue_of)
    _explaining(routes, catalogue_of)

    @routes.get("/networks", responses=described("Networks", dated=True), openapi_extra=DATE_PARAMETERS)
    async def list_networks(request: Request) -> Response:
        """The contributing networks, how each was last harvested before this release, and how fresh it is today; of
        a date, nothing is said of freshness."""
        catalogue, told, now = catalogue_of(request), release.freshness(), clock()
        fresh = {each.network: each.told(now) for each in told.networks} if told and not named(request) else {}
        networks = catalogue.manifest.networks
        said = [network.as_json() | {"freshness": fresh.get(network.id)} for network in networks]
        return _dated(request, catalogue, _json(said))

    @routes.get("/statistics", responses=described("Statistics", dated=True), openapi_extra=DATE_PARAMETERS)
    async def read_statistics(request: Request) -> Response:
        """The figures of this release, each with its unit, population and definition."""
        catalogue = catalogue_of(request)
        return _dated(request, catalogue, _json(catalogue.statistics()))

    @routes.get("/statistics/{figure}", responses=described("CitedFigure", unknown=True), openapi_extra=DATE_PARAMETERS)
    async def cite_figure(request: Request, figure: str, population: Population = "published") -> Response:
        """One figure or table, with its citation, and the query and the command that count the open records again."""
        catalogue = catalogue_of(request)
        return _dated(request, catalogue, _json(cited(catalogue, figure, population)))

    _in_hindsight(routes, catalogue_of)

    @routes.get("/releases/current", responses=described("Release"))
    async def read_release() -> Response:
        """The release being served: its counts, digests and files."""
        return _json(release().manifest.as_json())

    @routes.get("/suggest", responses=described("Suggestions"))
    async def suggest(q: Annotated[str, Parameter(min_length=1, max_length=100)]) -> Response:
        """Completions of what is being typed: actors, communes, départements, regions, countries, sectors."""
        found = release().search.suggest(q, limit=10)
        return _json([{"kind": each.kind, "label": each.label, "code": each.code} for each in found])

    return routes


def _announcing(routes: APIRouter, catalogue_of: Dated) -> None:
    @routes.get("/announcements", responses=described("AnnouncementPage", dated=True), openapi_extra=SEARCH_PARAMETERS)
    async def search_announcements(request: Request) -> Response:
        """Search calls, events, training and news, as actors are searched. A region or département finds what takes
        place there, and what is addressed to it."""
        return _page(request, catalogue_of, "announcement")

    @routes.get(
        "/announcements/{national_id}", responses=described("Announcement", missing=True), openapi_extra=DATE_PARAMETERS
    )
    async def read_announcement(request: Request, national_id: str) -> Response:
        """One announcement, with the provenance of each value."""
        return _record(request, catalogue_of(request), "announcement", national_id)

    @routes.get(
        "/announcements/{national_id}/explanation",
        responses=described("Explanation", missing=True),
        openapi_extra=DATE_PARAMETERS,
    )
    async def explain_announcement(request: Request, national_id: str) -> Response:
        """Why the source records of one announcement were joined."""
        return _explanation(request, catalogue_of(request), "announcement", national_id)


def _explaining(routes: APIRouter, catalogue_of: Dated) -> None:
    @routes.get(
        "/actors/{national_id}/explanation",
        responses=described("Explanation", missing=True),
        openapi_extra=DATE_PARAMETERS,
    )
    async def explain_actor(request: Request, national_id: str) -> Response:
        """Why the source records of one actor were joined: every compared pair, with its reasons in French."""
        return _explanation(request, catalogue_of(request), "actor", national_id)

    @routes.get(
        "/projects/{national_id}/explanation",
        responses=described("Explanation", missing=True),
        openapi_extra=DATE_PARAMETERS,
    )
    async def explain_project(request: Request, national_id: str) -> Response:
        """Why the source records of one project were joined."""
        return _explanation(request, catalogue_of(request), "project", national_id)


def _in_hindsight(routes: APIRouter, catalogue_of: Dated) -> None:
    """What was published at a date, seen with what is known now: which of it is one thing, and which is several."""

    def both(request: Request) -> tuple[Catalogue, Catalogue]:
        return catalogue_of(request), catalogue_of.release()

    @routes.get("/hindsight/{collection}", responses=described("ThenPage", dated=True), openapi_extra=SEARCH_PARAMETERS)
    async def search_then(request: Request, collection: Collection) -> Response:
        """The records that a search found at a date (`as_of`), each once for what is known now to be one thing."""
        then, now = both(request)
        return _dated(request, then, await run_in_threadpool(_then_page, request, then, now, collection))

    @routes.get(
        "/hindsight/{collection}/{national_id}",
        responses=described("Then", unknown=True),
        openapi_extra=DATE_PARAMETERS,
    )
    async def read_then(request: Request, collection: Collection, national_id: str) -> Response:
        """What was published at a date (`as_of`) of what an identifier stands for now, under whatever identifier."""
        then, now = both(request)
        wanted = tidy_national_id(national_id)
        known, published = await run_in_threadpool(hindsight.record, then, now, collection[:-1], wanted)
        if not published:
            raise NotFound(f"nothing of {national_id} was published then")
        return _dated(request, then, _then(then, collection[:-1], known, published))

    @routes.get("/hindsight", responses=described("Statistics", dated=True), openapi_extra=DATE_PARAMETERS)
    async def count_then(request: Request) -> Response:
        """The figures of a date (`as_of`), counted again over what is known now to be distinct."""
        then, now = both(request)
        return _dated(request, then, _json(await run_in_threadpool(hindsight.statistics, then, now)))


def _then_page(request: Request, then: Catalogue, now: Catalogue, collection: str) -> Response:
    query = from_api(request.query_params, collection=collection[:-1])
    found = set(then.search.ids(query))
    groups = hindsight.regrouped(then, now, collection[:-1])
    wanted = sorted((known, published) for known, published in groups.items() if found & set(published))
    start = (query.page - 1) * query.size
    items = [_then_item(then, collection[:-1], *each) for each in wanted[start : start + query.size]]
    head = orjson.dumps({"total": len(wanted), "page": query.page, "size": query.size})
    return _bytes(head[:-1] + b',"items":[' + b",".join(items) + b"]}")


def _then(then: Catalogue, collection: str, known: str, published: list[str]) -> Response:
    return _bytes(_then_item(then, collection, known, published))


def _then_item(then: Catalogue, collection: str, known: str, published: list[str]) -> bytes:
    """What is one thing now, and the open records of then that spoke of it, as they were published."""
    records = b",".join(open_records(then, collection, published))
    return orjson.dumps({"id": known, "published_as": published})[:-1] + b',"records":[' + records + b"]}"


def _dated(request: Request, catalogue: Catalogue, response: Response) -> Response:
    return remembered(request, response, catalogue) if named(request) else response


def _json(body: object) -> Response:
    return _bytes(orjson.dumps(body))


def _bytes(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def _record(request: Request, catalogue: Catalogue, collection: str, national_id: str) -> Response:
    found = find_open(catalogue, collection, national_id)
    if found.moved:
        return RedirectResponse(f"/api/v1/{collection}s/{found.id}{same_date(request)}", 301)
    return _dated(request, catalogue, _bytes(found.body))


def _explanation(request: Request, catalogue: Catalogue, collection: str, national_id: str) -> Response:
    found = find_open(catalogue, collection, national_id)
    if found.moved:
        return RedirectResponse(f"/api/v1/{collection}s/{found.id}/explanation{same_date(request)}", 301)
    pairs = [
        {
            "left": {"network": edge.left_network, "id": edge.left_id},
            "right": {"network": edge.right_network, "id": edge.right_id},
            "log_odds": edge.log_odds,
            "parts": edge.parts,
        }
        for edge in catalogue.edges(found.id)
    ]
    return _dated(request, catalogue, _json({"id": found.id, "pairs": pairs}))


def _page(request: Request, catalogue_of: Dated, collection: str) -> Response:
    """A page of the release that is asked for, or the next one of the release that the list began in."""
    follows = cursor(request.query_params)
    catalogue = catalogue_of.release.named(follows.release) if follows else catalogue_of(request)
    query = from_api(request.query_params, collection=collection)
    if follows:
        query = replace(query, page=follows.page, size=follows.size)
    hits = catalogue.search.search(query)
    items = b",".join(open_records(catalogue, collection, hits.ids))
    facets = {
        BY_FIELD[field].parameter: [{"code": code, "count": count} for code, count in counts]
        for field, counts in hits.facets.items()
        if field in BY_FIELD
    }
    place = {"release": catalogue.manifest.release, "total": hits.total, "page": query.page, "size": query.size}
    head = orjson.dumps(place | {"facets": facets})
    response = _bytes(head[:-1] + b',"items":[' + items + b"]}")
    response.headers["link"] = ", ".join(_links(request, catalogue, query, hits))
    return _dated(request, catalogue, response)


def _links(request: Request, catalogue: Catalogue, query: Query, hits: Hits) -> list[str]:
    """The pages around this one in the same release (RFC 8288), and the licence where its text is known."""
    licence_url, params = licence(catalogue.manifest.licence).url, request.query_params
    last = min(MAX_PAGE, max(1, -(-hits.total // query.size)))
    pages = {"first": 1, "prev": query.page - 1, "next": query.page + 1, "last": last}
    cursors = {
        relation: str(Cursor(catalogue.manifest.release, page, query.size))
        for relation, page in pages.items()
        if 1 <= page <= last
    }
    links = [
        f'<{request.url.path}?{address(params, API_PARAMETERS, page=None, size=None, cursor=each)}>; rel="{relation}"'
        for relation, each in cursors.items()
    ]
    return [*links, f'<{licence_url}>; rel="license"'] if licence_url else links
