"""Homes from before destinations had times go on, and who restores a backup is told nothing old."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from storage.backup.home import Home
from storage.companies.store import Offices
from storage.database.delivery_tables import DeliveryRow, DestinationRow, OwnAddressRow
from storage.database.engine import upgrade
from storage.intake.mailboxes import company_mailbox, employee_mailbox
from storage.notifications.digests import make_digests
from storage.notifications.own_addresses import OwnAddresses
from storage.notifications.queue import Deliveries
from storage.office import Employee, make_part
from storage.office.edit import with_fields
from storage.office.notify import MailDestination
from storage.office.prompts import PromptLibrary
from storage.office.told import with_destination
from tests.acting import ME
from tests.storage.homes import (
    MakeDatabase,
    backed_up,
    databases,
    empty_home,
    restored,
    store_in,
    used_home,
)

ANNA = "anna@example.com"


@pytest.fixture
def make_database(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[MakeDatabase]:
    with databases(tmp_path, request) as make:
        yield make


def offices(home: Home) -> Offices:
    return Offices(home.database, PromptLibrary(home.prompts))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_waited_before_is_sent_as_before(
    make_database: MakeDatabase, tmp_path: Path, kind: str
) -> None:
    database = make_database(kind)
    with database.filling() as connection:
        upgrade(connection, "0016")
        connection.exec_driver_sql(
            "INSERT INTO companies (id, name, config, version) VALUES ('1', 'A', '{}', 1)"
        )
        connection.exec_driver_sql(
            "INSERT INTO destinations (company_id, mailbox, destination, since)"
            " VALUES ('1', '', 'key', 7)"
        )
        connection.exec_driver_sql(
            "INSERT INTO deliveries (id, company_id, kind, destination, address, event, event_at,"
            " made_at, state, tries, next_try_at, answer) VALUES ('d', '1', 'mail', 'key',"
            " 'anna@example.com', 'message.kept', '2026-08-14 06:30:00', '2026-08-14 06:30:00',"
            " 'waiting', 3, '2026-08-14 07:00:00', '451 later')"
        )
    before = datetime.now(UTC)

    database.migrate()

    with database.reading() as session:
        row = session.scalars(select(DestinationRow)).one()
    assert row.set_at is not None
    assert before <= row.set_at <= datetime.now(UTC)
    assert (row.since, row.next_digest_at, row.hour_from) == (7, None, None)
    (waiting,) = Deliveries(database).take(1)
    assert (waiting.id, waiting.tries, waiting.folded_into) == ("d", 4, None)
    assert Deliveries(database).failed(waiting, "451 later") is None, "a day is over since long"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_addresses_of_employees_are_told_of_nothing_from_before(
    make_database: MakeDatabase, tmp_path: Path, kind: str
) -> None:
    database = make_database(kind)
    with database.filling() as connection:
        upgrade(connection, "0021")
        connection.exec_driver_sql(
            "INSERT INTO companies (id, name, config, version) VALUES ('1', 'A', '{}', 1)"
        )
        connection.exec_driver_sql(
            "INSERT INTO employees (id, company_id, extension, name, since)"
            " VALUES ('e', '1', '101', 'Anna', '2026-08-01 00:00:00')"
        )
        for number, since in ((1, "7"), (2, "NULL")):
            connection.exec_driver_sql(
                "INSERT INTO own_addresses (id, company_id, employee_id, destination, settings,"
                f" added_at, since, wrong_codes) VALUES ('a{number}', '1', 'e', 'key{number}',"
                f" '{{}}', '2026-08-14 06:30:00', {since}, 0)"
            )
    before = datetime.now(UTC)

    database.migrate()

    with database.reading() as session:
        rows = session.scalars(select(OwnAddressRow).order_by(OwnAddressRow.id))
        confirmed, other = [(row.set_at, row.next_digest_at) for row in rows]
    assert other == (None, None)
    assert confirmed[0] is not None
    assert before <= confirmed[0] <= datetime.now(UTC)
    assert confirmed[1] is None


@pytest.mark.parametrize("own", [False, True], ids=["the company's", "an employee's own"])
def test_of_what_a_backup_holds_no_digest_is_made(
    make_database: MakeDatabase, tmp_path: Path, own: bool
) -> None:
    home = used_home(tmp_path / "home", make_database("sqlite"))
    daily = make_part(MailDestination, mail=ANNA, daily="00:00")
    (company,) = offices(home).names()
    if own:
        anna = Employee(name="Анна", endpoint="PJSIP/101")
        offices(home).edit(
            company, lambda there: with_fields(there, employees={"101": anna}), by=ME
        )
    site = offices(home).site(company)
    if own:
        addresses = OwnAddresses(home.database, offices(home))
        who = addresses.person(site.company_id, "101")
        assert who
        address = addresses.put(who, daily, by=ME)
        asked = addresses.code(daily.key, who)
        assert asked
        addresses.confirm(who, address.id, asked.code, by=ME)
        box = employee_mailbox(site, "101")
    else:
        offices(home).edit(company, lambda there: with_destination(there, "", daily), by=ME)
        box = company_mailbox(site, "74957654321")
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    with home.database.session() as session:
        for table in (DestinationRow, OwnAddressRow):
            session.execute(update(table).values(set_at=long_ago))
            is_daily = table.next_digest_at.is_not(None)
            session.execute(update(table).where(is_daily).values(next_digest_at=long_ago))
    store_in(home).receive(box)
    backup = backed_up(home, tmp_path / "backup.tar").path
    other = empty_home(tmp_path / "other", make_database("sqlite"))
    restored(backup, other)

    for each in (home, other):
        assert make_digests(each.database, offices(each).snapshot()) == 1

    assert "messages.unheard" in events(home)
    assert "messages.unheard" not in events(other)


def events(home: Home) -> list[str]:
    with home.database.reading() as session:
        return list(session.scalars(select(DeliveryRow.event)))
