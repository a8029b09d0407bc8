"""The portal's addresses. Each page finds what it shows in the release, and renders one template."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from hub.catalogue import Catalogue
from hub.search import Query, Suggestion
from hub.web.cited import every
from hub.web.current import Clock, ReleaseSource, now_utc
from hub.web.dated import PARAMETRE, asked, remembered, same_date
from hub.web.facets import BY_FIELD
from hub.web.found import find, find_open, open_records
from hub.web.portal import embeds, exports, freshness, home, record, structured, words
from hub.web.portal.about import rules
from hub.web.portal.downloads import by_subject
from hub.web.portal.results import results
from hub.web.query import from_portal
from schemas.errors import FederationError, NotFound, RequestError

ERRORS = {
    400: ("Demande illisible", "L’adresse contient une valeur que nous ne savons pas lire."),
    403: (
        "Données non ouvertes",
        "Cette fiche se lit sur sa page ; sa structure n’a pas accepté sa reprise.",
    ),
    404: ("Page introuvable", "Cette adresse ne mène à aucune page du catalogue."),
    405: ("Demande illisible", "Cette adresse se consulte, elle ne reçoit rien."),
    410: (
        "Fiche retirée",
        "Cette fiche a été publiée, puis retirée par son réseau. Son identifiant ne sera pas réutilisé.",
    ),
    503: ("Catalogue pas encore publié", "Aucune version n’est encore en ligne. Revenez dans quelques minutes."),
}
NOT_THEN = (
    "Rien à cette date",
    "Cette page n’existait pas encore, ou la version de ce jour n’est plus conservée.",
)
UNEXPECTED = ("Erreur", "Quelque chose s’est mal passé de notre côté. L’incident est enregistré.")


class Pages:
    """The portal over whatever `release` gives for each request."""

    def __init__(
        self, release: ReleaseSource, clock: Clock = now_utc, framed_by: Callable[[], Sequence[str]] = tuple
    ) -> None:
        """framed_by: the origins that may frame the embeds, now."""
        self._framed_by = framed_by
        self._release, self._clock = release, clock
        self._templates = Environment(
            loader=PackageLoader("hub.web.portal"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(words.FILTERS)
        self._templates.globals["party"] = record.party

    def router(self) -> APIRouter:
        routes = APIRouter(include_in_schema=False)
        for path, endpoint in (
            ("/", self._home),
            ("/acteurs", self._actors),
            ("/acteurs.{suffix}", self._export_actors),
            ("/acteurs/{national_id}.json", self._actor_json),
            ("/acteurs/{national_id}", self._actor),
            ("/projets", self._projects),
            ("/projets.{suffix}", self._export_projects),
            ("/projets/{national_id}", self._project),
            ("/annonces", self._announcements),
            ("/annonces.{suffix}", self._export_announcements),
            ("/annonces/{national_id}.json", self._announcement_json),
            ("/annonces/{national_id}", self._announcement),
            ("/reseaux", self._networks),
            ("/donnees", self._data),
            ("/chiffres", self._figures),
            ("/a-propos", self._about),
            ("/carte/points", self._points),
            ("/suggestions", self._suggestions),
        ):
            routes.add_api_route(path, endpoint, methods=["GET"])
        return routes

    def embeds(self) -> APIRouter:
        """The pages that other sites show inside theirs, and the page that tells them how."""
        return embeds.router(self._release, self._framed_by, self._render)

    def error(self, request: Request, status: int) -> Response:
        """An error for people: what happened and where to go from here. After a fault of ours nothing is relied on."""
        title, explanation = ERRORS.get(status, UNEXPECTED)
        if status == 404 and request.query_params.get(PARAMETRE):
            title, explanation = NOT_THEN
        try:
            catalogue = self._release() if status < 500 else None
        except FederationError:
            catalogue = None
        return self._render(request, "error.html", catalogue, status, title=title, explanation=explanation)

    def _render(
        self, request: Request, template: str, catalogue: Catalogue | None, status: int = 200, **values: Any
    ) -> Response:
        page = self._templates.get_template(template)
        then = request.query_params.get(PARAMETRE, "") if status < 400 else ""
        text = page.render(catalogue=catalogue, path=request.url.path, then=then, **values)
        response = Response(text, status, media_type="text/html")
        return remembered(response, catalogue) if then and catalogue else response

    async def _home(self, request: Request) -> Response:
        catalogue = self._release()
        return self._render(request, "home.html", catalogue, home=home.home(catalogue))

    async def _actors(self, request: Request) -> Response:
        return self._search(request, "actor", "actors.html")

    async def _projects(self, request: Request) -> Response:
        return self._search(request, "project", "projects.html")

    def _search(self, request: Request, collection: str, template: str) -> Response:
        catalogue = self._release()
        shown = results(catalogue, request.query_params, collection, request.url.path)
        response = self._render(request, template, catalogue, results=shown, params=request.query_params)
        if request.headers.get("hx-request"):
            response.headers["hx-push-url"] = shown.address
        return response

    def _asked(self, request: Request) -> Catalogue:
        """The release of the date that a page names, else the current one."""
        return asked(request, self._release, PARAMETRE) if request.query_params.get(PARAMETRE) else self._release()

    async def _actor(self, request: Request, national_id: str) -> Response:
        catalogue = self._asked(request)
        found = find(catalogue, "actor", national_id)
        if found.moved:
            return RedirectResponse(f"/acteurs/{found.id}{same_date(request)}", 301)
        actor = orjson.loads(found.body)
        return self._render(
            request,
            "actor.html",
            catalogue,
            actor=actor,
            members=catalogue.members(found.id),
            reasons=record.reasons(catalogue.edges(found.id)),
            projects=catalogue.projects_of(found.id),
            properties=record.properties(catalogue, actor, "actor"),
            structured=structured.actor(actor),
        )

    async def _actor_json(self, national_id: str) -> Response:
        found = find_open(self._release(), "actor", national_id)
        if found.moved:
            return RedirectResponse(f"/acteurs/{found.id}.json", 301)
        return Response(found.body, media_type="application/json")

    async def _project(self, request: Request, national_id: str) -> Response:
        catalogue = self._asked(request)
        found = find(catalogue, "project", national_id)
        if found.moved:
            return RedirectResponse(f"/projets/{found.id}{same_date(request)}", 301)
        project = orjson.loads(found.body)
        return self._render(
            request,
            "project.html",
            catalogue,
            project=project,
            parties=list(record.parties(catalogue, project)),
            members=catalogue.members(found.id),
            reasons=record.reasons(catalogue.edges(found.id)),
            properties=record.properties(catalogue, project, "project"),
        )

    async def _announcements(self, request: Request) -> Response:
        return self._search(request, "announcement", "announcements.html")

    async def _announcement(self, request: Request, national_id: str) -> Response:
        catalogue = self._asked(request)
        found = find(catalogue, "announcement", national_id)
        if found.moved:
            return RedirectResponse(f"/annonces/{found.id}{same_date(request)}", 301)
        announcement = orjson.loads(found.body)
        return self._render(
            request,
            "announcement.html",
            catalogue,
            announcement=announcement,
            parties=list(record.parties(catalogue, announcement)),
            members=catalogue.members(found.id),
            reasons=record.reasons(catalogue.edges(found.id)),
            properties=record.properties(catalogue, announcement, "announcement"),
            structured=structured.announcement(announcement),
        )

    async def _announcement_json(self, national_id: str) -> Response:
        found = find_open(self._release(), "announcement", national_id)
        if found.moved:
            return RedirectResponse(f"/annonces/{found.id}.json", 301)
        return Response(found.body, media_type="application/json")

    async def _networks(self, request: Request) -> Response:
        catalogue = self._release()
        counts = dict(catalogue.search.search(Query(size=0)).facets.get("networks", []))
        fresh = freshness.rows(catalogue.manifest.networks, self._release.freshness(), self._clock())
        return self._render(request, "networks.html", catalogue, counts=counts, fresh=fresh)

    async def _data(self, request: Request) -> Response:
        catalogue = self._release()
        return self._render(request, "data.html", catalogue, subjects=by_subject(catalogue.manifest.files))

    async def _figures(self, request: Request) -> Response:
        catalogue = self._asked(request)
        figures, tables = (every(catalogue, kind) for kind in ("figures", "tables"))
        return self._render(request, "figures.html", catalogue, figures=figures, tables=tables)

    async def _about(self, request: Request) -> Response:
        return self._render(request, "about.html", self._release(), rules=rules())

    async def _points(self, request: Request) -> Response:
        """The clusters of a search at one zoom, as the map draws them: the same query as the list."""
        zoom = request.query_params.get("zoom", "6")
        if not (zoom.isascii() and zoom.isdecimal() and len(zoom) <= len("14")):
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
        return JSONResponse(
            [
                {"kind": each.kind, "label": each.label, "detail": each.detail or "", "url": _address(each)}
                for each in found
            ]
        )

    def _export_actors(self, request: Request, suffix: str) -> Response:
        return self._export(request, "actor", "acteurs", suffix)

    def _export_projects(self, request: Request, suffix: str) -> Response:
        return self._export(request, "project", "projets", suffix)

    def _export_announcements(self, request: Request, suffix: str) -> Response:
        return self._export(request, "announcement", "annonces", suffix)

    def _export(self, request: Request, collection: str, name: str, suffix: str) -> Response:
        """The whole of a search as one file, in the order of the list; only what agreed to be open data."""
        form = exports.BY_SUFFIX.get(suffix)
        if form is None:
            raise NotFound(f"no export named {suffix}")
        catalogue = self._release()
        ids = catalogue.search.ids(from_portal(request.query_params, collection=collection))
        filename = f"{name}-{catalogue.manifest.release}.{suffix}"
        return StreamingResponse(
            exports.export(form, collection, open_records(catalogue, collection, ids), catalogue.manifest.imprint),
            media_type=form.media_type,
            headers={"content-disposition": f'attachment; filename="{filename}"'},
        )


def _address(suggestion: Suggestion) -> str:
    """Where a suggestion leads."""
    if suggestion.kind == "actor":
        return f"/acteurs/{suggestion.code}"
    if suggestion.kind == "commune":
        return f"/acteurs?{urlencode({'pres_de': suggestion.label, 'rayon': 10})}"
    fields = {"country": "countries", "sector": "sectors", "department": "departments", "region": "regions"}
    return f"/acteurs?{urlencode({BY_FIELD[fields[suggestion.kind]].parametre: suggestion.code})}"
