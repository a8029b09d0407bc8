"""`rrma-hub rebuild`: the drill of a restoration, and the proof that the catalogue follows from its log."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.door import DONE, HERE, REFUSED, AsJson, Home, show_facts
from hub.distributions import shelf
from hub.migrations import upgrade
from hub.settings import load_settings
from hub.stages.rebuild import rebuild as build_anew
from hub.store.engine import open_engine
from hub.wiring import open_hub
from schemas.errors import RequestError

app = typer.Typer()


@app.command()
def rebuild(
    out: Annotated[Path, typer.Option(help="A new folder: the database and the release are made there.")],
    from_log: Annotated[
        bool, typer.Option("--from-log", help="From what networks stated and people decided, and nothing else.")
    ] = False,
    until: Annotated[
        datetime | None,
        typer.Option(help="The catalogue as it was at this moment (UTC).", formats=["%Y-%m-%dT%H:%M:%S"]),
    ] = None,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Make the hub anew beside the one that stands, and compare its release with the one in force.

    Exit codes: 0 the same content, 2 the call is wrong, 4 another content: the two folders tell where they differ.
    """
    if not from_log:
        raise RequestError("say what to rebuild from: --from-log")
    if out.exists() and any(out.iterdir()):
        raise RequestError(f"{out} is not empty: name a new folder")
    moment = until.replace(tzinfo=UTC) if until else None
    out.mkdir(parents=True, exist_ok=True)
    with open_hub(home) as hub:
        settings = load_settings(home)
        into = open_engine(f"sqlite:///{(out / 'hub.sqlite').resolve()}")
        try:
            upgrade(into)
            made = build_anew(
                hub.engine,
                into,
                out / "releases",
                hub.model,
                datetime.now(UTC),
                current=shelf.current(hub.releases),
                until=moment,
                notice=settings.notice,
                imprint=settings.imprint,
            )
        finally:
            into.dispose()
    show_facts(asdict(made) | {"same": made.is_same}, as_json=as_json)
    raise typer.Exit(DONE if made.is_same else REFUSED)
