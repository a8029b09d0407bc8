"""Builds the hub from its folder: settings, sources, database. Doors open it, stages receive its parts."""

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import Engine

from hub.feeds import FeedClient
from hub.feeds.http import open_client
from hub.migrations import upgrade
from hub.model.source import Source
from hub.resolution import Model, load
from hub.settings import Settings, load_settings, load_sources
from hub.stages.resolve import at_threshold
from hub.store.engine import open_engine
from schemas.errors import ConfigError, NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A hub that is open: its configuration and its database, of the newest shape."""

    home: Path
    settings: Settings
    sources: tuple[Source, ...]
    engine: Engine

    @property
    def model(self) -> Model:
        """The weights that this hub resolves with. Raises ConfigError."""
        return self.model_with()

    def model_with(self, path: Path | None = None, threshold: float | None = None) -> Model:
        """Other weights, another threshold, or both; what is not given is as set. Raises ConfigError."""
        if path is None and self.settings.model:
            path = self.home / self.settings.model
        return at_threshold(_read_model(path), self.settings.threshold if threshold is None else threshold)

    @property
    def releases(self) -> Path:
        return self.home / self.settings.releases

    def chosen(self, names: Sequence[str]) -> tuple[Source, ...]:
        """Sources by name, all of them when no name is given. Raises NotFound."""
        known = {source.name: source for source in self.sources}
        if unknown := [name for name in names if name not in known]:
            configured = ", ".join(known) or "none"
            raise NotFound(f"no source is called {', '.join(map(repr, unknown))}; configured: {configured}")
        return tuple(known[name] for name in names) if names else self.sources


@contextmanager
def open_hub(home: Path) -> Iterator[Hub]:
    """Open the hub of a folder. Raises ConfigError."""
    settings = load_settings(home)
    configure_logging(settings.log_level)
    engine = open_engine(_database_url(home, settings))
    try:
        upgrade(engine)
        yield Hub(home=home, settings=settings, sources=load_sources(home), engine=engine)
    finally:
        engine.dispose()


@contextmanager
def open_feeds() -> Iterator[FeedClient]:
    """A client for one harvest."""
    with open_client() as client:
        yield FeedClient(client)


def configure_logging(level: str) -> None:
    """Events to stderr: one JSON object a line, or coloured text on a terminal."""
    renderer = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def _read_model(path: Path | None) -> Model:
    """The weights of a file, or those that come with the hub. Raises ConfigError."""
    try:
        return load(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"{path}: no file of resolution weights: {error!r}") from error


def _database_url(home: Path, settings: Settings) -> str:
    named = settings.database
    return named if "://" in named else f"sqlite:///{(home / named).resolve()}"
