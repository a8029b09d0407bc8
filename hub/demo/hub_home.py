"""The hub of the demonstration: its folder, and one source file for each node that answers."""

from collections.abc import Iterable
from pathlib import Path

from hub.demo.nodes import Started
from hub.settings import FILE, SOURCES, SourceFile, init_home

NOTICE = "Démonstration : données publiques réelles ; ce ne sont pas les annuaires des réseaux."


def prepare(home: Path, started: Iterable[Started]) -> None:
    """Make the hub if it is new, and tell it where each node listens this time: the ports are the system's choice.

    A node that could not be started keeps the address it had, if any, so that the hub finds it silent.
    """
    if not (home / FILE).exists():
        init_home(home, notice=NOTICE)
    for node in started:
        if node.url is None:
            continue
        network = node.network
        file = SourceFile.model_validate(
            {
                "name": network.id,
                "title": network.name,
                "url": node.url,
                "regions": network.regions,
                "kind": network.kind,
                "local": True,
                "website": network.website,
            }
        )
        (home / SOURCES / f"{network.id}.toml").write_text(file.as_toml(), encoding="utf-8")
