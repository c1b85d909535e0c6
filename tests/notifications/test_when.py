"""Destinations are told when they want it: real workers and servers, a clock that is set."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from notifications import worker
from storage.database.delivery_tables import DeliveryRow
from storage.office.notify import ChatDestination
from tests.clock import Clock
from tests.notifications.bot_api import bot_api
from tests.notifications.house import WEB_URL, House, letters_to
from tests.notifications.mail_server import MailServer
from tests.notifications.receiver import Receiver
from tests.waiting import until
from tests.web.conftest import NOBODY, Front

ANNA = "anna@example.com"
MODULES = (
    "notifications.sending",
    "storage.companies.destinations",
    "storage.messages.events",
    "storage.notifications.digests",
    "storage.notifications.endings",
    "storage.notifications.outbox",
    "storage.notifications.queue",
)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.02)
    return Clock(monkeypatch, datetime.now(UTC), *MODULES)


@pytest.fixture
async def house(
    ready_home: tuple[Path, dict[str, str]],
    tmp_path: Path,
    clock: Clock,
    server: MailServer,
    there: Receiver,
) -> AsyncIterator[House]:
    home, _ = ready_home
    shutil.copytree(home, tmp_path / "home")
    assert "VOICEPOST_DATABASE__URL" not in os.environ
    front = Front(tmp_path / "home", {})
    with capture_logs():
        yield House(front, server, there)
    front.close()


def time_in(clock: Clock, **later: float) -> str:
    """A time of the day so much later by the company's clocks, as it is written."""
    at = clock.now.astimezone(ZoneInfo("Europe/Moscow")) + timedelta(**later)
    return at.strftime("%H:%M")


async def looked(house: House) -> None:
    """Wait until the workers have seen all that happened, and what is due."""
    for _ in range(3):
        await asyncio.sleep(worker.LOOK_SECONDS * 2)


async def test_a_digest_tells_once_what_is_unheard(house: House, clock: Clock) -> None:
    house.tell(letters_to(ANNA, daily=time_in(clock, hours=1)))
    first, second, heard = (house.receive() for _ in range(3))
    house.front.installation.messages.listen(heard, by=NOBODY)
    async with house.working(workers=2):
        await looked(house)
        assert house.deliveries() == [], "nothing at once"
        clock.go_on(hours=1)
        await house.all_are("sent")
        await looked(house)
    (letter,) = house.server.letters
    assert letter.mail["Subject"] == "2 непрослушанных сообщения: Ромашка · +7 495 123-45-67"
    assert letter.mail["Message-ID"].startswith(f"<{house.deliveries()[0].id}@")
    for kind in ("plain", "html"):
        text = letter.text(kind)
        assert text.index(f"{WEB_URL}/messages/{second}") < text.index(f"messages/{first}")
        assert heard not in text
        assert f"{WEB_URL}/messages?box=company" in text


async def test_an_address_of_ones_own_gets_its_digest_in_ones_own_language(
    house: House, clock: Clock
) -> None:
    addresses = house.front.installation.own_addresses
    who = addresses.person(house.front.site.company_id, "101")
    assert who
    daily = letters_to(ANNA, daily=time_in(clock, hours=1))
    own = addresses.put(who, daily, language="en", by=NOBODY)
    asked = addresses.code(daily.key, who)
    assert asked
    addresses.confirm(who, own.id, asked.code, by=NOBODY)
    message = house.receive("101")
    async with house.working(workers=2):
        clock.go_on(hours=1)
        await house.all_are("cancelled", "sent")  # nobody waits for the code any more
        await looked(house)
    (letter,) = house.server.letters
    assert letter.to == (ANNA,)
    assert letter.mail["Subject"].startswith("1 unheard message:")
    assert f"{WEB_URL}/messages/{message}" in letter.text()


async def test_a_chat_gets_its_digest_in_a_few_lines(house: House, clock: Clock) -> None:
    async with bot_api() as api:
        house.api = api
        at = {"daily": time_in(clock, hours=1)}
        house.tell(ChatDestination.model_validate({"chat": api.chat(), **at}))
        house.receive()
        house.receive()
        async with house.working():
            clock.go_on(hours=1)
            await house.all_are("sent")
        (told,) = api.told
    assert told.method == "sendMessage"
    assert told.fields["text"].startswith("2 непрослушанных сообщения\n")
    assert told.fields["text"].endswith(f"{WEB_URL}/messages?box=company")


