"""How commands speak: JSON for programs, tables on a terminal, tab-separated lines in a pipe."""

import sys
from collections.abc import Iterable, Sequence

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from schemas.canonical import JSON


def say(text: str) -> None:
    print(text, flush=True)


def complain(text: str) -> None:
    """To standard error: what went wrong, or deserves a look."""
    print(text, file=sys.stderr, flush=True)


def tell_json(value: JSON) -> None:
    say(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def show_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    if not sys.stdout.isatty():
        for line in (headings, *rows):
            say("\t".join(" ".join(str(cell).split()) for cell in line))
        return
    table = Table(title=title, title_justify="left", header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    Console(highlight=False, emoji=False).print(table)
