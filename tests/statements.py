"""What is asked of a database, as tests count it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from storage.database.engine import Database


@contextmanager
def statements_of(database: Database) -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    executed: list[str] = []
    listening = ("before_cursor_execute", lambda *given: executed.append(given[2]))
    event.listen(database._engine, *listening)
    try:
        yield executed
    finally:
        event.remove(database._engine, *listening)
