"""`rrma-hub job`: the visits to the sources, what they counted and proved, and what a person decides about them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.door import ATTENTION, HERE, AsJson, Home, show_facts, show_rows
from hub.model.hold import Hold, HoldState
from hub.model.ruling import Ruling
from hub.stages import visits
from hub.stages.ruling import rule
from hub.store.engine import reading
from hub.wiring import open_hub

app = typer.Typer(name="job", help="The visits to the sources, and what waits for a person.", no_args_is_help=True)
COLUMNS = (
    *("number", "source", "ended_at", "status", "received", "accepted", "quarantined", "deleted"),
    *("held", "rekeyed", "kept", "hold", "hold_nights", "reason", "to_do"),
)

By = Annotated[str, typer.Option("--by", help="Who decides.")]
Why = Annotated[str, typer.Option("--reason", help="Why, for whoever reads it later.")]
Rekey = Annotated[bool, typer.Option("--rekey", help="Decide about the proposed map of re-keyed records.")]


@app.command("list")
def list_jobs(
    source: Annotated[str | None, typer.Argument(help="Only this source.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """List the last visits, newest first, with what waits and what to do about it."""
    now = datetime.now(UTC)
    with open_hub(home) as hub, reading(hub.engine) as connection:
        found = visits.newest(connection, source, limit)
    rows = (visits.flat(job) | visits.held(hold, now) | {"to_do": _to_do(hold, now)} for job, hold in found)
    show_rows(rows, COLUMNS, as_json=as_json)


@app.command()
def show(number: int, home: Home = HERE, as_json: AsJson = False) -> None:
    """Show one visit with its proof, what it holds, what was decided about it, and what to do."""
    now = datetime.now(UTC)
    with open_hub(home) as hub, reading(hub.engine) as connection:
        facts, hold, waiting = visits.shown(connection, number, now)
    told = facts | {"to_do": _to_do(hold, now)}
    if as_json:
        show_facts(told | {"waiting_records": waiting}, as_json=True)
        return
    show_facts(told, as_json=False)
    show_rows(waiting, ("collection", "id", "name", "why", "to"), as_json=False)


@app.command()
def confirm(number: int, by: By, reason: Why, rekey: Rekey = False, home: Home = HERE, as_json: AsJson = False) -> None:
    """Apply the deletions that a job holds; with --rekey, approve the map it proposes."""
    _rule(home, number, Ruling.REKEYED if rekey else Ruling.CONFIRMED, by, reason, as_json=as_json)


@app.command()
def reject(number: int, by: By, reason: Why, rekey: Rekey = False, home: Home = HERE, as_json: AsJson = False) -> None:
    """Keep the records whose deletion a job holds; with --rekey, say that the map it proposes is wrong."""
    _rule(home, number, Ruling.APART if rekey else Ruling.REJECTED, by, reason, as_json=as_json)


def _rule(home: Path, number: int, ruling: Ruling, by: str, reason: str, *, as_json: bool) -> None:
    with open_hub(home) as hub:
        outcome = rule(hub.engine, number, ruling, author=by, reason=reason, now=datetime.now(UTC))
    told = outcome.ruled.as_json() | {"again": outcome.again, "status": str(outcome.job.status)}
    show_facts(told | {"now": outcome.job.reason}, as_json=as_json)
    if outcome.job.tally.waits:
        raise typer.Exit(ATTENTION)


def _to_do(hold: Hold | None, now: datetime) -> str | None:
    """What the person who reads this can do about a hold."""
    if hold is None:
        return None
    if hold.state(now) is HoldState.REJECTED:
        return (
            f"the network states these records again or says anew why they left; `rrma-hub job confirm {hold.job}`, "
            "with --by and --reason, lets them go after all"
        )
    orders = [f"`rrma-hub job confirm {hold.job}` or `reject {hold.job}`"] if hold.deletions else []
    if hold.rekeyed:
        orders.append(f"`rrma-hub job confirm {hold.job} --rekey` or `reject {hold.job} --rekey`")
    urgent = "waits too long: " if hold.state(now) is HoldState.ESCALATED else ""
    return urgent + "; ".join(orders) + ", with --by and --reason"
