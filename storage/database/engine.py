"""The database: one engine, sessions, and migrations applied at start.

Synchronous, and safe to use from many threads; asyncio code calls it through worker threads.
How long a caller waits for it is in `dialplan.keeping.patience`.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    IntegrityError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from storage.errors import ConfigError, DatabaseUnavailable
from storage.files.fsync import make_folder

if TYPE_CHECKING:
    import psycopg

MIGRATIONS = Path(__file__).parent / "migrations"

# How long a writer waits for the other writers, in seconds. Commits take milliseconds: a wait
# this long means that something holds the database for good.
BUSY_SECONDS = 15

# How much of a SQLite database each connection keeps in memory, in kilobytes: pages of the search
# index of a million messages, which one search reads several times.
CACHE_KB = 16_000

# libpq's words for giving up a server whose network went away, in seconds and milliseconds.
POSTGRESQL_PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}

# Any number will do, as long as every Voicepost takes the same one.
MIGRATION_LOCK = 0x766F6963


class Database:
    """A database by SQLAlchemy's URL: SQLite, or PostgreSQL through psycopg."""

    def __init__(self, url: str) -> None:
        """Raises ConfigError if the URL is none; nothing is opened yet."""
        try:
            self.url = make_url(url)
            self.is_sqlite = self.url.get_backend_name() == "sqlite"
            # A connection to a server may have died since it was used last; a file's cannot.
            self._engine = create_engine(
                self.url, pool_pre_ping=not self.is_sqlite, connect_args=_patience(self.url)
            )
        except (ArgumentError, ImportError) as error:
            raise ConfigError("not-a-database-url", "database.url") from error
        self._writing = threading.Lock()
        if self.is_sqlite:
            _prepare_sqlite(self._engine)
        else:
            _prepare_postgresql(self._engine)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that may write: committed at the end, rolled back on an exception.

        On SQLite writers come one after the other, from the first statement on, so that
        none finds its snapshot outdated half-way. Raises DatabaseUnavailable.
        """
        with self._transaction(write=True) as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads; it waits for no writer. Raises DatabaseUnavailable."""
        with self._transaction(write=False) as session:
            yield session

    def migrate(self) -> None:
        """Bring the tables up to date; several processes may do so at once.

        Where they are it already, which is nearly always, no lock is waited for. Raises
        DatabaseUnavailable.
        """
        if self.is_sqlite:
            self._make_file()
        if self.revision() != newest_revision():
            with self.filling() as connection:
                upgrade(connection)

    def revision(self) -> str:
        """The migration that the tables are at; "" where there are none. Raises as `migrate`."""
        with _plain_errors(), self._engine.connect() as connection:
            if not self._engine.dialect.has_table(connection, "alembic_version"):
                return ""
            return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """All tables as they are at one moment, to be read while others go on writing.

        Raises DatabaseUnavailable.
        """
        with _plain_errors(), self._engine.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def filling(self) -> Iterator[Connection]:
        """A transaction in which tables are made or changed; only one does so at a time.

        Raises DatabaseUnavailable.
        """
        if self.is_sqlite:
            self._make_file()
        with _plain_errors(), self._engine.connect() as connection:
            connection.execution_options(voicepost_write=True)
            with connection.begin():
                if not self.is_sqlite:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
                yield connection

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Session]:
        with self._turn(write), _plain_errors(), self._engine.connect() as connection:
            connection.execution_options(voicepost_write=write)
            with Session(connection, expire_on_commit=False) as session, session.begin():
                yield session

    @contextmanager
    def _turn(self, write: bool) -> Iterator[None]:
        """Wait for the other writers of this process, where only one can write at a time.

        SQLite would have each try again and again, sleeping up to 100 ms in between, while the
        database is free.
        """
        if not (write and self.is_sqlite):
            yield
            return
        if not self._writing.acquire(timeout=BUSY_SECONDS):
            raise DatabaseUnavailable("database-busy-writing")
        try:
            yield
        finally:
            self._writing.release()

    def _make_file(self) -> None:
        if not self.url.database or self.url.database == ":memory:":
            return
        folder = Path(self.url.database).parent
        try:
            make_folder(folder, mode=0o700)
            _make_private(Path(self.url.database))
        except OSError as error:
            raise DatabaseUnavailable(
                "database-folder", folder=folder, reason=error.strerror
            ) from error


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Make the tables those of a revision, or of this program. Raises DatabaseUnavailable."""
    # Imported here: it takes as long as all else that most commands do.
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise DatabaseUnavailable("database-newer") from error


def newest_revision() -> str:
    """The last migration that this program knows: their files begin with their numbers."""
    return max(_revisions())


def knows_revision(revision: str) -> bool:
    """Whether there is a migration of that number."""
    return revision in _revisions()


def _revisions() -> list[str]:
    return [path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")]


def _make_private(file: Path) -> None:
    """Make SQLite's file, unless it is there: the files beside it get the permissions it has."""
    with suppress(FileExistsError):
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(descriptor, 0o640)
        finally:
            os.close(descriptor)


def _patience(url: URL) -> dict[str, int]:
    """How long to try to reach a server, where the URL does not say it itself."""
    if not url.drivername.startswith("postgresql"):
        return {}
    return {name: value for name, value in POSTGRESQL_PATIENCE.items() if name not in url.query}


def _prepare_sqlite(engine: Engine) -> None:
    """Durable commits, readers that wait for nobody, and transactions begun by us."""

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {BUSY_SECONDS * 1000}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"cache_size = -{CACHE_KB}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("voicepost_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _prepare_postgresql(engine: Engine) -> None:
    """Plans made for the values that are asked for, and for the first few rows, not for all.

    Lists read some dozens of rows along an index. Joining by sorting or hashing would read a table
    to the end where the planner mistakes how soon there are enough; so would a plan made once
    for rare and common words alike. Compiling takes longer than any of these queries.
    """

    @event.listens_for(engine, "connect")
    def _connect(connection: psycopg.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.prepare_threshold = None
        for setting in ("enable_mergejoin", "enable_hashjoin", "jit"):
            connection.execute(f"SET {setting} = off")
        connection.commit()


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn what means "no database" into DatabaseUnavailable; let mistakes of ours through."""
    try:
        yield
    except IntegrityError:
        raise
    except PoolTimeout as error:
        raise DatabaseUnavailable("database-busy-connections") from error
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != "42501":  # insufficient privilege
            raise
        raise DatabaseUnavailable("database-failed", reason=_reason(error)) from error
    except DatabaseError as error:
        raise DatabaseUnavailable("database-failed", reason=_reason(error)) from error
    except DBAPIError as error:
        raise DatabaseUnavailable("database-failed", reason=_reason(error)) from error


def _reason(error: DBAPIError) -> str:
    return " ".join(str(error.orig).split())
