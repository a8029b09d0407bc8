"""Jobs, a cycle and the hub's state as rows and facts."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection

from hub.cli.door import show_facts, show_json, show_rows
from hub.distributions import kept, shelf
from hub.model.run import Run
from hub.stages.cycle import CycleReport
from hub.stages.release import Release, Unchanged
from hub.stages.visits import flat, held
from hub.store import clusters, goldens, instructions, jobs
from hub.wiring import Hub
from schemas.canonical import JSON

HARVESTED = ("source", "status", "received", "accepted", "unchanged", "quarantined", "deleted", "held", "reason")


def show_difference(found: JSON, *, as_json: bool) -> None:
    """What would change (see `hub.stages.what_if.Difference`), or why nothing can."""
    if as_json or "refused" in found:
        show_facts(found, as_json=as_json)
        return
    counted = {name: f"{count['before']} -> {count['after']}" for name, count in found["counts"].items()}
    show_facts({f"lines {kind}": len(names) for kind, names in found["lines"].items()} | counted, as_json=False)
    moved = [each | {"what": kind} for kind, ids in found["ids"].items() for each in ids]
    show_rows(moved, ("what", "id", "collection", "leads_to"), as_json=False)
    show_rows([{"page": page} for page in found["pages"]], ("page",), as_json=False)
    show_rows(found["figures"], ("id", "population", "code", "before", "after"), as_json=False)


def released(found: Release | Unchanged) -> JSON:
    return {"release": found.name, "folder": str(found.folder), "changed": isinstance(found, Release)}


def show_cycle(run: Run, report: CycleReport | None, *, as_json: bool) -> None:
    """The run that a cycle was, and what its stages did, when they came to their end."""
    if report is None:
        show_facts({"run": run.as_json()} if as_json else run.as_json(), as_json=as_json)
        return
    if as_json:
        show_json(
            {
                "run": run.as_json(),
                "jobs": [flat(job) for job in report.jobs],
                "resolution": asdict(report.resolution),
                "compiled": asdict(report.compiled),
                "release": released(report.release),
                "accounts": {account.source: account.totals.as_json() for account in report.accounts},
                "seconds": report.seconds,
            }
        )
        return
    show_rows(map(flat, report.jobs), HARVESTED, as_json=False)
    facts = {"run": run.number, "status": str(run.status)}
    facts |= {"records": report.resolution.records, "clusters": report.resolution.clusters}
    seconds = {f"{stage}_s": round(taken, 2) for stage, taken in report.seconds.items()}
    show_facts(facts | released(report.release) | seconds, as_json=False)


def status_of(hub: Hub, connection: Connection, now: datetime) -> JSON:
    """Each configured source's last visit and hold, what was derived, and what is published."""
    last = jobs.last_of_each(connection)
    paused = instructions.paused(connection)
    current = shelf.current(hub.releases)
    totals = clusters.totals(connection)
    never: JSON = {"status": "never read"}
    return {
        "sources": [
            (flat(last[source.name]) if source.name in last else never)
            | {"source": source.name}
            | held(jobs.hold(connection, source.name), now)
            | {"paused": paused[source.name].at.isoformat() if source.name in paused else None}
            for source in hub.sources
        ],
        "records": sum(count for count, _ in totals.values()),
        "clusters": sum(count for _, count in totals.values()),
        "golden": goldens.totals(connection),
        "release": current.name if current else None,
        "held": current is not None and kept.holds(hub.releases, kept.manifest(current)),
    }
