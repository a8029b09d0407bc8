"""The portal's addresses. Each page finds what it shows in the release, and renders one template."""

from itertools import groupby
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from hub.catalogue import Catalogue
from hub.merge import RULES
from hub.model.identity import tidy_national_id
from hub.search import Query, Suggestion
from hub.web.current import ReleaseSource
from hub.web.facets import FACETS
from hub.web.portal import structured, words
from hub.web.portal.charts import BarChart, bar_chart
from hub.web.portal.exports import EXPORTS
from hub.web.portal.results import results
from hub.web.problems import Gone
from hub.web.query import from_portal
from schemas.canonical import JSON
from schemas.errors import FederationError, NotFound, RequestError

HTML = "text/html; charset=utf-8"
ERRORS = {
    400: ("Demande illisible", "L’adresse contient une valeur que nous ne savons pas lire."),
    404: ("Page introuvable", "Cette adresse ne mène à aucune page du catalogue."),
    405: ("Demande illisible", "Cette adresse se consulte, elle ne reçoit rien."),
    410: (
        "Fiche retirée",
        "Cette fiche a été publiée, puis retirée par son réseau. Son identifiant ne sera pas réutilisé.",
    ),
    503: ("Catalogue pas encore publié", "Aucune version n’est encore en ligne. Revenez dans quelques minutes."),
}


