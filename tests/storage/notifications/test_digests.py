"""Once a day those who want it so are told what is still unheard, whoever runs and when."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.accounts.users import Users
from storage.actor import User
from storage.companies.store import Offices
from storage.database.delivery_tables import DestinationRow
from storage.database.engine import Database
from storage.intake.mailboxes import company_mailbox, employee_mailbox
from storage.notifications.delivery import Delivery
from storage.notifications.digests import make_digests
from storage.notifications.outbox import read_on
from storage.notifications.queue import Deliveries
from storage.notifications.summaries import Summary, summary_of
from storage.office import parse_office
from storage.office.prompts import PromptLibrary
from tests.acting import ME
from tests.clock import Clock
from tests.storage.conftest import Store
from tests.storage.people import acting

ANNA, BOSS = "anna@example.com", "boss@example.com"
MODULES = (
    "storage.companies.destinations",
    "storage.notifications.digests",
    "storage.notifications.endings",
    "storage.notifications.outbox",
    "storage.notifications.queue",
)


@dataclass(frozen=True)
class Company:
    """Anna's messages and the company's; the digest of either comes at some time."""

    store: Store
    offices: Offices
    queue: Deliveries
    clock: Clock

    def tell(self, anna: str = "", company: str = "", zone: str = "Europe/Moscow") -> None:
        """From now on these are told."""
        text = f"""
            [company]
            name = "Лилия"
            timezone = "{zone}"
            [employees.101]
            name = "Анна Щукина"
            endpoint = "PJSIP/101"
            notify = [{anna}]
            [voicemail]
            notify = [{company}]
            """
        self.offices.apply(parse_office(text), by=ME)

    def receive(self, at: datetime | None = None) -> str:
        box = employee_mailbox(self.offices.site("Лилия"), "101")
        return self.store.receive(box, at=at or self.clock.now)

    def receive_own(self) -> str:
        box = company_mailbox(self.offices.site("Лилия"), "74951234567")
        return self.store.receive(box, at=self.clock.now)

    def hire(self, login: str, *extensions: str, role: Any = "employee") -> User:
        company_id = self.offices.site("Лилия").company_id
        return Users(self.store.database).add(
            company_id=company_id, login=login, name=login, role=role, extensions=extensions, by=ME
        )

    def made_at(self, text: str) -> int:
        """How many digests a worker makes that looks then."""
        self.clock.set(text)
        before = len(self.queue.list(limit=None))
        directory = self.offices.snapshot()
        make_digests(self.store.database, directory)
        read_on(self.store.database, directory)
        return len(self.queue.list(limit=None)) - before

    def newest(self) -> Delivery:
        return self.queue.list(limit=1)[0]

    def told(self) -> list[str]:
        """The messages that the newest digest tells of, were it sent now."""
        return [message.id for message in self.summary().messages]

    def summary(self) -> Summary:
        return summary_of(self.store.database, self.store.messages, self.newest())


def daily(address: str, at: str = "08:00") -> str:
    return f'{{ mail = "{address}", daily = "{at}" }}'


@pytest.fixture
def company(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    clock = Clock(monkeypatch, datetime(2026, 8, 13, 12, tzinfo=UTC), *MODULES)
    offices = Offices(store.database, PromptLibrary(tmp_path / "prompts"))
    made = Company(store, offices, Deliveries(store.database), clock)
    made.tell()
    return made


def test_once_a_day_it_is_told_what_is_unheard(company: Company) -> None:
    company.tell(daily(ANNA), daily(BOSS, "09:30"))
    annas, own = company.receive(), company.receive_own()

    assert company.made_at("2026-08-13 20:00") == 0, "nothing at once"
    assert company.made_at("2026-08-14 04:59") == 0
    assert company.made_at("2026-08-14 05:00") == 1
    one = company.newest()
    assert (one.address, one.event, one.message_id) == (ANNA, "messages.unheard", None)
    assert (one.state, one.kind, one.next_try_at) == ("waiting", "mail", company.clock.now)
    assert company.told() == [annas]
    assert company.made_at("2026-08-14 06:29") == 0
    assert company.made_at("2026-08-14 06:30") == 1
    assert company.newest().address == BOSS
    assert company.told() == [own]
    assert company.made_at("2026-08-14 23:00") == 0
    assert company.made_at("2026-08-15 05:00:01") == 1, "it is unheard the next day too"


def test_where_all_is_heard_nothing_is_told(company: Company) -> None:
    company.tell(daily(ANNA), daily(BOSS))
    anna = company.hire("anna", "101")
    message_id, own = company.receive(), company.receive_own()
    messages = company.store.messages
    messages.listen(message_id, user=anna, by=acting(anna))
    messages.listen(own, by=ME)

    assert company.made_at("2026-08-14 05:00") == 0
    messages.mark([message_id], "new", user=anna, by=acting(anna))
    assert company.made_at("2026-08-14 05:01") == 0, "today's is made, though of nothing"
    assert company.made_at("2026-08-15 05:00") == 1
    assert company.told() == [message_id]


def test_what_is_heard_before_it_is_sent_is_left_out(company: Company) -> None:
    company.tell(daily(ANNA))
    anna = company.hire("anna", "101")
    first, second = company.receive(), company.receive()
    company.made_at("2026-08-14 05:00")

    company.store.messages.listen(first, user=anna, by=acting(anna))
    assert company.told() == [second]
    company.store.messages.delete(second, by=ME)
    assert company.summary().count == 0


def test_what_came_before_the_destination_is_not_told(company: Company) -> None:
    company.receive()
    company.clock.go_on(minutes=1)
    company.tell(daily(ANNA))

    assert company.made_at("2026-08-14 05:00") == 0

    message_id = company.receive()
    company.made_at("2026-08-15 05:00")
    assert company.told() == [message_id]
    assert company.summary().count == 1
    assert company.summary().since is not None, "the mailbox holds more, and the letter says so"


def test_who_was_told_at_once_is_told_of_what_is_unheard_since(company: Company) -> None:
    company.tell(f'{{ mail = "{ANNA}" }}')
    message_id = company.receive()
    assert company.made_at("2026-08-13 13:00") == 1

    company.tell(daily(ANNA))
    assert company.made_at("2026-08-14 05:00") == 1
    assert company.told() == [message_id]

    company.tell(f'{{ mail = "{ANNA}" }}')
    assert company.made_at("2026-08-15 05:00") == 0


def test_a_digest_has_so_many_lines_and_counts_the_others(company: Company) -> None:
    company.tell(daily(ANNA))
    ids = [company.receive() for _ in range(32)]
    company.made_at("2026-08-14 05:00")

    summary = company.summary()

    assert [message.id for message in summary.messages] == ids[:1:-1]
    assert summary.count == 32
    assert summary.since is None, "these are all"


# --- workers that were away ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "back", "made"),
    [
        ("08:00", "2026-08-14 12:00", 1),
        ("08:00", "2026-08-14 20:59", 1),  # 23:59 there, of the same day
        ("08:00", "2026-08-15 04:00", 0),  # today's comes in an hour
        ("08:00", "2026-08-15 06:00", 1),
        ("08:00", "2026-08-19 12:00", 1),  # one, not five
        ("23:50", "2026-08-14 21:10", 1),  # ten past midnight: it was yesterday's
        ("20:00", "2026-08-15 05:30", 0),  # more than twelve hours late, of the day before
    ],
)
def test_who_was_away_makes_it_as_soon_as_they_are_back(
    company: Company, at: str, back: str, made: int
) -> None:
    company.tell(daily(ANNA, at))
    company.receive()
    if at == "20:00":
        assert company.made_at("2026-08-13 17:00") == 1
        company.clock.set("2026-08-14 16:00")
        assert company.made_at("2026-08-15 05:30") == made
        return

    if at == "23:50":
        company.made_at("2026-08-13 20:50")
    assert company.made_at(back) == made
    assert company.made_at(back) == 0


def test_afterwards_it_comes_at_its_time_again(company: Company) -> None:
    company.tell(daily(ANNA))
    company.receive()
    assert company.made_at("2026-08-14 19:00") == 1
    assert company.made_at("2026-08-15 04:59") == 0
    assert company.made_at("2026-08-15 05:00") == 1


def test_two_workers_make_one(company: Company) -> None:
    company.tell(daily(ANNA), daily(BOSS))
    company.receive()
    company.receive_own()
    company.clock.set("2026-08-14 05:00")
    directory = company.offices.snapshot()
    begin = threading.Barrier(4)

    def work() -> None:
        begin.wait(30)
        for _ in range(5):
            make_digests(company.store.database, directory)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(each.address for each in company.queue.list(limit=None)) == [ANNA, BOSS]


def test_who_is_killed_while_making_it_leaves_it_to_the_next(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.tell(daily(ANNA))
    company.receive()

    def killed(*_: object) -> datetime:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr("storage.notifications.digests.next_time", killed)
        with pytest.raises(KeyboardInterrupt):
            company.made_at("2026-08-14 05:00")
    assert company.queue.list() == []

    assert company.made_at("2026-08-14 05:00:01") == 1


# --- clocks, and changes of the configuration ---------------------------------------------------


def test_it_is_that_time_when_the_clocks_have_changed(company: Company) -> None:
    company.clock.set("2026-03-27 12:00")
    company.tell(daily(ANNA), zone="Europe/Berlin")
    company.receive()
    assert company.made_at("2026-03-28 06:59") == 0
    assert company.made_at("2026-03-28 07:00") == 1
    assert company.made_at("2026-03-29 05:59") == 0
    assert company.made_at("2026-03-29 06:00") == 1
    assert company.made_at("2026-10-24 06:00") == 1
    assert company.made_at("2026-10-25 06:59") == 0
    assert company.made_at("2026-10-25 07:00") == 1
    assert company.made_at("2026-10-25 08:00") == 0


def test_of_an_hour_that_comes_twice_it_is_told_once(company: Company) -> None:
    company.clock.set("2026-10-24 12:00")
    company.tell(daily(ANNA, "02:30"), zone="Europe/Berlin")
    company.receive()
    looked = ["00:29", "00:30", "01:00", "01:30", "02:00"]
    assert [company.made_at(f"2026-10-25 {time}") for time in looked] == [0, 1, 0, 0, 0]


def test_of_an_hour_that_there_is_not_it_is_told_later(company: Company) -> None:
    company.clock.set("2026-03-28 12:00")
    company.tell(daily(ANNA, "02:30"), zone="Europe/Berlin")
    company.receive()
    looked = ["00:30", "01:00", "01:29", "01:30", "02:30"]
    assert [company.made_at(f"2026-03-29 {time}") for time in looked] == [0, 0, 0, 1, 0]


def test_another_time_or_zone_is_gone_by_at_once(company: Company) -> None:
    company.tell(daily(ANNA))
    company.receive()
    company.tell(daily(ANNA, "18:00"))
    assert company.made_at("2026-08-13 14:59") == 0
    assert company.made_at("2026-08-13 15:00") == 1

    company.tell(daily(ANNA, "18:00"), zone="Asia/Yekaterinburg")
    assert company.made_at("2026-08-14 12:59") == 0
    assert company.made_at("2026-08-14 13:00") == 1


def test_a_change_of_something_else_moves_nothing(company: Company) -> None:
    company.tell(daily(ANNA))
    company.receive()
    company.clock.set("2026-08-14 05:00")
    company.tell(daily(ANNA), f'{{ mail = "{BOSS}" }}')  # before any worker has looked

    assert company.made_at("2026-08-14 05:01") == 1


def test_a_destination_that_is_gone_gets_nothing(company: Company) -> None:
    company.tell(daily(ANNA))
    company.receive()
    company.tell()

    assert company.made_at("2026-08-14 05:00") == 0


def test_where_nobody_wants_it_nothing_is_written(company: Company, database: Database) -> None:
    company.tell(f'{{ mail = "{ANNA}" }}')
    company.receive()
    assert make_digests(database, company.offices.snapshot()) == 0
    with database.reading() as session:
        assert session.scalars(select(DestinationRow.next_digest_at)).all() == [None]
