"""Chats that are told: how their addresses are written, and that they are secrets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storage.audit import AuditLog, AuditQuery
from storage.companies.store import Offices
from storage.database.engine import Database
from storage.errors import ConfigError, WrongValue
from storage.office import Office, as_data, dump_office, parse_office
from storage.office.notify import ChatDestination, Destinations
from storage.office.prompts import PromptLibrary
from storage.words.chats import hidden_address, is_hidden, telegram_chat, without_address
from tests.acting import ME
from tests.refusals import refuses
from web.language.problems import sentences

ANNA = '[company]\nname = "Ромашка"\n[employees.101]\nname = "Анна"\nendpoint = "PJSIP/101"\n'
SECRET = "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
TOKEN = f"110201543:{SECRET}"
CHAT = f"tgram://{TOKEN}/-1001234567890"
OTHER = "ntfys://anna:pass7word@ntfy.example.com/t0pic"
MAIL = '{ mail = "anna@example.com" }'


def chat(address: str = CHAT, more: str = "") -> str:
    """A chat as it is written."""
    return f"{{ chat = {json.dumps(address)}{more} }}"


def told(*destinations: str, document: str = ANNA) -> Office:
    return parse_office(f"{document}notify = [{', '.join(destinations)}]\n")


def annas(office: Office) -> Destinations:
    return office.employees["101"].notify or ()


def mistakes(*destinations: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        told(*destinations)
    return sentences(caught.value)


# --- addresses ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        CHAT,
        OTHER,
        f"tgram://{TOKEN}/@sales",
        f"tgram://{TOKEN.replace(':', '%3A')}/42/",
        f"tgram://{TOKEN}/-100:7?silent=yes",
        f"tgram://{TOKEN}/-100?topic=7",
        "ntfy://topic",
        "mmosts://chat.example.com/hooks/abcdefghijklmnop?image=no",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general",
        "matrixs://anna:pa%20ss@matrix.example.com/#room",
        "json://127.0.0.1:8080/hook",
        f"ntfys://{'a' * 1990}",
    ],
)
def test_a_chat_is_an_address_as_apprise_has_them(address: str) -> None:
    (one,) = annas(told(chat(address)))
    assert isinstance(one, ChatDestination)
    assert (one.chat, one.attach, one.events) == (address, "none", ("message.kept",))
    assert one.sent_to == address


@pytest.mark.parametrize(
    "address",
    [
        *("", "x", "tgram:", "ntfys://", "://x", "ntfys://a b", "ntfys://a\n", "ntfys://тема"),
        *("NTFYS://topic", " ntfys://topic", "ntfys:topic", "ntfys://a\x7fb"),
        f"ntfys://{'a' * 2000}",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(address: str) -> None:
    assert mistakes(chat(address)) == [
        "employees.101.notify.0.chat: a chat's address is a URL without spaces, "
        "such as tgram://BOT-TOKEN/CHAT"
    ]


@pytest.mark.parametrize(
    "scheme",
    [
        *("mailto", "mailtos", "dbus", "gnome", "syslog", "windows", "macosx", "twilio", "http"),
        *("file", "kodi", "smpp", "sns", "form", "xml", "apprise", "memory", "mqtt", "rsyslog"),
    ],
)
def test_what_is_no_chat_is_refused(scheme: str) -> None:
    (sentence,) = mistakes(chat(f"{scheme}://pass7word@host"))
    assert f"“{scheme}” is none of the chats that are known: discord, gchat" in sentence
    assert "pass7word" not in sentence


@pytest.mark.parametrize(
    "rest",
    [
        *("x/y", TOKEN, f"{TOKEN}/", f"{TOKEN}/a/b", f"{TOKEN}/1/2", f"{TOKEN}/x", f"{SECRET}/1"),
        *(f"{TOKEN}/1?a=b", f"{TOKEN}/1?silent=maybe", f"{TOKEN}/1?topic=x", f"{TOKEN}/1?topic"),
        *(f"{TOKEN}/../1", f"{TOKEN}%2f..%2f/1", "110:a?b/1", f"{TOKEN}/1:2:3"),
    ],
)
def test_what_is_no_chat_of_telegram_is_refused_and_not_repeated(rest: str) -> None:
    (sentence,) = mistakes(chat(f"tgram://{rest}"))
    assert sentence.startswith("employees.101.notify.0.chat: a chat of Telegram is tgram://BOT-")
    assert SECRET not in sentence


def test_an_address_of_telegram_says_who_is_told_and_how() -> None:
    assert telegram_chat(CHAT) == (TOKEN, "-1001234567890", "", False)
    there = f"tgram://{TOKEN.replace(':', '%3A')}/@sales?topic=7&silent=yes"
    assert telegram_chat(there) == (TOKEN, "@sales", "7", True)
    with pytest.raises(WrongValue):
        telegram_chat("tgram://***-01234567")


def test_sound_comes_along_as_opus_or_not_at_all() -> None:
    (one,) = annas(told(chat(more=', attach = "opus"')))
    assert isinstance(one, ChatDestination)
    assert one.attach == "opus"
    assert mistakes(chat(more=', attach = "wav"')) == [
        "employees.101.notify.0.attach: must be one of: none, opus"
    ]
    assert mistakes(chat(more=", attach_up_to = 5")) == [
        "employees.101.notify.0: unknown key “attach_up_to”"
    ]


def test_one_chat_stands_in_a_list_once() -> None:
    (sentence,) = mistakes(chat(), MAIL, chat(more=', attach = "opus"'))
    assert sentence.endswith(f"{hidden_address(CHAT)} is named twice")


# --- secrets ------------------------------------------------------------------------------------


def test_what_is_shown_tells_the_kind_and_tells_chats_apart() -> None:
    shown = hidden_address(CHAT)
    assert shown.startswith("tgram://***-")
    assert is_hidden(shown)
    assert not is_hidden(CHAT)
    assert hidden_address(shown) == shown
    assert shown != hidden_address(f"{CHAT}1")
    (one,) = annas(told(chat()))
    assert one.address == shown
    assert SECRET not in f"{one!r} {one} {one.key}"


def test_an_address_is_never_shown() -> None:
    office = told(chat(), chat(OTHER), document=f"{ANNA}notify = [{chat()}]\n[voicemail]\n")
    for shown in (dump_office(office), json.dumps(as_data(office))):
        assert hidden_address(CHAT) in shown
        assert hidden_address(OTHER) in shown
        for secret in (SECRET, "110201543", "1001234567890", "pass7word", "t0pic", "ntfy.example"):
            assert secret not in shown


def test_what_somebody_said_is_told_without_any_part_of_it() -> None:
    said = f"no T0PIC at ntfy.example.com for anna:pass7word (error 403), {OTHER}"
    assert without_address(said, OTHER) == (
        "no *** at *** for ***:*** (error 403), ntfys://***:***@***/***"
    )
    hook = "json://example.com/?+X-Key=s3cret%20key&verify=no&t0pic"
    said = "verify=no, s3cret%20key or S3CRET KEY or t0pic"
    assert without_address(said, hook) == "verify=no, *** or *** or ***"
    assert without_address("a%20b", "ntfys://a%20b%2Fcc/xyz") == "***"


@pytest.fixture
def offices(database: Database, tmp_path: Path) -> Offices:
    return Offices(database, PromptLibrary(tmp_path / "prompts"))


def test_what_was_shown_can_be_applied_and_keeps_the_addresses(offices: Offices) -> None:
    document = f"{ANNA}notify = [{MAIL}, {chat()}, {chat(OTHER)}]\n[voicemail]\n"
    offices.apply(told(chat(OTHER), document=document), by=ME)
    before = offices.get()

    offices.apply(
        parse_office(dump_office(before).replace('name = "Анна"', 'name = "Анна Щ"')), by=ME
    )

    after = offices.get()
    assert after.employees["101"].name == "Анна Щ"
    assert annas(after) == annas(before)
    assert after.voicemail == before.voicemail


def test_each_hidden_address_is_its_own_wherever_it_stands(offices: Offices) -> None:
    offices.apply(told(chat(), chat(OTHER)), by=ME)
    hidden = [chat(hidden_address(each)) for each in (OTHER, CHAT)]
    offices.apply(told(hidden[0], MAIL, f"{hidden[1][:-1]}, attach = 'opus' }}"), by=ME)
    first, _, last = annas(offices.get())
    assert (first.sent_to, last.sent_to) == (OTHER, CHAT)
    assert getattr(last, "attach") == "opus"  # noqa: B009


def test_a_hidden_address_that_never_was_is_refused(offices: Offices) -> None:
    unknown = r"employees\.101\.notify\.1\.chat: is hidden, and none is known here"
    with refuses(ConfigError, unknown):
        offices.apply(told(MAIL, chat(hidden_address(CHAT))), by=ME)
    offices.apply(told(MAIL, chat(OTHER)), by=ME)
    with refuses(ConfigError, unknown):
        offices.apply(told(MAIL, chat(hidden_address(CHAT))), by=ME)
    with refuses(ConfigError, r"voicemail\.notify\.0\.chat: is hidden"):
        offices.apply(told(chat(hidden_address(OTHER)), document=f"{ANNA}[voicemail]\n"), by=ME)


def test_one_chat_stands_once_hidden_or_not(offices: Offices) -> None:
    offices.apply(told(chat()), by=ME)
    with refuses(ConfigError, r"notify: tgram://\*\*\*-[0-9a-f]{8} is named twice"):
        offices.apply(told(chat(), chat(hidden_address(CHAT))), by=ME)
    assert len(annas(offices.get())) == 1


def test_the_log_says_which_chats_are_told_and_not_where_they_are(
    offices: Offices, database: Database
) -> None:
    offices.apply(told(chat()), by=ME)
    offices.apply(told(chat(OTHER)), by=ME)
    entries = AuditLog(database).list(AuditQuery()).entries
    (change,) = entries[0].details if isinstance(entries[0].details, list) else []
    assert change["before"][0]["chat"] == hidden_address(CHAT)
    assert change["after"][0]["chat"] == hidden_address(OTHER)
    for entry in entries:
        written = json.dumps(entry.details)
        for secret in (SECRET, "110201543", "pass7word", "t0pic"):
            assert secret not in written
