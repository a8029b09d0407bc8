"""Visits to fake nodes over real HTTP, and what the hub knows afterwards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from hub.feeds import FeedClient
from hub.feeds.http import open_client
from hub.feeds.patience import Patience
from hub.model.job import Job
from hub.model.source import Limits, Source
from hub.stages.harvest import harvest
from hub.store import publishable
from hub.store.engine import reading
from hub.store.tables import records as records_table
from hub.store.tables import statements
from tests.hub.feed_server import FakeNode, serving

NIGHT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


def source_at(url: str, name: str = "centraider", **said: Any) -> Source:
    said = {"regions": ("24",), "local": True, "limits": Limits(timeout_s=5)} | said
    return Source(name=name, title=name.title(), base_url=url, **said)


@contextmanager
def visiting(
    node: FakeNode, engine: Engine, patience: Callable[[], Patience] = Patience, **said: Any
) -> Iterator[Callable[[], Job]]:
    """Serve a node and give a function that harvests it, one night after the other."""
    night = NIGHT
    with serving(node.answer) as url, open_client() as client:
        source = source_at(url, node.network, **said)

        def visit() -> Job:
            nonlocal night
            night += timedelta(days=1)
            return harvest(source, FeedClient(client, patience), engine, night)

        yield visit


def published(engine: Engine, collection: str = "actor") -> dict[str, Any]:
    """Local id -> payload of every published record."""
    with reading(engine) as connection:
        return {record.key.local_id: record.payload for record in publishable.accepted(connection, collection)}


def states(engine: Engine) -> dict[str, str]:
    with reading(engine) as connection:
        return {row.local_id: row.state for row in connection.execute(select(records_table))}


def said(engine: Engine) -> list[tuple[str | None, str, str]]:
    """(local id, op, verdict) of every statement, in the order received."""
    with reading(engine) as connection:
        rows = connection.execute(select(statements).order_by(statements.c.number))
        return [(row.local_id, row.op, row.verdict) for row in rows]
