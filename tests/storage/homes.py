"""Homes to back up and to restore into, on each kind of database."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from storage.audio.store import AudioStore, LocalAudio
from storage.backup.home import Home
from storage.backup.making import Made, back_up
from storage.backup.restoring import Restored, restore
from storage.backup.tables import Tables, as_line
from storage.companies.directory import Directory
from storage.companies.store import Offices
from storage.database.account_tables import PinRow
from storage.database.delivery_tables import DeliveryRow, OwnAddressRow, ReadNewsRow
from storage.database.employee_tables import EmployeeRow, HoldingRow
from storage.database.engine import Database
from storage.database.lease import LeaseRow
from storage.database.tables import NewsRow
from storage.identifiers import new_id
from storage.intake.intake import Intake
from storage.messages.audio_links import AudioLinks
from storage.messages.query import Query
from storage.messages.repository import MessageRepository
from storage.office import make_part, parse_office
from storage.office.notify import MailDestination
from storage.office.prompts import PromptLibrary
from storage.office.told import with_destination
from storage.retention.retention import Retention
from tests.acting import ME
from tests.storage.accounts.house import house
from tests.storage.conftest import ANNA, COMPANY, Store
from tests.storage.people import NOW, hire
from tests.storage.postgresql import connect

OFFICE = """
[company]
name = "Лилия"
[numbers]
74957654321 = { menu = "main" }
[menus.main]
greeting = "prompt:hello"
[prompts.hello]
say = "Здравствуйте!"
"""

MakeDatabase = Callable[[str], Database]


@contextmanager
def databases(folder: Path, request: pytest.FixtureRequest) -> Iterator[MakeDatabase]:
    """Makes databases without tables, of the kind asked for, until the block ends."""
    with ExitStack() as stack:

        def make(kind: str) -> Database:
            name = f"d{uuid.uuid4().hex}"
            if kind == "sqlite":
                database = Database(f"sqlite:///{folder / name}.db")
            else:
                server: Path = request.getfixturevalue("postgresql")
                administrator = stack.enter_context(connect(server))
                administrator.execute(f"CREATE DATABASE {name}".encode())
                stack.callback(administrator.execute, f"DROP DATABASE {name}".encode())
                database = Database(f"postgresql+psycopg://postgres@/{name}?host={server}")
            stack.callback(database.close)
            return database

        yield make


def empty_home(folder: Path, database: Database, audio: AudioStore | None = None) -> Home:
    """A home nobody has used yet."""
    return Home(
        folder,
        database,
        audio or LocalAudio(folder / "audio"),
        folder / "prompts",
        folder / "spool" / "recording",
        folder / "spool" / "voicepost",
    )


def store_in(home: Home) -> Store:
    """What takes and finds messages in a home."""
    home.recordings.mkdir(parents=True, exist_ok=True)
    messages = Intake(home.database, home.audio, home.recordings)
    repository = MessageRepository(home.database, home.audio)
    audio = LocalAudio(home.folder / "audio")
    return Store(home.folder, home.database, audio, messages, repository, home.recordings)


def used_home(folder: Path, database: Database, audio: AudioStore | None = None) -> Home:
    """A home in which every table has rows."""
    folder.mkdir()
    database.migrate()
    home = empty_home(folder, database, audio)
    accounts = house(database)
    store = store_in(home)
    olga = accounts.add("olga", "administrator")
    accounts.log_in("olga", device=accounts.sessions.device_of(""))
    accounts.refusal("olga")
    accounts.tokens.make(olga.id, "script", by=ME)
    accounts.invitations.make(company_id=COMPANY.company_id, role="employee", by=ME)
    hire(store, "anna", "employee", "101")
    Offices(database, PromptLibrary(home.prompts)).apply(parse_office(OFFICE), by=ME)
    with database.session() as session:
        anna = session.scalars(select(EmployeeRow)).first()
        assert anna is not None
        earlier = HoldingRow(company_id=anna.company_id, extension="109", employee_id=anna.id)
        earlier.since, earlier.until = NOW - timedelta(days=9), NOW - timedelta(days=2)
        session.add(earlier)
        session.add(PinRow(employee_id=anna.id, pin_hash="$", must_change=True, set_at=NOW))
    for days, mailbox in enumerate((COMPANY, ANNA, COMPANY, ANNA)):
        store.receive(mailbox, at=NOW + timedelta(days=30 * days), name=f"Пётр {days}")
    store.messages.delete(store.receive(at=NOW, name="ненужный"), by=ME)
    tell_somebody(home)
    home.settings_file.write_text('[web]\nport = 8081\n[asterisk]\npassword = "secret"\n')
    return home


def tell_somebody(home: Home) -> None:
    """Have somebody told of what happens, and a letter sent."""
    offices = Offices(home.database, PromptLibrary(home.prompts))
    letters = make_part(MailDestination, mail="office@example.com")
    (company,) = offices.names()
    offices.edit(company, lambda office: with_destination(office, "", letters), by=ME)
    AudioLinks(home.database).new(new_id(NOW))
    with home.database.session() as session:
        session.execute(
            update(ReadNewsRow).values(seq=session.query(func.max(NewsRow.seq)).scalar())
        )
        session.add(
            DeliveryRow(
                id=new_id(NOW),
                company_id=offices.site(company).company_id,
                kind="mail",
                destination=letters.key,
                address=letters.address,
                event="message.kept",
                event_at=NOW,
                made_at=NOW,
                state="sent",
                tries=1,
                ended_at=NOW,
                answer="250 OK",
            )
        )
        employee = session.scalars(select(EmployeeRow)).first()
        assert employee is not None
        own = make_part(MailDestination, mail="anna@home.example")
        session.add(
            LeaseRow(
                name="housekeeping", instance="", role="calls", place="", since=NOW, renewed_at=NOW
            )
        )
        session.add(
            OwnAddressRow(
                id=new_id(NOW),
                company_id=offices.site(company).company_id,
                employee_id=employee.id,
                destination=own.key,
                settings=own.model_dump_json(),
                language="ru",
                added_at=NOW,
                since=1,
                wrong_codes=0,
            )
        )


def purge(home: Home) -> int:
    """Remove for good what is in the trash; how many."""
    retention = Retention(home.database, home.audio, lambda: Directory(0, {}))
    return retention.purge(timedelta(0), by=ME).total.removed


def quiet(done: int, total: int) -> None:
    """Nobody looks."""


def backed_up(home: Home, target: Path) -> Made:
    return back_up(home, target, quiet)


def restored(path: Path, home: Home) -> Restored:
    return restore(path, home, quiet)


def rows(database: Database) -> dict[str, list[bytes]]:
    """Everything in a database, in a form that does not tell which kind it is."""
    with database.snapshot() as connection:
        tables = Tables(connection)
        return {
            table.name: [as_line(row) for some in tables.rows(table) for row in some]
            for table in tables.sorted
        }


def sums(home: Home) -> dict[str, str]:
    """The sha256 of every message's recording as it is read, by id."""
    repository = MessageRepository(home.database, home.audio)
    both = (repository.each(Query(limit=None)), repository.each(Query(limit=None, deleted=True)))
    return {
        message.id: hashlib.sha256(repository.read(message)).hexdigest()
        for listed in both
        for message in listed
    }


def listed(home: Home, search: str = "") -> list[tuple[str, datetime]]:
    """What a list shows."""
    repository = MessageRepository(home.database, home.audio)
    return [
        (message.id, message.received_at)
        for message in repository.each(Query(limit=None, search=search))
    ]
