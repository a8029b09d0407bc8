"""A real release of the demonstration's rows, served by a real uvicorn on loopback."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import orjson
import pytest
import uvicorn
from fastapi import FastAPI

from hub.catalogue import Catalogue
from hub.distributions import freshness
from hub.model.identity import national_id
from hub.search import Query
from hub.web.app import create_app
from hub.web.current import CurrentRelease
from schemas.record import RecordKey
from tests.hub.web.release import (
    NOW,
    accepted,
    announcements,
    demo_records,
    federation,
    publish_records,
    read_each_night,
)

CATALOGUE_ONLY = RecordKey("actor", "centraider", "in-the-catalogue-only")


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The base URL of `app`, served for as long as the block lasts."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one release: every demonstration row, announcements that a network could make, and an actor that
    is in the catalogue and not open."""
    folder = tmp_path_factory.mktemp("web") / "releases"
    hidden = {
        "name": "Structure au catalogue seulement",
        "type": "ASSO",
        "seat": {"city": "Bourges", "postcode": "18000", "insee": "18033", "country": "FR"},
        "publication": "catalogue",
    }
    publish_records([*demo_records(), *announcements(), accepted(CATALOGUE_ONLY, hidden)], folder)
    freshness.write(folder, read_each_night(network["id"] for network in federation()))
    return folder


@pytest.fixture(scope="session")
def catalogue(releases: Path) -> Catalogue:
    return CurrentRelease(releases)()


@pytest.fixture(scope="session")
def url(releases: Path) -> Iterator[str]:
    """The base URL of the portal over that release."""
    with serving(create_app(CurrentRelease(releases), version="test", clock=lambda: NOW)) as base:
        yield base


@pytest.fixture(scope="session")
def client(url: str) -> Iterator[httpx.Client]:
    """Asks the portal; redirects are answers, not followed."""
    with httpx.Client(base_url=url, timeout=30) as opened:
        yield opened


@pytest.fixture(scope="session")
def hidden_id() -> str:
    """The national id of the actor that is in the catalogue and not in the open data."""
    return national_id(CATALOGUE_ONLY)


@pytest.fixture(scope="session")
def shared_actor(catalogue: Catalogue) -> str:
    """The id of an actor made of records of several networks, with the most to show."""
    lines = [orjson.loads(line) for line in map(catalogue.actor, catalogue.search.ids(Query())) if line]
    best = max(lines, key=lambda line: (len(line["networks"]) > 1, "website" in line, len(line["sources"]), line["id"]))
    return str(best["id"])


@pytest.fixture(scope="session")
def project(catalogue: Catalogue) -> str:
    """The id of a project whose lead is an actor of the catalogue."""
    return catalogue.search.ids(Query(collection="project"))[0]


@pytest.fixture(scope="session")
def announcement() -> str:
    """The id of the announcement that has the most to show."""
    return national_id(RecordKey("announcement", "centraider", "call"))


@pytest.fixture(scope="session")
def pages(shared_actor: str, project: str, announcement: str) -> dict[str, str]:
    """Every template of the portal, by name: the address of a page made from it."""
    return {
        "home": "/",
        "search": "/acteurs",
        "filtered": "/acteurs?q=senegal&region=53&region=52",
        "near": "/acteurs?pres_de=Rennes&rayon=25",
        "nothing found": "/acteurs?q=introuvable+zzzz&type=COLL",
        "unknown place": "/acteurs?pres_de=Nullepartville",
        "actor": f"/acteurs/{shared_actor}",
        "projects": "/projets",
        "project": f"/projets/{project}",
        "announcements": "/annonces",
        "announcement": f"/annonces/{announcement}",
        "networks": "/reseaux",
        "data": "/donnees",
        "figures": "/chiffres",
        "about": "/a-propos",
        "english": "/en",
        "past": "/acteurs?q=senegal&au=2026-11-03",
        "known now": "/acteurs?q=senegal&au=2026-11-03&vu=aujourdhui",
        "actor known now": f"/acteurs/{shared_actor}?au=2026-11-03&vu=aujourdhui",
        "figures known now": "/chiffres?au=2026-11-03&vu=aujourdhui",
        "error": "/nulle-part",
        "no such date": "/acteurs?q=senegal&au=2020-01-01",
    }
