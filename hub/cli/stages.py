"""The stages as commands, and the state of the hub: init, harvest, status."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.door import ATTENTION, DONE, HERE, SOURCE_FAILED, AsJson, Home, show_rows
from hub.cli.jobs import flat
from hub.model.job import Job, JobStatus
from hub.settings import FILE, init_home
from hub.stages.harvest import harvest_all
from hub.wiring import open_feeds, open_hub

app = typer.Typer()


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="Made when it is not there.")]) -> None:
    """Make a new hub."""
    init_home(folder)
    typer.echo(f"made {folder / FILE}; add networks with `rrma-hub source add NAME URL --home {folder}`")


@app.command()
def harvest(
    source: Annotated[list[str] | None, typer.Argument(help="Which sources; all of them by default.")] = None,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Read what is new at the sources.

    Exit codes: 0 done, 1 a source could not be read, 3 done with records that wait for a person.
    """
    with open_hub(home) as hub, open_feeds() as feeds:
        found = harvest_all(hub.chosen(source or ()), feeds, hub.engine, datetime.now(UTC), hub.settings.threads)
    show_rows(map(flat, found), HARVESTED, as_json=as_json)
    raise typer.Exit(harvest_exit(found))


HARVESTED = ("source", "status", "received", "accepted", "unchanged", "quarantined", "deleted", "held", "reason")


def harvest_exit(found: list[Job]) -> int:
    if any(job.status in (JobStatus.FAILED, JobStatus.PARTIAL) for job in found):
        return SOURCE_FAILED
    return ATTENTION if any(job.tally.quarantined or job.tally.held for job in found) else DONE
