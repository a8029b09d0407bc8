"""What networks show on their own sites: a list or a map of a search inside a frame, and the code to copy.

Nothing here sets a cookie or asks another server, and the lists need no script.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import QueryParams

from hub.catalogue import Catalogue
from hub.web.dated import Dated
from hub.web.portal.results import results
from hub.web.query import PORTAL_PARAMETERS, address
from schemas import geography

Render = Callable[..., Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One embedded page. title: for people. page: the page of the portal that shows the same. height: in pixels."""

    name: str
    title: str
    collection: str
    page: str
    template: str
    height: int

    @property
    def path(self) -> str:
        return f"/embed/{self.name}"


VIEWS = (
    View(
        name="carte",
        title="Carte des acteurs",
        collection="actor",
        page="/acteurs",
        template="embed-map.html",
        height=760,
    ),
    View(
        name="liste",
        title="Liste des acteurs",
        collection="actor",
        page="/acteurs",
        template="embed-list.html",
        height=640,
    ),
    View(
        name="projets",
        title="Liste des projets",
        collection="project",
        page="/projets",
        template="embed-list.html",
        height=640,
    ),
    View(
        name="agenda",
        title="Agenda et appels",
        collection="announcement",
        page="/annonces",
        template="embed-list.html",
        height=640,
    ),
)


def router(catalogue_of: Dated, framed_by: Callable[[], Sequence[str]], render: Render) -> APIRouter:
    """render: makes the answer from the request, a template, the catalogue and the values of the template."""
    routes = APIRouter(include_in_schema=False)
    for view in VIEWS:
        routes.add_api_route(view.path, _embedded(catalogue_of, view, render))

    @routes.get("/integration")
    async def integration(request: Request) -> Response:
        """The code to copy, for the view and the search that the form asks for."""
        catalogue, params = catalogue_of.release(), request.query_params
        view = next((each for each in VIEWS if each.name == params.get("vue")), VIEWS[0])
        return render(
            request,
            "integration.html",
            catalogue,
            views=VIEWS,
            view=view,
            regions=_regions(catalogue),
            region=params.get("region", ""),
            filters=params.get("filtres", "")[:500],
            address=_address(catalogue, view, params),
            framed_by=framed_by(),
        )

    return routes


def _embedded(catalogue_of: Dated, view: View, render: Render) -> Callable[..., object]:
    async def answer(request: Request) -> Response:
        catalogue = catalogue_of(request)
        shown = results(catalogue, request.query_params, view.collection, view.path)
        return render(request, view.template, catalogue, results=shown, view=view)

    return answer


def _address(catalogue: Catalogue, view: View, params: QueryParams) -> str:
    """Where the frame leads: the filters as a visitor copied them from the address bar, and the region chosen."""
    copied = QueryParams(params.get("filtres", "")[:500].rpartition("?")[2])
    region = {"region": params["region"]} if params.get("region") else {}
    query = address(copied, PORTAL_PARAMETERS, page=None, **region)
    return f"{catalogue.manifest.imprint.site}{view.path}" + (f"?{query}" if query else "")


def _regions(catalogue: Catalogue) -> list[tuple[str, str]]:
    """The regions of the networks of this release, by name."""
    codes = {code for network in catalogue.manifest.networks for code in network.regions}
    named = [(code, found.name) for code in codes if (found := geography.region(code))]
    return sorted(named, key=lambda each: each[1])
