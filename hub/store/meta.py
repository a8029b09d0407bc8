"""Single facts about the working database: what the derived parts were last derived from."""

from sqlalchemy import Connection, select

from hub.store.tables import meta
from hub.store.upsert import upsert


def get(connection: Connection, key: str) -> str | None:
    return connection.scalar(select(meta.c.value).where(meta.c.key == key))


def put(connection: Connection, key: str, value: str) -> None:
    upsert(connection, meta, [{"key": key, "value": value}])
