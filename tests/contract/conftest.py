"""The same working databases as the hub's tests."""

from tests.hub.conftest import embedded, engine

__all__ = ["embedded", "engine"]
