"""What lamps of phones should show: whose listening counts, and how mailboxes are called."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from storage.accounts.users import Users
from storage.actor import User
from storage.companies.allowances import Allowances
from storage.companies.reassigning import reassign
from storage.companies.store import Offices
from storage.errors import ConfigError
from storage.intake.intake import Kept
from storage.intake.mailboxes import company_mailbox, employee_mailbox, unassigned_mailbox
from storage.notifications.lamps import Count, Lamps
from storage.office import parse_office
from storage.office.edit import with_entry, with_fields, without_entry
from storage.office.prompts import PromptLibrary
from storage.transfer.app_voicemail import survey
from storage.transfer.asterisk_import import Importer
from tests.acting import ME
from tests.quiet_voices import quiet_voice
from tests.refusals import refuses
from tests.storage.conftest import Store
from tests.storage.old_voicemail import OldVoicemail
from tests.storage.people import acting

OFFICE = """
[company]
name = "Лилия"
[employees.101]
name = "Анна Щукина"
endpoint = "PJSIP/101"
[employees.102]
name = "Борис Орлов"
endpoint = "PJSIP/102"
company_lamp = true
"""
NOTHING = Count()


class Company:
    """A company with Anna, and with Boris, whose phone shows the company's messages, too."""

    def __init__(self, store: Store, prompts: Path) -> None:
        self.store = store
        self.offices = Offices(store.database, PromptLibrary(prompts))
        self.offices.apply(parse_office(OFFICE), by=ME)

    @property
    def id(self) -> str:
        return self.offices.site("Лилия").company_id

    def receive(self, extension: str = "101") -> str:
        return self.store.receive(employee_mailbox(self.offices.site("Лилия"), extension))

    def receive_own(self) -> str:
        return self.store.receive(company_mailbox(self.offices.site("Лилия"), "74951234567"))

    def hire(self, login: str, *extensions: str, role: Any = "employee") -> User:
        return Users(self.store.database).add(
            company_id=self.id, login=login, name=login, role=role, extensions=extensions, by=ME
        )

    def hear(self, message_id: str, user: User | None = None) -> None:
        self.store.messages.listen(message_id, user=user, by=acting(user) if user else ME)

    def shown(self) -> dict[str, Count]:
        """What is shown for each of Asterisk's mailboxes."""
        lamps = Lamps(self.store.database)
        counts = lamps.counts()
        shown = {lamp.mailbox: lamp for lamp in lamps.all(self.offices.snapshot())}
        for lamp in shown.values():  # asked for alone, they are the same
            assert lamp.count(lamps.counts(lamp.boxes) if lamp.boxes else {}) == lamp.count(counts)
        return {mailbox: lamp.count(counts) for mailbox, lamp in shown.items()}

    def new(self) -> tuple[int, int, int]:
        """What is new on the phones of Anna and Boris, and in the company's own mailbox."""
        shown = self.shown()
        names = ("101@voicepost", "102@voicepost", "company@voicepost")
        return (shown[names[0]].new, shown[names[1]].new, shown[names[2]].new)


@pytest.fixture
def company(store: Store, tmp_path: Path) -> Company:
    return Company(store, tmp_path / "prompts")


# --- whose messages -----------------------------------------------------------------------------


def test_each_phone_shows_its_own_and_who_is_told_to_the_companys_too(company: Company) -> None:
    assert company.new() == (0, 0, 0)
    company.receive("101")
    assert company.new() == (1, 0, 0)
    company.receive("102")
    company.receive_own()
    company.receive_own()
    assert company.new() == (1, 3, 2)


