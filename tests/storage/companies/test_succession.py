"""Messages and accounts follow people: successors, those who come again, those who move."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.accounts.users import Users
from storage.actor import User
from storage.audit import AuditLog, AuditQuery
from storage.companies.reassigning import reassign
from storage.companies.store import Offices
from storage.database.employee_tables import EmployeeRow
from storage.database.engine import Database
from storage.database.tables import MessageRow, TallyRow, UnheardRow
from storage.errors import NotFound, Refused
from storage.intake.mailboxes import employee_mailbox
from storage.messages.events import News
from storage.messages.repository import Query
from storage.office import Office, parse_office
from storage.office.edit import with_entry, with_fields, without_entry
from storage.office.prompts import PromptLibrary
from storage.people import owner, stale_bindings
from storage.retention.retention import Retention
from tests.acting import ME
from tests.quiet_voices import quiet_voice
from tests.refusals import refuses
from tests.speech import speak
from tests.storage.conftest import REQUEST, Store, envelope, kept
from web.language.problems import message

OFFICE = """
[company]
name = "Лилия"
[employees.101]
name = "Анна Щукина"
endpoint = "PJSIP/101"
[employees.102]
name = "Борис Орлов"
endpoint = "PJSIP/102"
"""
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Company:
    """A company with people, accounts and messages."""

    store: Store
    offices: Offices
    users: Users

    @property
    def id(self) -> str:
        return self.offices.site().company_id

    def hire(self, login: str, *extensions: str, role: Any = "employee") -> User:
        return self.users.add(
            company_id=self.id, login=login, name=login, role=role, extensions=extensions, by=ME
        )

    def user(self, login: str) -> User:
        return self.users.find(login)

    def receive(self, extension: str = "101", at: datetime | None = None) -> str:
        return self.store.receive(employee_mailbox(self.offices.site(), extension), at=at)

    def seen(self, login: str, **wanted: Any) -> list[str]:
        """What an account sees, newest first: in the list, one by one, and counted by months."""
        user = self.user(login)
        scope = self.store.messages.scope_of(user)
        query = Query(scope=scope, reader=user.id, **wanted)
        ids = [message.id for message in self.store.messages.list(query).messages]
        for message_id in ids:
            assert self.store.messages.get(message_id, scope).id == message_id
        if not wanted:
            assert sum(count for _, count in self.store.messages.months(scope)) == len(ids)
        return ids

    def listed(self, **wanted: Any) -> list[str]:
        """What the command line lists."""
        return [message.id for message in self.store.messages.list(Query(**wanted)).messages]

    def edit(self, change: Callable[[Office], Office]) -> None:
        self.offices.edit(None, change, by=ME)

    def rename(self, extension: str, name: str) -> None:
        def renamed(office: Office) -> Office:
            who = with_fields(office.employees[extension], name=name)
            return with_fields(office, employees=with_entry(office.employees, extension, who))

        self.edit(renamed)

    def remove(self, extension: str) -> None:
        self.edit(
            lambda office: with_fields(
                office, employees=without_entry(office.employees, extension, "employee")
            )
        )

    def apply(self, *employees: tuple[str, str]) -> None:
        """Apply a file with these employees: extensions and names."""
        tables = (f'[employees.{e}]\nname = "{n}"\nendpoint = "PJSIP/{e}"\n' for e, n in employees)
        self.offices.apply(parse_office('[company]\nname = "Лилия"\n' + "".join(tables)), by=ME)

    def reassign(self, extension: str, name: str, messages: Any) -> None:
        reassign(self.offices, None, extension, name, messages=messages, by=ME)

    def stale(self) -> list[tuple[str, str]]:
        with self.store.database.reading() as session:
            return [
                (each.login, message(each.problem)) for each in stale_bindings(session, self.id)
            ]


@pytest.fixture
def company(store: Store, tmp_path: Path) -> Company:
    offices = Offices(store.database, PromptLibrary(tmp_path / "prompts"))
    offices.apply(parse_office(OFFICE), by=ME)
    there = Company(store, offices, Users(store.database))
    there.hire("anna", "101")
    there.hire("olga", role="administrator")
    return there


def test_a_successor_sees_nothing_of_the_predecessor(company: Company) -> None:
    old = company.receive()

    company.reassign("101", "Вера Королёва", "keep")
    new = company.receive()
    company.hire("vera", "101")

    assert company.seen("vera") == [new]
    assert company.seen("anna") == [old]
    assert company.seen("olga") == [new, old]
    assert company.listed(employee="101") == [new]
    assert company.store.messages.new_count(company.user("vera")) == 1
    assert company.store.messages.new_count(company.user("anna")) == 1
    for login, hidden in (("vera", old), ("anna", new)):
        scope = company.store.messages.scope_of(company.user(login))
        with pytest.raises(NotFound):
            company.store.messages.get(hidden, scope)
        assert hidden not in company.seen(login, search="щукина")
        assert company.seen(login, employee="101") == ([new] if login == "vera" else [])
    assert company.user("anna").extensions == ()
    assert company.stale() == [
        ("anna", "is bound to Анна Щукина, who does not have the extension 101 any more")
    ]


def test_messages_are_handed_over_wherever_they_lie(company: Company) -> None:
    old, deleted = company.receive(), company.receive()
    company.store.messages.delete(deleted, by=ME)
    draft = company.store.begin(employee_mailbox(company.offices.site(), "101"))
    company.hire("vera", "105")
    heard = company.receive()
    anna = company.user("anna")
    company.store.messages.listen(heard, user=anna, by=ME)

    company.reassign("101", "Вера Королёва", "hand-over")
    company.users.change(company.user("vera").id, extensions=["101"], by=ME)
    company.store.recording(draft).write_bytes(
        company.store.messages.read(company.store.messages.get(old))
    )
    late = kept(company.store.intake.finish(draft.id, cut_off=False)).id

    assert set(company.seen("vera")) == {old, heard, late}
    assert company.seen("anna") == []
    assert company.store.messages.new_count(company.user("anna")) == 0
    assert set(company.seen("vera", state="new")) == {old, late}
    assert company.listed(employee="101", deleted=True) == [deleted]
    assert set(company.seen("vera", search="щукина")) == {old, heard, late}
    company.store.messages.restore(deleted, by=ME)
    assert len(company.seen("vera")) == 4
    assert set(company.seen("vera", state="new")) == {old, late, deleted}
    (entry,) = AuditLog(company.store.database).list(AuditQuery(action="employee.reassign")).entries
    assert entry.subject == "101"
    assert entry.details == {
        "predecessor": "Анна Щукина",
        "successor": "Вера Королёва",
        "handed_over": 3,
    }


def test_what_comes_late_goes_to_who_had_the_extension_then(company: Company) -> None:
    began = datetime.now(UTC)
    company.reassign("101", "Вера", "keep")
    company.hire("vera", "101")

    late = company.receive(at=began)
    assert company.seen("anna") == [late]
    assert company.seen("vera") == []
    assert company.store.messages.get(late).addressee_name == "Анна Щукина"
    assert company.seen("anna", search="щукина") == [late]
    assert company.seen("olga", search="вера") == []

    company.reassign("101", "Глеб", "hand-over")
    company.hire("gleb", "101")
    handed_over = company.receive(at=datetime.now(UTC) - timedelta(milliseconds=1))
    assert company.seen("gleb") == [handed_over]
    assert company.seen("vera") == []


def test_a_slip_is_for_who_had_the_extension_before_the_beep(company: Company) -> None:
    old = company.receive()
    draft = company.store.begin_without_database(employee_mailbox(company.offices.site(), "101"))
    company.reassign("101", "Вера", "keep")
    company.hire("vera", "101")
    audio = company.store.messages.read(company.store.messages.get(old))
    company.store.recording(draft).write_bytes(audio)

    late = kept(company.store.intake.finish(draft.id)).id

    assert company.seen("anna") == [late, old]
    assert company.seen("vera") == []


@pytest.mark.parametrize("on_slips", [False, True])
def test_who_speaks_again_speaks_to_the_same_person(company: Company, *, on_slips: bool) -> None:
    store, box = company.store, employee_mailbox(company.offices.site(), "101")
    begin = store.begin_without_database if on_slips else store.begin
    first = begin(box)
    company.reassign("101", "Вера", "keep")
    company.hire("vera", "101")
    second = begin(box, replaces=first)
    third = begin(box, replaces=second)
    for draft in (second, third):
        speak(REQUEST, path=store.recording(draft))

    message = kept(store.intake.finish(third.id)).id

    assert (company.seen("anna"), company.seen("vera")) == ([message], [])
    assert store.intake.drafts.open() == []


def test_a_second_attempt_is_for_whom_the_first_was(company: Company) -> None:
    store, site = company.store, company.offices.site()
    first = store.begin(employee_mailbox(site, "101"), call_id="call-7")
    store.intake.finish(first.id)  # without a sound
    company.reassign("101", "Вера", "keep")
    company.hire("vera", "101")
    box = employee_mailbox(company.offices.site(), "101")
    second, other = (store.begin(box, call_id=call) for call in ("call-7", "call-8"))
    boris = store.begin(employee_mailbox(site, "102"), call_id="call-7")
    for draft in (second, other, boris):
        speak(REQUEST, path=store.recording(draft))
        store.intake.finish(draft.id)

    assert company.seen("anna") == [second.id]
    assert company.seen("vera") == [other.id]


def test_what_comes_late_goes_to_who_has_moved_since(company: Company) -> None:
    company.reassign("101", "Клара", "keep")
    company.hire("clara", "101")
    company.reassign("101", "Дора", "keep")
    company.hire("dora", "101")
    box, recorded = employee_mailbox(company.offices.site(), "101"), datetime.now(UTC)
    slip = company.store.begin_without_database(box)

    company.apply(("105", "Дора"), ("101", "Ева"))
    company.hire("eva", "101")
    late = company.receive(at=recorded)
    speak(REQUEST, path=company.store.recording(slip))
    later = kept(company.store.intake.finish(slip.id)).id
    before_the_move = company.receive("105", at=recorded)

    assert set(company.seen("dora")) == {late, later, before_the_move}
    assert company.seen("clara") == company.seen("eva") == []

    company.reassign("105", "Фаина", "hand-over")
    company.hire("faina", "105")
    latest = company.receive("101", at=recorded)
    assert set(company.seen("faina")) == {late, later, before_the_move, latest}
    assert company.seen("dora") == []


def test_what_was_left_for_nobody_goes_to_who_had_the_extension_last(company: Company) -> None:
    company.reassign("101", "Вера", "hand-over")
    company.hire("vera", "101")
    company.remove("101")
    gap = datetime.now(UTC)
    company.apply(("101", "Клара"))
    company.hire("clara", "101")

    late = company.receive(at=gap)

    assert company.seen("vera") == [late]
    assert company.seen("anna") == company.seen("clara") == []


def test_who_comes_again_does_not_get_what_another_had_between(company: Company) -> None:
    company.reassign("101", "Вера", "keep")
    company.hire("vera", "101")
    between = datetime.now(UTC)
    company.remove("101")
    company.apply(("101", "Анна Щукина"))

    late = company.receive(at=between)

    assert company.seen("vera") == [late]
    assert company.seen("anna") == []


def test_who_is_removed_and_another_added_are_two(company: Company) -> None:
    old = company.receive()

    company.remove("101")
    assert company.user("anna").extensions == ()
    assert company.seen("anna") == [old]
    assert company.listed(employee="101") == [old], "nobody has it: who had it last"
    company.apply(("101", "Вера"), ("102", "Борис Орлов"))
    new = company.receive()

    assert company.seen("anna") == [old]
    assert company.listed(employee="101") == [new]
    former = [p for p in company.store.messages.people(company.id) if not p.is_present]
    assert [(p.extension, p.name) for p in former] == [("101", "Анна Щукина")]
    assert company.listed(employee=former[0].id) == [old]


def test_a_former_employee_is_known_by_what_is_kept_aside(company: Company) -> None:
    draft = company.store.begin(employee_mailbox(company.offices.site(), "101"))
    company.store.recording(draft).write_bytes(quiet_voice("whisper").read_bytes())
    assert kept(company.store.intake.finish(draft.id)).quiet
    company.remove("101")
    company.remove("102")

    people = company.store.messages.people(company.id)

    assert [who.name for who in people] == ["Анна Щукина"]


def test_who_is_added_again_is_the_same(company: Company) -> None:
    old = company.receive()
    company.apply(("102", "Борис Орлов"))
    company.apply(("101", "Вера"))
    between = company.receive()
    company.remove("101")

    company.apply(("101", "анна  Щукина"))
    new = company.receive()

    assert company.seen("anna") == [new, old]
    assert company.user("anna").extensions == ("101",)
    assert company.stale() == []
    assert between in company.seen("olga")


def test_another_name_is_the_same_person(company: Company) -> None:
    old = company.receive()

    company.rename("101", "Анна Королёва")
    company.apply(("101", "Анна Королева-Щукина"), ("102", "Борис Орлов"))

    assert company.seen("anna") == [old]
    assert company.user("anna").people[0].name == "Анна Королева-Щукина"
    with refuses(Refused, "this person's already"):
        company.reassign("101", "анна королева-щукина", "keep")


def test_who_moves_to_another_extension_takes_everything_along(company: Company) -> None:
    old = company.receive()

    company.apply(("105", "Анна Щукина"), ("101", "Вера"), ("102", "Борис Орлов"))
    company.hire("vera", "101")
    veras, new = company.receive("101"), company.receive("105")

    assert company.seen("anna") == [new, old]
    assert company.user("anna").extensions == ("105",)
    assert company.seen("vera") == [veras]
    assert company.listed(employee="105") == [new, old]


def test_two_who_change_places_keep_what_is_theirs(company: Company) -> None:
    annas, boris = company.receive("101"), company.receive("102")
    company.hire("boris", "102")

    company.apply(("102", "Анна Щукина"), ("101", "Борис Орлов"))

    assert company.seen("anna") == [annas]
    assert company.seen("boris") == [boris]
    assert company.user("anna").extensions == ("102",)


def test_namesakes_are_not_taken_for_each_other(company: Company) -> None:
    company.apply(("101", "Анна Щукина"), ("102", "Анна Щукина"))
    old = company.receive("101")

    company.apply(("102", "Анна Щукина"), ("103", "Анна Щукина"))

    assert company.seen("anna") == [old]
    assert company.user("anna").extensions == ()
    assert company.listed(employee="103") == []


def test_an_account_may_wait_for_its_employee(company: Company) -> None:
    vera = company.hire("vera", "105")
    assert company.stale() == [("vera", "is bound to the extension 105, which nobody has")]

    company.apply(("105", "Вера"), ("101", "Анна Щукина"))
    message = company.receive("105")

    assert company.seen("vera") == [message]
    assert company.user("vera").people[0].id == vera.people[0].id
    assert company.stale() == []


def test_an_account_that_waits_gets_who_comes_again(company: Company) -> None:
    old = company.receive()
    company.remove("101")
    company.hire("second", "101")

    company.apply(("101", "Анна Щукина"))

    assert company.seen("second") == company.seen("anna") == [old]


def test_bindings_to_former_employees_end_when_others_are_chosen(company: Company) -> None:
    old, boris = company.receive(), company.receive("102")
    company.reassign("101", "Вера", "keep")
    anna = company.user("anna")

    company.users.change(anna.id, name="Анна", by=ME)
    assert company.seen("anna") == [old]
    company.users.change(anna.id, extensions=["102", anna.former[0].id], by=ME)
    assert company.seen("anna") == [boris, old]
    company.users.change(anna.id, extensions=["102"], by=ME)
    assert company.seen("anna") == [boris]
    with refuses(Refused, "there is no employee"):
        company.users.change(anna.id, extensions=[anna.former[0].id], by=ME)


def test_a_company_that_is_removed_has_nobody(company: Company) -> None:
    old, company_id = company.receive(), company.id

    company.offices.remove("Лилия", by=ME)
    company.offices.apply(parse_office(OFFICE), by=ME)
    company.hire("again", "101")

    assert company.id != company_id
    assert company.seen("again") == []
    assert old in company.listed(employee="101")


def test_days_of_a_successor_are_not_those_of_the_predecessors_messages(company: Company) -> None:
    old = company.receive(at=datetime.now(UTC) - WEEK)
    company.reassign("101", "Вера", "keep")

    def brief(office: Office) -> Office:
        who = with_fields(office.employees["101"], keep_days=1)
        return with_fields(office, employees=with_entry(office.employees, "101", who))

    company.edit(brief)
    retention = Retention(company.store.database, company.store.audio, company.offices.snapshot)
    retention.run(WEEK, by=ME)

    assert company.seen("anna") == [old]


def test_a_full_box_is_not_full_for_the_successor(company: Company) -> None:
    company.receive()
    company.reassign("101", "Вера", "keep")

    mailbox = employee_mailbox(company.offices.site(), "101")
    company.store.intake.begin(envelope(mailbox), most=1)


def test_news_are_for_the_person(company: Company) -> None:
    company.reassign("101", "Вера", "keep")
    vera, anna = company.hire("vera", "101"), company.user("anna")
    news = News(company.store.database)
    before = news.newest()

    company.receive()

    (item,) = news.since(before)
    assert item.concerns(vera.id, vera.scope)
    assert not item.concerns(anna.id, anna.scope)


def test_a_message_kept_while_its_extension_is_handed_over_is_counted_once(
    company: Company,
) -> None:
    """Whatever comes first, the message is the successor's, and so are its counts."""
    audio = company.store.messages.read(company.store.messages.get(company.receive("102")))
    drafts = []
    for _ in range(5):
        draft = company.store.begin(employee_mailbox(company.offices.site(), "101"))
        company.store.recording(draft).write_bytes(audio)
        drafts.append(draft)
    failures: list[BaseException] = []

    def finish() -> None:
        try:
            for draft in drafts:
                assert draft.row
                company.store.intake.keep(company.store.intake.file(draft.row))
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=finish)
    thread.start()
    company.reassign("101", "Вера", "hand-over")
    thread.join()

    assert failures == []
    company.hire("vera", "101")
    assert len(company.seen("vera")) == 5
    assert company.seen("anna") == []
    with company.store.database.reading() as session:
        tallies = session.scalars(select(TallyRow).where(TallyRow.kept < 0)).all()
        marks = session.scalars(
            select(UnheardRow).where(UnheardRow.user_id == company.user("anna").id)
        ).all()
    assert (list(tallies), list(marks)) == ([], [])


