"""`rrma-hub demo`: the demonstration as a command."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hub.demo import portal
from hub.demo.children import Children
from hub.demo.federation import CHECKOUT, Federation
from hub.demo.report import Report, networks_table, summary
from hub.demo.run import demonstrate

app = typer.Typer()

DONE, UNREAD = 0, 1
INTERRUPTED, TERMINATED = 128 + signal.SIGINT, 128 + signal.SIGTERM


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop after the release instead of serving the portal.")] = False,
    data: Annotated[Path, typer.Option(help="Where the nodes and the hub live; made when it is not there.")] = Path(
        "demo-data"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of the portal, on this machine; 0: a free one.")] = 8000,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of the table.")] = False,
    federation: Annotated[
        Path, typer.Option(show_default="the checkout's deploy/demo", help="The folder that says who publishes what.")
    ] = CHECKOUT,
) -> None:
    """Run twelve networks on this machine, publish their national catalogue, and serve it until Ctrl-C.

    Nothing of --data is thrown away: a second run finds what the first one left, and changes nothing.
    Exit codes: 0 done, 1 published although a network could not be read, 130 or 143 stopped before that.
    """
    networks = Federation.load(federation)
    listener = None if once else portal.reserve(port)
    report: Report | None = None
    try:
        with _terminable(), Children() as children:
            with _progress() as progress:
                report = demonstrate(networks, data.resolve(), children, progress)
            _show(report, as_json=as_json)
            if listener:
                where = f"http://{portal.HOST}:{listener.getsockname()[1]}/"
                _say(f"portal      {where}  (Ctrl-C stops everything)", as_json=as_json)
                portal.serve(data / "hub" / "releases", listener)
    except KeyboardInterrupt:
        Console(stderr=True).print("stopped")
    finally:
        if listener:
            listener.close()
    if report is None:
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(UNREAD if report.failures else DONE)


def _show(report: Report, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report.as_json(), ensure_ascii=False, indent=2), flush=True)
        return
    Console(highlight=False).print(networks_table(report))
    for line in summary(report):
        _say(line, as_json=False)


def _say(line: str, *, as_json: bool) -> None:
    """A line for people; with --json, standard output holds the object alone."""
    print(line, file=sys.stderr if as_json else sys.stdout, flush=True)


def _progress() -> Progress:
    """Bars on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end the block as an exception, so that everything started in it is stopped."""

    def end(_: int, __: FrameType | None) -> NoReturn:
        sys.exit(TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
