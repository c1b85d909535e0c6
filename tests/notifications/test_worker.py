"""The worker: of each message each destination is told once, whoever dies or hangs on the way."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from aiohttp import web
from sqlalchemy import select, update
from structlog.testing import capture_logs

from notifications import worker
from storage.database.delivery_tables import DeliveryRow
from storage.database.engine import Database
from storage.errors import DatabaseUnavailable
from storage.notifications import queue
from tests.notifications.house import WEB_URL, House, letters_to
from tests.notifications.mail_server import MailServer
from tests.notifications.receiver import OLD_SECRET, Receiver
from tests.storage.postgresql import connect, postgresql_server
from tests.waiting import until
from tests.web.conftest import COMPANY, NOBODY, OTHER_COMPANY, Front, make_home

DATABASE = "VOICEPOST_DATABASE__URL"


def _url(server: Path, name: str) -> str:
    return f"postgresql+psycopg://postgres@/{name}?host={server}"


@pytest.fixture(scope="session")
def server_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """A PostgreSQL server with a company in the database "ready", and the home to it."""
    home = tmp_path_factory.mktemp("home-on-postgresql")
    with postgresql_server() as server:
        with connect(server) as connection:
            connection.execute("CREATE DATABASE ready")
        with patch.dict(os.environ, {DATABASE: _url(server, "ready")}):
            make_home(home)
        yield server, home


@pytest.fixture(params=["sqlite", "postgresql"])
async def house(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    server: MailServer,
    there: Receiver,
) -> AsyncIterator[House]:
    """The company on each database; what fails is tried again soon."""
    monkeypatch.setattr(queue, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(worker, "AWAY_SECONDS", 0.1)
    if request.param == "sqlite":
        home, _ = request.getfixturevalue("ready_home")
    else:
        postgresql, home = request.getfixturevalue("server_home")
        with connect(postgresql) as connection:
            connection.execute("DROP DATABASE IF EXISTS house WITH (FORCE)")
            connection.execute("CREATE DATABASE house TEMPLATE ready STRATEGY FILE_COPY")
        monkeypatch.setenv(DATABASE, _url(postgresql, "house"))
    shutil.copytree(home, tmp_path / "home")
    front = Front(tmp_path / "home", {})
    with capture_logs():
        yield House(front, server, there)
    front.close()


async def test_of_a_message_people_and_programs_are_told(house: House) -> None:
    house.tell(letters_to("anna@example.com"), house.hook("/hook"), of="101")
    message = house.receive("101")
    async with house.working():
        await house.all_are("sent", "sent")
    by_kind = {each.kind: each for each in house.deliveries()}
    (letter,) = house.server.letters
    assert letter.to == ("anna@example.com",)
    assert f"{WEB_URL}/messages/{message}" in letter.text()
    assert letter.mail["Message-ID"].startswith(f"<{by_kind['mail'].id}@")
    (asked,) = house.receiver.at("/hook")
    assert asked.id == by_kind["webhook"].id
    told = asked.verified()
    assert (told["type"], told["data"]["id"]) == ("message.kept", message)
    assert (by_kind["mail"].answer, by_kind["webhook"].answer) == ("taken as 1", "HTTP 204")
    for each in by_kind.values():
        assert (each.tries, each.next_try_at) == (1, None)
        assert each.ended_at is not None
        assert each.ended_at >= each.made_at


async def test_what_becomes_of_a_message_is_told_in_order(house: House) -> None:
    house.tell(house.hook(), of="101")
    messages = house.front.installation.messages
    message = house.receive("101")
    async with house.working():
        await house.all_are("sent")
        messages.delete(message, by=NOBODY)
        messages.restore(message, by=NOBODY)
        await house.all_are("sent", "sent", "sent")
    said = [each.verified()["type"] for each in house.receiver.asked]
    assert said == ["message.kept", "message.deleted", "message.restored"]


async def test_a_recording_is_attached_up_to_a_size(house: House) -> None:
    small = letters_to("small@example.com", attach="opus", attach_up_to=100)
    house.tell(letters_to("large@example.com", attach="opus"), small)
    house.receive()
    async with house.working():
        await house.all_are("sent", "sent")
    attached = {
        letter.to[0]: [part.get_content_type() for part in letter.mail.iter_attachments()]
        for letter in house.server.letters
    }
    assert attached == {"large@example.com": ["audio/ogg"], "small@example.com": []}
    for letter in house.server.letters:
        assert f"{WEB_URL}/messages/" in letter.text()


async def test_two_mailboxes_tell_one_address_each_in_its_own_way(house: House) -> None:
    house.tell(letters_to("desk@example.com"), house.hook("/desk"), of="101")
    with_sound = letters_to("desk@example.com", attach="mp3")
    house.tell(with_sound, house.hook("/desk", OLD_SECRET), of="102")
    house.receive("102")
    async with house.working():
        await house.all_are("sent", "sent")
    (letter,) = house.server.letters
    assert [part.get_content_type() for part in letter.mail.iter_attachments()] == ["audio/mpeg"]
    (asked,) = house.receiver.at("/desk")
    assert asked.verified(OLD_SECRET)["data"]["mailbox"] == "102"


async def test_two_companies_tell_one_address(house: House) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: complaints.append(told))
    try:
        for company in (COMPANY, OTHER_COMPANY):
            house.tell(house.hook("/both"), company=company)
        house.receive(company=COMPANY)
        house.receive(company=OTHER_COMPANY)
        async with house.working():
            await house.all_are("sent", "sent")
    finally:
        asyncio.get_running_loop().set_exception_handler(None)
    told = {each.verified()["data"]["company"] for each in house.receiver.at("/both")}
    assert told == {COMPANY, OTHER_COMPANY}
    assert complaints == []


async def test_who_hangs_holds_up_nobody_else(house: House) -> None:
    house.receiver.hangs.add("/hangs")
    house.server.hangs.add("RCPT")
    house.tell(house.hook("/hangs"), letters_to("hangs@example.com"), house.hook("/well"))
    async with house.working():
        for many in (1, 2, 3):
            house.receive()
            await _heard(house, "/well", many)
        assert len(house.receiver.at("/hangs")) == 1, "one at a time"
        await until(lambda: house.states().count("sent") == 3)
    assert house.server.letters == []


async def _heard(house: House, path: str, times: int) -> None:
    await until(lambda: len(house.receiver.at(path)) == times)


async def test_who_is_away_is_told_again_until_it_is_there(house: House) -> None:
    house.receiver.answers["/"] = web.Response(status=503, text="back soon")
    house.server.answers["MAIL"] = "451 back soon"
    house.tell(letters_to("anna@example.com"), house.hook())
    house.receive()
    async with house.working():
        await house.all_were_tried(3)
        answers = {each.answer for each in house.deliveries()}
        assert answers == {"HTTP 503 back soon", "451 back soon"}
        house.receiver.answers.clear()
        house.server.answers.clear()
        await house.all_are("sent", "sent")
    assert len({each.id for each in house.receiver.asked}) == 1, "the same with each try"
    assert len(house.server.letters) == 1


async def test_who_refuses_is_told_no_more(house: House) -> None:
    house.receiver.answers["/"] = web.Response(status=410)
    house.server.answers["RCPT"] = "550 no such mailbox"
    house.tell(letters_to("anna@example.com"), house.hook())
    house.receive()
    async with house.working():
        await house.all_are("failed", "failed")
    assert {each.answer for each in house.deliveries()} == {"HTTP 410", "550 no such mailbox"}
    assert [each.tries for each in house.deliveries()] == [1, 1]


async def test_what_a_worker_had_in_hand_another_one_sends(house: House) -> None:
    house.receiver.hangs.add("/hook")
    house.server.hangs.add("DATA")
    house.tell(house.hook("/hook"), letters_to("anna@example.com"))
    house.receive()
    async with house.working():
        await until(lambda: house.receiver.at("/hook") and house.server.letters)
    assert house.states() == ["waiting", "waiting"]
    house.receiver.hangs.clear()
    house.server.hangs.clear()
    house.front.close()  # as the worker's end does

    taken = house.taken()
    assert len(taken) == 2
    async with house.working():
        house.tell(house.hook("/other"), house.hook("/hook"), letters_to("anna@example.com"))
        house.receive()
        await until(lambda: house.receiver.at("/other"))
        assert len(house.receiver.at("/hook")) == 1, "it may be alive, and only slow"
        _let_time_pass(house)
        await house.all_are("sent", "sent", "sent", "sent", "sent")
    first, *_, again = [each for each in house.receiver.at("/hook") if each.id in taken]
    assert first.id == again.id
    assert first.verified()["data"] == again.verified()["data"]
    letters = [each.mail["Message-ID"] for each in house.server.letters]
    assert Counter(letters).most_common(1)[0][1] == 2
    assert len(set(letters)) == 2


async def test_what_takes_long_is_held_for_as_long_as_its_worker_lives(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "HOLD_SECONDS", 0.02)
    house.receiver.hangs.add("/hook")
    house.tell(house.hook("/hook"))
    house.receive()
    async with house.working():
        await until(lambda: house.receiver.at("/hook"))
        first = _taken_until(house)
        await until(lambda: _taken_until(house) > first)
    ended = _taken_until(house)
    assert ended > first, "it says so no more, and another takes it then"


def _taken_until(house: House) -> datetime:
    with house.front.installation.database.reading() as session:
        until_then = session.scalars(select(DeliveryRow.taken_until)).one()
    assert until_then is not None
    return until_then


def _let_time_pass(house: House) -> None:
    """What is in hand has been for long."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    is_taken = DeliveryRow.taken_until.is_not(None)
    with house.front.installation.database.session() as session:
        session.execute(update(DeliveryRow).where(is_taken).values(taken_until=past))


