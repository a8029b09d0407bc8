"""Jobs and the hub's state as rows and facts."""

from datetime import datetime

from sqlalchemy import Connection

from hub.cli.door import show_facts, show_rows
from hub.distributions import kept, shelf
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
