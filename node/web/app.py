"""The node's web application: the feed for the hub, pages for people, health for whoever keeps it running."""

from pathlib import Path

from fastapi import FastAPI

from node.feed import SOFTWARE
from node.home import Home, open_home
from node.signing import key_of
from node.web import feed, health, officer, pages, problems, region


def create_app(home: Path) -> FastAPI:
    """The application of the node in `home`. Raises NotANode or ConfigError when it cannot be opened."""
    return app_of(open_home(home))


def app_of(home: Home) -> FastAPI:
    app = FastAPI(title=home.settings.name, version=SOFTWARE, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.home = home
    app.state.token = home.secret(home.settings.token_file)
    app.state.officer_password = officer.password_of(home)
    app.state.signing_key = key_of(home)
    problems.install(app)
    for part in (feed, region, pages, health):
        app.include_router(part.router)
    return app