def test_nobody_ever_had_the_extension(store: Store) -> None:
    company_id, at = "33333333-3333-4333-8333-333333333333", datetime.now(UTC)
    with store.database.session() as session:
        somebody = owner(session, company_id, "999", at)
        assert owner(session, company_id, "999", at + WEEK) == somebody
        row = session.get_one(EmployeeRow, somebody)
        assert (row.name, row.until) == ("", at)


def test_an_old_home_is_upgraded(company: Company, database_url: str) -> None:
    """Who has an extension has its messages; those of nobody's extension are of somebody former."""
    annas, gone = company.receive("101"), company.receive("102")
    company.hire("boris", "102")
    company.remove("102")
    before = company.listed()
    _back_to_0005(company.store.database, {"anna": ["101"], "boris": ["102"], "olga": []})

    company.store.database.migrate()

    assert company.listed() == before
    assert company.seen("anna") == [annas]
    assert company.user("anna").extensions == ("101",)
    assert company.user("boris").extensions == ()
    assert company.seen("boris") == [gone]
    assert company.stale() == [
        ("boris", "is bound to somebody, who does not have the extension 102 any more")
    ]
    company.apply(("101", "Анна Щукина"), ("102", "Вера"))
    company.hire("vera", "102")
    assert company.seen("vera") == []
    assert company.seen("olga", search="щукин") == [annas]
    company.store.messages.delete(annas, by=ME)
    assert company.seen("anna") == []
    with company.store.database.reading() as session:
        assert session.scalars(select(TallyRow).where(TallyRow.kept < 0)).all() == []
        assert None not in session.scalars(select(MessageRow.employee_id)).all()


