"""The history of the working database's shape: one line, forward only."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from hub.store.engine import reading


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest shape. One that has it is only read, so that nobody waits for a writer."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with reading(engine) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == ScriptDirectory.from_config(config).get_current_head():
        return
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
