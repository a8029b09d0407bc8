"""All commands of `rrma-hub` in one program.

The stages are commands (init, harvest, resolve, compile, release, cycle, schedule, status, serve, demo), and so is
`match`; the rest are things with verbs (source, run, job, quarantine, network, correction, review, releases, model).
"""

import typer

from hub.cli import (
    corrections,
    jobs,
    match,
    model,
    networks,
    notices,
    quarantine,
    rebuilding,
    releases,
    review,
    schedule,
    serving,
    stages,
    steering,
)
from hub.conformance import command as conforming
from hub.demo import command as demonstration

app = typer.Typer(
    name="rrma-hub",
    help="The national hub: harvests the networks' directories and publishes one catalogue.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for part in (
    stages,
    schedule,
    notices,
    match,
    model,
    review,
    serving,
    steering,
    jobs,
    quarantine,
    networks,
    corrections,
    releases,
    rebuilding,
    conforming,
    demonstration,
):
    app.add_typer(part.app)
