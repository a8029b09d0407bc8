"""`rrma-hub job`: the visits to the sources, what they counted and what they proved."""

from typing import Annotated

import typer

from hub.cli.door import HERE, AsJson, Home, show_facts, show_rows
from hub.cli.told import flat
from hub.store import jobs
from hub.store.engine import reading
from hub.wiring import open_hub
from schemas.errors import NotFound

app = typer.Typer(name="job", help="The visits to the sources.", no_args_is_help=True)
COLUMNS = ("number", "source", "ended_at", "status", "received", "accepted", "quarantined", "deleted", "held", "reason")


@app.command("list")
def list_jobs(
    source: Annotated[str | None, typer.Argument(help="Only this source.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """List the last visits, newest first."""
    with open_hub(home) as hub, reading(hub.engine) as connection:
        found = jobs.newest(connection, source, limit)
    show_rows(map(flat, found), COLUMNS, as_json=as_json)


@app.command()
def show(number: int, home: Home = HERE, as_json: AsJson = False) -> None:
    """Show one visit with its proof."""
    with open_hub(home) as hub, reading(hub.engine) as connection:
        found = jobs.get(connection, number)
    if found is None:
        raise NotFound(f"no job {number}")
    show_facts(found.as_json(), as_json=as_json)
