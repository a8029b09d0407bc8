"""How commands speak: JSON for programs, tables on a terminal, tab-separated lines in a pipe."""

import sys
from collections.abc import Iterable, Sequence

import orjson
from rich.console import Console
from rich.table import Table

from schemas.canonical import JSON


def say(text: str) -> None:
    Console(soft_wrap=True, highlight=False).print(text, markup=False)


def complain(text: str) -> None:
    """To standard error: what went wrong, or deserves a look."""
    Console(stderr=True, soft_wrap=True, highlight=False).print(text, markup=False)


def tell_json(value: JSON) -> None:
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def show_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        for line in (headings, *rows):
            say("\t".join(" ".join(str(cell).split()) for cell in line))
        return
    table = Table(title=title, title_justify="left", header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(str(cell).replace("[", r"\[") for cell in row))
    console.print(table)
