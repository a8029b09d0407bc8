"""What every command shares: where the hub is, how answers are printed, and what the shell is told."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from schemas.canonical import JSON
from schemas.errors import ConfigError, FederationError, RequestError, SourceError

DONE, SOURCE_FAILED, USAGE, ATTENTION, REFUSED = 0, 1, 2, 3, 4

Home = Annotated[
    Path, typer.Option(envvar="RRMA_HUB_HOME", show_default="the current folder", help="The folder of the hub.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value instead of a table.")]
HERE = Path()


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


def show_rows(rows: Iterable[JSON], columns: Sequence[str], *, as_json: bool) -> None:
    """A list of things: JSON with all that is known of them; else these columns, as a table or, in a pipe, by tabs."""
    found = list(rows)
    if as_json:
        show_json(found)
        return
    cells = [[_cell(row.get(column)) for column in columns] for row in found]
    if not sys.stdout.isatty():
        for line in [list(columns), *cells] if cells else []:
            sys.stdout.write("\t".join(line) + "\n")
        return
    table = Table(*columns)
    for line in cells:
        table.add_row(*line)
    Console().print(table)


def show_facts(facts: JSON, *, as_json: bool) -> None:
    """One thing: its facts, one a line."""
    if as_json:
        show_json(facts)
        return
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        sys.stdout.write(f"{name:<{width}}  {_cell(value)}\n")


def _cell(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case dict() | list() | tuple():
            return orjson.dumps(value).decode()
    return str(value)
