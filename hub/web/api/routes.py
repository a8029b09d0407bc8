"""The endpoints. Each finds, shapes, answers; a record is sent as the bytes of the release, never parsed again."""

from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Request
from fastapi import Query as Parameter
from fastapi.responses import RedirectResponse, Response

from hub.catalogue import Catalogue
from hub.model.licence import licence
from hub.search import Hits, Query
from hub.web.api.documents import SEARCH_PARAMETERS, described
from hub.web.cited import cited
from hub.web.current import ReleaseSource
from hub.web.facets import BY_FIELD
from hub.web.found import find_open, open_records
from hub.web.query import API_PARAMETERS, MAX_PAGE, address, from_api

Population = Literal["open", "published", "known"]


def router(release: ReleaseSource) -> APIRouter:
    """The API over whatever `release` gives for each request."""
    routes = APIRouter(prefix="/api/v1", tags=["catalogue"])

    @routes.get("/actors", responses=described("ActorPage"), openapi_extra=SEARCH_PARAMETERS)
    async def search_actors(request: Request) -> Response:
        """Search actors: text, facets, box or circle. All words must match; typing errors are forgiven when
        nothing matches exactly. An actor that agreed to be in the catalogue, and not to open data, is counted in
        `total` and `facets` and left out of `items`."""
        return _page(request, release(), "actor")

    @routes.get("/projects", responses=described("ProjectPage"), openapi_extra=SEARCH_PARAMETERS)
    async def search_projects(request: Request) -> Response:
        """Search projects, as actors are searched."""
        return _page(request, release(), "project")

    @routes.get("/actors/{national_id}", responses=described("Actor", missing=True))
    async def read_actor(national_id: str) -> Response:
        """One actor, with the provenance of each value. A merged identifier leads to the one that replaced it (301);
        one that left answers 410."""
        return _record(release(), "actor", national_id)

    @routes.get("/projects/{national_id}", responses=described("Project", missing=True))
    async def read_project(national_id: str) -> Response:
        """One project, with the provenance of each value."""
        return _record(release(), "project", national_id)

    _explaining(routes, release)

    @routes.get("/networks", responses=described("Networks"))
    async def list_networks() -> Response:
        """The contributing networks, and how each was last harvested before this release."""
        return _json([network.as_json() for network in release().manifest.networks])

    @routes.get("/statistics", responses=described("Statistics"))
    async def read_statistics() -> Response:
        """The figures of this release, each with its unit, population and definition."""
        return _json(release().statistics())

    @routes.get("/statistics/{figure}", responses=described("CitedFigure", unknown=True))
    async def cite_figure(figure: str, population: Population = "published") -> Response:
        """One figure or table, with its citation, and the query and the command that count the open records again."""
        return _json(cited(release(), figure, population))

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


def _explaining(routes: APIRouter, release: ReleaseSource) -> None:
    @routes.get("/actors/{national_id}/explanation", responses=described("Explanation", missing=True))
    async def explain_actor(national_id: str) -> Response:
        """Why the source records of one actor were joined: every compared pair, with its reasons in French."""
        return _explanation(release(), "actor", national_id)

    @routes.get("/projects/{national_id}/explanation", responses=described("Explanation", missing=True))
    async def explain_project(national_id: str) -> Response:
        """Why the source records of one project were joined."""
        return _explanation(release(), "project", national_id)


def _json(body: object) -> Response:
    return _bytes(orjson.dumps(body))


def _bytes(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def _record(catalogue: Catalogue, collection: str, national_id: str) -> Response:
    found = find_open(catalogue, collection, national_id)
    if found.moved:
        return RedirectResponse(f"/api/v1/{collection}s/{found.id}", 301)
    return _bytes(found.body)


def _explanation(catalogue: Catalogue, collection: str, national_id: str) -> Response:
    found = find_open(catalogue, collection, national_id)
    if found.moved:
        return RedirectResponse(f"/api/v1/{collection}s/{found.id}/explanation", 301)
    pairs = [
        {
            "left": {"network": edge.left_network, "id": edge.left_id},
            "right": {"network": edge.right_network, "id": edge.right_id},
            "log_odds": edge.log_odds,
            "parts": edge.parts,
        }
        for edge in catalogue.edges(found.id)
    ]
    return _json({"id": found.id, "pairs": pairs})


def _page(request: Request, catalogue: Catalogue, collection: str) -> Response:
    query = from_api(request.query_params, collection=collection)
    hits = catalogue.search.search(query)
    items = b",".join(open_records(catalogue, collection, hits.ids))
    facets = {
        BY_FIELD[field].parameter: [{"code": code, "count": count} for code, count in counts]
        for field, counts in hits.facets.items()
        if field in BY_FIELD
    }
    head = orjson.dumps({"total": hits.total, "page": query.page, "size": query.size, "facets": facets})
    response = _bytes(head[:-1] + b',"items":[' + items + b"]}")
    response.headers["link"] = ", ".join(_links(request, query, hits, licence(catalogue.manifest.licence).url))
    return response


def _links(request: Request, query: Query, hits: Hits, licence_url: str | None) -> list[str]:
    """The pages around this one (RFC 8288), and the licence where its text is known."""
    last = min(MAX_PAGE, max(1, -(-hits.total // query.size)))
    pages = {"first": 1, "prev": query.page - 1, "next": query.page + 1, "last": last}
    links = [
        f'<{request.url.path}?{address(request.query_params, API_PARAMETERS, page=str(page))}>; rel="{relation}"'
        for relation, page in pages.items()
        if 1 <= page <= last
    ]
    return [*links, f'<{licence_url}>; rel="license"'] if licence_url else links
