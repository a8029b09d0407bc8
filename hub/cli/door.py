"""What every command shares: where the hub is, how answers are printed, and what the shell is told."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hub.cli.plain import (
    ATTENTION,
    DONE,
    REFUSED,
    SOURCE_FAILED,
    USAGE,
    AsJson,
    cell,
    exit_code,
    show_facts,
    show_json,
)
from schemas.canonical import JSON

__all__ = [
    "ATTENTION",
    "DONE",
    "HERE",
    "REFUSED",
    "SOURCE_FAILED",
    "USAGE",
    "AsJson",
    "Home",
    "exit_code",
    "show_facts",
    "show_json",
    "show_rows",
]

Home = Annotated[
    Path, typer.Option(envvar="RRMA_HUB_HOME", show_default="the current folder", help="The folder of the hub.")
]
HERE = Path()


def show_rows(rows: Iterable[JSON], columns: Sequence[str], *, as_json: bool) -> None:
    """A list of things: JSON with all that is known of them; else these columns, as a table or, in a pipe, by tabs."""
    found = list(rows)
    if as_json:
        show_json(found)
        return
    cells = [[cell(row.get(column)) for column in columns] for row in found]
    if not sys.stdout.isatty():
        for line in [list(columns), *cells] if cells else []:
            sys.stdout.write("\t".join(line) + "\n")
        return
    table = Table(*columns)
    for line in cells:
        table.add_row(*line)
    Console().print(table)
