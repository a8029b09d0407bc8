"""`rrma-hub releases`: what was published and still stands, what may go, and the way back."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from hub.cli.door import HERE, AsJson, Home, show_facts, show_rows
from hub.distributions import kept, shelf
from hub.settings import load_settings
from hub.stages import redaction, retention, rollback
from hub.wiring import open_hub

app = typer.Typer(name="releases", help="The releases that stand.", no_args_is_help=True)
COLUMNS = ("release", "created_at", "actors", "projects", "announcements", "stays", "state", "rolled_back_to", "reason")


@app.command("list")
def list_releases(home: Home = HERE, as_json: AsJson = False) -> None:
    """List the releases, oldest first, with the rule by which each stays."""
    releases = home / load_settings(home).releases
    current, stays = shelf.current(releases), retention.staying(releases, datetime.now(UTC))
    rows = []
    for each in kept.every(releases):
        row = each.as_json()
        rows.append(
            {name: row[name] for name in ("release", "created_at", "rolled_back_from", "rolled_back_to", "reason")}
            | {f"{collection}s": count for collection, count in each.counts.items()}
            | {"stays": stays.get(each.release), "state": None}
        )
        if current and current.name == each.release:
            rows[-1]["state"] = "current, held" if kept.holds(releases, each) else "current"
    show_rows(rows, COLUMNS, as_json=as_json)


@app.command()
def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which.")] = False,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Remove the releases that no rule keeps.

    The last of each day stays 60 days, of each week a year, of each month for ever; the current one and the one before
    it in any case.
    """
    releases = home / load_settings(home).releases
    gone = (retention.leaving if dry_run else retention.prune)(releases, datetime.now(UTC))
    rows = [{"release": each.release, "created_at": each.created_at.isoformat()} for each in gone]
    show_rows(rows, ("release", "created_at"), as_json=as_json)


@app.command()
def redact(home: Home = HERE, as_json: AsJson = False) -> None:
    """Withdraw the releases that hold an erased record, and issue each again without it; every cycle does so."""
    with open_hub(home) as hub:
        done = redaction.redact(hub.engine, hub.releases, datetime.now(UTC))
    rows = [{"release": each.release, "issued_as": each.issued_as} for each in done]
    show_rows(rows, ("release", "issued_as"), as_json=as_json)


@app.command("rollback")
def roll_back(
    name: Annotated[str, typer.Argument(help="The release whose contents to publish again.")],
    reason: Annotated[str, typer.Option(help="Why; everybody may read it.")],
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Publish the contents of an earlier release again, under a new name, and hold it until `resume`."""
    made = rollback.roll_back(home / load_settings(home).releases, name, reason, datetime.now(UTC))
    facts = {"release": made.name, "rolled_back_from": made.manifest.rolled_back_from, "rolled_back_to": name}
    show_facts(facts | {"held": True}, as_json=as_json)


@app.command()
def resume(home: Home = HERE, as_json: AsJson = False) -> None:
    """Let other releases follow a rollback: the next `release` or `cycle` publishes again."""
    show_facts({"resumed_after": rollback.resume(home / load_settings(home).releases)}, as_json=as_json)
