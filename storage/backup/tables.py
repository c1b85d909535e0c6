"""Tables as text that no database is needed for: one JSON object a row.

What tables and columns there are is asked of the database: migrations decide that, not this module.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    func,
    inspect,
    select,
    text,
)

from storage.errors import WrongValue

Row = dict[str, Any]

REVISION_TABLE = "alembic_version"
ROWS_AT_ONCE = 200
CHUNK_BYTES = 1024 * 1024

_SQLITE_TABLES = text(
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = :type"
    " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
)
_LAST_NUMBER = text("SELECT pg_sequence_last_value(CAST(:sequence AS regclass))")
_SET_NUMBER = text("SELECT setval(CAST(:sequence AS regclass), :number)")


class Tables:
    """The tables of a database as they are, owners before what belongs to them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.is_sqlite = connection.dialect.name == "sqlite"
        metadata = MetaData()
        metadata.reflect(connection, only=self._names())
        self._all = metadata
        self.sorted = [table for table in metadata.sorted_tables if table.name != REVISION_TABLE]
        self.by_name = {table.name: table for table in self.sorted}

    def revision(self) -> str:
        """The migration that the tables are at."""
        return str(self._connection.scalar(text("SELECT version_num FROM alembic_version")))

    def count(self, name: str, *conditions: Any) -> int:
        """How many rows a table has."""
        table = self.by_name[name]
        counted = select(func.count()).select_from(table).where(*conditions)
        return self._connection.execute(counted).scalar_one()

    def rows(self, table: Table) -> Iterator[list[Row]]:
        """All rows in the order of their keys, some at a time."""
        query = select(table).order_by(*table.primary_key.columns)
        options = {"yield_per": ROWS_AT_ONCE}
        with self._connection.execute(query, execution_options=options) as result:
            for some in result.mappings().partitions():
                yield [dict(row) for row in some]

    def insert(self, table: Table, rows: list[Row]) -> None:
        """Add rows."""
        if rows:
            self._connection.execute(table.insert(), rows)

    def drop(self) -> None:
        """Remove all tables, so that another revision can be made."""
        if self.is_sqlite:
            for name in self._connection.scalars(_SQLITE_TABLES, {"type": "virtual"}).all():
                self._connection.exec_driver_sql(f'DROP TABLE "{name}"')
        self._all.drop_all(self._connection)

    def sequences(self) -> dict[str, int]:
        """The last number given out, of each table that numbers its rows."""
        if self.is_sqlite:
            if not self._numbers_rows():
                return {}
            rows = self._connection.execute(text("SELECT name, seq FROM sqlite_sequence"))
            return {str(name): int(last) for name, last in rows if name in self.by_name}
        last = {
            name: self._connection.scalar(_LAST_NUMBER, {"sequence": sequence})
            for name, sequence in self._postgresql_sequences()
        }
        return {name: int(number) for name, number in last.items() if number is not None}

    def set_sequences(self, last: dict[str, int]) -> None:
        """Go on numbering above what is there, and above what was given out elsewhere."""
        if self.is_sqlite:
            for name, number in last.items() if self._numbers_rows() else ():
                known = {"name": name, "number": number}
                for statement in (
                    "INSERT INTO sqlite_sequence (name, seq) SELECT :name, 0 WHERE NOT EXISTS"
                    " (SELECT 1 FROM sqlite_sequence WHERE name = :name)",
                    "UPDATE sqlite_sequence SET seq = max(seq, :number) WHERE name = :name",
                ):
                    self._connection.execute(text(statement), known)
            return
        for name, sequence in self._postgresql_sequences():
            (column,) = self.by_name[name].primary_key.columns
            highest = self._connection.scalar(select(func.max(column))) or 0
            if number := max(highest, last.get(name, 0)):
                arguments = {"sequence": sequence, "number": number}
                self._connection.execute(_SET_NUMBER, arguments)

    def _numbers_rows(self) -> bool:
        """Whether there is a table with AUTOINCREMENT: SQLite makes its list with the first."""
        return inspect(self._connection).has_table("sqlite_sequence")

    def _names(self) -> list[str]:
        """Tables of ours, without those that hold what SQLite's search index needs."""
        if self.is_sqlite:
            return list(self._connection.scalars(_SQLITE_TABLES, {"type": "table"}))
        return inspect(self._connection).get_table_names()

    def _postgresql_sequences(self) -> Iterator[tuple[str, str]]:
        for table in self.sorted:
            if len(table.primary_key.columns) == 1:
                (column,) = table.primary_key.columns
                sequence = self._connection.scalar(
                    select(func.pg_get_serial_sequence(f'"{table.name}"', column.name))
                )
                if sequence:
                    yield table.name, sequence


def as_line(row: Row) -> bytes:
    """A row as a line."""
    return json.dumps({name: _written(row[name]) for name in row}, separators=(",", ":")).encode()


def from_lines(table: Table, lines: bytes, *, is_sqlite: bool) -> list[Row]:
    """The rows of a chunk. Raises ValueError for what is no row of this table."""
    readers = {column.name: _reader(column.type, is_sqlite) for column in table.columns}
    rows = []
    for line in lines.splitlines():
        row = json.loads(line)
        if not isinstance(row, dict) or row.keys() != readers.keys():
            raise WrongValue("other-columns", table=table.name)
        try:
            rows.append(
                {
                    name: None if value is None else readers[name](value)
                    for name, value in row.items()
                }
            )
        except (TypeError, AttributeError) as error:
            raise WrongValue("wrong-kind", table=table.name) from error
    return rows


def _written(value: object) -> object:
    if isinstance(value, datetime):
        # SQLite knows no zones: there the stored time is UTC.
        return (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def _reader(kind: object, is_sqlite: bool) -> Callable[[Any], Any]:
    if isinstance(kind, DateTime):
        return _sqlite_time if is_sqlite else datetime.fromisoformat
    if isinstance(kind, LargeBinary):
        return lambda value: base64.b64decode(value, validate=True)
    return _plain


def _sqlite_time(value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)


def _plain(value: Any) -> Any:
    if not isinstance(value, str | int | float | bool):
        raise TypeError(value)
    return value
