"""The migrations lead to the tables, and only forward."""

from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from node.errors import NotANode
from node.store import migrate
from node.store.engine import open_engine, reading, writing
from node.store.tables import metadata


def schema(connection: Connection) -> dict[str, str]:
    query = text("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%alembic%' AND sql IS NOT NULL")
    return {name: " ".join(sql.split()) for name, sql in connection.execute(query)}


def test_an_upgraded_empty_database_equals_the_tables(tmp_path: Path) -> None:
    upgraded, created = open_engine(tmp_path / "a.sqlite"), open_engine(tmp_path / "b.sqlite")

    migrate.upgrade(upgraded)
    metadata.create_all(created)

    with reading(upgraded) as left, reading(created) as right:
        assert schema(left) == schema(right)
        assert "STRICT" in schema(left)["records"]


def test_the_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parents[1] / "migrations"))

    assert ScriptDirectory.from_config(config).get_heads() == [migrate.HEAD]


def test_a_database_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "node.sqlite")
    migrate.upgrade(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(NotANode, match="plus récente"):
        migrate.upgrade(engine)


def test_writers_wait_for_each_other_instead_of_failing_and_readers_see_one_state(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "node.sqlite")
    migrate.upgrade(engine)
    insert = text("INSERT INTO collections VALUES (:name, 0, '')")
    count = text("SELECT count(*) FROM collections")

    with reading(engine) as reader:
        before = reader.scalar(count)
        with writing(engine) as writer:
            writer.execute(insert, {"name": "actor"})

        assert (before, reader.scalar(count)) == (0, 0)
    with reading(engine) as reader:
        assert reader.scalar(count) == 1
        assert reader.scalar(text("PRAGMA journal_mode")) == "wal"
        assert reader.scalar(text("PRAGMA synchronous")) == 2
