"""A node's home folder: node.toml, mappings/, node.sqlite. Made once, then opened by every command."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from node import settings as configuration
from node.errors import NotANode
from node.settings import Settings
from node.store import migrate, state
from node.store.engine import open_engine, writing
from schemas.errors import ConfigError
from schemas.manifest import spell_moment

DATABASE = "node.sqlite"
MAPPINGS = "mappings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """An opened node."""

    path: Path
    settings: Settings
    engine: Engine

    @property
    def mappings(self) -> tuple[Path, ...]:
        """The mapping files of this node, by name."""
        return tuple(sorted((self.path / MAPPINGS).glob("*.toml")))

    def secret(self, file: Path | None) -> bytes | None:
        return configuration.secret(self.path, file)


def create(path: Path, values: dict[str, Any], *, epoch: UUID, now: datetime) -> Home:
    """Make a new node. values: settings as in node.toml; None is left out.

    Raises ConfigError when a setting is wrong or the folder already holds a node.
    """
    if (path / configuration.FILE).exists() or (path / DATABASE).exists():
        raise ConfigError(f"{path} contient déjà un nœud : choisissez un autre dossier.")
    said = {name: value for name, value in values.items() if value not in (None, (), [])}
    settings = configuration.checked(said, where="la commande")
    (path / MAPPINGS).mkdir(parents=True, exist_ok=True)
    engine = open_engine(path / DATABASE)
    migrate.upgrade(engine)
    with writing(engine) as connection:
        state.begin(connection, str(epoch), spell_moment(now))
    # Last, so that a folder with node.toml is always a whole node.
    (path / configuration.FILE).write_text(_toml(said), "utf-8")
    return Home(path=path, settings=settings, engine=engine)


def open_home(path: Path) -> Home:
    """Open a node, bringing its database up to date. Raises NotANode or ConfigError."""
    settings = configuration.load(path)
    if not (path / DATABASE).is_file():
        raise NotANode(f"La base {path / DATABASE} est absente : restaurez-la, ou recréez le nœud (rrma-node init).")
    engine = open_engine(path / DATABASE)
    try:
        migrate.upgrade(engine)
    except DatabaseError as error:
        raise NotANode(f"La base {path / DATABASE} ne peut pas être ouverte : {error.orig}.") from error
    return Home(path=path, settings=settings, engine=engine)


def _toml(values: dict[str, Any]) -> str:
    """Flat TOML: a JSON text, list, number or boolean is spelt the same in TOML."""
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    return "\n".join(["# Réglages du nœud : voir node/README.md.", *lines, ""])
