"""Employees' own addresses get a digest, and reminders, as those of the configuration do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.companies.reassigning import reassign
from storage.companies.store import Offices
from storage.database.delivery_tables import DeliveryRow, OwnAddressRow
from storage.notifications.own_address import CONFIRM
from storage.notifications.own_addresses import MOST, OwnAddresses
from storage.notifications.queue import Deliveries
from storage.office.notify import MailDestination
from storage.office.prompts import PromptLibrary
from tests.acting import ME
from tests.clock import Clock
from tests.storage.conftest import Store
from tests.storage.notifications.test_digests import MODULES, Company, daily
from tests.storage.people import acting

HOME = "anna@home.example"


class Own:
    """Anna, and her addresses."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.addresses = OwnAddresses(company.store.database, company.offices)
        who = self.addresses.person(company.offices.site("Лилия").company_id, "101")
        assert who
        self.id = who

    def put(self, address: str = HOME, **options: object) -> str:
        destination = MailDestination.model_validate({"mail": address, **options})
        return self.addresses.put(self.id, destination, by=ME).id

    def set(self, **options: object) -> str:
        """An address, confirmed."""
        one = self.put(HOME, **options)
        if not self.addresses.of(self.id)[-1].is_confirmed:
            self.confirm(one)
        return one

    def confirm(self, address_id: str) -> None:
        self.addresses.confirm(self.id, address_id, self.codes()[0], by=ME)

    def codes(self) -> list[str]:
        with self.company.store.database.reading() as session:
            codes = session.scalars(select(OwnAddressRow.code).order_by(OwnAddressRow.id))
            return [code for code in codes if code]

    def remove(self, address_id: str) -> None:
        self.addresses.remove(self.id, address_id, by=ME)

    def letters(self) -> list[tuple[str, str]]:
        """What was made to be sent to her address but codes, oldest first."""
        there = self.company.queue.list(limit=None)[::-1]
        return [(each.event, each.state) for each in there if each.event != CONFIRM]


