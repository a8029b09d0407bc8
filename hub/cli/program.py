"""All commands of `rrma-hub` in one program, each loaded when it is used: until then it is known by what it is for.

The stages are commands (init, harvest, resolve, compile, release, cycle, schedule, status, serve, demo), and so is
`match`; the rest are things with verbs (source, run, job, quarantine, network, correction, review, releases, model).
"""

from functools import cached_property
from importlib import import_module
from typing import Any

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

# Command -> the module whose `app` holds it, and what it is for: the first words of its own help.
_COMMANDS = {
    "init": ("hub.cli.stages", "Make a new hub."),
    "harvest": ("hub.cli.stages", "Read what is new at the sources."),
    "resolve": ("hub.cli.stages", "Find the records that speak of one real thing."),
    "compile": ("hub.cli.stages", "Make the golden records."),
    "release": ("hub.cli.stages", "Publish what was compiled, unless the current release says it already."),
    "cycle": ("hub.cli.schedule", "Harvest, resolve, compile, release: every source, now."),
    "status": (
        "hub.cli.stages",
        "Show where the hub stands: each source's last visit, the catalogue, the current release.",
    ),
    "schedule": (
        "hub.cli.schedule",
        "Run a cycle every night at 03:30 in Paris, and read at once the networks that say they have news.",
    ),
    "run": ("hub.cli.schedule", "The nights, and what was proved of each."),
    "notice": ("hub.cli.notices", "The mails about changes."),
    "match": ("hub.cli.match", "Group the records of NDJSON files that speak of one body."),
    "model": ("hub.cli.model", "The weights of resolution."),
    "review": ("hub.cli.review", "Doubtful pairs of records, and what people decide."),
    "serve": ("hub.cli.serving", "Serve the catalogue until interrupted, following each new release."),
    "steward": (
        "hub.cli.serving",
        "Serve the review to those `stewards.toml` names, and to each network what concerns it, until interrupted.",
    ),
    "source": ("hub.cli.steering", "The networks this hub reads."),
    "job": ("hub.cli.jobs", "The visits to the sources, and what waits for a person."),
    "quarantine": ("hub.cli.quarantine", "Records that wait with their issues."),
    "network": ("hub.cli.networks", "What networks are told, and their tokens."),
    "correction": ("hub.cli.corrections", "Values that are proposed to networks."),
    "releases": ("hub.cli.releases", "The releases that stand."),
    "rebuild": (
        "hub.cli.rebuilding",
        "Make the hub anew beside the one that stands, and compare its release with the one in force.",
    ),
    "conformance": (
        "hub.conformance.command",
        "Check any implementation of the feed at URL against the whole protocol, and print a dated report.",
    ),
    "demo": (
        "hub.demo.command",
        "Run twelve networks on this machine, publish their national catalogue, and serve it until Ctrl-C.",
    ),
}


class Waiting(TyperCommand):
    """A command that is not loaded. Whoever uses it, or asks for its help, has to do with the one behind it."""

    def __init__(self, name: str, module: str, told: str) -> None:
        super().__init__(name, help=told)
        self._module = module

    @cached_property
    def loaded(self) -> Any:
        """The command, or the group of commands."""
        around = typer.Typer()
        around.add_typer(import_module(self._module).app)
        return typer.main.get_group(around).commands[str(self.name)]

    def make_context(self, *arguments: Any, **named: Any) -> Any:
        return self.loaded.make_context(*arguments, **named)


class _Program(TyperGroup):
    def __init__(self, **attributes: Any) -> None:
        waiting = {name: Waiting(name, *said) for name, said in _COMMANDS.items()}
        super().__init__(**attributes | {"commands": waiting})


app = typer.Typer(
    name="rrma-hub",
    help="The national hub: harvests the networks' directories and publishes one catalogue.",
    cls=_Program,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def _ready(context: typer.Context) -> None:
    """Called when the command is loaded, before it begins. obj: what the program was asked to do then."""
    if context.obj:
        context.obj()
