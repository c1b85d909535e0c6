"""Lamps follow what is in the mailboxes, whatever was away meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from commands.context import App
from commands.loops import lamps
from commands.loops.lamps import keep_lamps
from storage.actor import SYSTEM
from storage.errors import DatabaseUnavailable
from storage.intake.mailboxes import company_mailbox, employee_mailbox
from telephony.ari.client import HttpAri
from telephony.ari.router import Router
from tests.commands.conftest import Voicepost
from tests.commands.test_messages import receive
from tests.telephony.conftest import asterisk, no_flow
from tests.telephony.exchange import Refused
from tests.telephony.fake_ari import FakeAri, Request
from tests.waiting import until

__all__ = ["asterisk"]

SECOND = """
[company]
name = "Лютик"
[employees.101]
name = "Борис"
endpoint = "PJSIP/b101"
"""


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lamps, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(lamps, "AWAY_SECONDS", 0.01)


@pytest.fixture
def app(office: Voicepost) -> App:
    return App(office.home)


@asynccontextmanager
async def serving(asterisk: FakeAri, app: App) -> AsyncIterator[list[EventDict]]:
    """The service's connection, and its lamps; what it logs."""
    async with HttpAri.connect(asterisk.access) as ari:
        router = Router(ari, asterisk.access.app, no_flow, owner="us", call_seconds=60)
        tasks = [
            asyncio.create_task(router.run()),
            asyncio.create_task(keep_lamps(app, ari, router)),
        ]
        try:
            with capture_logs() as logged:
                yield logged
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(end, asyncio.CancelledError) for end in ends), ends


def left_for(app: App, extension: str, minute: int = 0) -> str:
    """Somebody leaves a message for an extension, or ("") for the company."""
    site = app.offices.site("Ромашка")
    box = employee_mailbox(site, extension) if extension else company_mailbox(site, "74951234567")
    return receive(Voicepost(app.home), box, "79161234567", minute)


async def shown(asterisk: FakeAri, **mailboxes: tuple[int, int]) -> None:
    """Wait until this is what phones of the mailboxes are told."""
    wanted = {f"{name.strip('_')}@voicepost": counts for name, counts in mailboxes.items()}
    await until(lambda: wanted.items() <= asterisk.lamps.items())


async def test_a_lamp_goes_on_with_a_message_and_off_when_it_is_heard_or_deleted(
    asterisk: FakeAri, app: App
) -> None:
    async with serving(asterisk, app):
        await shown(asterisk, _101=(0, 0), company=(0, 0))
        first = await asyncio.to_thread(left_for, app, "101")
        await shown(asterisk, _101=(1, 0), company=(0, 0))
        second = await asyncio.to_thread(left_for, app, "101", 1)
        await shown(asterisk, _101=(2, 0))

        app.messages.listen(first, by=SYSTEM)
        await shown(asterisk, _101=(1, 1))
        app.messages.delete(second, by=SYSTEM)
        await shown(asterisk, _101=(0, 1))
        app.messages.restore(second, by=SYSTEM)
        await shown(asterisk, _101=(1, 1))


async def test_nothing_is_told_twice(asterisk: FakeAri, app: App) -> None:
    async with serving(asterisk, app):
        await shown(asterisk, _101=(0, 0), company=(0, 0))
        await asyncio.to_thread(left_for, app, "101")
        await shown(asterisk, _101=(1, 0))
        await asyncio.to_thread(left_for, app, "", 1)
        await shown(asterisk, company=(1, 0))
    told = [one.params["variables"] for one in asterisk.asked("POST", path="/channels")]
    assert [(each["VOICEPOST_MAILBOX"], each["VOICEPOST_NEW"]) for each in told] == [
        ("company@voicepost", "0"),
        ("101@voicepost", "0"),
        ("101@voicepost", "1"),
        ("company@voicepost", "1"),
    ]


async def test_a_phone_shows_the_companys_messages_from_when_it_is_told_to(
    asterisk: FakeAri, app: App, office: Voicepost
) -> None:
    left_for(app, "")
    async with serving(asterisk, app):
        await shown(asterisk, _101=(0, 0), company=(1, 0))
        await asyncio.to_thread(office, "employees", "set", "101", "--company-lamp")
        await shown(asterisk, _101=(1, 0))
        await asyncio.to_thread(office, "employees", "set", "101", "--no-company-lamp")
        await shown(asterisk, _101=(0, 0), company=(1, 0))


async def test_what_a_killed_service_left_behind_is_right_again(
    asterisk: FakeAri, app: App
) -> None:
    """Asterisk lived on with the old counts."""
    left_for(app, "")
    asterisk.lamps |= {"101@voicepost": (7, 0), "company@voicepost": (0, 0)}
    async with serving(asterisk, app):
        await shown(asterisk, _101=(0, 0), company=(1, 0))


async def test_after_a_restart_of_asterisk_all_are_set_again(asterisk: FakeAri, app: App) -> None:
    left_for(app, "101")
    async with serving(asterisk, app):
        await shown(asterisk, _101=(1, 0), company=(0, 0))
        asterisk.listening = False
        asterisk.drop_connection()
        asterisk.lamps.clear()
        asterisk.listening = True
        await shown(asterisk, _101=(1, 0), company=(0, 0))


