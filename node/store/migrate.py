"""Bring a database to the tables this program knows. Forward only."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from node.errors import NotANode
from node.store.engine import reading, writing

_MIGRATIONS = Path(__file__).parent.parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Apply the revisions that are missing; a database already up to date is not written to.

    Raises NotANode when a newer program has been at work on it.
    """
    config = Config()
    config.set_main_option("script_location", _MIGRATIONS.as_posix())
    script = ScriptDirectory.from_config(config)
    with reading(engine) as connection:
        found = _revision(connection)
    if found == script.get_current_head():
        return
    if found is not None and found not in {revision.revision for revision in script.walk_revisions()}:
        raise NotANode("La base de ce nœud vient d'une version plus récente du programme : mettez rrma-node à jour.")
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