async def test_what_was_heard_since_it_was_due_is_not_told(house: House, clock: Clock) -> None:
    house.tell(letters_to(ANNA, daily=time_in(clock, hours=1)))
    message = house.receive()
    house.server.answers["MAIL"] = "451 later"
    async with house.working():
        clock.go_on(hours=1)
        await house.all_were_tried()
        house.front.installation.messages.listen(message, by=NOBODY)
        clock.go_on(minutes=1)
        await house.all_are("cancelled")
    assert house.deliveries()[0].answer == "everything was heard meanwhile"


async def test_a_digest_that_a_dead_worker_had_in_hand_another_sends(
    house: House, clock: Clock
) -> None:
    house.tell(letters_to(ANNA, daily=time_in(clock, hours=1)))
    house.receive()
    house.server.hangs.add("DATA")
    async with house.working():
        clock.go_on(hours=1)
        await until(lambda: house.server.letters)
    assert house.states() == ["waiting"]
    house.server.hangs.clear()
    clock.go_on(minutes=3)  # the dead one is waited for no longer
    async with house.working():
        await house.all_are("sent")
    first, again = (letter.mail["Message-ID"] for letter in house.server.letters)
    assert first == again


async def test_who_does_not_listen_is_reminded_and_then_another(house: House, clock: Clock) -> None:
    boss = letters_to("boss@example.com", unheard_minutes=60, attach="opus")
    house.tell(letters_to(ANNA), letters_to(ANNA, unheard_minutes=15), boss, of="101")
    message = house.receive("101")
    async with house.working():
        await until(lambda: house.states().count("sent") == 1)
        clock.go_on(minutes=16)
        await until(lambda: house.states().count("sent") == 2)
        clock.go_on(minutes=45)
        await house.all_are("sent", "sent", "sent")
    at_once, reminder, escalation = house.server.letters
    assert [letter.to[0] for letter in house.server.letters] == [ANNA, ANNA, "boss@example.com"]
    assert at_once.mail["Subject"].startswith("Новое голосовое сообщение: ")
    for letter in (reminder, escalation):
        assert letter.mail["Subject"].startswith("Всё ещё не прослушано: ")
        assert f"{WEB_URL}/messages/{message}" in letter.text()
        assert "Всё ещё не прослушано" in letter.text("html")
    attached = [part.get_content_type() for part in escalation.mail.iter_attachments()]
    assert attached == ["audio/ogg"]


@pytest.mark.parametrize("deed", ["heard", "deleted"])
async def test_who_has_listened_is_not_reminded(house: House, clock: Clock, deed: str) -> None:
    house.tell(
        letters_to(ANNA, unheard_minutes=15),
        house.hook().model_copy(update={"events": ("message.kept",), "unheard_minutes": 15}),
    )
    message = house.receive()
    messages = house.front.installation.messages
    if deed == "heard":
        messages.listen(message, by=NOBODY)
    else:
        messages.delete(message, by=NOBODY)
    async with house.working():
        await until(lambda: len(house.deliveries()) == 2)
        clock.go_on(minutes=16)
        await house.all_are("cancelled", "cancelled")
    answers = {each.answer for each in house.deliveries()}
    assert answers == {f"the message was {deed} meanwhile"}
    assert (house.server.letters, house.receiver.asked) == ([], [])


async def test_a_program_is_reminded_as_well(house: House, clock: Clock) -> None:
    reminding = {"events": ("message.kept",), "unheard_minutes": 15}
    house.tell(house.hook().model_copy(update=reminding))
    message = house.receive()
    async with house.working():
        await until(house.deliveries)
        clock.go_on(minutes=16)
        await house.all_are("sent")
    (asked,) = house.receiver.asked
    told = asked.verified()
    assert (told["type"], told["data"]["id"]) == ("message.unheard", message)


async def test_outside_of_its_times_nothing_is_tried(house: House, clock: Clock) -> None:
    later = f"{time_in(clock, hours=2)}-{time_in(clock, hours=4)}"
    house.tell(letters_to(ANNA, between=later))
    house.receive()
    async with house.working():
        await until(house.deliveries)
        await looked(house)
        (one,) = house.deliveries()
        assert (one.state, one.tries) == ("waiting", 0)
        assert house.server.said == []
        clock.go_on(hours=2)
        await house.all_are("sent")
    assert len(house.server.letters) == 1


