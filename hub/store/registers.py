"""What resolution knows of a collection between two nights. Derived: without it the next resolution is a whole one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import pyarrow as pa
from sqlalchemy import Connection, delete, select

from hub.store.tables import registers
from hub.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class Stored:
    """The shelf of one collection (see `hub.resolution.keeping`); what is put there stands with the transaction."""

    connection: Connection
    collection: str

    def read(self, name: str) -> pa.Buffer | None:
        here = (registers.c.collection == self.collection, registers.c.part == name)
        content = self.connection.scalar(select(registers.c.content).where(*here))
        return None if content is None else pa.py_buffer(content)

    def write(self, name: str, parts: Iterable[bytes | memoryview]) -> None:
        row = {"collection": self.collection, "part": name, "content": b"".join(parts)}
        upsert(self.connection, registers, [row])

    def keep_only(self, names: Collection[str]) -> None:
        here = (registers.c.collection == self.collection, registers.c.part.not_in(names))
        self.connection.execute(delete(registers).where(*here))
