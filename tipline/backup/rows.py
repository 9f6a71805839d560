"""Rows of the database as lines of JSON, the same from SQLite and PostgreSQL, and back into either."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Date, DateTime, LargeBinary, MetaData, Table, bindparam, func, select, text

from tipline.backup.faults import ROW_WITHOUT, BackupError
from tipline.domain import search

A_BATCH = 500
# Visits of the hour: nobody who was signed in then is so now. The index of words is made anew.
LEFT_OUT = frozenset({"alembic_version", "desk_session", "presence"})


def reflected(connection: Connection) -> list[Table]:
    """The tables as this database has them, those that others point at first."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: search.is_mapped(name, "table"))
    return [table for table in found.sorted_tables if table.name not in LEFT_OUT]


def dump(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """All rows, in the order of their keys."""
    query = select(table).order_by(*table.primary_key.columns)
    for row in connection.execution_options(yield_per=A_BATCH).execute(query).mappings():
        yield {name: _plain(value) for name, value in row.items()}


def empty(connection: Connection, table: Table) -> None:
    """Take out what a migration put in; of log and checkpoints nothing can be, and nothing is."""
    if table.name not in ("custody", "checkpoint"):
        connection.execute(table.delete())


def load(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> int:
    """Put rows into an empty table; how many there were. Raises BackupError for a row that fits nowhere."""
    number = 0
    # A row may point at a later one of its own table: those are joined when all are there.
    inner = [one.parent.name for one in table.foreign_keys if one.column.table is table]
    later: list[dict[str, Any]] = []
    for batch in _batches(rows):
        read = [_read(table, row, connection.dialect.name) for row in batch]
        for row in read:
            joins = {name: row[name] for name in inner if row.get(name) is not None}
            if joins:
                later.append({f"key_{one.name}": row[one.name] for one in table.primary_key} | joins)
                row.update(dict.fromkeys(joins))
        connection.execute(table.insert(), read)
        number += len(read)
    for row in later:
        keys = [one == bindparam(f"key_{one.name}") for one in table.primary_key]
        values: dict[str, Any] = {name: bindparam(name) for name in row if name in inner}
        connection.execute(table.update().where(*keys).values(values), row)
    _count_on(connection, table)
    return number


def require_whole(connection: Connection) -> None:
    """Raise BackupError if any row points at nothing; PostgreSQL has refused such rows already."""
    if connection.dialect.name == "sqlite":
        for table, *_ in connection.execute(text("PRAGMA foreign_key_check")):
            raise BackupError(ROW_WITHOUT, table=table)


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == A_BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        # SQLite keeps UTC without a zone.
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def _read(table: Table, row: dict[str, Any], dialect: str) -> dict[str, Any]:
    read = {}
    for column in table.columns:
        value = row.get(column.name)
        if value is not None and isinstance(column.type, DateTime):
            value = datetime.fromisoformat(value)
            value = value.replace(tzinfo=None) if dialect == "sqlite" else value
        elif value is not None and isinstance(column.type, Date):
            value = date.fromisoformat(value)
        elif value is not None and isinstance(column.type, LargeBinary):
            value = base64.b64decode(value)
        read[column.name] = value
    return read


def _count_on(connection: Connection, table: Table) -> None:
    """PostgreSQL's counters go on behind the last number."""
    keys = list(table.primary_key.columns)
    if connection.dialect.name != "postgresql" or len(keys) != 1:
        return
    sequence = connection.scalar(
        text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": keys[0].name}
    )
    last = connection.scalar(select(func.max(keys[0]))) if sequence else None
    if last is not None:
        connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})
