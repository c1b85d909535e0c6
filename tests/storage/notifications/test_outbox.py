"""Of what happens to a message, each destination that wants to know gets one delivery."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from storage.accounts.users import Users
from storage.actor import User
from storage.companies.reassigning import reassign
from storage.companies.store import Offices
from storage.database.delivery_tables import DestinationRow, ReadNewsRow
from storage.intake.intake import Kept
from storage.intake.mailboxes import company_mailbox, employee_mailbox, unassigned_mailbox
from storage.messages.envelope import Mailbox
from storage.messages.events import News, trim
from storage.messages.message import State
from storage.notifications.delivery import Delivery
from storage.notifications.outbox import AT_ONCE, read_on
from storage.notifications.queue import Deliveries
from storage.office import Office, parse_office
from storage.office.edit import with_entry, with_fields
from storage.office.prompts import PromptLibrary
from storage.transfer.app_voicemail import OldMessage, survey
from storage.transfer.asterisk_import import Importer
from tests.acting import ME
from tests.quiet_voices import quiet_voice
from tests.storage.conftest import Store
from tests.storage.messages.test_unread import ELSEWHERE
from tests.storage.old_voicemail import OldVoicemail
from tests.storage.people import acting

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ANNA, HOME, BOSS = "anna@example.com", "anna@home.example", "boss@example.com"
HOOK = "https://crm.example.com/hook"
ALL = '["message.kept", "message.heard", "message.deleted", "message.restored"]'


def mail(address: str, events: str = "") -> str:
    """A mail address as the configuration has it."""
    return f'{{ mail = "{address}"{f", events = {events}" if events else ""} }}'


WEBHOOK = f'{{ webhook = "{HOOK}", secret = "{SECRET}" }}'


def office(
    anna: str = "",
    company: str = "",
    *,
    extension: str = "101",
    name: str = "Анна Щукина",
    more: str = "",
) -> Office:
    """Whom Anna's messages, and the company's, are told to; Boris has 102 and tells nobody."""
    return parse_office(
        f"""
        [company]
        name = "Лилия"
        [employees.102]
        name = "Борис Орлов"
        endpoint = "PJSIP/102"
        [employees.{extension}]
        name = "{name}"
        endpoint = "PJSIP/{extension}"
        notify = [{anna}]
        [voicemail]
        notify = [{company}]
        {more}
        """
    )


@dataclass(frozen=True)
class Company:
    """A company whose messages somebody is to be told of."""

    store: Store
    offices: Offices
    queue: Deliveries

    @property
    def id(self) -> str:
        return self.offices.site("Лилия").company_id

    def tell(self, anna: str = "", company: str = "", **more: str) -> None:
        """From now on these are told."""
        self.offices.apply(office(anna, company, **more), by=ME)

    def receive(self, extension: str = "101") -> str:
        return self.store.receive(employee_mailbox(self.offices.site("Лилия"), extension))

    def receive_own(self) -> str:
        return self.store.receive(company_mailbox(self.offices.site("Лилия"), "74951234567"))

    def whisper(self) -> str:
        """A message for Anna that is kept aside as probably empty."""
        path = self.store.folder / "whisper-in.wav"
        path.write_bytes(quiet_voice("whisper").read_bytes())
        outcome = self.store.intake.take_in(
            path,
            mailbox=employee_mailbox(self.offices.site("Лилия"), "101"),
            caller_number="79161234567",
            received_at=datetime.now(UTC),
            source="asterisk",
            min_speech=1.0,
        )
        assert isinstance(outcome, Kept)
        assert outcome.quiet
        return outcome.id

    def hire(self, login: str, *extensions: str, role: Any = "employee") -> User:
        return Users(self.store.database).add(
            company_id=self.id, login=login, name=login, role=role, extensions=extensions, by=ME
        )

    def read(self) -> int:
        """Make deliveries of the news: how many news there were."""
        return read_on(self.store.database, self.offices.snapshot())

    def told(self) -> list[tuple[str, str, str | None]]:
        """The deliveries made so far, as they came: to whom, of what, of which message."""
        self.read()
        return [(each.address, each.event, each.message_id) for each in self.deliveries()]

    def deliveries(self) -> list[Delivery]:
        return self.queue.list(limit=None)[::-1]


@pytest.fixture
def company(store: Store, tmp_path: Path) -> Company:
    offices = Offices(store.database, PromptLibrary(tmp_path / "prompts"))
    offices.apply(office(), by=ME)
    return Company(store, offices, Deliveries(store.database))


# --- who is told --------------------------------------------------------------------------------


def test_each_destination_of_the_employee_is_told_and_none_of_the_company(
    company: Company,
) -> None:
    company.tell(f"{mail(ANNA)}, {WEBHOOK}, {mail(HOME)}", mail(BOSS))

    message_id = company.receive()

    kept = "message.kept"
    assert company.told() == [(to, kept, message_id) for to in (ANNA, HOOK, HOME)]
    assert [each.kind for each in company.deliveries()] == ["mail", "webhook", "mail"]


def test_each_destination_of_the_company_is_told_and_none_of_an_employee(
    company: Company,
) -> None:
    company.tell(mail(ANNA), f"{mail(BOSS)}, {WEBHOOK}")

    message_id = company.receive_own()

    assert company.told() == [(to, "message.kept", message_id) for to in (BOSS, HOOK)]
    assert {each.employee_id for each in company.deliveries()} == {None}


def test_nobody_is_told_of_the_messages_of_others(company: Company) -> None:
    company.tell(mail(ANNA), mail(BOSS))

    company.receive("102")
    company.store.receive(unassigned_mailbox("74950000000"))

    assert company.told() == []


def test_a_delivery_says_all_that_is_needed_to_send_it(company: Company) -> None:
    company.tell(WEBHOOK)
    before = datetime.now(UTC)
    message_id = company.receive()
    company.read()

    (one,) = company.deliveries()

    (destination,) = company.offices.get().employees["101"].notify or ()
    (item,) = News(company.store.database).since(0)
    assert (one.company_id, one.employee_id) == (company.id, item.employee_id)
    assert (one.kind, one.address, one.destination) == ("webhook", HOOK, destination.key)
    assert (one.event, one.message_id) == ("message.kept", message_id)
    assert (one.state, one.tries, one.ended_at, one.answer) == ("waiting", 0, None, "")
    assert before <= one.event_at <= one.made_at == one.next_try_at
    assert SECRET not in repr(one)
    assert company.queue.take(10) != [], "it may be sent at once"


def test_the_same_address_may_be_told_of_several_mailboxes(company: Company) -> None:
    company.tell(mail(BOSS), mail(BOSS))

    annas, own = company.receive(), company.receive_own()

    assert company.told() == [(BOSS, "message.kept", annas), (BOSS, "message.kept", own)]


def test_what_was_read_is_not_read_again(company: Company) -> None:
    company.tell(mail(ANNA))
    company.receive()

    assert [company.read() for _ in range(3)] == [1, 0, 0]
    assert len(company.deliveries()) == 1


def test_a_long_absence_is_read_in_parts(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    assert AT_ONCE > 2
    monkeypatch.setattr("storage.notifications.outbox.AT_ONCE", 2)
    company.tell(mail(ANNA))
    ids = [company.receive() for _ in range(5)]

    assert [company.read() for _ in range(4)] == [2, 2, 1, 0]
    assert [each.message_id for each in company.deliveries()] == ids


def forget_news(company: Company) -> None:
    with company.store.database.session() as session:
        trim(session, timedelta(0))


def test_news_wait_for_who_has_to_act_on_them(company: Company) -> None:
    company.tell(mail(ANNA))
    ids = [company.receive() for _ in range(3)]

    forget_news(company)
    assert [message_id for _, _, message_id in company.told()] == ids

    forget_news(company)
    assert len(News(company.store.database).since(0)) == 1, "now they are of no use"


# --- since when ---------------------------------------------------------------------------------


def test_nothing_is_told_of_what_was_before_the_destination(company: Company) -> None:
    company.receive()
    company.receive_own()

    company.tell(mail(ANNA), mail(BOSS))
    assert company.told() == []

    assert company.told() == []
    later = company.receive()
    assert company.told() == [(ANNA, "message.kept", later)]


def test_a_second_destination_is_not_told_of_what_only_the_first_has_waited_for(
    company: Company,
) -> None:
    company.tell(mail(ANNA))
    first = company.receive()
    company.tell(f"{mail(ANNA)}, {mail(HOME)}", mail(BOSS))  # and nobody has read the news yet
    second = company.receive()

    kept = "message.kept"
    assert company.told() == [(ANNA, kept, first), (ANNA, kept, second), (HOME, kept, second)]


def test_another_setting_of_a_destination_loses_nothing(company: Company) -> None:
    company.tell(mail(ANNA))
    message_id = company.receive()
    company.tell(mail(ANNA, ALL))

    assert company.told() == [(ANNA, "message.kept", message_id)]


def test_a_destination_that_was_away_begins_anew(company: Company) -> None:
    company.tell(mail(ANNA))
    company.tell()
    company.receive()
    company.tell(mail(ANNA))

    assert company.told() == []


def test_who_is_removed_before_the_news_were_read_is_not_told(company: Company) -> None:
    company.tell(mail(ANNA))
    company.receive()
    company.tell()

    assert company.told() == []


def test_a_destination_of_a_new_company_is_told_from_the_first_message_on(
    company: Company,
) -> None:
    company.receive()
    text = '[company]\nname = "Ромашка"\n[voicemail]\nnotify = [{ mail = "boss@example.com" }]'
    company.offices.apply(parse_office(text), by=ME)
    site = company.offices.site("Ромашка")
    message_id = company.store.receive(company_mailbox(site, "74957654321"))

    assert company.told() == [(BOSS, "message.kept", message_id)]


# --- which messages -----------------------------------------------------------------------------


def test_nobody_is_told_of_imported_messages(company: Company, tmp_path: Path) -> None:
    company.tell(mail(ANNA, ALL))
    old = OldVoicemail(tmp_path / "voicemail")
    old.leave()
    site = company.offices.site()

    def mailbox_of(_: OldMessage) -> Mailbox:
        return employee_mailbox(site, "101")

    importer = Importer(company.store.database, company.store.audio, mailbox_of)
    messages = survey(old.folder).messages
    done = importer.run(messages, lambda *_: None, company_id=company.id, by=ME)

    assert done.taken.total() == 1
    assert company.read() == 1
    assert company.deliveries() == []


def test_what_is_probably_empty_is_told_when_it_is_accepted(company: Company) -> None:
    company.tell(mail(ANNA, ALL))
    message_id = company.whisper()
    assert company.told() == []

    company.store.messages.accept([message_id], by=ME)

    assert company.told() == [(ANNA, "message.kept", message_id)]


def test_a_draft_is_told_once_it_is_a_message(company: Company) -> None:
    company.tell(mail(ANNA))
    draft = company.store.begin(employee_mailbox(company.offices.site(), "101"))
    assert company.told() == []

    audio = company.store.messages.read(company.store.messages.get(company.receive("102")))
    company.store.recording(draft).write_bytes(audio)
    for _ in range(2):
        company.store.intake.finish(draft.id)

    assert company.told() == [(ANNA, "message.kept", draft.id)]


def test_a_message_that_is_gone_before_the_news_are_read_is_no_trouble(company: Company) -> None:
    company.tell(mail(ANNA, ALL))
    message_id = company.receive()
    with company.store.database.session() as session:
        for table in ("unheard", "messages"):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")

    company.read()

    assert [each.message_id for each in company.deliveries()] == []
    assert company.receive() != message_id
    assert len(company.told()) == 1


# --- which events -------------------------------------------------------------------------------


def everything_happens(company: Company, user: User) -> str:
    """A message comes, is heard, goes to the trash, and is taken back."""
    message_id = company.receive()
    company.store.messages.mark([message_id], "heard", user=user, by=acting(user))
    company.store.messages.delete(message_id, by=ME)
    company.store.messages.restore(message_id, by=ME)
    return message_id


@pytest.mark.parametrize(
    "asked",
    [
        ("message.kept",),
        ("message.heard",),
        ("message.deleted", "message.restored"),
        ("message.kept", "message.heard", "message.deleted", "message.restored"),
    ],
)
@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "one by one"])
def test_what_is_told_is_what_was_asked_for(
    company: Company, asked: tuple[str, ...], at_once: bool
) -> None:
    company.tell(mail(ANNA, str(list(asked)).replace("'", '"')))
    anna = company.hire("anna", "101")

    message_id = company.receive()
    for happens in (
        lambda: company.store.messages.mark([message_id], "heard", user=anna, by=acting(anna)),
        lambda: company.store.messages.delete(message_id, by=ME),
        lambda: company.store.messages.restore(message_id, by=ME),
    ):
        if not at_once:
            company.read()
        happens()

    assert company.told() == [(ANNA, event, message_id) for event in asked]


def test_who_asks_for_nothing_is_told_of_what_is_kept(company: Company) -> None:
    company.tell(mail(ANNA))
    message_id = everything_happens(company, company.hire("anna", "101"))

    assert company.told() == [(ANNA, "message.kept", message_id)]


def test_listening_is_hearing(company: Company) -> None:
    company.tell(mail(ANNA, '["message.heard"]'))
    anna = company.hire("anna", "101")
    message_id = company.receive()

    for _ in range(3):
        company.store.messages.listen(message_id, user=anna, by=acting(anna))

    assert company.told() == [(ANNA, "message.heard", message_id)]


def test_marking_as_new_tells_nothing(company: Company) -> None:
    company.tell(mail(ANNA, '["message.heard"]'))
    anna, olga = company.hire("anna", "101"), company.hire("olga", role="administrator")
    message_id = company.receive()
    messages = company.store.messages

    messages.mark([message_id], "heard", user=anna, by=acting(anna))
    once = [(ANNA, "message.heard", message_id)]
    assert company.told() == once
    messages.mark([message_id], "new", user=anna, by=acting(anna))
    assert company.told() == once, "it was heard by somebody, but not just now"

    messages.mark([message_id], "heard", user=olga, by=acting(olga))
    assert company.told() == once * 2


def test_who_changes_their_mind_before_the_news_are_read_is_told_of_once(
    company: Company,
) -> None:
    company.tell(mail(ANNA, '["message.heard"]'))
    anna = company.hire("anna", "101")
    heard, new = company.receive(), company.receive()
    marks: list[tuple[str, State]] = [(heard, "heard"), (heard, "new"), (heard, "heard")]
    for message_id, state in (*marks, (new, "heard"), (new, "new")):
        company.store.messages.mark([message_id], state, user=anna, by=acting(anna))

    assert company.told() == [(ANNA, "message.heard", heard)]


def test_marks_without_an_account_are_told_as_listening_is(company: Company) -> None:
    company.tell(mail(ANNA, '["message.heard"]'))
    heard, new = company.receive(), company.receive()
    marks: list[tuple[str, State]] = [(heard, "heard"), (new, "heard"), (new, "new")]
    for message_id, state in marks:
        company.store.messages.mark([message_id], state, by=ME)

    assert company.told() == [(ANNA, "message.heard", heard)]


# --- people who move ----------------------------------------------------------------------------


def test_who_gets_another_extension_is_told_as_before(company: Company) -> None:
    company.tell(mail(ANNA))
    company.receive()
    company.read()
    (before,) = company.deliveries()

    company.tell(mail(ANNA), extension="103")
    message_id = company.receive("103")

    assert company.told()[1:] == [(ANNA, "message.kept", message_id)]
    assert company.deliveries()[1].employee_id == before.employee_id


def test_a_message_reaches_who_gets_another_extension_meanwhile(company: Company) -> None:
    company.tell(mail(ANNA))
    message_id = company.receive()

    company.tell(mail(ANNA), extension="103")

    assert company.told() == [(ANNA, "message.kept", message_id)]


def test_a_successor_is_not_told_of_the_predecessors_messages(company: Company) -> None:
    company.tell(mail(ANNA))
    company.receive()
    reassign(company.offices, None, "101", "Вера", messages="keep", by=ME)

    def to_vera(before: Office) -> Office:
        (vera,) = office(mail("vera@example.com"), name="Вера").employees["101"].notify or ()
        who = with_fields(before.employees["101"], notify=(vera,))
        return with_fields(before, employees=with_entry(before.employees, "101", who))

    company.offices.edit(None, to_vera, by=ME)
    assert company.told() == []

    message_id = company.receive()
    assert company.told() == [("vera@example.com", "message.kept", message_id)]


# --- readers, and companies ---------------------------------------------------------------------


def together(*work: Callable[[], object]) -> None:
    """Do all of it at once."""
    begin = threading.Barrier(len(work))
    failures: list[BaseException] = []

    def run(one: Callable[[], object]) -> None:
        try:
            begin.wait(30)
            one()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


def test_two_readers_at_once_make_nothing_twice(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.notifications.outbox.AT_ONCE", 3)
    company.tell(f"{mail(ANNA)}, {WEBHOOK}")
    ids = [company.receive() for _ in range(10)]
    read: list[int] = []

    def read_all() -> None:
        while number := company.read():
            read.append(number)

    together(read_all, read_all)
    company.read()

    made = [(each.address, each.message_id) for each in company.deliveries()]
    assert made == [(to, message_id) for message_id in ids for to in (ANNA, HOOK)]
    assert sum(read) == 10


def test_messages_that_come_while_they_are_read_are_all_told(company: Company) -> None:
    company.tell(mail(ANNA))
    received: list[str] = []

    def receive() -> None:
        received.extend(company.receive() for _ in range(5))

    def read() -> None:
        for _ in range(50):
            company.read()

    together(receive, receive, read)

    told = [message_id for _, _, message_id in company.told()]
    assert sorted(filter(None, told)) == sorted(received)


def test_where_nobody_is_told_nothing_is_read_nor_written(company: Company) -> None:
    company.receive()
    company.receive_own()

    assert company.read() == 0

    with company.store.database.reading() as session:
        for table in (ReadNewsRow, DestinationRow):
            assert session.scalar(select(func.count()).select_from(table)) == 0
    assert company.deliveries() == []


def test_a_company_without_destinations_is_passed_over(company: Company) -> None:
    text = '[company]\nname = "Ромашка"\n[voicemail]\nnotify = [{ mail = "boss@example.com" }]'
    company.offices.apply(parse_office(text), by=ME)

    company.receive()
    company.receive_own()

    assert company.read() == 2
    assert company.deliveries() == []
    assert company.read() == 0


def test_a_company_that_is_removed_is_no_trouble(company: Company) -> None:
    company.tell(mail(ANNA, ALL), mail(BOSS, ALL))
    annas, own = company.receive(), company.receive_own()
    company.offices.remove("Лилия", by=ME)
    company.store.messages.delete(annas, by=ME)
    company.store.messages.delete(own, by=ME)

    assert company.told() == []
    with company.store.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(DestinationRow)) == 0

    company.offices.apply(office(mail(ANNA), mail(BOSS)), by=ME)
    message_id = company.receive()
    assert company.told() == [(ANNA, "message.kept", message_id)]


def test_a_message_of_a_company_that_nobody_knows_is_no_trouble(company: Company) -> None:
    company.tell(mail(ANNA), mail(BOSS))
    mailbox = company_mailbox(company.offices.site(), "74951234567")
    company.store.receive(Mailbox(**{**vars(mailbox), "company_id": ELSEWHERE}))
    message_id = company.receive()

    assert company.told() == [(ANNA, "message.kept", message_id)]


# --- destinations that are removed --------------------------------------------------------------


def states(company: Company) -> list[tuple[str, str, str]]:
    return [(each.address, each.state, each.answer) for each in company.deliveries()]


def test_what_waits_for_a_destination_that_is_removed_is_not_sent(company: Company) -> None:
    company.tell(f"{mail(ANNA)}, {mail(HOME)}", mail(BOSS))
    company.receive()
    company.told()
    (sent,) = (each for each in company.queue.take(10) if each.address == ANNA)
    company.queue.sent(sent, "250 OK")
    company.receive()
    company.receive_own()
    company.told()

    company.tell(mail(HOME))

    assert states(company) == [
        (ANNA, "sent", "250 OK"),
        (HOME, "waiting", ""),
        (ANNA, "cancelled", "the destination was removed"),
        (HOME, "waiting", ""),
        (BOSS, "cancelled", "the destination was removed"),
    ]
    cancelled = company.deliveries()[2]
    assert cancelled.next_try_at is None
    assert cancelled.ended_at is not None


def test_what_waits_for_who_leaves_is_not_sent(company: Company) -> None:
    company.tell(mail(ANNA))
    company.receive()
    company.told()
    company.tell(mail(ANNA), extension="103", name="Вера Нова")
    assert states(company) == [(ANNA, "cancelled", "the destination was removed")]


def test_what_waits_for_a_company_that_is_removed_is_not_sent(company: Company) -> None:
    company.tell(mail(ANNA), mail(BOSS))
    company.receive()
    company.receive_own()
    company.told()
    company.offices.remove("Лилия", by=ME)
    assert {each[1:] for each in states(company)} == {("cancelled", "the company is gone")}


def test_of_a_company_without_people_what_waits_for_itself_is_sent(company: Company) -> None:
    company.tell("", mail(BOSS))
    company.receive_own()
    company.told()
    without = with_fields(company.offices.get(), employees={})
    company.offices.apply(without, by=ME)
    assert states(company) == [(BOSS, "waiting", "")]
