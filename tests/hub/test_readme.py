"""The hub's README names every command, setting, key, exit code and error code there is."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import typer.main

import hub.feeds.errors
import hub.stages.visit
import hub.store.sources
from hub.cli import door
from hub.cli.program import app
from hub.model.source import Limits
from hub.settings import MailFile, Settings, SourceFile
from schemas.errors import SourceError

README = (Path(__file__).parents[2] / "hub" / "README.md").read_text("utf-8")


def commands(group: click.Command, path: str = "") -> Iterator[str]:
    for name, command in getattr(group, "commands", {}).items():
        found = list(commands(getattr(command, "loaded", command), f"{path}{name} "))
        yield from found or [f"{path}{name}"]


def test_every_command_is_explained() -> None:
    assert {"harvest", "source add", "demo"} <= set(commands(typer.main.get_command(app)))
    assert [
        name for name in commands(typer.main.get_command(app)) if not re.search(rf"`(rrma-hub )?{name}\b", README)
    ] == []


def test_every_setting_and_every_key_of_a_source_is_explained() -> None:
    mail = [field.alias or name for name, field in MailFile.model_fields.items()]
    names = [*Settings.model_fields, *SourceFile.model_fields, *Limits.__dataclass_fields__, *mail]

    assert [name for name in names if f"`{name}`" not in README and f"[{name}]" not in README] == []


def test_every_error_of_a_source_is_explained() -> None:
    modules = (hub.feeds.errors, hub.stages.visit, hub.store.sources)
    found = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    codes = {each.code for each in found if issubclass(each, SourceError) and each is not SourceError}

    assert len(codes) > 10
    assert [code for code in sorted(codes) if f"`{code}`" not in README] == []


def test_every_exit_code_is_explained() -> None:
    codes = (door.DONE, door.SOURCE_FAILED, door.USAGE, door.ATTENTION, door.REFUSED)

    assert [code for code in codes if f"| {code} |" not in README] == []
