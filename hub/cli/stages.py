"""The stages as commands, in the order of the cycle, and where the hub stands."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.door import ATTENTION, DONE, HERE, SOURCE_FAILED, AsJson, Home, show_facts, show_json, show_rows
from hub.cli.told import HARVESTED, released, show_difference, status_of
from hub.model.job import Job, JobStatus
from hub.model.match import Verdict
from hub.settings import FILE, init_home
from hub.stages.compile import compile_catalogue
from hub.stages.harvest import harvest_all
from hub.stages.judging import judgement
from hub.stages.publication import release as publish
from hub.stages.resolve import resolve as find_clusters
from hub.stages.visits import flat
from hub.stages.what_if import what_if as preview
from hub.store.engine import reading
from hub.wiring import open_feeds, open_hub
from schemas.errors import RequestError

app = typer.Typer()

AllowEmpty = Annotated[bool, typer.Option("--allow-empty", help="Publish even when there is no actor at all.")]


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
    """Read what is new at the sources."""
    with open_hub(home) as hub, open_feeds() as feeds:
        found = harvest_all(hub.chosen(source or ()), feeds, hub.engine, datetime.now(UTC), hub.settings.threads)
    show_rows(map(flat, found), HARVESTED, as_json=as_json)
    raise typer.Exit(_worst(found))


@app.command()
def resolve(
    what_if: Annotated[
        bool, typer.Option("--what-if", help="Store nothing: tell which identifiers, pages and figures would change.")
    ] = False,
    threshold: Annotated[
        float | None, typer.Option(help="What if two records were one from these log-odds on.", show_default=False)
    ] = None,
    model: Annotated[Path | None, typer.Option(help="What if these were the weights.", show_default=False)] = None,
    judge: Annotated[
        tuple[Verdict, str, str] | None,
        typer.Option(help="What if somebody decided this.", metavar="VERDICT LEFT RIGHT", show_default=False),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Resolve everything again, whatever changed.")] = False,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Find the records that speak of one real thing.

    A threshold or a model is applied by setting it in hub.toml, a judgement with `rrma-hub review`.
    """
    if not what_if and (threshold, model, judge) != (None, None, None):
        raise RequestError("--threshold, --model and --judge go with --what-if; hub.toml and `review` apply them")
    with open_hub(home) as hub:
        if what_if:
            said = judgement(*judge, at=datetime.now(UTC)) if judge else None
            found = preview(hub.engine, hub.model_with(model, threshold), said)
            show_difference(found.as_json(), as_json=as_json)
        else:
            show_facts(asdict(find_clusters(hub.engine, datetime.now(UTC), hub.model, full=full)), as_json=as_json)


@app.command("compile")
def compile_(
    full: Annotated[bool, typer.Option("--full", help="Merge every cluster again, touched or not.")] = False,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Make the golden records."""
    with open_hub(home) as hub:
        show_facts(asdict(compile_catalogue(hub.engine, full=full)), as_json=as_json)


@app.command()
def release(allow_empty: AllowEmpty = False, home: Home = HERE, as_json: AsJson = False) -> None:
    """Publish what was compiled, unless the current release says it already."""
    with open_hub(home) as hub:
        found = publish(
            hub.engine,
            hub.releases,
            datetime.now(UTC),
            allow_empty=allow_empty,
            notice=hub.settings.notice,
            imprint=hub.settings.imprint,
        )
    show_facts(released(found), as_json=as_json)


@app.command()
def status(home: Home = HERE, as_json: AsJson = False) -> None:
    """Show where the hub stands: each source's last visit, the catalogue, the current release."""
    with open_hub(home) as hub, reading(hub.engine) as connection:
        found = status_of(hub, connection, datetime.now(UTC))
    if as_json:
        show_json(found)
        return
    columns = (
        "source",
        "status",
        "ended_at",
        "declared",
        "waiting",
        "held",
        "hold",
        "hold_since",
        "hold_job",
        "reason",
    )
    show_rows(found["sources"], columns, as_json=False)
    show_facts({name: value for name, value in found.items() if name != "sources"}, as_json=False)


def _worst(found: list[Job]) -> int:
    """The exit code of a harvest."""
    if any(job.status in (JobStatus.FAILED, JobStatus.PARTIAL) for job in found):
        return SOURCE_FAILED
    return ATTENTION if any(job.waiting or job.tally.held for job in found) else DONE
