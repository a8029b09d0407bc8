"""What a command that needs no hub shares with the others: exit codes, and answers without tables.

It loads little: `match` starts with it.
"""

import sys
from typing import Annotated

import orjson
import typer

from schemas.canonical import JSON
from schemas.errors import ConfigError, FederationError, RequestError, SourceError

DONE, SOURCE_FAILED, USAGE, ATTENTION, REFUSED = 0, 1, 2, 3, 4

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value instead of a table.")]


def exit_code(error: FederationError) -> int:
    """The exit code of an error, by who must act."""
    match error:
        case ConfigError() | RequestError():
            return USAGE
        case SourceError():
            return SOURCE_FAILED
    return REFUSED


def show_json(value: object) -> None:
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")


def show_facts(facts: JSON, *, as_json: bool) -> None:
    """One thing: its facts, one a line."""
    if as_json:
        show_json(facts)
        return
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        sys.stdout.write(f"{name:<{width}}  {cell(value)}\n")


def cell(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case dict() | list() | tuple():
            return orjson.dumps(value).decode()
    return str(value)
