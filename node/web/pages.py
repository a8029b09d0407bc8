"""The network's public pages: its actors, in French, without scripts. Counted-only actors are not shown."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse, Response

from node.home import Home
from node.store import listing, state
from node.web.sheet import facts, type_label
from node.web.wiring import READ, HomeDep, ViewDep

PAGE_SIZE = 50
Search = Annotated[str, Query(max_length=200)]
PageNumber = Annotated[int, Query(ge=1)]

_HERE = Path(__file__).parent
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cache-Control": "no-cache",
}

templates = Environment(
    loader=PackageLoader("node.web"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.globals["type_label"] = type_label
templates.filters["french_date"] = lambda day: "/".join(reversed(day.split("-")))
stylesheet = (_HERE / "static" / "node.css").read_bytes()


router = APIRouter()


@router.api_route("/", methods=READ, response_model=None)
def actors(home: HomeDep, view: ViewDep, q: Search = "", page: PageNumber = 1) -> Response:
    found = listing.count(view, q)
    pages = max(1, -(-found // PAGE_SIZE))
    if page > pages:
        return _page("missing.html", home, status=404)
    return _page(
        "actors.html",
        home,
        actors=list(listing.actors(view, q, skip=(page - 1) * PAGE_SIZE, size=PAGE_SIZE)),
        found=found,
        search=q,
        number=page,
        pages=pages,
        updated_on=state.read(view).stated_at[:10],
    )


@router.api_route("/acteurs/{local_id:path}", methods=READ, response_model=None)
def actor(home: HomeDep, view: ViewDep, local_id: str) -> Response:
    payload = listing.actor(view, local_id)
    if payload is None:
        return _page("missing.html", home, status=404)
    return _page("actor.html", home, actor=payload, facts=facts(payload))


@router.api_route("/node.css", methods=READ, response_model=None)
async def style() -> Response:
    return Response(stylesheet, headers=_HEADERS, media_type="text/css")


def _page(template: str, home: Home, *, status: int = 200, **values: object) -> HTMLResponse:
    html = templates.get_template(template).render(network=home.settings, **values)
    return HTMLResponse(html, status, _HEADERS)
