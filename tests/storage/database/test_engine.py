"""Databases: migrated once however many begin, durable, and honest when they are not there."""

from __future__ import annotations

import multiprocessing
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from storage.database.engine import Database
from storage.database.lease import LeaseRow
from storage.database.tables import Base, CompanyRow
from storage.errors import ConfigError, DatabaseUnavailable
from storage.messages.reindexing import SearchIndexRow
from tests.databases import migrated, upgraded_or_copied
from tests.refusals import refuses
from web.language.problems import whole


def migrate(url: str) -> None:
    database = Database(url)
    database.migrate()
    database.close()


def test_the_tables_are_those_of_the_models(database: Database, database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": lambda _o, name, *_: not _is_search(name)}
        )
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()

    assert differences == []
    for apart in (SearchIndexRow, LeaseRow):  # their modules are not those of the tables
        assert apart.__tablename__ in Base.metadata.tables


def _is_search(name: str | None) -> bool:
    """The search index is made by hand: models know nothing of it."""
    return bool(name) and str(name).startswith(("message_search", "ix_messages_search"))


def test_several_processes_may_begin_at_once(database_url: str) -> None:
    processes = multiprocessing.get_context("spawn")
    beginning = [processes.Process(target=migrate, args=(database_url,)) for _ in range(4)]
    for process in beginning:
        process.start()
    for process in beginning:
        process.join()

    assert [process.exitcode for process in beginning] == [0, 0, 0, 0]
    database = Database(database_url)
    with database.reading() as session:
        assert session.execute(text("SELECT version FROM config_version")).scalars().all() == [0]
    database.close()


def test_migrating_again_changes_nothing(database: Database) -> None:
    with database.session() as session:
        session.add(CompanyRow(id="1", name="Ромашка", config="{}", version=1))

    database.migrate()

    with database.reading() as session:
        assert session.query(CompanyRow).one().name == "Ромашка"


def test_an_exception_rolls_back(database: Database) -> None:
    def add_and_fail() -> None:
        with database.session() as session:
            session.add(CompanyRow(id="1", name="Ромашка", config="{}", version=1))
            session.flush()
            raise KeyError

    with pytest.raises(KeyError):
        add_and_fail()

    with database.reading() as session:
        assert session.query(CompanyRow).count() == 0


def test_writers_wait_for_each_other(database: Database) -> None:
    with database.session() as session:
        session.add(CompanyRow(id="1", name="Ромашка", config="{}", version=0))

    def add_ten() -> None:
        for _ in range(10):
            with database.session() as session:
                company = session.get(CompanyRow, "1", with_for_update=True)
                assert company
                company.version += 1

    threads = [threading.Thread(target=add_ten) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as session:
        assert session.query(CompanyRow).one().version == 80


def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    with database.session() as writing:
        writing.add(CompanyRow(id="1", name="Ромашка", config="{}", version=0))
        writing.flush()
        with database.reading() as reading:
            assert reading.query(CompanyRow).count() == 0


def test_sqlite_commits_are_durable(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    database.migrate()

    with database.reading() as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert session.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
    database.close()


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("this is a text, " * 100)

    with refuses(DatabaseUnavailable, "not a database"):
        migrate(f"sqlite:///{tmp_path / 'x.db'}")


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file is in the way")

    with refuses(DatabaseUnavailable, "cannot be made"):
        migrate(f"sqlite:///{tmp_path / 'home' / 'x.db'}")


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    database.migrate()

    def fill() -> None:
        with database.session() as session:
            pages = session.execute(text("PRAGMA page_count")).scalar_one()
            session.execute(text(f"PRAGMA max_page_count = {pages}"))
            session.add(CompanyRow(id="1", name="Ромашка", config="x" * 100_000, version=0))

    with refuses(DatabaseUnavailable, "full"):
        fill()
    database.close()


def test_a_server_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable) as raised:
        migrate(f"postgresql+psycopg://me@/db?host={tmp_path}")

    assert "\n" not in whole(raised.value)


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    migrate(url)
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    with refuses(DatabaseUnavailable, "newer version"):
        migrate(url)


@pytest.mark.parametrize("url", ["nonsense", "oracle://x", "mysql+nothing://x"])
def test_a_wrong_url_is_a_sentence(url: str) -> None:
    with refuses(ConfigError, r"database\.url"):
        Database(url)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_lost_connection_is_made_again(database: Database, database_url: str) -> None:
    """As when the server restarts: the session it happens in fails, the next one works."""
    engine = create_engine(database_url)
    with database.reading() as session:
        session.execute(text("SELECT 1"))

    with engine.connect() as other:
        other.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    engine.dispose()

    with database.reading() as session:
        assert session.execute(text("SELECT 1")).scalar() == 1


def test_tables_that_tests_copy_are_those_that_migrations_make(tmp_path: Path) -> None:
    def made(how: Callable[[Connection], None]) -> set[tuple[str, tuple[str, ...]]]:
        database = Database(f"sqlite:///{tmp_path / how.__name__}")
        with database.filling() as connection:
            how(connection)
            found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_schema").all()
        database.close()
        return {(name, tuple(sorted(_lines(sql or "")))) for name, sql in found}

    assert made(upgraded_or_copied) == made(migrated)


def _lines(sql: str) -> list[str]:
    """What a table consists of; its constraints come in any order."""
    return [line.strip("\t ,") for line in sql.split("\n")]
