"""What is told of a mailbox rather than a message: that it is full, and that telling has failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from aiohttp import web

from storage.errors import MailboxFull
from storage.identifiers import new_id
from storage.messages.envelope import Envelope, Mailbox
from storage.notifications import queue
from storage.office import Office
from storage.office.edit import with_fields
from storage.office.notify import Event, WebhookDestination
from tests.notifications.house import WEB_URL, House, letters_to
from tests.waiting import until
from tests.web.conftest import COMPANY, NOBODY, NUMBER, Front
from tests.web.queued import queued
from web.language.words import full_time
from web.letters.notices import failed_delivery, full_mailbox
from web.letters.short import short_notice
from web.templating import template

GONE = web.Response(status=410, text="gone")


def hook(house: House, path: str) -> WebhookDestination:
    """A webhook that is told of everything there is."""
    return house.hook(path, events=get_args(Event))


def holds(house: House, most: int) -> None:
    """From now on each box of the company holds so many messages."""

    def limited(office: Office) -> Office:
        return with_fields(office, voicemail=with_fields(office.voicemail, max_messages=most))

    house.front.services.offices.edit(COMPANY, limited, by=NOBODY)


def call(house: House, mailbox: Mailbox, most: int) -> None:
    """Somebody calls, and finds that there is no place."""
    now = datetime.now(UTC)
    envelope = Envelope(
        id=new_id(now),
        mailbox=mailbox,
        received_at=now,
        caller_number="79161234567",
        caller_name="",
        dialled=NUMBER,
        source="ari",
        call_id="",
        min_speech=1.0,
    )
    with pytest.raises(MailboxFull):
        house.front.installation.intake.begin(envelope, most)


async def test_who_wants_to_know_is_told_once_that_a_mailbox_is_full(house: House) -> None:
    holds(house, 2)
    house.tell(hook(house, "/anna"), letters_to("anna@example.com", events=["box.full"]), of="101")
    first = house.receive("101")
    async with house.working():
        await house.all_are("sent")
        house.receive("101")
        await house.all_are("sent", "sent", "sent", "sent")
        for _ in range(3):  # nor does each of them make a letter
            call(house, house.front.box_of("101"), 2)
        house.tell(hook(house, "/anna"), of="101")
        house.front.installation.messages.delete(first, by=NOBODY)
        await house.all_are("sent", "sent", "sent", "sent", "sent")
    told = [asked.verified() for asked in house.receiver.at("/anna")]
    assert [each["type"] for each in told] == [
        *("message.kept", "message.kept", "box.full", "message.deleted")
    ]
    assert told[2]["data"] == {
        "company": COMPANY,
        "box": "employee",
        "mailbox": "101",
        "addressee": {"name": "Анна Щукина", "number": "101"},
        "max_messages": 2,
    }
    assert "audio_url" not in told[2]
    (letter,) = house.server.letters
    assert letter.mail["Subject"] == "Почтовый ящик заполнен: Анна Щукина"
    for kind in ("plain", "html"):
        assert "Новые сообщения оставить в нём нельзя" in letter.text(kind)
        assert f"{WEB_URL}/messages" in letter.text(kind)


async def test_a_caller_who_is_refused_is_told_of_when_nobody_was_for_an_hour(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.receive()
    holds(house, 1)  # it was full before anybody set a limit
    monkeypatch.setattr("storage.intake.rows.FULL_SECONDS", 0.0)
    house.tell(letters_to("office@example.com", events=["box.full"]))
    async with house.working():
        call(house, house.front.company_box(), 1)
        await house.all_are("sent")
        monkeypatch.setattr("storage.notifications.full_boxes.ONCE_IN", timedelta(0))
        call(house, house.front.company_box(), 1)
        await house.all_are("sent", "sent")
    first, _ = house.server.letters
    assert first.mail["Subject"] == "Почтовый ящик заполнен: Компания"


async def test_others_are_told_that_one_was_not_reached_and_it_itself_is_not(
    house: House,
) -> None:
    house.receiver.answers["/gone"] = GONE
    house.tell(
        hook(house, "/gone"),
        hook(house, "/there"),
        letters_to("office@example.com", events=["delivery.failed"]),
    )
    message = house.receive()
    async with house.working():
        await until(lambda: sorted(house.states()) == ["failed", "sent", "sent", "sent"])
    (failed,) = house.deliveries("failed")
    assert failed.event == "message.kept"
    assert len(house.receiver.at("/gone")) == 1
    told = next(
        each
        for asked in house.receiver.at("/there")
        if (each := asked.verified())["type"] == "delivery.failed"
    )
    assert told["data"]["id"] == failed.id
    assert told["data"]["to"] == house.receiver.url("/gone")
    assert told["data"]["message"] == message
    assert told["data"]["answer"] == "HTTP 410 gone"
    (letter,) = house.server.letters
    assert letter.mail["Subject"] == f"Уведомление не доставлено: {house.receiver.url('/gone')}"
    assert facts_of(letter.text("plain")) == [
        "Почтовый ящик: Компания",
        "О чём: Новое голосовое сообщение",
        "От кого: Иван, +7 916 123-45-67",
        f"Когда: {received(house, message)}",
        f"Получатель: {house.receiver.url('/gone')}",
        "Причина: HTTP 410 gone",
    ]
    for kind in ("plain", "html"):
        assert f"{WEB_URL}/deliveries/{failed.id}" in letter.text(kind)


def facts_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if ": " in line]


def received(house: House, message_id: str) -> str:
    company = house.front.site.office.company
    environment = template("letters/notice.txt", company.language).environment
    message = house.front.services.messages.get(message_id)
    return full_time(environment, message.received_at, company.timezone)


def test_whose_letter_did_not_arrive_is_said_and_why_in_either_language(front: Front) -> None:
    """Of an employee's mailbox, and of what is no single message."""
    queued(front, event="messages.unheard", answer="no mail server is set (mail.url)")
    (failed,) = front.services.deliveries.list(None)
    whose, company = "Анна Щукина (101)", front.site.office.company
    in_english = failed_delivery(failed, whose, None, with_fields(company, language="en"))
    assert in_english.facts == [
        ("Mailbox", whose),
        ("About", "Digest of what is unheard"),
        ("Recipient", "anna@example.com"),
        ("Why", "no mail server is set (mail.url)"),
    ]
    in_russian = failed_delivery(failed, whose, None, with_fields(company, language="ru"))
    assert in_russian.facts[-1] == ("Причина", "почтовый сервер не указан (mail.url)")
    message = front.services.messages.get(front.receive(name="evil.example"))
    named = dict(failed_delivery(failed, whose, message, company).facts)
    assert named["От кого"] == "evil․example, +7 916 123-45-67", "no link that a caller chose"