class Pages:
    """The portal over whatever `release` gives for each request."""

    def __init__(self, release: ReleaseSource) -> None:
        self._release = release
        self._templates = Environment(
            loader=PackageLoader("hub.web.portal"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(words.FILTERS)
        self._templates.globals["at"] = words.at

    def router(self) -> APIRouter:
        routes = APIRouter(include_in_schema=False)
        for path, endpoint in (
            ("/", self._home),
            ("/acteurs", self._actors),
            ("/acteurs.{kind}", self._export),
            ("/acteurs/{national_id}.json", self._actor_json),
            ("/acteurs/{national_id}", self._actor),
            ("/projets", self._projects),
            ("/projets/{national_id}", self._project),
            ("/reseaux", self._networks),
            ("/donnees", self._data),
            ("/a-propos", self._about),
            ("/carte/points", self._points),
            ("/suggestions", self._suggestions),
        ):
            routes.add_api_route(path, endpoint, methods=["GET", "HEAD"])
        return routes

    def error(self, request: Request, status: int, said: str) -> Response:
        """An error for people: what happened and where to go from here."""
        title, explanation = ERRORS.get(status, ("Erreur", "Quelque chose s’est mal passé de notre côté."))
        try:
            catalogue = self._release()
        except FederationError:
            catalogue = None
        page = self._templates.get_template("error.html")
        body = page.render(catalogue=catalogue, path=request.url.path, title=title, explanation=said or explanation)
        return Response(body, status, media_type=HTML)

    def _render(self, request: Request, template: str, catalogue: Catalogue, **values: Any) -> Response:
        page = self._templates.get_template(template)
        return Response(page.render(catalogue=catalogue, path=request.url.path, **values), media_type=HTML)

    async def _home(self, request: Request) -> Response:
        catalogue = self._release()
        hits = catalogue.search.search(Query(size=0))
        charts = [
            _chart(catalogue, "regions", hits.facets.get("regions", []), "Structures par région du siège", 18),
            _chart(catalogue, "sectors", hits.facets.get("sectors", []), "Structures par secteur d’activité", 10),
            _chart(catalogue, "countries", hits.facets.get("countries", []), "Structures par pays d’intervention", 10),
        ]
        countries = len(hits.facets.get("countries", []))
        return self._render(
            request,
            "home.html",
            catalogue,
            charts=[chart for chart in charts if chart.bars],
            countries=countries,
            figures=catalogue.statistics(),
        )

    async def _actors(self, request: Request) -> Response:
        return self._search(request, "actor", "actors.html")

    async def _projects(self, request: Request) -> Response:
        return self._search(request, "project", "projects.html")

    def _search(self, request: Request, collection: str, template: str) -> Response:
        catalogue = self._release()
        shown = results(catalogue, request.query_params, collection, request.url.path)
        response = self._render(request, template, catalogue, results=shown, params=request.query_params)
        if request.headers.get("hx-request"):
            response.headers["hx-push-url"] = f"{request.url.path}?{shown.shared}".rstrip("?")
        return response

    async def _actor(self, request: Request, national_id: str) -> Response:
        catalogue = self._release()
        found = _find(catalogue, national_id, "actor")
        if isinstance(found, str):
            return RedirectResponse(f"/acteurs/{found}", 301)
        members = catalogue.members(found["id"])
        return self._render(
            request,
            "actor.html",
            catalogue,
            actor=found,
            members=members,
            edges=catalogue.edges(found["id"]),
            projects=catalogue.projects_of(found["id"]),
            provenance=_by_property(found, "actor"),
            rules={rule.name: rule.text_fr for rule in RULES},
            structured=structured.actor(found, str(request.url.replace(query=""))),
        )

    async def _actor_json(self, national_id: str) -> Response:
        found = _find(self._release(), national_id, "actor")
        if isinstance(found, str):
            return RedirectResponse(f"/acteurs/{found}.json", 301)
        return Response(orjson.dumps(found, option=orjson.OPT_INDENT_2), media_type="application/json")

    async def _project(self, request: Request, national_id: str) -> Response:
        catalogue = self._release()
        found = _find(catalogue, national_id, "project")
        if isinstance(found, str):
            return RedirectResponse(f"/projets/{found}", 301)
        return self._render(
            request,
            "project.html",
            catalogue,
            project=found,
            provenance=_by_property(found, "project"),
            rules={rule.name: rule.text_fr for rule in RULES},
        )

    async def _networks(self, request: Request) -> Response:
        catalogue = self._release()
        counts = dict(catalogue.search.search(Query(size=0)).facets.get("networks", []))
        return self._render(request, "networks.html", catalogue, counts=counts)

    async def _data(self, request: Request) -> Response:
        return self._render(request, "data.html", self._release())

    async def _about(self, request: Request) -> Response:
        return self._render(request, "about.html", self._release(), rules=RULES)

    async def _points(self, request: Request) -> Response:
        """The clusters of a search at one zoom, as the map draws them: the same query as the list."""
        zoom = request.query_params.get("zoom", "6")
        if not zoom.isdecimal() or not zoom.isascii() or len(zoom) > 2:
            raise RequestError("zoom is a whole number")
        points = self._release().search.points(from_portal(request.query_params), int(zoom))
        return JSONResponse(
            [
                {"lat": round(each.lat, 5), "lon": round(each.lon, 5), "n": each.count}
                | ({"id": each.id, "name": each.name} if each.id else {})
                for each in points
            ]
        )

    async def _suggestions(self, request: Request) -> Response:
        text = request.query_params.get("q", "").strip()[:100]
        found = self._release().search.suggest(text, limit=8) if text else []
        return JSONResponse([{"label": each.label, "kind": each.kind, "url": _address(each)} for each in found])

    async def _export(self, request: Request, kind: str) -> Response:
        """The whole of a search as one file, in the order of the list; only what agreed to be open data."""
        if kind not in EXPORTS:
            raise NotFound(f"no export named {kind}")
        media_type, write = EXPORTS[kind]
        catalogue = self._release()
        ids = catalogue.search.ids(from_portal(request.query_params))
        records = (orjson.loads(body) for body in map(catalogue.actor, ids) if body is not None)
        lines = (record for record in records if record.get("publication", "open") == "open")
        name = f"acteurs-{catalogue.manifest.release}.{kind}"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(write(lines), media_type=media_type, headers=headers)


def _find(catalogue: Catalogue, text: str, collection: str) -> JSON | str:
    """The record, or the identifier that it is published under now. Raises NotFound or Gone."""
    national_id = tidy_national_id(text)
    found = catalogue.resolve_id(national_id)
    if found is None:
        raise NotFound(f"no {collection} has ever had the identifier {text}")
    state, target = found
    if state == "gone":
        raise Gone(f"{collection} {national_id} has left the catalogue")
    if target != text:
        return target
    body = catalogue.actor(target) if collection == "actor" else catalogue.project(target)
    if body is None:
        raise NotFound(f"{target} is not of the collection {collection}")
    record: JSON = orjson.loads(body)
    return record


def _by_property(record: JSON, collection: str) -> list[dict[str, Any]]:
    """The provenance as a reader goes through it: one entry a property, with its values and where each comes from."""
    rows = [
        {
            "pointer": pointer,
            "title": words.heading(pointer, collection),
            "value": words.at(record, pointer),
            "origins": origins,
        }
        for pointer, origins in record["provenance"].items()
    ]
    rows.sort(key=lambda row: (str(row["pointer"]).split("/")[1], str(row["pointer"])))
    return [{"title": title, "rows": list(group)} for title, group in groupby(rows, key=lambda row: row["title"])]


def _chart(catalogue: Catalogue, field: str, counts: list[tuple[str, int]], title: str, most: int) -> BarChart:
    facet = next(each for each in FACETS if each.field == field)
    rows = [
        (facet.label(catalogue, code), count, f"/acteurs?{facet.parametre}={code}") for code, count in counts[:most]
    ]
    note = "" if len(counts) <= most else f"Les {most} premiers sur {len(counts)}."
    return bar_chart(title, "structures", rows, note)


def _address(suggestion: Suggestion) -> str:
    """Where a suggestion leads."""
    if suggestion.kind == "actor":
        return f"/acteurs/{suggestion.code}"
    if suggestion.kind == "commune":
        return f"/acteurs?pres_de={suggestion.label}&rayon=10"
    parameters = {"country": "pays", "sector": "secteur", "department": "departement", "region": "region"}
    return f"/acteurs?{parameters[suggestion.kind]}={suggestion.code}"
