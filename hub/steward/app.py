"""The endpoints. Each reads what was asked, calls a stage, and answers; the author is whoever's token it is.

GET  /review                 the queue                 POST /review/{pair}          a verdict
GET  /review/{pair}          two records side by side  POST /review/{number}/undo   taken back
GET  /clusters/{id}          why it stands together    POST /what-if                what would change
GET  /judgements             all that was decided
GET  /jobs                   the visits           POST /jobs/{number}/confirm   what it holds is applied
GET  /jobs/{number}          what waits at one    POST /jobs/{number}/reject    it is not
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import FastAPI, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine
from starlette.middleware import Middleware

from hub.model.decision import Undo
from hub.model.identity import tidy_national_id
from hub.model.match import Judgement, Verdict
from hub.model.ruling import Ruling
from hub.resolution import Model
from hub.stages import judging, review, visits
from hub.stages.resolve import at_threshold
from hub.stages.ruling import rule
from hub.stages.what_if import effects, what_if
from hub.steward.pairs import name_of, pair_of
from hub.steward.tokens import StewardsOnly
from hub.store.engine import reading
from hub.web import problems
from schemas.canonical import JSON

Number = Annotated[int, Path(ge=1, lt=1 << 63)]
Text = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^[^\x00]*$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(_Body):
    """A verdict on the pair of the address."""

    verdict: Verdict
    reason: Text


class TakenBack(_Body):
    """Why a judgement is undone."""

    reason: Text


class Imagined(_Body):
    """A judgement that is only thought of; records as people write them, actor:centraider/A-42."""

    verdict: Literal["same", "different"]
    left: Text
    right: Text


class Supposition(_Body):
    """What if: another threshold (log-odds above which two records are one), one more judgement, or both."""

    threshold: float | None = Field(None, allow_inf_nan=False)
    judge: Imagined | None = None


class Decided(_Body):
    """About what a job holds. rekey: about the map of re-keyed records that it proposes, not about its deletions."""

    reason: Text
    rekey: bool = False


def create_app(engine: Engine, model: Model, threshold: float, stewards: Mapping[str, str], *, version: str) -> FastAPI:
    """The service over a working database.

    model, threshold: what this hub resolves with.
    stewards:         name -> token.
    """
    app = FastAPI(
        title="Révision des doublons",
        summary="Review of doubtful pairs, for the stewards of the national catalogue.",
        version=version,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[Middleware(StewardsOnly, stewards=stewards)],
    )
    problems.install(app)
    current = at_threshold(model, threshold)

    @app.get("/review")
    def read_queue(
        collection: Literal["actor", "project", "announcement"] | None = None,
        limit: Annotated[int, Query(ge=1, le=1_000)] = 50,
    ) -> JSON:
        """What waits for a person, the greatest expected effect on the catalogue first."""
        found = review.queue(engine, current, collection, limit)
        return {"items": [{"pair": name_of(each.doubt.pair)} | each.as_json() for each in found]}

    @app.get("/review/{pair}")
    def read_pair(pair: str) -> JSON:
        """Two records side by side, the reasons for and against, what was decided, what each verdict would change."""
        asked = pair_of(pair)
        found = review.compare(engine, current, asked).as_json()
        return {"pair": name_of(asked)} | found | {"verdicts": effects(engine, current, asked)}

    @app.post("/review/{pair}", status_code=201)
    def judge_pair(pair: str, said: Said, request: Request) -> JSON:
        """Decide. The next resolution follows it; one that contradicts others is refused with their chain."""
        asked = pair_of(pair)
        decided = Judgement(
            left=asked.left,
            right=asked.right,
            verdict=said.verdict,
            author=request.state.steward,
            reason=said.reason,
            at=datetime.now(UTC),
        )
        return judging.judge(engine, decided).as_json()

    @app.post("/review/{number}/undo", status_code=201)
    def undo_judgement(number: Number, taken_back: TakenBack, request: Request) -> JSON:
        """Take back one judgement; an earlier one of its pair stands again."""
        undone = Undo(author=request.state.steward, reason=taken_back.reason, at=datetime.now(UTC))
        return judging.undo(engine, number, undone).as_json()

    @app.get("/clusters/{national_id}")
    def read_cluster(national_id: str) -> JSON:
        """Why the records of one cluster stand together: every compared pair in words, and what people decided."""
        return review.explain(engine, tidy_national_id(national_id)).as_json()

    @app.get("/judgements")
    def read_judgements() -> JSON:
        """Every decision ever taken, and what was taken back, the oldest first."""
        return {"items": [each.as_json() for each in judging.history(engine)]}

    @app.post("/what-if")
    def suppose(supposed: Supposition) -> JSON:
        """Which identifiers, pages and figures would change; nothing is stored."""
        there = current if supposed.threshold is None else at_threshold(model, supposed.threshold)
        said = supposed.judge
        imagined = (
            judging.judgement(Verdict(said.verdict), said.left, said.right, at=datetime.now(UTC)) if said else None
        )
        return what_if(engine, there, imagined).as_json()

    _decide_holds(app, engine)
    return app


def _decide_holds(app: FastAPI, engine: Engine) -> None:
    """The endpoints of what waits for a person, by the same rules as `rrma-hub job`."""

    def decide(number: int, ruling: Ruling, said: Decided, request: Request) -> JSON:
        outcome = rule(engine, number, ruling, author=request.state.steward, reason=said.reason, now=datetime.now(UTC))
        told = {"again": outcome.again, "status": str(outcome.job.status), "now": outcome.job.reason}
        return outcome.ruled.as_json() | told

    @app.get("/jobs")
    def read_jobs(
        source: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=1_000)] = 50,
    ) -> JSON:
        """The last visits, newest first, each with what waits at it."""
        now = datetime.now(UTC)
        with reading(engine) as connection:
            found = visits.newest(connection, source, limit)
        return {"items": [visits.flat(job) | visits.held(hold, now) for job, hold in found]}

    @app.get("/jobs/{number}")
    def read_job(number: Number) -> JSON:
        """One visit: its proof, what was decided about it, the records that wait at it."""
        with reading(engine) as connection:
            told, hold, waiting = visits.shown(connection, number, datetime.now(UTC))
        waits = {"deletions": hold.deletions, "rekeyed": hold.rekeyed} if hold else None
        return told | {"waits": waits, "waiting_records": waiting}

    @app.post("/jobs/{number}/confirm", status_code=201)
    def confirm(number: Number, said: Decided, request: Request) -> JSON:
        """Apply the deletions that it holds, or the map that it proposes."""
        return decide(number, Ruling.REKEYED if said.rekey else Ruling.CONFIRMED, said, request)

    @app.post("/jobs/{number}/reject", status_code=201)
    def reject(number: Number, said: Decided, request: Request) -> JSON:
        """Keep the records whose deletion it holds, or say that its map is wrong."""
        return decide(number, Ruling.APART if said.rekey else Ruling.REJECTED, said, request)