@pytest.fixture
def company(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    own = ("storage.notifications.own_addresses", "storage.notifications.address_codes")
    clock = Clock(monkeypatch, datetime(2026, 8, 13, 12, tzinfo=UTC), *MODULES, *own)
    offices = Offices(store.database, PromptLibrary(tmp_path / "prompts"))
    made = Company(store, offices, Deliveries(store.database), clock)
    made.tell()
    return made


@pytest.fixture
def anna(company: Company) -> Own:
    return Own(company)


def test_once_a_day_a_confirmed_address_is_told_what_is_unheard(
    company: Company, anna: Own
) -> None:
    company.receive()
    address = anna.put(daily="08:00")
    assert company.made_at("2026-08-14 05:00") == 0, "not before it is confirmed"

    anna.confirm(address)
    message = company.receive()
    assert company.made_at("2026-08-14 20:00") == 0, "nothing at once"
    assert company.made_at("2026-08-15 04:59") == 0
    assert company.made_at("2026-08-15 05:00") == 1
    one = company.newest()
    assert (one.address, one.event, one.employee_id) == (HOME, "messages.unheard", anna.id)
    assert company.told() == [message], "not what was there before"
    assert company.made_at("2026-08-15 06:00") == 0
    assert company.made_at("2026-08-16 05:00") == 1


def test_what_the_person_has_heard_is_not_told(company: Company, anna: Own) -> None:
    her, boss = company.hire("anna", "101"), company.hire("olga", role="administrator")
    anna.set(daily="08:00")
    first, second = company.receive(), company.receive()
    company.store.messages.mark([first], "heard", user=her, by=acting(her))
    company.store.messages.mark([second], "heard", user=boss, by=acting(boss))
    company.made_at("2026-08-14 05:00")
    assert company.told() == [second], "another's listening changes nothing"

    company.store.messages.mark([second], "heard", user=her, by=acting(her))
    assert company.told() == []
    assert company.made_at("2026-08-15 05:00") == 0


def test_a_digest_is_chosen_and_taken_back(company: Company, anna: Own) -> None:
    anna.set()
    message = company.receive()
    assert company.made_at("2026-08-13 13:00") == 1
    anna.put(daily="08:00")
    assert company.made_at("2026-08-14 05:00") == 1
    assert company.told() == [message]
    anna.put(daily="10:00")
    assert company.made_at("2026-08-15 05:00") == 0
    assert company.made_at("2026-08-15 07:00") == 1
    anna.put()
    assert company.made_at("2026-08-16 07:00") == 0


def test_one_that_is_due_is_made_though_the_time_is_changed(company: Company, anna: Own) -> None:
    anna.set(daily="08:00")
    company.receive()
    company.clock.set("2026-08-14 05:00")
    anna.put(daily="09:00")
    assert company.made_at("2026-08-14 06:00") == 1
    assert company.made_at("2026-08-14 06:01") == 0


def test_who_removes_the_address_gets_no_digest(company: Company, anna: Own) -> None:
    address = anna.set(daily="08:00")
    company.receive()
    company.made_at("2026-08-14 05:00")
    assert len(company.summary().messages) == 1
    anna.remove(address)
    assert company.summary().count == 0
    assert company.made_at("2026-08-15 05:00") == 0


def test_who_leaves_gets_none_and_who_comes_back_does(company: Company, anna: Own) -> None:
    anna.set(daily="08:00")
    company.receive()
    there = company.offices.site("Лилия").office
    company.offices.apply(there.model_copy(update={"employees": {}}), by=ME)
    assert company.made_at("2026-08-14 05:00") == 0
    with company.store.database.reading() as session:
        assert session.scalars(select(OwnAddressRow.next_digest_at)).one() is None

    company.offices.apply(there, by=ME)
    assert company.made_at("2026-08-15 05:00") == 1


def test_a_successor_gets_none_either(company: Company, anna: Own) -> None:
    anna.set(daily="08:00")
    company.receive()
    reassign(company.offices, "Лилия", "101", "Вера", messages="hand-over", by=ME)
    company.receive()
    assert company.made_at("2026-08-14 05:00") == 0


def test_it_comes_by_the_companys_clocks(company: Company, anna: Own) -> None:
    anna.set(daily="08:00")
    company.receive()
    company.tell(zone="Asia/Novosibirsk")
    assert company.made_at("2026-08-14 01:00") == 1
    assert company.made_at("2026-08-14 05:00") == 0


def test_what_the_company_says_of_an_address_goes_first(company: Company, anna: Own) -> None:
    anna.set(daily="08:00")
    company.tell(daily(HOME, "09:00"))
    company.receive()
    assert company.made_at("2026-08-14 05:00") == 0
    anna.put(daily="10:00")
    assert company.made_at("2026-08-14 06:00") == 1
    assert company.made_at("2026-08-14 07:00") == 0
    company.tell()
    assert company.made_at("2026-08-15 06:00") == 0
    assert company.made_at("2026-08-15 07:00") == 1


def test_one_that_cannot_be_read_holds_up_no_other(company: Company, anna: Own) -> None:
    anna.set(daily="08:00")
    company.tell(company=daily("boss@example.com"))
    company.receive()
    company.receive_own()
    with company.store.database.session() as session:
        session.scalars(select(OwnAddressRow)).one().settings = "{}"
    assert company.made_at("2026-08-14 05:00") == 1
    assert company.newest().address == "boss@example.com"


# --- reminders ----------------------------------------------------------------------------------


def test_an_address_is_told_and_reminded_and_confirmed_once(company: Company, anna: Own) -> None:
    anna.set()
    reminder = anna.put(unheard_minutes=15)
    assert [each.is_confirmed for each in anna.addresses.of(anna.id)] == [True, True]
    company.receive()
    assert company.made_at("2026-08-13 12:01") == 2
    at_once, later = company.queue.list(limit=None)[1::-1]
    assert (at_once.event, later.event) == ("message.kept", "message.unheard")
    assert later.due_at is not None
    assert later.due_at == later.event_at + timedelta(minutes=15)
    assert {later.address, at_once.address} == {HOME}
    anna.remove(reminder)
    assert [each.unheard_minutes for each in anna.addresses.told(anna.id)] == [None]


def test_one_code_confirms_both(company: Company, anna: Own) -> None:
    first, second = anna.put(), anna.put(unheard_minutes=15)
    assert len(anna.codes()) == 1, "one letter"
    anna.addresses.send_code(anna.id, second, by=ME)
    assert len(anna.codes()) == 1, "the code before is good no longer"
    with company.store.database.reading() as session:
        codes = session.scalars(select(DeliveryRow).where(DeliveryRow.event == CONFIRM)).all()
    (newest,) = [each for each in codes if anna.addresses.code(each.destination, anna.id)]
    assert newest.address == HOME
    anna.confirm(first)
    assert [each.is_confirmed for each in anna.addresses.of(anna.id)] == [True, True]


def test_a_reminder_is_none_of_the_few_addresses(company: Company, anna: Own) -> None:
    for number in range(MOST):
        anna.put(f"anna{number}@example.com")
        anna.put(f"anna{number}@example.com", unheard_minutes=5)
    assert len(anna.addresses.of(anna.id)) == 2 * MOST


def test_who_is_told_at_any_time_again_is_told_now(company: Company, anna: Own) -> None:
    anna.set(between="09:00-10:00")
    company.receive()
    assert company.made_at("2026-08-13 13:00") == 1
    assert company.newest().waits_for_its_time
    anna.put()
    assert company.newest().next_try_at == company.clock.now
