"""Bring a database to the tables this program knows. Forward only.

Alembic takes longer to import than most commands take to run, so it is imported only when there is something to do.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from node.errors import NotANode
from node.store.engine import reading, writing

HEAD = "0005"
_MIGRATIONS = Path(__file__).parent.parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Apply the revisions that are missing; a database already up to date is not written to.

    Raises NotANode when a newer program has been at work on it.
    """
    with reading(engine) as connection:
        found = _revision(connection)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise NotANode("La base de ce nœud vient d'une version plus récente du programme : mettez rrma-node à jour.")
    with writing(engine) as connection:
        _run(connection)


def _revision(connection: Connection) -> str | None:
    """Revisions are numbered, so that they compare."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _run(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 (see above)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", _MIGRATIONS.as_posix())
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
