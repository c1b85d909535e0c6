"""Chats told by workers: from a message that is kept to what the chat says of it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import select
from structlog.testing import capture_logs

from notifications import telegram, worker
from storage.database.delivery_tables import DeliveryRow
from storage.database.engine import Database
from storage.notifications import queue
from storage.office.notify import ChatDestination
from storage.words.chats import hidden_address
from tests.notifications.bot_api import TOKEN, BotApi, bot_api
from tests.notifications.house import WEB_URL, House, letters_to
from tests.notifications.mail_server import MailServer
from tests.notifications.receiver import Receiver
from tests.waiting import until
from tests.web.conftest import NOBODY, Front


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with bot_api() as there:
        yield there


@pytest.fixture
async def house(
    ready_home: tuple[Path, dict[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    server: MailServer,
    there: Receiver,
    api: BotApi,
) -> AsyncIterator[House]:
    """The company; what fails is tried again soon."""
    monkeypatch.setattr(queue, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.02)
    shutil.copytree(ready_home[0], tmp_path / "home")
    front = Front(tmp_path / "home", {})
    yield House(front, server, there, api)
    front.close()


def chat(address: str, **options: object) -> ChatDestination:
    return ChatDestination.model_validate({"chat": address, **options})


async def test_a_message_is_in_the_chat_and_can_be_heard_there(house: House, api: BotApi) -> None:
    house.tell(chat(api.chat(), attach="opus"), of="101")
    message = house.receive("101")
    async with house.working():
        await house.all_are("sent")
    (told,) = api.told
    assert (told.method, told.file_type) == ("sendVoice", "audio/ogg")
    assert told.voice.startswith(b"OggS")
    assert b"OpusHead" in told.voice[:64]
    assert told.fields["caption"].startswith("Новое голосовое сообщение\nОт кого: Иван, +7 916 123")
    assert told.fields["caption"].endswith(f"\n{WEB_URL}/messages/{message}")
    (delivery,) = house.deliveries()
    assert (delivery.kind, delivery.answer) == ("chat", "HTTP 200 message 1")
    assert delivery.address == hidden_address(api.chat())


async def test_what_becomes_of_it_is_told_without_the_recording(house: House, api: BotApi) -> None:
    told = ("message.kept", "message.deleted")
    house.tell(chat(api.chat(), attach="opus", events=told))
    message = house.receive()
    async with house.working():
        await house.all_are("sent")
        house.front.installation.messages.delete(message, by=NOBODY)
        await house.all_are("sent", "sent")
    assert [each.method for each in api.told] == ["sendVoice", "sendMessage"]
    assert "Оно в корзине." in api.told[1].fields["text"]


async def test_chats_of_other_services_are_told_by_the_same_queue(
    house: House, api: BotApi
) -> None:
    house.receiver.answers["/"] = web.Response(status=200, text="{}")
    ntfy = f"ntfy://127.0.0.1:{house.receiver.port}/t0pic"
    house.tell(chat(ntfy), chat(api.chat()), house.hook("/hook"))
    house.receive()
    async with house.working():
        await house.all_are("sent", "sent", "sent")
    (asked,) = house.receiver.at("/")
    assert f"{WEB_URL}/messages/" in asked.text


async def test_who_asks_to_be_left_alone_is_told_later(house: House, api: BotApi) -> None:
    api.refuses("sendMessage", 429, "Too Many Requests: retry after 40", retry_after=40)
    house.tell(chat(api.chat()))
    house.receive()
    async with house.working():
        await house.all_were_tried()
    (delivery,) = house.deliveries()
    assert delivery.next_try_at is not None
    assert delivery.next_try_at - delivery.made_at >= timedelta(seconds=40)
    assert delivery.answer == "HTTP 429 Too Many Requests: retry after 40"


async def test_who_blocked_the_bot_is_told_no_more_and_who_is_away_is(
    house: House, api: BotApi
) -> None:
    api.refuses("sendMessage", 502, "Bad Gateway")
    house.tell(chat(api.chat()))
    house.receive()
    async with house.working():
        await house.all_were_tried(2)
        api.refuses("sendMessage", 403, "Forbidden: bot was blocked by the user")
        await house.all_are("failed")
    (delivery,) = house.deliveries()
    assert delivery.answer == "HTTP 403 Forbidden: bot was blocked by the user"


async def test_a_chat_that_hangs_holds_up_nobody_else(
    house: House, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "SECONDS", 30.0)
    api.hangs.add("sendMessage")
    house.receiver.hangs.add("/hangs")
    hangs = f"json://127.0.0.1:{house.receiver.port}/hangs"
    house.tell(chat(api.chat()), chat(hangs), house.hook("/well"))
    async with house.working():
        for many in (1, 2, 3):
            house.receive()
            await _heard(house, "/well", many)
        assert len(api.told) == 1, "one at a time"


async def _heard(house: House, path: str, times: int) -> None:
    await until(lambda: len(house.receiver.at(path)) == times)


async def test_nothing_that_is_kept_or_logged_of_a_delivery_has_the_secret(
    house: House, api: BotApi
) -> None:
    api.refuses("sendMessage", 500, f"no such bot{TOKEN}")
    away = f"ntfys://anna:{TOKEN}@127.0.0.1:{house.receiver.port}/t0pic"
    house.tell(chat(api.chat()), chat(away))
    house.receive()
    with capture_logs() as logged:
        async with house.working():
            await house.all_were_tried(2)
    assert logged
    database = house.front.installation.database
    rows = [str(vars(row)) for row in _rows(database)]
    assert len(rows) == 2
    for text in (*map(str, logged), *map(repr, house.deliveries()), *rows):
        for secret in (*TOKEN.split(":"), "1001234567890", "t0pic"):
            assert secret not in text


def _rows(database: Database) -> list[DeliveryRow]:
    with database.reading() as session:
        return list(session.scalars(select(DeliveryRow)))


async def test_a_chat_is_told_what_was_not_delivered_and_no_address_of_a_chat_is_told(
    house: House, api: BotApi
) -> None:
    house.server.answers["RCPT"] = "550 no such mailbox"
    failures = ("delivery.failed",)
    house.tell(letters_to("anna@example.com"), chat(api.chat(), events=failures))
    house.receive()
    async with house.working():
        await until(lambda: sorted(house.states()) == ["failed", "sent"])
    (told,) = api.told
    assert told.method == "sendMessage"
    text = told.fields["text"]
    assert text.startswith("Уведомление не доставлено\nПочтовый ящик: Компания\n")
    assert "\nПолучатель: anna＠example․com\n" in text
    assert "Причина: 550 no such mailbox" in text
    (failed,) = [each.id for each in house.deliveries() if each.state == "failed"]
    assert text.endswith(f"\n{WEB_URL}/deliveries/{failed}")


async def test_others_are_told_of_a_chat_by_its_hidden_address(house: House, api: BotApi) -> None:
    mailbox = "ntfy://127.0.0.1:1/t0pic"
    house.receiver.answers["/"] = web.Response(status=204)
    house.tell(chat(mailbox), house.hook("/hook", events=("delivery.failed",)))
    house.receive()
    queue_of_house = house.queue
    async with house.working():
        await house.all_were_tried()
        (waiting,) = house.deliveries()
        queue_of_house.refused(waiting, "given up by hand")
        await house.all_are("failed", "sent")
    (asked,) = house.receiver.at("/hook")
    assert asked.verified()["data"]["to"] == hidden_address(mailbox)
    assert "t0pic" not in asked.text