async def test_of_what_tells_that_something_failed_nothing_more_is_told(house: House) -> None:
    house.receiver.answers["/one"] = house.receiver.answers["/two"] = GONE
    house.tell(hook(house, "/one"), hook(house, "/two"))
    house.receive()
    async with house.working():
        await until(lambda: house.states() == ["failed"] * 4)
        house.tell(hook(house, "/there"))
        house.receive()
        await until(lambda: house.states() == [*["failed"] * 4, "sent"])
    events = [each.event for each in house.deliveries()]
    assert sorted(events) == [*["delivery.failed"] * 2, *["message.kept"] * 3]


async def test_what_is_given_up_is_told_of_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "GIVEN_UP", timedelta(0))
    house.receiver.answers["/"] = web.Response(status=503)
    house.tell(hook(house, "/"), hook(house, "/there"))
    house.receive()
    async with house.working():
        await until(lambda: sorted(house.states()) == ["failed", "sent", "sent"])
    assert [asked.verified()["type"] for asked in house.receiver.at("/there")] == [
        *("message.kept", "delivery.failed")
    ]


def test_a_chat_is_told_in_a_few_lines_that_mean_nothing_else(front: Front) -> None:
    """What a mailbox is called is chosen by people, and chats read markup out of plain text."""
    office = front.site.office
    name = "<b>Анна</b> [x](http://evil.example)"
    full = short_notice(full_mailbox(name, 2, "ru"), office.company, f"{WEB_URL}/messages")
    assert full.title == "Почтовый ящик заполнен"
    assert full.text.startswith("Почтовый ящик: ‹b›Анна‹∕b› ［x］(http∶∕∕evil․example)\n")
    assert full.text.endswith("пока не удалены старые.")
    queued(front, address="https://crm.example/hook", state="failed", answer="HTTP 410")
    (delivery,) = front.services.deliveries.list(None)
    failed = short_notice(
        failed_delivery(delivery, name, None, office.company),
        office.company,
        f"{WEB_URL}/deliveries",
    )
    assert failed.within(1024) == (
        "Уведомление не доставлено\n"
        "Почтовый ящик: ‹b›Анна‹∕b› ［x］(http∶∕∕evil․example)\n"
        "О чём: Новое голосовое сообщение\n"
        "Получатель: https∶∕∕crm․example∕hook\nПричина: HTTP 410\n"
        "https://voice.example/deliveries"
    )
