"""Working databases, empty and of the newest shape."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url

from hub.store.engine import open_engine
from tests import postgres
from tests.hub.databases import database, shape


@pytest.fixture(scope="session")
def _shaped_database(_postgres_server: postgres.Server) -> Iterator[str]:
    """The name of a PostgreSQL database of the newest shape, to copy."""
    with _postgres_server.database() as url:
        shape(url)
        yield str(make_url(url).database)


@pytest.fixture
def engine(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """On each engine."""
    if database_kind == "sqlite":
        with database(tmp_path / "database.sqlite") as engine:
            yield engine
        return
    server: postgres.Server = request.getfixturevalue("_postgres_server")
    with server.database(like=request.getfixturevalue("_shaped_database")) as url:
        engine = open_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Engine]:
    """On SQLite alone, for tests whose question is not about the database."""
    with database(tmp_path / "hub.sqlite") as engine:
        yield engine
