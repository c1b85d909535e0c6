"""Rows that are inserted, or else found there already."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.models import Base


def insert_into(session: Session, table: type[Base]) -> Any:
    """An insert that knows ``on_conflict_…``, of the session's database.

    To be executed on the session's connection with a list of rows, and not to be given them as
    ``values``: SQLAlchemy compiles a statement anew each time that it holds several rows.
    """
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if on_postgresql else sqlite.insert(table)
