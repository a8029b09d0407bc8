"""Fixtures of the node's tests: real homes, real files, real applications."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from node.home import Home
from node.web.app import app_of
from tests.node.federation import Federation, copied_federation, lived
from tests.node.nodes import make_home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path / "noeud")


@pytest.fixture
def client(home: Home) -> Iterator[TestClient]:
    """The node's application; nothing is decoded or followed unless a test asks."""
    with TestClient(app_of(home), headers={"Accept-Encoding": "identity"}) as client:
        yield client


@pytest.fixture(scope="session")
def after_a_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node, another network and the hub that has read both, to copy."""
    return lived(tmp_path_factory.mktemp("nation"))


@pytest.fixture
def federation(after_a_night: Path, tmp_path: Path) -> Iterator[Federation]:
    with copied_federation(after_a_night, tmp_path) as federation:
        yield federation
