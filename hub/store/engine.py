"""The connection to the working database: SQLite by default, PostgreSQL by URL.

On SQLite every writing transaction begins IMMEDIATE: a transaction that reads first and writes later fails at once with
"database is locked" when another one committed in between, whatever the busy timeout. WAL lets readers go on meanwhile,
and synchronous=FULL keeps what was acknowledged through a power cut. secure_delete=ON writes zeros over what is
deleted, so that no free page holds what was erased; the log beside the file goes when the last process closes it, and
is cut to a few pages of a feed after a transaction that made it long.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event

# A page of a thousand records commits in well under a second; twelve writers may queue behind each other.
_BUSY_TIMEOUT_MS = 60_000
_LOG_KEPT_BYTES = 16 << 20


def open_engine(url: str) -> Engine:
    """url: as SQLAlchemy spells it, "sqlite:////srv/hub/hub.sqlite" or "postgresql+psycopg://…"."""
    engine = create_engine(
        url,
        pool_pre_ping=not url.startswith("sqlite"),
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database and blocks no writer."""
    options: dict[str, Any] = {"reading": True}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # or the driver would begin transactions of its own, deferred ones
    durable = "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"
    limits = f"busy_timeout={_BUSY_TIMEOUT_MS}", f"journal_size_limit={_LOG_KEPT_BYTES}"
    for pragma in (*durable, *limits, "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("reading") else "BEGIN IMMEDIATE")
