"""`rrma-hub`: every command is a door. It reads settings, opens the hub, calls a stage, and says what happened.

The stages are commands (init, harvest, resolve, compile, release, cycle, status, serve, demo); the rest are
things with verbs (source, job, quarantine, review, releases).
"""

import sys

import typer

from hub.cli import jobs, model, quarantine, releases, review, serving, sources, stages
from hub.cli.door import exit_code
from hub.conformance import command as conforming
from hub.demo import command as demonstration
from schemas.errors import FederationError

app = typer.Typer(
    name="rrma-hub",
    help="The national hub: harvests the networks' directories and publishes one catalogue.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for part in (stages, model, review, serving, sources, jobs, quarantine, releases, conforming, demonstration):
    app.add_typer(part.app)


def main() -> None:
    """Run the command line. An error that a person can act on is one line; anything else keeps its traceback."""
    try:
        app()
    except FederationError as error:
        print(f"rrma-hub: {error}", file=sys.stderr)
        sys.exit(exit_code(error))
