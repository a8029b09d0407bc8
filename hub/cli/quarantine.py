"""`rrma-hub quarantine`: the lines that wait, each with what is wrong with it and what a right value looks like."""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

from hub.cli.door import ATTENTION, DONE, HERE, SOURCE_FAILED, AsJson, Home, show_facts, show_json, show_rows
from hub.cli.told import HARVESTED
from hub.model.job import JobStatus
from hub.quality.remedy import remedies
from hub.stages import quarantine as waiting
from hub.stages.rejudging import rejudge as look_again
from hub.stages.visits import flat
from hub.store import statements
from hub.store.engine import reading
from hub.store.statements import Quarantined
from hub.wiring import open_hub
from schemas import excel
from schemas.canonical import JSON
from schemas.errors import NotFound

app = typer.Typer(name="quarantine", help="Records that wait with their issues.", no_args_is_help=True)


@app.command("list")
def list_quarantine(
    source: Annotated[str | None, typer.Argument(help="Only this source.")] = None,
    collection: Annotated[str | None, typer.Option(help="Only actor, project or announcement.")] = None,
    code: Annotated[str | None, typer.Option(help="Only what has an issue of this code.")] = None,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """List what waits, by source and record."""
    with open_hub(home) as hub, reading(hub.engine) as connection:
        rows = [_row(found) for found in statements.quarantine(connection, source, collection, code)]
    show_rows(rows, ("number", "source", "collection", "id", "published", "why"), as_json=as_json)


@app.command()
def show(
    number: Annotated[int, typer.Argument(help="As `quarantine list` gives it.")],
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Show one line that waits: its content as it was received, and beside each issue a right value."""
    with open_hub(home) as hub, reading(hub.engine) as connection:
        found = statements.quarantined(connection, number)
    if found is None:
        raise NotFound(f"nothing in quarantine has number {number}")
    told = [each.as_json() for each in remedies(found.collection, found.record, found.issues)]
    facts = found.as_json() | {"issues": told}
    if as_json:
        show_json(facts | {"received": found.record or _raw(found)})
        return
    show_facts({name: value for name, value in facts.items() if name != "issues"}, as_json=False)
    show_rows(told, ("field", "received", "message", "example", "severity", "code"), as_json=False)
    typer.echo(orjson.dumps(found.record, option=orjson.OPT_INDENT_2).decode() if found.record else _raw(found))


@app.command()
def rejudge(
    source: Annotated[list[str] | None, typer.Argument(help="Which sources; all of them by default.")] = None,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Judge again what waits, after a change of schemas, vocabularies or perimeter. Reads nothing from the networks."""
    with open_hub(home) as hub:
        now = datetime.now(UTC)
        found = [job for each in hub.chosen(source or ()) if (job := look_again(each, hub.engine, now)) is not None]
    show_rows(map(flat, found), HARVESTED, as_json=as_json)
    if any(job.status is not JobStatus.SUCCEEDED for job in found):
        raise typer.Exit(SOURCE_FAILED)
    raise typer.Exit(ATTENTION if any(job.tally.accepted < job.tally.received for job in found) else DONE)


@app.command()
def report(
    source: Annotated[str, typer.Argument(help="Which network.")],
    out: Annotated[Path | None, typer.Option(help="The file to write; standard output by default.")] = None,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Tell a network all that is wrong with its records: a table for Excel in French, or JSON."""
    with open_hub(home) as hub, reading(hub.engine) as connection:
        hub.chosen([source])
        told = list(waiting.report(connection, source))
    content = orjson.dumps(told, option=orjson.OPT_INDENT_2) if as_json else excel.as_bytes(_table(told))
    if out is None:
        sys.stdout.buffer.write(content)
    else:
        out.write_bytes(content)


def _table(told: Iterable[JSON]) -> Iterable[list[str]]:
    yield list(waiting.HEADINGS.values())
    yield from map(waiting.as_row, told)


def _row(found: Quarantined) -> JSON:
    why = "; ".join(f"{issue.pointer or '/'} {issue.code}" for issue in found.issues)
    return found.as_json() | {"why": why}


def _raw(found: Quarantined) -> str | None:
    return found.payload.decode(errors="replace") if found.payload is not None else None
