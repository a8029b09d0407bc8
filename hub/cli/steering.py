"""`rrma-hub source …`: what a person tells the hub about one source: pause, override, preview."""

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from hub.cli.door import HERE, AsJson, Home, show_facts, show_rows
from hub.cli.jobs import By, Why
from hub.cli.sources import app
from hub.model.hold import night_of
from hub.model.instruction import Instruction
from hub.stages import steering
from hub.stages.preview import FIRST, preview
from hub.store import instructions, source_keys
from hub.store.engine import reading
from hub.wiring import open_feeds, open_hub
from schemas.errors import RequestError

Name = Annotated[str, typer.Argument(help="The network's id.")]


@app.command()
def pause(name: Name, by: By, reason: Why, home: Home = HERE, as_json: AsJson = False) -> None:
    """Visit a source no more, until it is resumed. What it stated last stays published."""
    with open_hub(home) as hub:
        hub.chosen([name])
        given = steering.pause(hub.engine, name, author=by, reason=reason, now=datetime.now(UTC))
    show_facts(given.as_json(), as_json=as_json)


@app.command()
def resume(name: Name, by: By, reason: Why, home: Home = HERE, as_json: AsJson = False) -> None:
    """Visit a paused source again."""
    with open_hub(home) as hub:
        ended = steering.resume(hub.engine, name, author=by, reason=reason, now=datetime.now(UTC))
    show_facts(ended.as_json(), as_json=as_json)


@app.command()
def override(
    name: Name,
    by: By,
    reason: Why,
    until: Annotated[str | None, typer.Option(help="The last day of it, as 2026-12-24.", show_default=False)] = None,
    end: Annotated[bool, typer.Option("--end", help="Take the override back.")] = False,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Let more records of a source leave than the guard would, until a day; never all of them."""
    if end == (until is not None):
        raise RequestError("give the last day with --until, or take the override back with --end")
    with open_hub(home) as hub:
        hub.chosen([name])
        now = datetime.now(UTC)
        given = (
            steering.end_override(hub.engine, name, author=by, reason=reason, now=now)
            if until is None
            else steering.override(hub.engine, name, until=_day(until), author=by, reason=reason, now=now)
        )
    show_facts(given.as_json(), as_json=as_json)


@app.command("instructions")
def list_instructions(
    name: Annotated[str | None, typer.Argument(help="Only this source.")] = None,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """List every pause and override ever given, oldest first."""
    with open_hub(home) as hub, reading(hub.engine) as connection:
        found = instructions.every(connection, name)
    columns = ("number", "source", "kind", "until", "by", "reason", "at", "ended_at", "ended_by")
    show_rows(map(Instruction.as_json, found), columns, as_json=as_json)


@app.command("trust")
def trust_key(
    name: Name,
    by: By,
    reason: Why,
    key: Annotated[
        str | None, typer.Option(help="The public key, as `rrma-node key show` tells it.", show_default=False)
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="The last day the old key is accepted; in two weeks.", show_default=False)
    ] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Know it by no key; the next one is pinned.")] = False,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Accept another key of a source's signatures, with the old one for a while; or forget all of them."""
    if forget == (key is not None):
        raise RequestError("give the new key with --key, or forget all of them with --forget")
    with open_hub(home) as hub:
        hub.chosen([name])
        now = datetime.now(UTC)
        overlap = _day(until) if until else None
        found = steering.trust(hub.engine, name, key, overlap=overlap, author=by, reason=reason, now=now)
    show_rows((each.as_json() for each in found), ("key", "until", "by", "reason", "at"), as_json=as_json)


@app.command("preview")
def show_preview(
    name: Name,
    first: Annotated[int, typer.Option(min=1, max=1_000, help="How many lines to look at.")] = FIRST,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Show what the next visit would find; nothing is written."""
    with open_hub(home) as hub, open_feeds() as feeds:
        [source] = hub.chosen([name])
        with reading(hub.engine) as connection:
            trusted = source_keys.accepted(connection, name, night_of(datetime.now(UTC)))
        found = preview(source, feeds.open(source, trusted), hub.engine, first).as_json()
    if as_json:
        show_facts(found, as_json=True)
        return
    collections, lines = found.pop("collections"), found.pop("records")
    show_facts(found, as_json=False)
    show_rows(collections, ("collection", "declared", "last_accepted", "lost_at_least", "guard"), as_json=False)
    show_rows(lines, ("collection", "id", "fate", "why"), as_json=False)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RequestError(f"{text!r} is no day; write it as 2026-12-24") from error
