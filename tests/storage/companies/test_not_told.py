"""Webhooks and chats that the operator does not allow: nobody adds one, and what is there stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from storage.actor import Actor
from storage.companies.allowance import Allowance
from storage.companies.bounds import not_told
from storage.companies.store import Offices
from storage.database.engine import Database
from storage.errors import ConfigError
from storage.office import Office, dump_office, parse_office
from storage.office.notify import ChatDestination, Destination, WebhookDestination
from storage.office.prompts import PromptLibrary
from storage.office.told import COMPANY, told, with_destination, without_destination
from storage.settings_sections import WebhookSettings
from storage.words.chats import asked_at
from tests.acting import ME
from tests.refusals import refuses
from tests.storage.office.test_notify import SECRET

ADMINISTRATOR = Actor("olga", via="page", user_id="1")
INSIDE = "http://10.0.0.1/hook"
TELEGRAM = "tgram://110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/1"
OFFICE = """
[company]
name = "Лилия"
[employees.101]
name = "Анна"
endpoint = "PJSIP/101"
[employees.102]
name = "Борис"
endpoint = "PJSIP/102"
"""
ALL = Allowance(webhooks=WebhookSettings(allow="10.0.0.0/8"))
LITTLE = Allowance(chats=("ntfys",))


def hook(url: str = INSIDE) -> Destination:
    return WebhookDestination(webhook=url, secret=SECRET)


def chat(address: str = TELEGRAM) -> Destination:
    return ChatDestination(chat=address)


class Companies:
    """A company whose operator allows everything, and then little."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._made_of = database, PromptLibrary(folder / "prompts")
        self.before = Offices(*self._made_of, ALL)
        self.offices = Offices(*self._made_of, LITTLE)
        self.before.apply(parse_office(OFFICE), by=ME)

    def add(
        self, mailbox: str, one: Destination, *, by: Actor = ME, to: Offices | None = None
    ) -> None:
        offices = to or self.offices
        offices.edit(None, lambda office: with_destination(office, mailbox, one), by=by)

    def had(self, mailbox: str, *destinations: Destination) -> None:
        """Have them told of a mailbox from a time when that was allowed."""
        for one in destinations:
            self.add(mailbox, one, to=self.before)

    def apply(self, text: str) -> Office:
        self.offices.apply(parse_office(text), by=ME)
        return self.offices.get()


@pytest.fixture
def there(database: Database, tmp_path: Path) -> Companies:
    return Companies(database, tmp_path)


@pytest.mark.parametrize("by", [ME, ADMINISTRATOR])
@pytest.mark.parametrize(("mailbox", "place"), [("101", "employees.101"), (COMPANY, "voicemail")])
def test_nobody_adds_what_is_not_allowed(
    there: Companies, by: Actor, mailbox: str, place: str
) -> None:
    for one, field, sentence in (
        (hook(), "webhook", r"the operator allows no webhooks to this address \(webhooks\.allow\)"),
        (hook("http://crm.example.com/"), "webhook", "plain http only to hosts that the operator"),
        (chat(), "chat", r"the operator allows no chats of this kind: tgram \(chat\.allow\)"),
        (chat("ntfys://10.0.0.1/t0pic"), "chat", "the operator allows no chats at this address"),
    ):
        with refuses(ConfigError, rf"^{place}\.notify\.0\.{field}: {sentence}"):
            there.add(mailbox, one, by=by)
    assert told(there.offices.get(), mailbox) == ()
    there.add(mailbox, hook("https://crm.example.com/hook"), by=by)
    there.add(mailbox, chat("ntfys://ntfy.example.com/t0pic"), by=by)


def test_a_file_adds_none_to_a_new_company_either(there: Companies) -> None:
    there.had("101", hook())
    other = dump_office(there.offices.get()).replace("Лилия", "Роза").replace("kept", SECRET)
    with refuses(ConfigError, r"^employees\.101\.notify\.0\.webhook: the operator allows no"):
        there.apply(other)
    assert there.offices.names() == ["Лилия"]


def test_what_is_there_stays_and_is_told_of(there: Companies) -> None:
    there.had("101", hook(), chat())
    there.had(COMPANY, chat())
    shown = there.offices.get()
    problems = there.offices.site().problems()
    assert [(one.severity, one.where, one.code) for one in problems][-3:] == [
        ("warning", "voicemail.notify.0.chat", "chat-not-allowed"),
        ("warning", "employees.101.notify.0.webhook", "host-not-allowed"),
        ("warning", "employees.101.notify.1.chat", "chat-not-allowed"),
    ]
    assert there.apply(dump_office(shown)) == shown
    there.offices.edit(None, lambda office: office, by=ADMINISTRATOR)
    there.add("101", hook().model_copy(update={"events": ("message.heard",)}), by=ADMINISTRATOR)
    there.offices.rename("Лилия", "Роза", by=ME)


def test_one_that_is_there_is_none_elsewhere_and_none_that_reminds(there: Companies) -> None:
    there.had("101", hook())
    with refuses(ConfigError, r"^employees\.102\.notify\.0\.webhook"):
        there.add("102", hook())
    with refuses(ConfigError, r"^voicemail\.notify\.0\.webhook"):
        there.add(COMPANY, hook())
    with refuses(ConfigError, r"^employees\.101\.notify\.1\.webhook"):
        there.add("101", hook().model_copy(update={"unheard_minutes": 5}))
    there.offices.edit(None, lambda o: without_destination(o, "101", INSIDE), by=ME)
    with refuses(ConfigError, r"^employees\.101\.notify\.0\.webhook"):
        there.add("101", hook())


def test_it_goes_with_the_person(there: Companies) -> None:
    there.had("101", hook(), chat())
    shown = dump_office(there.offices.get())
    moved = shown.replace("employees.101", "employees.201")
    assert told(there.apply(moved), "201") == (hook(), chat())
    halfway = moved.replace("employees.201", "employees.-")
    swapped = halfway.replace("employees.102", "employees.201")
    office = there.apply(swapped.replace("employees.-", "employees.102"))
    assert office.employees["102"].name == "Анна"
    assert told(office, "102") == (hook(), chat())


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("json://127.0.0.1:8080/hook?a=b", "http://127.0.0.1:8080"),
        ("jsons://anna:secret@example.com", "https://example.com"),
        ("gotify://[fd00::1]:80/token", "http://[fd00::1]:80"),
        ("mmosts://chat.example.com/hook", "https://chat.example.com"),
        ("ntfy://10.0.0.1/topic", "http://10.0.0.1"),
        ("ntfy://topic", ""),
        ("ntfy://topic/", ""),
        ("ntfy://one/two?mode=cloud", ""),
        ("json://***-01234567", ""),
        ("json://[zz/x", ""),
        ("json:///x", ""),
        ("rocket://one/two@chat.example.com", ""),
        (TELEGRAM, ""),
    ],
)
def test_an_address_of_a_chat_tells_what_is_asked(address: str, asked: str) -> None:
    assert asked_at(address) == asked


def test_a_chat_that_is_shown_hidden_is_the_one_that_was_there(there: Companies) -> None:
    there.had("101", chat())
    office = there.offices.get()
    again = parse_office(dump_office(office))
    assert list(not_told(office, again, LITTLE)) == []
    (one,) = not_told(None, again, replace(LITTLE, chats=()))
    assert one.where == "employees.101.notify.0.chat"