async def test_what_is_nearly_sent_is_sent_to_its_end(house: House) -> None:
    house.receiver.hangs.add("/hook")
    house.tell(house.hook("/hook"))
    house.receive()
    async with house.working():
        await until(lambda: house.receiver.at("/hook"))
        asyncio.get_running_loop().call_later(0.1, house.receiver.end)
    assert house.states() == ["sent"]


async def test_who_was_removed_meanwhile_is_told_nothing(house: House) -> None:
    house.receiver.answers["/"] = web.Response(status=503)
    house.server.answers["MAIL"] = "451 later"
    house.tell(letters_to("anna@example.com"), house.hook(), of="101")
    house.receive("101")
    async with house.working():
        await house.all_were_tried()
        house.tell(of="101")
        await house.all_are("cancelled", "cancelled")
    assert {each.answer for each in house.deliveries()} == {"the destination was removed"}


async def test_who_is_told_of_others_still_is_not_told_of_this_one(house: House) -> None:
    house.receiver.answers["/"] = web.Response(status=503)
    for extension in ("101", "102"):
        house.tell(house.hook(), of=extension)
    house.receive("101")
    async with house.working():
        await house.all_were_tried()
        assert len(house.deliveries()) == 1
        house.tell(of="101")
        await house.all_are("cancelled")
    assert [each.answer for each in house.deliveries()] == ["the destination was removed"]


