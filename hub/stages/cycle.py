"""The cycle: harvest, resolve, compile, account, release, redact, one after the other, each with its seconds.

A night on which nothing changed costs one small request a source: each later stage sees that its inputs are the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter

from sqlalchemy import Engine

from hub.feeds import FeedClient
from hub.model.account import Account
from hub.model.imprint import UNSIGNED, Imprint
from hub.model.job import Job
from hub.model.source import Source
from hub.resolution import Model
from hub.stages.accounting import account_for, require_sums
from hub.stages.compile import Compiled, compile_catalogue
from hub.stages.freshness import tell_freshness
from hub.stages.harvest import harvest_all
from hub.stages.publication import release
from hub.stages.redaction import redact
from hub.stages.release import Release, Unchanged
from hub.stages.resolve import Resolution, resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleReport:
    """What each stage did. accounts: what each network is told. seconds: stage -> wall time."""

    jobs: list[Job]
    resolution: Resolution
    compiled: Compiled
    release: Release | Unchanged
    accounts: list[Account]
    seconds: dict[str, float]


def cycle(
    chosen: Sequence[Source],
    feeds: FeedClient,
    engine: Engine,
    releases: Path,
    now: datetime,
    threads: int = 12,
    model: Model | None = None,
    notice: str = "",
    imprint: Imprint = UNSIGNED,
) -> CycleReport:
    """Run every stage once.

    releases: the folder that holds them all.
    now:      dates what is founded, issued and released in this cycle.
    model:    to resolve with; by default the one that comes with the hub.
    notice:   a sentence that the portal shows on every page.
    imprint:  who publishes, and where.
    Raises what the stages raise; a source that cannot be read is a failed job, and the cycle goes on without it.
    A sum of an account that does not agree keeps no catalogue from being published, and raises DoesNotAddUp at the end.
    """
    seconds: dict[str, float] = {}
    started = perf_counter()

    def done(stage: str) -> None:
        nonlocal started
        seconds[stage] = perf_counter() - started
        started = perf_counter()

    jobs = harvest_all(chosen, feeds, engine, now, threads)
    tell_freshness(engine, releases, now)
    done("harvest")
    resolution = resolve(engine, now, model)
    done("resolve")
    compiled = compile_catalogue(engine)
    done("compile")
    accounts = account_for(engine, now, model, imprint)
    done("account")
    try:
        released = release(engine, releases, now, notice=notice, imprint=imprint)
    finally:  # whatever keeps a new one from being made, what is erased leaves those that were
        done("release")
        redact(engine, releases, now)
        done("redact")
    require_sums(accounts)
    return CycleReport(
        jobs=jobs, resolution=resolution, compiled=compiled, release=released, accounts=accounts, seconds=seconds
    )
