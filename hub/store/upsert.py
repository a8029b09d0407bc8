"""Many rows at once: inserted, or written by primary key, in the one spelling that SQLite and PostgreSQL share.

A harvest writes two rows for each record that it reads. The statement is compiled once, and each column that must be
spelt for the driver goes through its own processor as a whole: SQLAlchemy's `execute` looks at every parameter of every
row anew, which takes as long as SQLite needs to write it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, LargeBinary, Table
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.columns import UtcDateTime

Process = Callable[[Any], Any]
Columns = Mapping[str, Sequence[Any]]


def insert_all(connection: Connection, table: Table, columns: Columns) -> None:
    """Add rows. columns: name -> values, as many in each."""
    _write(connection, table, columns, replacing=False)


def upsert_all(connection: Connection, table: Table, columns: Columns) -> None:
    """Write rows by primary key. columns: as of `insert_all`."""
    _write(connection, table, columns, replacing=True)


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows by primary key; the columns of the first row are those of all."""
    if rows:
        upsert_all(connection, table, {name: [row[name] for row in rows] for name in rows[0]})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """A compiled statement. names: its parameters in order; processors: of those that must be spelt for the driver, and
    how nothing is spelt.
    """

    sql: str
    names: tuple[str, ...]
    positional: bool
    processors: Mapping[str, tuple[Process, Any]]


def _write(connection: Connection, table: Table, columns: Columns, *, replacing: bool) -> None:
    plan = _plan(connection.dialect, table, tuple(columns), replacing=replacing)
    spelt = dict(columns)
    for name, (process, nothing) in plan.processors.items():
        spelt[name] = [nothing if value is None else process(value) for value in columns[name]]
    rows: list[Any] = list(zip(*(spelt[name] for name in plan.names), strict=True))
    if not plan.positional:
        rows = [dict(zip(plan.names, row, strict=True)) for row in rows]
    if rows:
        connection.exec_driver_sql(plan.sql, rows)


@lru_cache(maxsize=64)
def _plan(dialect: Dialect, table: Table, columns: tuple[str, ...], *, replacing: bool) -> _Plan:
    statement = (sqlite.insert if dialect.name == "sqlite" else postgresql.insert)(table)
    if replacing:
        keys = [column.name for column in table.primary_key]
        changed = {name: statement.excluded[name] for name in columns if name not in keys}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    compiled = statement.compile(dialect=dialect, column_keys=list(columns))
    names = tuple(compiled.positiontup or columns)
    processors = {name: process for name in names if (process := _processor(dialect, table, name)) is not None}
    return _Plan(
        sql=str(compiled),
        names=names,
        positional=compiled.positional,
        processors={name: (process, process(None)) for name, process in processors.items()},
    )


def _processor(dialect: Dialect, table: Table, name: str) -> Process | None:
    """Bytes need none: both drivers take them as they are."""
    kind = table.c[name].type
    process = None if isinstance(kind, LargeBinary) else kind.dialect_impl(dialect).bind_processor(dialect)
    return _remembering(process) if process is not None and isinstance(kind, UtcDateTime) else process


def _remembering(process: Process) -> Process:
    """The same moment stands in every row of a page: it is spelt once."""
    last: tuple[Any, Any] = (None, None)

    def spelt(value: Any) -> Any:
        nonlocal last
        known = last
        if known[0] is not value:
            last = known = (value, process(value))
        return known[1]

    return spelt
