"""The network's public pages: its actors, in French, without scripts. Counted-only actors are not shown."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from node.store import listing, state
from node.web.render import HEADERS, rendered
from node.web.sheet import facts
from node.web.wiring import READ, HomeDep, ViewDep

PAGE_SIZE = 50
Search = Annotated[str, Query(max_length=200)]
PageNumber = Annotated[int, Query(ge=1)]

stylesheet = (Path(__file__).parent / "static" / "node.css").read_bytes()


router = APIRouter()


@router.api_route("/", methods=READ, response_model=None)
def actors(home: HomeDep, view: ViewDep, q: Search = "", page: PageNumber = 1) -> Response:
    found = listing.count(view, q)
    pages = max(1, -(-found // PAGE_SIZE))
    if page > pages:
        return rendered("missing.html", home, status=404)
    return rendered(
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
        return rendered("missing.html", home, status=404)
    return rendered("actor.html", home, actor=payload, facts=facts(payload))


@router.api_route("/node.css", methods=READ, response_model=None)
async def style() -> Response:
    return Response(stylesheet, headers=HEADERS, media_type="text/css")
