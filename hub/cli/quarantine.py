"""`rrma-hub quarantine`: the lines that wait, each with what is wrong with it."""

from typing import Annotated

import typer

from hub.cli.door import HERE, AsJson, Home, show_facts, show_rows
from hub.store import statements
from hub.store.engine import reading
from hub.store.statements import Quarantined
from hub.wiring import open_hub
from schemas.canonical import JSON
from schemas.errors import NotFound

app = typer.Typer(name="quarantine", help="Records that wait with their issues.", no_args_is_help=True)


@app.command("list")
def list_quarantine(
    source: Annotated[str | None, typer.Argument(help="Only this source.")] = None,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """List what waits, by source and record."""
    with open_hub(home) as hub, reading(hub.engine) as connection:
        rows = [_row(found) for found in statements.quarantine(connection, source)]
    show_rows(rows, ("number", "source", "collection", "id", "published", "why"), as_json=as_json)


@app.command()
def show(
    number: Annotated[int, typer.Argument(help="As `quarantine list` gives it.")],
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Show one line that waits, with its content as it was received."""
    with open_hub(home) as hub, reading(hub.engine) as connection:
        found = statements.quarantined(connection, number)
    if found is None:
        raise NotFound(f"nothing in quarantine has number {number}")
    received = found.payload.decode(errors="replace") if found.payload is not None else None
    show_facts(found.as_json() | {"received": received}, as_json=as_json)


def _row(found: Quarantined) -> JSON:
    why = "; ".join(f"{issue.pointer or '/'} {issue.code}" for issue in found.issues)
    return found.as_json() | {"why": why}