async def test_who_is_told_for_half_an_hour_a_day_is_tried_for_days(
    house: House, clock: Clock
) -> None:
    async def waits_after(tries: int) -> None:
        now = clock.now
        await until(
            lambda: (
                [(e.tries, e.next_try_at > now) for e in house.deliveries() if e.next_try_at]
                == [(tries, True)]
            )
        )

    house.tell(letters_to(ANNA, between=f"{time_in(clock)}-{time_in(clock, minutes=30)}"))
    house.receive()
    house.server.answers["MAIL"] = "451 later"
    async with house.working():
        for day in (1, 2, 3):
            await waits_after(day)
            clock.go_on(minutes=45)
            await waits_after(day)
            clock.go_on(hours=23, minutes=16)
        await waits_after(4)
        clock.go_on(days=4)
        await house.all_are("failed")


async def test_what_is_sent_by_hand_does_not_wait_for_its_times(house: House, clock: Clock) -> None:
    later = f"{time_in(clock, hours=2)}-{time_in(clock, hours=4)}"
    house.tell(letters_to(ANNA, between=later))
    house.receive()
    async with house.working():
        await until(house.deliveries)
        await looked(house)
        (one,) = house.deliveries()
        house.front.services.deliveries.retry(one.id, by=NOBODY)
        await house.all_are("sent")


async def test_times_that_are_taken_away_hold_up_nothing_more(house: House, clock: Clock) -> None:
    later = f"{time_in(clock, hours=2)}-{time_in(clock, hours=4)}"
    house.tell(letters_to(ANNA, between=later))
    house.receive()
    async with house.working():
        await until(house.deliveries)
        await looked(house)
        house.tell(letters_to(ANNA))
        await house.all_are("sent")


async def test_times_that_are_set_meanwhile_hold_for_what_waits(house: House, clock: Clock) -> None:
    house.tell(letters_to(ANNA))
    house.receive()
    house.server.answers["MAIL"] = "451 later"
    async with house.working():
        await house.all_were_tried()
        (before,) = house.deliveries()
        house.server.answers.clear()
        house.tell(letters_to(ANNA, between=f"{time_in(clock, hours=2)}-{time_in(clock, hours=4)}"))
        clock.go_on(minutes=20)
        await until(lambda: (at := house.deliveries()[0].next_try_at) and at > clock.now)
        (after,) = house.deliveries()
        assert after.tries >= before.tries
        assert house.server.letters == []
        clock.go_on(hours=2)
        await house.all_are("sent")


async def test_what_is_more_than_an_hour_takes_comes_in_one(house: House, clock: Clock) -> None:
    limited = house.hook().model_copy(update={"most_per_hour": 1})
    house.tell(letters_to(ANNA, most_per_hour=1), limited)
    messages = [house.receive() for _ in range(3)]
    async with house.working():
        await until(lambda: house.states().count("sent") == 2)
        await looked(house)
        clock.go_on(hours=1)
        await until(lambda: set(house.states()) == {"sent"})
    first, rest = house.server.letters
    assert messages[0] in first.text()
    assert rest.mail["Subject"].startswith("Ещё 2 уведомления за час: ")
    assert messages[0] not in rest.text()
    assert all(f"{WEB_URL}/messages/{each}" in rest.text() for each in messages[1:])
    _, told = (asked.verified() for asked in house.receiver.asked)
    assert (told["type"], told["data"]["count"]) == ("messages.more", 2)
    assert [each["id"] for each in told["data"]["messages"]] == messages[:0:-1]
    assert told["data"]["url"] == f"{WEB_URL}/messages?box=company"
    assert len(house.deliveries()) == 2 * 4


async def test_who_is_killed_before_it_is_noted_tells_of_it_again_with_the_same_id(
    house: House, clock: Clock
) -> None:
    house.tell(letters_to(ANNA, most_per_hour=1))
    for _ in range(3):
        house.receive()
    async with house.working():
        await until(lambda: house.states().count("sent") == 1)
        house.server.hangs.add("DATA")
        clock.go_on(hours=1)
        await until(lambda: len(house.server.letters) == 2)
    house.server.hangs.clear()
    past = clock.now - timedelta(seconds=1)
    with house.front.installation.database.session() as session:
        session.execute(update(DeliveryRow).values(taken_until=past))
    async with house.working():
        await until(lambda: set(house.states()) == {"sent"})
    _, once, again = (letter.mail["Message-ID"] for letter in house.server.letters)
    assert once == again
    assert len(house.deliveries()) == 4
