"""The README names every command, option, setting, exit code, endpoint and issue code there is."""

import ast
import re
from pathlib import Path

import pytest
import typer

from node import home as homes
from node import plan, reading
from node.cli import app, exits
from node.settings import Settings
from node.web import feed, health, pages, region
from node.web.problems import STATUSES

FOLDER = Path(homes.__file__).parent
README = (FOLDER / "README.md").read_text("utf-8")
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_is_told(name: str) -> None:
    options = [option for one in COMMANDS[name].params for option in one.opts if option.startswith("--")]

    assert f"`rrma-node {name}" in README
    assert [option for option in options if f"`{option}" not in README] == []


def test_every_setting_is_told_with_its_default() -> None:
    told = dict(re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| (.+?) \|", README, re.MULTILINE))
    defaults = {name: default for names, default in told.items() for name in re.findall(r"`(\w+)`", names)}

    for name, field in Settings.model_fields.items():
        expected = {True: "required", False: {None: "none", False: "`false`", (): "none"}.get(field.default)}
        assert defaults[name] == (expected[field.is_required()] or f"`{field.default}`")


def test_every_exit_code_is_told_in_the_words_of_the_program() -> None:
    told = {int(code): text for code, text in re.findall(r"^\| (\d) \| (.+?) \|$", README, re.MULTILINE)}

    assert told == exits.MEANINGS


def test_every_endpoint_is_told() -> None:
    routes = [route for part in (feed, pages, health, region) for route in part.router.routes]
    paths = {route.path.replace("local_id:path", "id") for route in routes}  # type: ignore[attr-defined]

    assert len(paths) == 14
    assert [path for path in sorted(paths) if f"`{path}`" not in README] == []


def test_every_problem_is_told_with_its_status() -> None:
    assert [kind for kind, status in STATUSES.items() if f"{status} `{kind.code}`" not in README] == []


def test_every_issue_code_of_the_node_is_told() -> None:
    source = Path(plan.__file__).read_text() + Path(reading.__file__).read_text()
    literals = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    codes = {text for text in literals if isinstance(text, str) and re.fullmatch(r"[a-z]+(-[a-z]+)+", text)}

    assert codes == {"duplicate-id", "id-of-another-origin", "erased-on-request", "not-transmissible"}
    assert [code for code in codes if f"`{code}`" not in README] == []


def test_every_module_is_told() -> None:
    modules = {path.name for path in FOLDER.glob("*.py")} - {"__init__.py", "__main__.py", "errors.py"}

    assert [name for name in sorted(modules) if f"`{name}`" not in README] == []
