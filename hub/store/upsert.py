"""Many rows at once: inserted, or written by primary key, in the one spelling that SQLite and PostgreSQL share.

A harvest writes two rows for each record that it reads. The statement is compiled once, and each value goes straight
through its column's own processor to the driver: SQLAlchemy's `execute` looks at every parameter of every row anew,
which takes as long as SQLite needs to write it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.columns import UtcDateTime

Process = Callable[[Any], Any]


def insert_all(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Add rows; the columns of the first row are those of all."""
    _write(connection, table, rows, replacing=False)


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows by primary key; the columns of the first row are those of all."""
    _write(connection, table, rows, replacing=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """A compiled statement. names: its parameters in order; processed: place of those that must be spelt for it."""

    sql: str
    names: tuple[str, ...]
    positional: bool
    processed: tuple[tuple[int, Process], ...]


def _write(connection: Connection, table: Table, rows: Sequence[dict[str, Any]], *, replacing: bool) -> None:
    if not rows:
        return
    plan = _plan(connection.dialect, table, tuple(rows[0]), replacing=replacing)
    in_order = itemgetter(*plan.names)
    spelt = []
    for row in rows:
        values = list(in_order(row))
        for place, process in plan.processed:
            values[place] = process(values[place])
        spelt.append(tuple(values))
    if plan.positional:
        connection.exec_driver_sql(plan.sql, spelt)
    else:
        connection.exec_driver_sql(plan.sql, [dict(zip(plan.names, values, strict=True)) for values in spelt])


@lru_cache(maxsize=64)
def _plan(dialect: Dialect, table: Table, columns: tuple[str, ...], *, replacing: bool) -> _Plan:
    statement = (sqlite.insert if dialect.name == "sqlite" else postgresql.insert)(table)
    if replacing:
        keys = [column.name for column in table.primary_key]
        changed = {name: statement.excluded[name] for name in columns if name not in keys}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    compiled = statement.compile(dialect=dialect, column_keys=list(columns))
    names = tuple(compiled.positiontup or columns)
    processors = ((place, _processor(dialect, table, name)) for place, name in enumerate(names))
    return _Plan(
        sql=str(compiled),
        names=names,
        positional=compiled.positional,
        processed=tuple((place, process) for place, process in processors if process is not None),
    )


def _processor(dialect: Dialect, table: Table, name: str) -> Process | None:
    kind = table.c[name].type
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    return _remembering(process) if process is not None and isinstance(kind, UtcDateTime) else process


def _remembering(process: Process) -> Process:
    """The same moment stands in every row of a page: it is spelt once."""
    last: tuple[Any, Any] = (None, process(None))

    def spelt(value: Any) -> Any:
        nonlocal last
        known = last
        if known[0] is not value:
            last = known = (value, process(value))
        return known[1]

    return spelt
