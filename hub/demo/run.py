"""The run: nodes, hub, cycle, and what came of it.

files ──► nodes, two at a time ──► sources/*.toml ──► harvest, resolve, compile, release ──► report
"""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from rich.progress import Progress
from sqlalchemy import Engine

from hub.demo import hub_home, nodes, published
from hub.demo.children import Children
from hub.demo.federation import Federation
from hub.demo.nodes import Started
from hub.demo.report import NetworkRow, Report
from hub.model.job import Job, JobStatus
from hub.model.standing import State
from hub.stages.cycle import CycleReport, cycle
from hub.stages.release import Release
from hub.store import records
from hub.store.engine import reading
from hub.wiring import open_feeds, open_hub

# Starting a node is work for a processor, and a small machine has two.
_AT_ONCE = 2


def demonstrate(federation: Federation, data: Path, children: Children, progress: Progress) -> Report:
    """Run the federation from its files to a release. The nodes stay up as long as `children` does.

    data: absolute; nodes/ID/ and hub/ are made in it, or found.
    Raises what the stages raise; a network that fails is in the report, and the others go on.
    """
    _ignore_settings_of_this_machine()
    started_at = perf_counter()
    started = _start(federation, data / "nodes", children, progress)
    seconds = {"nodes": perf_counter() - started_at}
    hub_home.prepare(data / "hub", started)
    task = progress.add_task("harvest, resolve, compile, release", total=None)
    with open_hub(data / "hub") as hub, open_feeds() as feeds:
        now = datetime.now(UTC)
        said = (hub.settings.threads, hub.model, hub.settings.notice)
        done = cycle(hub.sources, feeds, hub.engine, hub.releases, now, *said)
        held = _held(hub.engine, federation)
    progress.remove_task(task)
    jobs = {job.source: job for job in done.jobs}
    rows = tuple(_row(node, jobs.get(node.network.id), held[node.network.id]) for node in started)
    return _report(rows, done, seconds | done.seconds)


def _ignore_settings_of_this_machine() -> None:
    """The demonstration's hub has the settings of its own folder: it must never reach a real hub's database."""
    for name in [name for name in os.environ if name.startswith("RRMA_HUB_")]:
        del os.environ[name]


def _start(federation: Federation, homes: Path, children: Children, progress: Progress) -> list[Started]:
    homes.mkdir(parents=True, exist_ok=True)
    task = progress.add_task("nodes", total=len(federation.networks))
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        waiting = [pool.submit(nodes.start, each, homes / each.id, children) for each in federation.networks]
        for future in waiting:
            future.add_done_callback(lambda _: progress.advance(task))
        return [future.result() for future in waiting]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _held(engine: Engine, federation: Federation) -> dict[str, Mapping[State, int]]:
    """How many records the hub holds of each network, by state."""
    with reading(engine) as connection:
        found = {network.id: records.counts(connection, network.id) for network in federation.networks}
    return {name: {state: sum(each[state] for each in by.values()) for state in State} for name, by in found.items()}


def _row(node: Started, job: Job | None, held: Mapping[State, int]) -> NetworkRow:
    unread = None if job is None or job.status is JobStatus.SUCCEEDED else job.reason
    return NetworkRow(
        id=node.network.id,
        rows=node.rows,
        accepted=node.accepted,
        issues=node.issues,
        harvested=sum(count for state, count in held.items() if state is not State.DELETED),
        quarantined=held[State.QUARANTINED],
        changes=node.changes,
        error=node.error or unread,
    )


def _report(rows: tuple[NetworkRow, ...], done: CycleReport, seconds: Mapping[str, float]) -> Report:
    counted = published.count(done.release.folder)
    return Report(
        networks=rows,
        records=counted.records,
        actors=counted.actors,
        clusters_merged=counted.merged,
        projects=counted.projects,
        release=done.release.name,
        changed=isinstance(done.release, Release) or any(row.changes for row in rows),
        seconds=seconds,
    )
