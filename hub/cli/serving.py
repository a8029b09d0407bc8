"""`rrma-hub serve`: portal and API over the current release. `rrma-hub steward`: all that is over the database."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp
from uvicorn.config import LOGGING_CONFIG

from hub.cli.door import HERE, Home
from hub.networks import NetworkTokens, Receipts, key_at
from hub.networks import create_app as networks_app
from hub.settings import Settings, load_settings, load_sources
from hub.stages.checking import Checker
from hub.steward import create_app as steward_app
from hub.steward import read_stewards
from hub.web.app import create_app
from hub.web.current import CurrentRelease, FixedRelease, ReleaseSource
from hub.wiring import Hub, configure_logging, open_hub
from schemas.errors import ConfigError

app = typer.Typer()


class WithoutVisitors(logging.Filter):
    """Leaves out of a line of the access log who asked, and what they searched for: both are personal data."""

    def filter(self, record: logging.LogRecord) -> bool:
        _, method, path, protocol, status = record.args if isinstance(record.args, tuple) else ()
        record.args = ("-", method, str(path).partition("?")[0], protocol, status)
        return True


LOGGING = LOGGING_CONFIG | {
    "filters": {"without-visitors": {"()": WithoutVisitors}},
    "loggers": LOGGING_CONFIG["loggers"]
    | {"uvicorn.access": LOGGING_CONFIG["loggers"]["uvicorn.access"] | {"filters": ["without-visitors"]}},
}


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    release: Annotated[
        Path | None, typer.Option(help="Serve this release folder alone; no hub is needed beside it.")
    ] = None,
    read_only: Annotated[
        bool,
        typer.Option(
            "--read-only", help="With --release: prove the copy first; nothing is written but temporary files."
        ),
    ] = False,
    embed_origin: Annotated[
        list[str] | None,
        typer.Option(help="With --release: a site that may frame our maps and lists, or `networks`; repeat it."),
    ] = None,
    home: Home = HERE,
) -> None:
    """Serve the catalogue until interrupted, following each new release."""
    source = _source(home, release, read_only=read_only)
    origins = embed_origin or (load_settings(home) if release is None else Settings()).embed_origins
    app = create_app(source, version=version("rrma-hub"), embed_origins=origins)
    _run(app, host, port)


@app.command()
def steward(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8010,
    home: Home = HERE,
) -> None:
    """Serve the review to those `stewards.toml` names, and to each network what concerns it, until interrupted."""
    with open_hub(home) as hub:
        _run(working_app(hub), host, port)


def working_app(hub: Hub) -> Starlette:
    """All that is served over the working database: the networks' door under /api, the stewards' everywhere else.

    What drafts are compared with is made while the service starts, so that the first one waits for it no longer than
    that takes. Raises ConfigError.
    """
    model, threshold = hub.model_with(threshold=0.0), hub.settings.threshold
    stewards = read_stewards(hub.home / hub.settings.stewards)
    tokens = NetworkTokens(hub.home / hub.settings.networks)

    def sources() -> list[str]:
        return [source.name for source in load_sources(hub.home)]

    checker = Checker(hub.engine, hub.model, hub.settings.imprint)
    receipts = Receipts(hub.releases, key_at(hub.home / hub.settings.signing_key))
    networks = networks_app(hub.engine, tokens, sources, checker, receipts, version=version("rrma-hub"))
    review = steward_app(hub.engine, model, threshold, stewards, version=version("rrma-hub"))

    @asynccontextmanager
    async def warmed(_: Starlette) -> AsyncIterator[None]:
        warming = asyncio.create_task(asyncio.to_thread(checker.ready))
        yield
        await warming

    return Starlette(routes=[Mount("/api", networks), Mount("/", review)], lifespan=warmed)


def _run(served: ASGIApp, host: str, port: int) -> None:
    uvicorn.run(served, host=host, port=port, log_config=LOGGING)


def _source(home: Path, release: Path | None, *, read_only: bool) -> ReleaseSource:
    if release is not None:
        return FixedRelease(release, proved=read_only)
    if read_only:
        raise ConfigError("--read-only serves a copied release: name its folder with --release")
    settings = load_settings(home)
    configure_logging(settings.log_level)
    return CurrentRelease(home / settings.releases)
