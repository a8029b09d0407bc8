"""The program knows its commands before it loads them."""

import inspect
import subprocess
import sys

import pytest
import typer.main

from hub.cli.program import Waiting, app

COMMANDS = typer.main.get_group(app).commands


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_of_a_command_what_the_command_says_first(name: str) -> None:
    waiting = COMMANDS[name]
    assert isinstance(waiting, Waiting)

    first, *_ = inspect.cleandoc(waiting.loaded.help).split("\n\n")

    assert waiting.loaded.name == name
    assert waiting.help == " ".join(first.split())


@pytest.mark.parametrize(
    ("arguments", "loaded"),
    [(["--help"], set()), (["match", "--help"], {"hub.cli.match"})],
)
def test_a_command_loads_no_other(arguments: list[str], loaded: set[str]) -> None:
    heavy = {"hub.cli.match", "hub.cli.stages", "hub.cli.serving", "hub.wiring", "sqlalchemy", "fastapi", "duckdb"}
    program = (
        "import sys\nfrom hub.cli import main\n"
        f"sys.argv[1:] = {arguments}\n"
        "try:\n    main()\nexcept SystemExit:\n    print(*sys.modules, file=sys.stderr)"
    )

    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "Usage" in told.stdout
    assert heavy & set(told.stderr.split()) == loaded