def test_what_is_aside_in_the_trash_or_of_no_company_is_not_counted(company: Company) -> None:
    store = company.store
    path = store.folder / "whisper-in.wav"
    path.write_bytes(quiet_voice("whisper").read_bytes())
    aside = store.intake.take_in(
        path,
        mailbox=employee_mailbox(company.offices.site("Лилия"), "101"),
        caller_number="79161234567",
        received_at=datetime.now(UTC),
        source="asterisk",
        min_speech=1.0,
    )
    assert isinstance(aside, Kept)
    assert aside.quiet
    store.receive(unassigned_mailbox("74950000000"))
    message_id = company.receive()
    assert company.new() == (1, 0, 0)

    store.messages.delete(message_id, by=ME)
    assert company.new() == (0, 0, 0)
    store.messages.restore(message_id, by=ME)
    assert company.new() == (1, 0, 0)

    company.hear(aside.id)
    store.messages.accept([aside.id], by=ME)
    assert company.new() == (2, 0, 0), "from now on it is an ordinary one, and new"


# --- whose listening counts ---------------------------------------------------------------------


def test_the_employees_own_listening_clears_theirs_and_an_administrators_does_not(
    company: Company,
) -> None:
    olga, anna = company.hire("olga", role="administrator"), company.hire("anna", "101")
    message_id = company.receive()

    company.hear(message_id, olga)
    company.store.messages.mark([message_id], "new", user=olga, by=acting(olga))
    company.store.messages.mark([message_id], "heard", user=olga, by=acting(olga))
    assert company.shown()["101@voicepost"] == Count(new=1)

    company.hear(message_id, anna)
    assert company.shown()["101@voicepost"] == Count(old=1)
    company.store.messages.mark([message_id], "new", user=anna, by=acting(anna))
    assert company.shown()["101@voicepost"] == Count(new=1)
    company.store.messages.mark([message_id], "heard", user=anna, by=acting(anna))
    assert company.shown()["101@voicepost"] == Count(old=1)
    company.store.messages.mark([message_id], "new", user=olga, by=acting(olga))
    assert company.shown()["101@voicepost"] == Count(old=1)


def test_an_administrator_whose_phone_it_is_clears_it(company: Company) -> None:
    boss = company.hire("boss", "101", role="administrator")
    message_id = company.receive()
    company.hear(message_id, boss)
    assert company.new() == (0, 0, 0)


def test_anybody_clears_the_companys_and_lights_it_again(company: Company) -> None:
    olga, vera = (company.hire(name, role="administrator") for name in ("olga", "vera"))
    message_id = company.receive_own()
    assert company.new() == (0, 1, 1)

    company.hear(message_id, olga)
    assert company.new() == (0, 0, 0)
    company.store.messages.mark([message_id], "new", user=vera, by=acting(vera))
    assert company.new() == (0, 1, 1), "to Vera it was new already"
    company.hear(message_id)
    assert company.new() == (0, 0, 0)


def test_without_an_account_whoever_listens_without_one_clears_it(company: Company) -> None:
    olga = company.hire("olga", role="administrator")
    message_id = company.receive()
    company.hear(message_id, olga)
    assert company.new() == (1, 0, 0)
    company.hear(message_id)
    assert company.new() == (0, 0, 0)


def test_marks_without_an_account_are_those_of_who_listens_without_one(company: Company) -> None:
    messages = company.store.messages
    message_id = company.receive()
    assert messages.mark([message_id], "heard", by=ME) == [message_id]
    assert messages.mark([message_id], "heard", by=ME) == []
    assert company.new() == (0, 0, 0)
    assert messages.get(message_id).state == "heard"
    assert messages.mark([message_id], "new", by=ME) == [message_id]
    assert company.new() == (1, 0, 0)
    assert messages.get(message_id).state == "new"

    anna = company.hire("anna", "101")
    messages.mark([message_id], "heard", by=ME)
    assert company.new() == (1, 0, 0), "it is hers to hear"
    assert messages.new_count(anna) == 1
    company.hear(message_id, anna)
    messages.mark([message_id], "new", by=ME)
    assert company.new() == (0, 0, 0)
    assert messages.new_count(anna) == 0


