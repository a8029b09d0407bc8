"""Working databases of the newest shape, empty: migrated once a process, then copied."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from hub.migrations import upgrade
from hub.store.engine import open_engine


@contextmanager
def database(path: Path) -> Iterator[Engine]:
    """A new SQLite database in the file `path`, in place of what was there."""
    for leftover in path.parent.glob(f"{path.name}*"):
        leftover.unlink()
    path.write_bytes(_empty())
    engine = open_engine(f"sqlite:///{path}")
    try:
        yield engine
    finally:
        engine.dispose()


def shape(url: str) -> None:
    """Bring the database of a URL to the newest shape, and leave it."""
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "hub.sqlite"
        shape(f"sqlite:///{path}")
        return path.read_bytes()
