"""`rrma-hub conformance`: the suite as a command. It needs no hub."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import httpx
import typer

from hub.conformance.suite import conformance
from schemas.errors import ConfigError, RequestError

CONFORMS, DOES_NOT = 0, 1

app = typer.Typer()


@app.command("conformance")
def check(
    url: Annotated[str, typer.Argument(metavar="URL", help="The address that feed.json is resolved against.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")] = False,
    token_file: Annotated[Path | None, typer.Option(help="Holds the bearer token that the feed asks for.")] = None,
) -> None:
    """Check any implementation of the feed at URL against the whole protocol, and print a dated report.

    Exit codes: 0 the node conforms, 1 it does not (or cannot be read), 2 usage.
    """
    report = conformance(_address(url), datetime.now(UTC), token=_token(token_file))
    text = json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n" if as_json else report.as_text()
    sys.stdout.write(text)
    raise typer.Exit(CONFORMS if report.conforms else DOES_NOT)


def _address(text: str) -> str:
    """Raises RequestError."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise RequestError(f"{text!r} is no address: {error}") from error
    if url.scheme not in ("http", "https") or not url.host or url.query or url.fragment:
        raise RequestError(f"{text!r} is no address of a feed; a right one is https://example.org/feed/")
    return str(url).removesuffix("feed.json")


def _token(file: Path | None) -> str | None:
    """Raises ConfigError."""
    if file is None:
        return None
    try:
        token = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the token cannot be read: {error}") from error
    if not token:
        raise ConfigError(f"{file} holds no token")
    return token
