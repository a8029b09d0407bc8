"""The feed over HTTP. Each answer is one read transaction, streamed from the cursor to the wire."""

from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from node import feed
from node.packing import gzipped
from node.store import records, state
from node.web import token
from node.web.reply import answer
from node.web.wiring import READ, HomeDep, ViewDep
from schemas.errors import NotFound, RequestError
from schemas.feed import MEDIA_TYPE, encode

MAX_PAGE = 10_000

Collection = Literal["actor", "project", "announcement"]
After = Annotated[int | None, Query(ge=0)]
Limit = Annotated[int, Query(ge=1)]
Bucket = Annotated[str | None, Query(pattern="^[0-9a-f]{2}$")]

router = APIRouter(dependencies=[Depends(token.require)])


def _resource(path: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return router.api_route(path, methods=READ, response_model=None)


@_resource("/feed.json")
def manifest(request: Request, home: HomeDep, view: ViewDep) -> Response:
    """What this node holds."""
    line = encode(feed.manifest(view, home.settings, live=True))
    return answer(request, iter([line]), tag=_digest(line), media_type="application/json")


@_resource("/changes")
def changes(
    request: Request,
    view: ViewDep,
    after: After = None,
    limit: Limit = 1_000,
    collection: Collection | None = None,
    bucket: Bucket = None,
) -> Response:
    """The changes after a seq, MAX_PAGE at most; or the live records of one bucket of a collection."""
    if collection is None and bucket is None:
        lines = feed.changes(view, after=after or 0, limit=min(limit, MAX_PAGE))
    elif collection is None or bucket is None or after is not None:
        raise RequestError("a bucket is asked for by collection and bucket, without after")
    else:
        lines = feed.bucket_records(view, collection=collection, bucket=bucket)
    return answer(request, lines, tag=_position(view), media_type=MEDIA_TYPE)


@_resource("/snapshot.ndjson.gz")
def snapshot(request: Request, home: HomeDep, view: ViewDep) -> Response:
    """Everything, as one gzip file."""
    stated = feed.manifest(view, home.settings, live=True)
    lines = gzipped(feed.snapshot(view, stated))
    return answer(request, lines, tag=_digest(encode(stated)), media_type="application/gzip", packed=True)


@_resource("/digests/{collection}")
def digests(request: Request, view: ViewDep, collection: Collection) -> Response:
    """Count and digest of each bucket of a collection."""
    return answer(request, feed.digests(view, collection), tag=_position(view), media_type=MEDIA_TYPE)


@_resource("/records/{collection}/{local_id:path}")
def record(request: Request, view: ViewDep, collection: Collection, local_id: str) -> Response:
    """The newest change of one record."""
    found = records.get(view, collection, local_id)
    if found is None:
        raise NotFound(f"no {collection} {local_id!r} is known here")
    return answer(request, iter([feed.line(found)]), tag=_position(view), media_type="application/json")


def _digest(line: bytes) -> str:
    return sha256(line).hexdigest()[:32]


def _position(connection: Connection) -> str:
    """Two answers of one resource at one point of one history are equal."""
    now = state.read(connection)
    return f"{now.epoch}-{now.seq}"
