"""An empty working database on each engine."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from hub.migrations import upgrade
from hub.store.engine import open_engine


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    upgrade(engine)
    yield engine
    engine.dispose()