def test_with_an_account_the_phone_shows_what_the_page_does(company: Company) -> None:
    anna = company.hire("anna", "101")
    message_id = company.receive()
    company.hear(message_id)
    assert company.new() == (1, 0, 0)
    assert company.store.messages.new_count(anna) == 1


def test_a_new_account_is_followed_from_the_beginning(company: Company) -> None:
    olga = company.hire("olga", role="administrator")
    heard, _ = company.receive(), company.receive()
    company.hear(heard, olga)
    assert company.new() == (2, 0, 0)

    anna = company.hire("anna", "101")
    assert company.store.messages.new_count(anna) == 1, "nobody has heard one of them"
    assert company.new() == (1, 0, 0)

    company.hire("assistant", "101")
    assert company.new() == (1, 0, 0)


def test_what_was_heard_in_the_old_system_is_old(company: Company, tmp_path: Path) -> None:
    old = OldVoicemail(tmp_path / "old")
    old.leave("101", "INBOX")
    old.leave("101", "Old")
    box = employee_mailbox(company.offices.site("Лилия"), "101")
    importer = Importer(company.store.database, company.store.audio, lambda _: box)
    found = survey(old.folder)
    importer.run(found.messages, lambda *_: None, company_id=company.id, by=ME)
    assert company.shown()["101@voicepost"] == Count(new=1, old=1)


# --- people, companies, names -------------------------------------------------------------------


def test_the_lamp_goes_with_the_person_and_those_of_nobody_are_out(company: Company) -> None:
    company.receive("101")

    reassign(company.offices, "Лилия", "101", "Вера", messages="keep", by=ME)
    assert company.new() == (0, 0, 0), "they are Anna's still, who has no phone"
    company.offices.edit(
        "Лилия",
        lambda office: with_fields(office, employees=without_entry(office.employees, "101", "e")),
        by=ME,
    )
    shown = company.shown()
    assert shown["101@voicepost"] == NOTHING, "a lamp may be on still"
    assert list(shown) == ["company@voicepost", "102@voicepost", "101@voicepost"]

    back = parse_office(OFFICE).employees["101"]
    company.offices.edit(
        "Лилия",
        lambda office: with_fields(office, employees=with_entry(office.employees, "103", back)),
        by=ME,
    )
    assert company.shown()["103@voicepost"] == NOTHING
    company.offices.edit(
        "Лилия",
        lambda office: with_fields(office, employees=with_entry(office.employees, "101", back)),
        by=ME,
    )
    assert company.shown()["101@voicepost"] == Count(new=1)


def test_messages_that_are_handed_over_light_the_successors_lamp(company: Company) -> None:
    company.receive("101")
    reassign(company.offices, "Лилия", "101", "Вера", messages="hand-over", by=ME)
    assert company.new() == (1, 0, 0)


def test_no_two_companies_have_one_mailbox(company: Company) -> None:
    other = parse_office(OFFICE.replace("Лилия", "Лютик"))
    company.offices.apply(other, by=ME)
    second = company.offices.site("Лютик").company_id
    company.receive("101")
    assert company.shown()["101@voicepost"].new == 1
    assert company.shown()[f"101@{second}"] == NOTHING

    allowances = Allowances(company.store.database)
    for taken in ("voicepost", company.id):
        with refuses(ConfigError, taken):
            allowances.set(second, mailbox_context=taken, by=ME)
    for wrong in ("a@b", "a,b", "a b", "лютик", "-a", "a" * 41, "a)"):
        with refuses(ConfigError, "behind the @"):
            allowances.set(second, mailbox_context=wrong, by=ME)
    allowances.set(second, mailbox_context="buttercup", by=ME)
    assert company.shown()["101@buttercup"] == NOTHING
    allowances.set(second, mailbox_context="", by=ME)
    assert company.shown()[f"101@{second}"] == NOTHING

    company.offices.rename("Лилия", "Лилия и дочери", by=ME)
    assert company.shown()["101@voicepost"].new == 1
