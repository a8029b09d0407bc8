"""The web application: portal, API and files of one release.

    release ──► API      /api/v1/…            the bytes of the release
            ├─► portal   /, /acteurs, …       pages in French, whole without JavaScript
            └─► files    /releases/…          downloads

It holds no state and reads no working database, so that any machine with a copy of a release can serve it.
"""

from collections.abc import Sequence

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.middleware import Middleware
from starlette.types import Scope

from hub.model.hold import night_of
from hub.web import api, feeds, files, oai, portal, problems
from hub.web.current import Clock, ReleaseSource, now_utc
from hub.web.dated import Dated
from hub.web.framing import NETWORKS, origins
from hub.web.portal import crawlers
from hub.web.security import Compressed, Conditional, HeadAsGet, SecurityHeaders, Shared


def create_app(
    release: ReleaseSource, *, version: str, clock: Clock = now_utc, embed_origins: Sequence[str] = (NETWORKS,)
) -> FastAPI:
    """The application over whatever `release` gives for each request.

    version: of the software.
    clock:   the time now; pages tell how long ago a network was read.
    embed_origins: who may frame the embeds (see `hub.web.framing.origins`).
    The validator of a page is all that it depends on: releases, software, freshness and day.
    """
    catalogue_of = Dated(release, clock)

    def validator(scope: Scope) -> str | None:
        names = catalogue_of.answering(scope)
        told = release.freshness()
        return f"{names}-{version}-{told.stamp if told else 0}-{night_of(clock())}" if names else None

    framed_by = origins(release, embed_origins)
    app = FastAPI(
        title="Catalogue national des acteurs de la coopération internationale",
        summary="The national catalogue of the French regional multi-actor networks (RRMA).",
        version=version,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it redirects to whatever host the request names
        middleware=[
            Middleware(SecurityHeaders, framed_by=framed_by),
            Middleware(Shared),
            Middleware(Compressed, compresslevel=6),
            Middleware(Conditional, version=validator),
            Middleware(HeadAsGet),
        ],
    )
    pages = portal.Pages(release, clock, framed_by)
    problems.install(app, pages.error)
    app.include_router(api.router(release, clock))
    api.document(app)
    app.include_router(files.router(release))
    app.include_router(feeds.router(release))
    app.include_router(oai.router(release))
    app.include_router(crawlers.router(release))
    app.include_router(pages.router())
    app.include_router(pages.embeds())
    app.mount("/static", portal.Assets(), name="static")

    @app.get("/favicon.ico", include_in_schema=False)
    async def icon() -> Response:
        """Browsers ask for it with every page that names none, as a file of a release."""
        return RedirectResponse("/static/icon.svg", 308)

    @app.get("/health/live", include_in_schema=False)
    async def live() -> Response:
        return JSONResponse({"status": "live"})

    @app.get("/health/ready", include_in_schema=False)
    async def ready() -> Response:
        """Ready once a release can be read; says which, for whoever watches."""
        manifest = release().manifest
        return JSONResponse(
            {"status": "ready", "release": manifest.release, "created_at": manifest.created_at.isoformat()}
        )

    return app
