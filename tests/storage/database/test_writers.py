"""Writers of one process take turns on SQLite, and none of them waits for ever."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import storage.database.engine
from storage.database.engine import Database
from storage.errors import DatabaseUnavailable


def test_who_waits_too_long_for_another_writer_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'voicepost.db'}")
    database.migrate()
    monkeypatch.setattr(storage.database.engine, "BUSY_SECONDS", 0.1)
    refused: list[DatabaseUnavailable] = []

    def write() -> None:
        try:
            with database.session():
                pass
        except DatabaseUnavailable as error:
            refused.append(error)

    with database.session():
        with database.reading():
            pass  # readers wait for nobody
        other = threading.Thread(target=write)
        other.start()
        other.join()
    assert [error.code for error in refused] == ["database-busy-writing"]
    write()
    assert len(refused) == 1, "the turn was given back"
    database.close()
