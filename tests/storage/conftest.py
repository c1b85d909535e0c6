"""A place to keep messages in, on each database."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.audio.store import LocalAudio
from storage.companies.directory import Directory
from storage.database.employee_tables import EmployeeRow
from storage.database.engine import Database
from storage.intake.intake import Draft, Empty, Intake, Kept, Mailbox
from storage.messages.envelope import Envelope, new_envelope
from storage.messages.repository import MessageRepository
from storage.retention.retention import Retention
from tests.databases import empty_sqlite
from tests.speech import speak
from tests.storage.postgresql import connect, postgresql_server

REQUEST = "Здравствуйте, это Иван. Перезвоните мне, пожалуйста, завтра утром."

COMPANY = Mailbox(
    company_id="11111111-1111-4111-8111-111111111111",
    company="Ромашка",
    box="company",
    addressee_name="Ромашка",
    addressee_number="74951234567",
    timezone="Europe/Moscow",
)
ANNA = Mailbox(
    company_id=COMPANY.company_id,
    company="Ромашка",
    box="employee",
    addressee_name="Анна Щукина",
    addressee_number="101",
    timezone="Europe/Moscow",
    numbers=("101", "+7 916 000-11-22"),
)


# The ids of those who have the company's extensions.
WHO = {
    "101": "aaaaaaaa-0000-4000-8000-000000000101",
    "102": "bbbbbbbb-0000-4000-8000-000000000102",
}


def employ(database: Database) -> None:
    """Give the company's extensions to Anna and to Boris."""
    with database.session() as session:
        for (extension, employee_id), name in zip(
            WHO.items(), ("Анна Щукина", "Борис"), strict=True
        ):
            session.add(
                EmployeeRow(
                    id=employee_id,
                    company_id=COMPANY.company_id,
                    extension=extension,
                    name=name,
                    since=datetime(1970, 1, 1, tzinfo=UTC),
                )
            )


@dataclass(frozen=True)
class Store:
    """Everything a message needs to be kept."""

    folder: Path
    database: Database
    audio: LocalAudio
    intake: Intake
    messages: MessageRepository
    recordings: Path

    @property
    def retention(self) -> Retention:
        """Without any company whose boxes have days."""
        return Retention(self.database, self.audio, lambda: Directory(0, {}))

    def begin(
        self,
        mailbox: Mailbox = COMPANY,
        *,
        caller_number: str = "+79161234567",
        caller_name: str = "",
        call_id: str = "call-1",
        replaces: Draft | None = None,
    ) -> Draft:
        return self.intake.begin(
            envelope(mailbox, caller_number, caller_name, call_id=call_id, replaces=replaces)
        )

    def begin_without_database(
        self, mailbox: Mailbox = COMPANY, *, call_id: str = "call-1", replaces: Draft | None = None
    ) -> Draft:
        return self.intake.begin_without_database(
            envelope(mailbox, call_id=call_id, replaces=replaces)
        )

    def recording(self, draft: Draft) -> Path:
        """Where Asterisk records for this draft."""
        return self.recordings / f"{draft.id}.wav"

    def receive(
        self,
        mailbox: Mailbox = COMPANY,
        *,
        at: datetime | None = None,
        caller: str = "79161234567",
        name: str = "",
    ) -> str:
        """A whole message, kept; returns its id."""
        path = speak(REQUEST, path=self.folder / f"{uuid.uuid4()}-in.wav")
        outcome = self.intake.take_in(
            path,
            mailbox=mailbox,
            caller_number=caller,
            caller_name=name,
            dialled="74951234567",
            received_at=at or datetime.now(UTC),
            source="asterisk",
            min_speech=1.0,
        )
        assert isinstance(outcome, Kept)
        return outcome.id

    def audio_files(self) -> list[Path]:
        return [path for path in self.audio.folder.rglob("*") if path.is_file()]


def envelope(
    mailbox: Mailbox = COMPANY,
    caller_number: str = "+79161234567",
    caller_name: str = "",
    *,
    call_id: str = "call-1",
    replaces: Draft | None = None,
) -> Envelope:
    return new_envelope(
        mailbox,
        caller_number=caller_number,
        caller_name=caller_name,
        dialled="74951234567",
        source="ari",
        call_id=call_id,
        min_speech=1.0,
        replaces=replaces.id if replaces else None,
    )


def kept(outcome: Kept | Empty) -> Kept:
    assert isinstance(outcome, Kept)
    return outcome


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Path]:
    """The socket folder of a PostgreSQL server."""
    with postgresql_server() as folder:
        yield folder


def _postgresql(folder: Path, name: str) -> str:
    return f"postgresql+psycopg://postgres@/{name}?host={folder}"


@pytest.fixture(scope="session")
def postgresql_tables(postgresql: Path) -> str:
    """The name of a PostgreSQL database with all tables and not a row, to be copied."""
    with connect(postgresql) as connection:
        connection.execute("CREATE DATABASE with_tables")
    database = Database(_postgresql(postgresql, "with_tables"))
    database.migrate()
    database.close()
    return "with_tables"


@pytest.fixture
def postgresql_url(postgresql: Path, request: pytest.FixtureRequest) -> str:
    """The URL of a PostgreSQL database: without tables, unless the test has a `database`."""
    template = "template1"
    if "database" in request.fixturenames:
        template = request.getfixturevalue("postgresql_tables")
    with connect(postgresql) as connection:
        connection.execute("DROP DATABASE IF EXISTS voicepost WITH (FORCE)")
        # Files are copied in half the time that a log of their pages takes.
        connection.execute(f"CREATE DATABASE voicepost TEMPLATE {template} STRATEGY FILE_COPY")
    return _postgresql(postgresql, "voicepost")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database of each kind, empty unless the test has a `database`."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'voicepost.db'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    if database_url.startswith("sqlite"):
        database = empty_sqlite(tmp_path / "voicepost.db")
    else:
        database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def store(tmp_path: Path, database: Database) -> Store:
    recordings = tmp_path / "spool" / "recording"
    recordings.mkdir(parents=True)
    employ(database)
    audio = LocalAudio(tmp_path / "audio")
    return Store(
        folder=tmp_path,
        database=database,
        audio=audio,
        intake=Intake(database, audio, recordings),
        messages=MessageRepository(database, audio),
        recordings=recordings,
    )
