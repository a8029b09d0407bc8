"""`rrma-hub source`: the networks this hub reads, one TOML file each."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from hub.cli.door import HERE, AsJson, Home, show_facts, show_rows
from hub.model.source import Source, SourceKind
from hub.settings import SourceFile, add_source, load_settings, load_sources, remove_source
from hub.store import instructions, source_keys
from hub.store.engine import reading
from hub.wiring import open_hub
from schemas.canonical import JSON
from schemas.errors import NotFound, RequestError

app = typer.Typer(name="source", help="The networks this hub reads.", no_args_is_help=True)


@app.command("list")
def list_sources(home: Home = HERE, as_json: AsJson = False) -> None:
    """List the configured sources."""
    load_settings(home)
    show_rows(map(_told, load_sources(home)), ("name", "title", "kind", "url", "regions"), as_json=as_json)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The network's id, as its manifest states it.")],
    url: Annotated[str, typer.Argument(help="The address that feed.json is under.")],
    title: Annotated[str | None, typer.Option(help="The network's name for people.")] = None,
    regions: Annotated[str, typer.Option(help="INSEE codes of its regions, separated by commas.")] = "",
    kind: Annotated[SourceKind, typer.Option(help="A program that answers, or plain files.")] = SourceKind.LIVE,
    local: Annotated[bool, typer.Option(help="Allow a private or loopback address.")] = False,
    website: Annotated[str | None, typer.Option(help="The network's own site.")] = None,
    accept_outside_perimeter: Annotated[bool, typer.Option(help="Accept seats in other regions.")] = False,
    token_file: Annotated[Path | None, typer.Option(help="A file that holds the bearer token.")] = None,
    contact_email: Annotated[str | None, typer.Option(help="Where the network wants its mails.")] = None,
    home: Home = HERE,
) -> None:
    """Add a source."""
    load_settings(home)
    try:
        file = SourceFile.model_validate(
            {
                "name": name,
                "title": title or name,
                "url": url,
                "regions": tuple(code.strip() for code in regions.split(",") if code.strip()),
                "kind": kind,
                "local": local,
                "website": website,
                "accept_outside_perimeter": accept_outside_perimeter,
                "token_file": token_file,
                "contact_email": contact_email,
            }
        )
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise RequestError(found) from error
    typer.echo(f"added {add_source(home, file)}")


@app.command()
def show(name: str, home: Home = HERE, as_json: AsJson = False) -> None:
    """Show one source, the keys it is known by, and what it was told."""
    load_settings(home)
    found = next((source for source in load_sources(home) if source.name == name), None)
    if found is None:
        raise NotFound(f"no source is called {name!r}")
    with open_hub(home) as hub, reading(hub.engine) as connection:
        keys = [each.as_json() for each in source_keys.every(connection, name)]
        orders = [each.as_json() for each in instructions.every(connection, name) if each.ended_at is None]
    show_facts(_told(found) | {"keys": keys, "instructions": orders}, as_json=as_json)


@app.command()
def remove(name: str, home: Home = HERE) -> None:
    """Stop visiting a source. The records it stated last stay published."""
    load_settings(home)
    remove_source(home, name)
    typer.echo(f"removed {name}")


def _told(source: Source) -> JSON:
    return {
        "name": source.name,
        "title": source.title,
        "kind": str(source.kind),
        "url": source.base_url,
        "regions": list(source.regions),
        "local": source.local,
        "website": source.website,
        "accept_outside_perimeter": source.accept_outside_perimeter,
        "promise_days": source.promise_days,
        "notify": [str(kind) for kind in source.notify] if source.contact_email else [],
        "token_file": str(source.token_file) if source.token_file else None,
    }
