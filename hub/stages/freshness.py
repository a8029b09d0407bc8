"""Freshness: tell the public when each network was last read and proved."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from hub.distributions import freshness
from hub.model.freshness import LONGEST, Freshness
from hub.store import instructions, jobs, sources
from hub.store.engine import reading


def tell_freshness(engine: Engine, releases: Path, now: datetime) -> None:
    """Write `freshness.json` beside the releases, from the visits of every network ever read."""
    with reading(engine) as connection:
        spans = jobs.spans(connection)
        proved = jobs.proved_since(connection, now - timedelta(days=LONGEST + 1))
        paused = instructions.paused(connection)
        networks = [each for each in sources.networks(connection) if each.name in spans]
    freshness.write(
        releases,
        (
            Freshness.of(
                each.name,
                each.promise_days,
                *spans[each.name],
                proved.get(each.name, ()),
                paused[each.name].at if each.name in paused else None,
            )
            for each in networks
        ),
    )
