"""Whether the node lives, and whether its database answers: open to everyone, token or not."""

from fastapi import APIRouter
from starlette.responses import Response

from node.store import state
from node.web.wiring import READ, ViewDep

_HEADERS = {"Cache-Control": "no-store"}

router = APIRouter(prefix="/health")


@router.api_route("/live", methods=READ, response_model=None)
async def live() -> Response:
    return Response(b'{"status":"live"}', headers=_HEADERS, media_type="application/json")


@router.api_route("/ready", methods=READ, response_model=None)
def ready(view: ViewDep) -> Response:
    state.read(view)
    return Response(b'{"status":"ready"}', headers=_HEADERS, media_type="application/json")