async def test_of_a_message_that_is_gone_nothing_is_told(house: House) -> None:
    house.receiver.answers["/"] = web.Response(status=503)
    house.tell(letters_to("anna@example.com"), house.hook())
    house.server.answers["MAIL"] = "451 later"
    message = house.receive()
    async with house.working():
        await house.all_were_tried()
        app = house.front.installation
        app.messages.delete(message, by=NOBODY)
        app.retention.purge(timedelta(0), by=NOBODY)
        await house.all_are("cancelled", "cancelled", "cancelled")
    assert {each.answer for each in house.deliveries()} == {"the message is gone"}


async def test_one_that_nobody_foresaw_holds_up_nobody_else(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("notifications.sending.mail.compose", broken)
    house.tell(letters_to("anna@example.com"), house.hook())
    house.receive()
    async with house.working():
        await until(lambda: "ZeroDivisionError" in {each.answer for each in house.deliveries()})
        await until(lambda: house.receiver.asked)
    assert sorted(house.states()) == ["sent", "waiting"]


async def test_while_the_database_is_away_it_is_waited_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.tell(house.hook())
    refused: list[str] = []

    def away(database: Database) -> None:
        refused.append("once more")
        raise DatabaseUnavailable("database-failed", reason="it is away")

    async with house.working():
        with monkeypatch.context() as outage:
            outage.setattr(Database, "reading", away)
            outage.setattr(Database, "session", away)
            await until(lambda: len(refused) >= 3)
        house.receive()
        await house.all_are("sent")
    assert len(house.receiver.asked) == 1


async def test_what_was_sent_while_the_database_was_away_is_known_as_a_copy(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.receiver.hangs.add("/")
    house.tell(house.hook())
    house.receive()
    writing: list[str] = []

    def away(database: Database) -> None:
        raise DatabaseUnavailable("database-failed", reason="it is away")

    def away_from_writers(database: Database) -> None:
        writing.append("that it was sent")
        away(database)

    async with house.working():
        await until(lambda: house.receiver.asked)
        with monkeypatch.context() as outage:
            outage.setattr(Database, "reading", away)
            outage.setattr(Database, "session", away_from_writers)
            house.receiver.hangs.clear()
            house.receiver.end()
            await until(lambda: writing)
        assert house.states() == ["waiting"]
        _let_time_pass(house)
        await house.all_are("sent")
    first, second = house.receiver.asked
    assert first.id == second.id


async def test_two_workers_tell_of_each_message_once(house: House) -> None:
    house.tell(letters_to("anna@example.com"), letters_to("olga@example.com"))
    async with house.working(workers=2):
        messages = [house.receive() for _ in range(50)]
        await until(lambda: house.states() == ["sent"] * 100, 120)
    told = Counter((letter.to[0], _message_of(letter.text())) for letter in house.server.letters)
    everybody = ("anna@example.com", "olga@example.com")
    assert told == Counter((to, message) for to in everybody for message in messages)
    ids = [letter.mail["Message-ID"] for letter in house.server.letters]
    assert len(set(ids)) == 100
    assert {each.tries for each in house.deliveries()} == {1}


def _message_of(text: str) -> str:
    """Which message a letter leads to."""
    return text.partition(f"{WEB_URL}/messages/")[2].split()[0]
