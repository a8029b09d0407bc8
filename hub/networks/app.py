"""The endpoints. A token opens only its own network, and what it does not open answers as if it were not there.

GET  /networks/{network}/feedback?after=N&epoch=E   what became of each record, what changed after a line
POST /networks/{network}/ping                       news: read this network again within minutes
POST /networks/{network}/corrections/{number}       the answer to a proposed correction
GET  /networks/{network}/erasures?after=N           what it asked to erase
GET  /networks/{network}/erasures/{receipt}         how far that has come, signed
POST /check                                         a draft actor: who may already be known, before it is saved
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path as Folder
from typing import Annotated, Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI, Path, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine
from starlette.middleware import Middleware

from hub.model.account import Account
from hub.model.correction import Answer
from hub.networks.entrance import NetworksOnly, Pace, SmallBodies, TooMany
from hub.networks.tokens import NetworkTokens
from hub.quality.remedy import remedies
from hub.stages import correcting
from hub.stages.checking import COLLECTION, Checker
from hub.stages.receipts import receipt
from hub.store import erasures, feedback, pings
from hub.store.engine import reading
from hub.web import problems
from schemas.canonical import JSON
from schemas.errors import NotFound, RequestError
from schemas.feedback import encode
from schemas.registry import LATEST
from schemas.signing import public_text, signed
from schemas.validate import issues as validated

_NDJSON = "application/x-ndjson"
_FRESH = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


Sources = Callable[[], Collection[str]]
"""Names the networks that this hub reads now."""


_MOST_ERASURES = 1_000  # in one answer


@dataclass(frozen=True, slots=True)
class Receipts:
    """Where releases stand, and the key that receipts of erasures are signed with."""

    releases: Folder
    key: Ed25519PrivateKey


class Draft(BaseModel):
    """id: of the network's own record that the draft would replace; None for a new one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    actor: dict[str, Any]
    id: Annotated[str | None, Field(max_length=500)] = None


class Answered(BaseModel):
    """What a network says to a proposed correction; a refusal says why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer: Answer
    reason: Annotated[str | None, Field(max_length=2_000, pattern=r"^[^\x00]*$")] = None


class CursorExpired(RequestError):
    """The lines are those of another history than the one the reader has: it must read from the start."""

    code = "cursor-expired"


def create_app(
    engine: Engine, tokens: NetworkTokens, sources: Sources, checker: Checker, receipts: Receipts, *, version: str
) -> FastAPI:
    """The networks' service over a working database, to be mounted under /api."""
    app = FastAPI(
        title="Retour aux réseaux",
        summary="What networks are told of their records.",
        version=version,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        middleware=[Middleware(NetworksOnly, tokens=tokens), Middleware(SmallBodies)],
    )
    problems.install(app)
    pace = Pace()

    @app.exception_handler(CursorExpired)
    async def expired(request: Request, error: CursorExpired) -> Response:
        return problems.problem(request, 410, error.code, str(error))

    @app.exception_handler(TooMany)
    async def too_many(request: Request, error: TooMany) -> Response:
        answer = problems.problem(request, 429, error.code, str(error))
        answer.headers["retry-after"] = str(error.wait_s)
        return answer

    @app.get("/networks/{network}/feedback")
    def read_feedback(
        network: str,
        request: Request,
        after: Annotated[int, Query(ge=0, lt=1 << 63)] = 0,
        epoch: Annotated[str | None, Query(max_length=100)] = None,
    ) -> Response:
        """Every line after a number, the end line last: from one state of the database."""
        _own(request, network)
        with reading(engine) as connection:
            account = feedback.account_of(connection, network)
        if account is None:
            raise NotFound(f"nothing of {network!r} has been published yet: try again after the next night")
        if after > account.number or (after and epoch not in (None, account.epoch)):
            raise CursorExpired(f"no line {after} in this history: read again from after=0")
        return StreamingResponse(_lines(engine, network, after), headers=_FRESH, media_type=_NDJSON)

    @app.post("/networks/{network}/ping", status_code=202)
    def ping(network: str, request: Request) -> Response:
        """The network has news. It is read at most once each five minutes, and asking again changes nothing."""
        _own(request, network)
        if network not in sources():
            raise NotFound(f"{network!r} is not read by this hub any more: ask the national steward")
        now = datetime.now(UTC)
        with engine.begin() as connection:
            at = pings.ask(connection, network, now)
        told: JSON = {"network": network, "not_before": at.isoformat()}
        return JSONResponse(told, 202, headers=_FRESH)

    @app.post("/networks/{network}/corrections/{number}")
    def answer_correction(
        network: str, number: Annotated[int, Path(ge=1, lt=1 << 63)], said: Answered, request: Request
    ) -> Response:
        """Accepted, the network states the record again as it does any change; refused, it says why."""
        _own(request, network)
        found = correcting.answer(engine, network, number, said.answer, said.reason, datetime.now(UTC))
        return JSONResponse(found.as_json(), headers=_FRESH)

    _tell_erasures(app, engine, receipts, pace)

    @app.post("/check")
    def check(draft: Draft, request: Request) -> Response:
        """Who the draft may already be, anywhere, and what the validator says of it. Nothing is stored."""
        network = request.state.network
        pace.step(network)
        issues = remedies(COLLECTION, draft.actor, validated(LATEST[COLLECTION], draft.actor))
        told: JSON = {
            "issues": [each.as_json() for each in issues],
            "matches": checker.matches(network, draft.actor, draft.id),
        }
        return JSONResponse(told, headers=_FRESH)

    return app


def _tell_erasures(app: FastAPI, engine: Engine, receipts: Receipts, pace: Pace) -> None:
    """The endpoints that tell of erasures."""

    @app.get("/networks/{network}/erasures")
    def list_erasures(network: str, request: Request, after: Annotated[int, Query(ge=0, lt=1 << 63)] = 0) -> Response:
        """What the network asked to erase, the oldest first; `next` is the `after` of the next page, or null."""
        _own(request, network)
        with reading(engine) as connection:
            found = list(erasures.asked(connection, network, after, _MOST_ERASURES + 1))
        page = found[:_MOST_ERASURES]
        told: JSON = {
            "network": network,
            "signed_with": public_text(receipts.key.public_key()),
            "erasures": [each.as_json() for each in page],
            "next": page[-1].number if len(found) > len(page) else None,
        }
        return JSONResponse(told, headers=_FRESH)

    @app.get("/networks/{network}/erasures/{name}")
    def read_receipt(network: str, name: Annotated[str, Path(max_length=100)], request: Request) -> Response:
        """The receipt as it stands now; the signature is over its bytes alone, so that a kept copy can be checked."""
        _own(request, network)
        pace.step(network)
        now = datetime.now(UTC)
        body = orjson.dumps(receipt(engine, receipts.releases, network, name, now).as_json())
        headers = _FRESH | signed(sha256(body).digest(), receipts.key, at=now)
        return Response(body, headers=headers, media_type="application/json")


def _lines(engine: Engine, network: str, after: int) -> Iterator[bytes]:
    with reading(engine) as connection:
        account: Account | None = feedback.account_of(connection, network)
        yield from feedback.lines_after(connection, network, after)
        if account is not None:
            yield encode(account.as_json())


def _own(request: Request, network: str) -> None:
    """Raises NotFound for any other network than the one that asks."""
    if request.state.network != network:
        raise NotFound(f"your token opens {request.state.network!r} only")
