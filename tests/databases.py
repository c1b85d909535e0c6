"""SQLite databases with all their tables and not a row, copied: quicker than making each anew."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from storage.database.engine import Database


def empty_sqlite(file: Path) -> Database:
    """A database of its own in this file, which is not there yet."""
    file.write_bytes(_made_once())
    return Database(f"sqlite:///{file}")


@cache
def _made_once() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        database = Database(f"sqlite:///{file}")
        database.migrate()
        database.close()  # and what the log beside it holds is in the file
        return file.read_bytes()