def _back_to_0005(database: Database, extensions: dict[str, list[str]]) -> None:
    """The tables as they were before employees were people."""
    with database.filling() as connection:

        def do(statement: str) -> None:
            connection.exec_driver_sql(statement)

        for employee, number in connection.exec_driver_sql(
            "SELECT employee_id, number FROM addressees WHERE employee_id IS NOT NULL"
        ).all():
            do(f"UPDATE tallies SET box = 'employee:{number}' WHERE box = 'employee:{employee}'")
        do("ALTER TABLE users ADD COLUMN extensions TEXT NOT NULL DEFAULT '[]'")
        for login, texts in extensions.items():
            do(f"UPDATE users SET extensions = '{json.dumps(texts)}' WHERE login = '{login}'")
        for table, column in (("news", "box"), ("news", "addressee_number")):
            do(f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
        for index in ("employee", "quiet", "quiet_box", "quiet_employee", "company", "box"):
            do(f"DROP INDEX ix_messages_{index}")
        do("DROP INDEX ix_messages_new_in_box")
        do("DROP INDEX ix_companies_mailbox_context")
        do("ALTER TABLE companies DROP COLUMN mailbox_context")
        do("DROP INDEX ix_messages_addressee")
        for table, column in (
            *(("messages", name) for name in ("quiet", "loudness", "new_in_box")),
            *(("login_failures", name) for name in ("refused", "told_at")),
        ):
            do(f"ALTER TABLE {table} DROP COLUMN {column}")
        for name, columns in (
            ("company", "company_id, place"),
            ("box", "company_id, box, place"),
            ("addressee", "company_id, box, addressee_number, place"),
        ):
            do(f"CREATE INDEX ix_messages_{name} ON messages ({columns})")
        do("ALTER TABLE tokens DROP COLUMN read_only")
        for table in (
            *("devices", "allowances", "assigned_numbers", "search_index"),
            *("own_addresses", "deliveries", "read_news", "destinations", "signing_keys"),
            *("leases", "pins"),
        ):
            do(f"DROP TABLE {table}")
        for table in ("messages", "addressees", "news"):
            do(f"ALTER TABLE {table} DROP COLUMN employee_id")
        do("DROP TABLE bindings")
        do("DROP TABLE holdings")
        do("DROP TABLE employees")
        do("UPDATE alembic_version SET version_num = '0005'")
