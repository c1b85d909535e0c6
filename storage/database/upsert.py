"""Rows that are inserted, or else found there already."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from storage.database.tables import Base


def insert_into(session: Session, table: type[Base]) -> Any:
    """An insert that knows ``on_conflict_…``, of the session's database.

    To be executed on the session's connection with a list of rows, and not to be given them as
    ``values``: SQLAlchemy compiles a statement anew each time that it holds several rows.
    """
    if session.get_bind().dialect.name == "postgresql":
        # Imported here: it takes a moment, which every start on SQLite would pay.
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    return sqlite.insert(table)
