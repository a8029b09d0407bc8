"""The endpoints. Each finds, shapes, answers; a record is sent as the bytes of the release, never parsed again."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Request
from fastapi import Query as Parameter
from fastapi.responses import RedirectResponse, Response

from hub.catalogue import Catalogue
from hub.model.identity import tidy_national_id
from hub.web.api.documents import SEARCH_PARAMETERS, described
from hub.web.current import ReleaseSource
from hub.web.problems import Gone
from hub.web.query import address, from_api
from schemas.errors import NotFound

JSON_UTF8 = "application/json"


def router(release: ReleaseSource) -> APIRouter:
    """The API over whatever `release` gives for each request."""
    routes = APIRouter(prefix="/api/v1", tags=["catalogue"])

    @routes.get("/actors", responses=described("ActorPage"), openapi_extra=SEARCH_PARAMETERS)
    async def search_actors(request: Request) -> Response:
        """Search actors: text, facets, box or circle. All words must match; typing errors are forgiven when
        nothing matches exactly."""
        return _page(request, release(), "actor")

    @routes.get("/projects", responses=described("ProjectPage"), openapi_extra=SEARCH_PARAMETERS)
    async def search_projects(request: Request) -> Response:
        """Search projects, as actors are searched."""
        return _page(request, release(), "project")

    @routes.get("/actors/{national_id}", responses=described("Actor", missing=True))
    async def read_actor(request: Request, national_id: str) -> Response:
        """One actor, with the provenance of each value. A merged identifier leads to the one that replaced it (301);
        one that left answers 410."""
        return _record(request, release(), "actor", national_id)

    @routes.get("/projects/{national_id}", responses=described("Project", missing=True))
    async def read_project(request: Request, national_id: str) -> Response:
        """One project, with the provenance of each value."""
        return _record(request, release(), "project", national_id)

    @routes.get("/networks", responses=described("Networks"))
    async def list_networks() -> Response:
        """The contributing networks, and how each was last harvested before this release."""
        return _json([network.as_json() for network in release().manifest.networks])

    @routes.get("/statistics", responses=described("Statistics"))
    async def read_statistics() -> Response:
        """The figures of this release, each with its unit, population and definition."""
        return _json(release().statistics())

    @routes.get("/releases/current", responses=described("Release"))
    async def read_release() -> Response:
        """The release being served: its counts, digests and files."""
        return _json(release().manifest.as_json())

    @routes.get("/suggest", responses=described("Suggestions"))
    async def suggest(q: Annotated[str, Parameter(min_length=1, max_length=100)]) -> Response:
        """Completions of what is being typed: actors, communes, countries, sectors."""
        found = release().search.suggest(q, limit=10)
        return _json([{"kind": each.kind, "label": each.label, "code": each.code} for each in found])

    return routes


def _json(body: object) -> Response:
    return Response(orjson.dumps(body), media_type=JSON_UTF8)


def _record(request: Request, catalogue: Catalogue, collection: str, text: str) -> Response:
    national_id = tidy_national_id(text)
    found = catalogue.resolve_id(national_id)
    if found is None:
        raise NotFound(f"no {collection} has ever had the identifier {text}")
    state, target = found
    if state == "gone":
        raise Gone(f"{collection} {national_id} has left the catalogue")
    if target != text:
        return RedirectResponse(request.url.path.removesuffix(text) + target, 301)
    read = catalogue.actor if collection == "actor" else catalogue.project
    body = read(target)
    if body is None:
        raise NotFound(f"{target} is not of the collection {collection}")
    return Response(body, media_type=JSON_UTF8)


def _page(request: Request, catalogue: Catalogue, collection: str) -> Response:
    query = from_api(request.query_params, collection=collection)
    hits = catalogue.search.search(query)
    read = catalogue.actor if collection == "actor" else catalogue.project
    items = b",".join(body for body in map(read, hits.ids) if body is not None)
    facets = {name: [{"code": code, "count": count} for code, count in counts] for name, counts in hits.facets.items()}
    head = orjson.dumps({"total": hits.total, "page": query.page, "size": query.size, "facets": facets})
    body = head[:-1] + b',"items":[' + items + b"]}"
    last = max(1, -(-hits.total // query.size))
    pages = {"first": 1, "prev": query.page - 1, "next": query.page + 1, "last": last}
    links = ", ".join(
        f'<{request.url.path}?{address(request.query_params, page=str(page))}>; rel="{relation}"'
        for relation, page in pages.items()
        if 1 <= page <= last and (relation in ("first", "last") or page != query.page)
    )
    licence = '<https://www.etalab.gouv.fr/licence-ouverte-open-licence>; rel="license"'
    return Response(body, media_type=JSON_UTF8, headers={"link": f"{links}, {licence}"})
