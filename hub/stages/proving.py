"""Proving: once the stages of a run are over, what is there to show? Nothing is taken from what they said."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine

from hub.distributions import shelf
from hub.model.imprint import UNSIGNED, Imprint
from hub.model.run import Evidence
from hub.resolution import Model
from hub.stages import accounting, publication, resolve
from hub.stages import compile as compiling
from hub.store import instructions, jobs
from hub.store.engine import reading


def evidence(
    sources: Sequence[str],
    engine: Engine,
    releases: Path,
    after: int,
    model: Model,
    notice: str = "",
    imprint: Imprint = UNSIGNED,
) -> Evidence:
    """What a run over these sources left behind. Those that are paused owe nothing.

    after: the last job before the run; older visits prove nothing about it.
    The rest is what the cycle was given.
    """
    current = shelf.current(releases)
    with reading(engine) as connection:
        last = jobs.last_of_each(connection)
        paused = instructions.paused(connection)
        seen = {name: last.get(name) for name in sources if name not in paused}
        visited = {name: job for name, job in seen.items() if job and job.number > after}
        return Evidence(
            visits={name: visited[name].status if name in visited else None for name in seen},
            resolved=resolve.is_current(connection, model),
            compiled=compiling.is_current(connection),
            accounted=accounting.is_current(connection, imprint),
            release=current.name if current else None,
            released=publication.is_current(connection, releases, notice, imprint),
            waiting=sum(job.waiting for job in visited.values()),
        )
