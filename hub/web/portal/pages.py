"""The portal's addresses. Each page finds what it shows in the release, and renders one template."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool

from hub.catalogue import Catalogue
from hub.model.imprint import TITLE_EN
from hub.search import Query, Suggestion
from hub.web.cited import every
from hub.web.current import Clock, ReleaseSource, Withdrawn, now_utc
from hub.web.dated import Dated, keeping, known_now, named, remembered, same_date
from hub.web.facets import BY_FIELD
from hub.web.found import find, find_open, open_records
from hub.web.portal import embeds, english, exports, freshness, home, known, record, refusals, structured, words
from hub.web.portal.about import rules
from hub.web.portal.downloads import by_subject
from hub.web.portal.results import results
from hub.web.portal.typesetting import Typesetting
from hub.web.query import PARAMETER, PARAMETRE, PATHS, api_address, from_portal, shared
from schemas.errors import FederationError, NotFound, RequestError

Endpoint = Callable[..., Any]
TIMELESS = ("/a-propos", "/integration", "/en")
"""Pages that are of today whatever date they are asked for."""


class Pages:
    """The portal over whatever `release` gives for each request."""

    def __init__(
        self, release: ReleaseSource, clock: Clock = now_utc, framed_by: Callable[[], Sequence[str]] = tuple
    ) -> None:
        """framed_by: the origins that may frame the embeds, now."""
        self._framed_by = framed_by
        self._release, self._clock = release, clock
        self._catalogue_of = Dated(release, clock)
        self._templates = Environment(
            loader=PackageLoader("hub.web.portal"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=[Typesetting],
        )
        self._templates.filters.update(words.FILTERS)
        self._templates.filters["keeping"] = keeping
        self._templates.globals["party"] = record.party

    def router(self) -> APIRouter:
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/", self._home)
        for collection, path in PATHS.items():
            routes.add_api_route(path, self._search(collection))
            routes.add_api_route(f"{path}.{{suffix}}", self._export(collection))
            routes.add_api_route(f"{path}/{{national_id}}.json", self._json(collection))
            routes.add_api_route(f"{path}/{{national_id}}", self._record(collection))
        for path, endpoint in (
            ("/reseaux", self._networks),
            ("/donnees", self._data),
            ("/chiffres", self._figures),
            ("/a-propos", self._about),
            ("/en", self._english),
            ("/carte/points", self._points),
            ("/suggestions", self._suggestions),
        ):
            routes.add_api_route(path, endpoint)
        return routes

    def embeds(self) -> APIRouter:
        """The pages that other sites show inside theirs, and the page that tells them how."""
        return embeds.router(self._catalogue_of, self._framed_by, self._render)

    def error(self, request: Request, status: int, error: FederationError | None = None) -> Response:
        """An error for people: what happened and where to go from here. After a fault of ours nothing is relied on."""
        title, explanation = refusals.said(status, error, dated=bool(named(request)))
        try:
            catalogue = self._release() if status < 500 else None
        except FederationError:
            catalogue = None
        return self._render(
            request,
            "error.html",
            catalogue,
            status,
            title=title,
            explanation=explanation,
            around=refusals.around(error),
            dated=bool(named(request)),
            withdrawn=isinstance(error, Withdrawn),
        )

    def _render(
        self,
        request: Request,
        template: str,
        catalogue: Catalogue | None,
        status: int = 200,
        hindsight: str | None = None,
        path_then: str | None = None,
        **values: Any,
    ) -> Response:
        """One page.

        hindsight: where the API tells the same with what is known now; None where it does not, nor does the portal.
        path_then: where the same stands as it was published then, where that is elsewhere.
        The template also gets then, the date it is of ("" for today), known, whether it shows that date as it is known
        now, and kept, the search it shows, for links to another date.
        """
        page = self._templates.get_template(template)
        then = (named(request) or "") if status < 400 and request.url.path not in TIMELESS else ""
        kept = parse_qsl(shared(request.query_params, PARAMETRE))
        if hindsight is not None:
            path, _, query = hindsight.partition("?")
            hindsight = f"/api/v1/hindsight{path}?{query}{'&' if query else ''}{urlencode({PARAMETER: then})}"
        as_known = bool(then) and hindsight is not None and known_now(request)
        text = page.render(
            catalogue=catalogue,
            path=request.url.path,
            path_then=path_then or request.url.path,
            then=then,
            known=as_known,
            kept=kept,
            hindsight=hindsight,
            **values,
        )
        response = Response(text, status, media_type="text/html")
        return remembered(request, response, catalogue) if then and catalogue and not as_known else response

    async def _home(self, request: Request) -> Response:
        catalogue = self._catalogue_of(request)
        return self._render(request, "home.html", catalogue, home=home.home(catalogue))

    def _search(self, collection: str) -> Endpoint:
        async def answer(request: Request) -> Response:
            catalogue = self._catalogue_of(request)
            if known_now(request):
                return await self._known_list(request, catalogue, collection)
            shown = results(catalogue, request.query_params, collection, request.url.path)
            response = self._render(
                request,
                f"{collection}s.html",
                catalogue,
                hindsight=f"/{collection}s?{api_address(shown.query)}",
                results=shown,
                params=request.query_params,
            )
            if request.headers.get("hx-request"):
                response.headers["hx-push-url"] = shown.address
            return response

        return answer

    def _record(self, collection: str) -> Endpoint:
        async def answer(request: Request, national_id: str) -> Response:
            catalogue = self._catalogue_of(request)
            if known_now(request):
                return await self._known_record(request, catalogue, collection, national_id)
            found = find(catalogue, collection, national_id)
            if found.moved:
                return RedirectResponse(f"{PATHS[collection]}/{found.id}{same_date(request)}", 301)
            says = orjson.loads(found.body)
            values: dict[str, Any] = {collection: says}
            if collection == "actor":
                values["projects"] = catalogue.projects_of(found.id)
            else:
                values["parties"] = list(record.parties(catalogue, says))
            return self._render(
                request,
                f"{collection}.html",
                catalogue,
                hindsight=f"/{collection}s/{found.id}",
                **values,
                members=catalogue.members(found.id),
                reasons=record.reasons(catalogue.edges(found.id)),
                properties=record.properties(catalogue, says, collection),
                structured=structured.of(collection, says),
            )

        return answer

    async def _known_list(self, request: Request, then: Catalogue, collection: str) -> Response:
        asked = (request.query_params, collection, request.url.path)
        found = await run_in_threadpool(known.listed, then, self._release(), *asked)
        address = f"/{collection}s?{api_address(found.query)}"
        return self._render(request, "known-list.html", then, hindsight=address, results=found)

    async def _known_record(self, request: Request, then: Catalogue, collection: str, text: str) -> Response:
        body = await run_in_threadpool(known.body, then, self._release(), collection, text)
        return self._render(
            request,
            "known-record.html",
            then,
            hindsight=f"/{collection}s/{body.id}",
            path_then=f"{PATHS[collection]}/{body.published[0].record['id']}",
            collection=collection,
            body=body,
        )

    def _json(self, collection: str) -> Endpoint:
        async def answer(request: Request, national_id: str) -> Response:
            found = find_open(self._catalogue_of(request), collection, national_id)
            if found.moved:
                return RedirectResponse(f"{PATHS[collection]}/{found.id}.json{same_date(request)}", 301)
            return Response(found.body, media_type="application/json")

        return answer

    async def _networks(self, request: Request) -> Response:
        catalogue = self._catalogue_of(request)
        counts = dict(catalogue.search.search(Query(size=0)).facets.get("networks", []))
        told = None if named(request) else self._release.freshness()  # it is of today
        fresh = freshness.rows(catalogue.manifest.networks, told, self._clock())
        return self._render(request, "networks.html", catalogue, counts=counts, fresh=fresh)

    async def _data(self, request: Request) -> Response:
        catalogue = self._catalogue_of(request)
        return self._render(
            request,
            "data.html",
            catalogue,
            subjects=by_subject(catalogue.manifest.files),
            withdrawn=list(self._release.withdrawn().values()),
        )

    async def _figures(self, request: Request) -> Response:
        catalogue, now = self._catalogue_of(request), self._release()
        if known_now(request):
            counted = await run_in_threadpool(known.figures, catalogue, now)
            return self._render(request, "known-figures.html", catalogue, hindsight="", figures=counted, now=now)
        figures, tables = (every(catalogue, kind) for kind in ("figures", "tables"))
        return self._render(request, "figures.html", catalogue, hindsight="", figures=figures, tables=tables)

    async def _about(self, request: Request) -> Response:
        return self._render(request, "about.html", self._release(), rules=rules())

    async def _english(self, request: Request) -> Response:
        catalogue = self._release()
        return self._render(
            request,
            "english.html",
            catalogue,
            figures=home.figures(catalogue),
            ways=english.ways(catalogue),
            subjects=english.subjects(catalogue.manifest.files),
            english_number="{:,}".format,
            title_en=TITLE_EN,
        )

    async def _points(self, request: Request) -> Response:
        """The clusters of a search at one zoom, as the map draws them: the same query as the list."""
        zoom = request.query_params.get("zoom", "6")
        if not (zoom.isascii() and zoom.isdecimal() and len(zoom) <= len("14")):
            raise RequestError("zoom is a whole number")
        points = self._catalogue_of(request).search.points(from_portal(request.query_params), int(zoom))
        return JSONResponse(
            [
                {"lat": round(each.lat, 5), "lon": round(each.lon, 5), "n": each.count}
                | ({"id": each.id, "name": each.name} if each.id else {})
                for each in points
            ]
        )

    async def _suggestions(self, request: Request) -> Response:
        text, then = request.query_params.get("q", "").strip()[:100], named(request)
        found = self._catalogue_of(request).search.suggest(text, limit=8) if text else []
        return JSONResponse(
            [
                {"kind": each.kind, "label": each.label, "detail": each.detail or "", "url": _address(each, then)}
                for each in found
            ]
        )

    def _export(self, collection: str) -> Endpoint:
        def answer(request: Request, suffix: str) -> Response:
            """The whole of a search as one file, in the order of the list; only what agreed to be open data."""
            form = exports.BY_SUFFIX.get(suffix)
            if form is None:
                raise NotFound(f"no export named {suffix}")
            catalogue = self._catalogue_of(request)
            ids = catalogue.search.ids(from_portal(request.query_params, collection=collection))
            filename = f"{PATHS[collection].strip('/')}-{catalogue.manifest.release}.{suffix}"
            return StreamingResponse(
                exports.export(form, collection, open_records(catalogue, collection, ids), catalogue.manifest.imprint),
                media_type=form.media_type,
                headers={"content-disposition": f'attachment; filename="{filename}"'},
            )

        return answer


def _address(suggestion: Suggestion, then: str | None) -> str:
    """Where a suggestion leads, on the same date."""
    kept = {PARAMETRE: then} if then else {}
    if suggestion.kind == "actor":
        return f"/acteurs/{suggestion.code}" + (f"?{urlencode(kept)}" if kept else "")
    if suggestion.kind == "commune":
        return f"/acteurs?{urlencode({'pres_de': suggestion.label, 'rayon': 10} | kept)}"
    fields = {"country": "countries", "sector": "sectors", "department": "departments", "region": "regions"}
    return f"/acteurs?{urlencode({BY_FIELD[fields[suggestion.kind]].parametre: suggestion.code} | kept)}"
