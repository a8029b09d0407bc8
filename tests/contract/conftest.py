"""The same working databases as the hub's tests."""

from tests.hub.conftest import _shaped_database, embedded, engine

__all__ = ["_shaped_database", "embedded", "engine"]
