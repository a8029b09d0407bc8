"""Working databases, empty and of the newest shape."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub.migrations import upgrade
from hub.store.engine import open_engine


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """On each engine."""
    engine = open_engine(database_url)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Engine]:
    """On SQLite alone, for tests whose question is not about the database."""
    engine = open_engine(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    upgrade(engine)
    yield engine
    engine.dispose()