async def test_the_lamp_of_who_is_gone_goes_off(
    asterisk: FakeAri, app: App, office: Voicepost
) -> None:
    left_for(app, "101")
    office.apply(SECOND)
    second = app.offices.site("Лютик").company_id
    async with serving(asterisk, app):
        await shown(asterisk, _101=(1, 0))
        await until(lambda: asterisk.lamps.get(f"101@{second}") == (0, 0))
        await asyncio.to_thread(office, "companies", "remove", "Ромашка", "--yes")
        await shown(asterisk, _101=(0, 0))


async def test_another_name_of_the_mailboxes_is_told_at_once(
    asterisk: FakeAri, app: App, office: Voicepost
) -> None:
    left_for(app, "101")
    async with serving(asterisk, app):
        await shown(asterisk, _101=(1, 0))
        await asyncio.to_thread(
            office, "companies", "set", "Ромашка", "--mailbox-context", "default"
        )
        await until(lambda: asterisk.lamps.get("101@default") == (1, 0))
        await shown(asterisk, _101=(0, 0))


async def test_an_account_that_is_made_changes_what_is_counted(
    asterisk: FakeAri, app: App, office: Voicepost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No news tell of that: all are counted again from time to time."""
    monkeypatch.setattr(lamps, "AGAIN_SECONDS", 0.0)
    company_id = app.offices.site().company_id
    olga = app.users.add(
        company_id=company_id, login="olga", name="Olga", role="administrator", by=SYSTEM
    )
    app.messages.listen(left_for(app, "101"), user=olga, by=SYSTEM)
    async with serving(asterisk, app):
        await shown(asterisk, _101=(1, 0))
        app.users.add(
            company_id=company_id,
            login="anna",
            name="Anna",
            role="employee",
            extensions=["101"],
            by=SYSTEM,
        )
        await shown(asterisk, _101=(0, 1))


async def test_a_lamp_that_asterisk_refuses_is_tried_again(asterisk: FakeAri, app: App) -> None:
    refused: list[str] = []

    def refuse(request: Request) -> Refused | None:
        if request.method == "POST" and len(refused) < 3:
            refused.append(request.path)
            return Refused(500, "Allocation failed")
        return None

    asterisk.fault = refuse
    async with serving(asterisk, app):
        await shown(asterisk, _101=(0, 0), company=(0, 0))
    assert len(refused) == 3


async def test_an_asterisk_that_cannot_set_lamps_is_told_of_one_and_tried_again(
    asterisk: FakeAri, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lamps, "AGAIN_SECONDS", 0.05)
    monkeypatch.setattr("telephony.ari.lamps.LOOK_SECONDS", 0.0)
    asterisk.exchange.modules.remove("app_minivm.so")
    asterisk.has_lamp_context = False
    async with serving(asterisk, app) as logged:
        await until(lambda: len(asterisk.asked("GET", path="/asterisk/modules")) > 2)
        assert asterisk.asked("POST", path="/channels") == []
        asterisk.exchange.modules.add("app_minivm.so")
        await until(lambda: len(asterisk.asked("POST", path="/channels")) > 2)
        tried = asterisk.asked("POST", path="/channels")
        assert len({one.params["variables"]["VOICEPOST_MAILBOX"] for one in tried}) == 1
        asterisk.has_lamp_context = True
        await shown(asterisk, _101=(0, 0), company=(0, 0))
    (warning,) = [line for line in logged if line["log_level"] == "warning"]
    assert warning["why"] == "not running: app_minivm.so"


async def test_where_modules_come_with_a_restart_lamps_are_set_at_once(
    asterisk: FakeAri, app: App
) -> None:
    asterisk.exchange.modules.remove("app_minivm.so")
    async with serving(asterisk, app):
        await until(lambda: asterisk.asked("GET", path="/asterisk/modules"))
        asterisk.exchange.modules.add("app_minivm.so")
        asterisk.drop_connection()
        await shown(asterisk, _101=(0, 0), company=(0, 0))


async def test_lamps_wait_for_the_database(
    asterisk: FakeAri, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happened while it was away is counted afterwards."""
    async with serving(asterisk, app):
        await shown(asterisk, _101=(0, 0))
        asked = []
        snapshot = app.offices.snapshot

        def away() -> None:
            asked.append(1)
            raise DatabaseUnavailable("database-silent")

        monkeypatch.setattr(app.offices, "snapshot", away)
        await until(lambda: len(asked) > 3)
        monkeypatch.setattr(app.offices, "snapshot", snapshot)
        await asyncio.to_thread(left_for, app, "101")
        await shown(asterisk, _101=(1, 0))


def test_more_news_than_are_read_at_once(
    office: Voicepost, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(App(office.home).database):
        app = App(office.home)
        board = lamps.Board(app)
        board.changed()
        for minute in range(4):
            left_for(app, "101", minute)
        monkeypatch.setattr(lamps, "MOST", 2)
        monkeypatch.setattr("storage.messages.events.MOST", 2)
        counts = {lamp.mailbox: count.new for lamp, count in board.changed()}
        assert counts["101@voicepost"] == 4
        assert next(iter(counts)) == "101@voicepost", "lit ones first"
        app.database.close()


def test_a_home_of_its_own(tmp_path: Path) -> None:
    """Without a company there is no lamp."""
    app = App(tmp_path / "home")
    assert lamps.Board(app).changed() == []
    app.database.close()
