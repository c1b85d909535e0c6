"""The service gives old messages the words that they are looked for by, behind the calls."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from commands.context import App
from commands.loops.reindexing import keep_reindexing
from storage.database.tables import MessageRow
from storage.intake.mailboxes import company_mailbox
from storage.messages.reindexing import SearchIndexRow
from tests.commands.conftest import Voicepost
from tests.commands.test_messages import ids, receive
from tests.waiting import until


def waiting(app: App) -> int:
    with app.database.reading() as session:
        return session.get_one(SearchIndexRow, 1).below


def test_the_service_does_it_by_itself(office: Voicepost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commands.loops.reindexing.CALLERS_FIRST_SECONDS", 0.0)
    monkeypatch.setattr("commands.loops.reindexing.IDLE_SECONDS", 0.01)
    monkeypatch.setattr("storage.messages.reindexing.AT_ONCE", 1)
    app = App(office.home)
    box = company_mailbox(app.offices.site(), "74951234567")
    message_id = receive(office, box, "02079460958")
    receive(office, box, "+79161234567", minute=1)
    with app.database.session() as session:
        session.execute(update(MessageRow).values(caller_words=MessageRow.caller_number))
        session.execute(update(SearchIndexRow).values(below=2**62))

    async def serve() -> None:
        task = asyncio.create_task(keep_reindexing(app))
        try:
            await until(lambda: len(ids(office, "--search", "89161234567")) == 1)
            await until(lambda: waiting(app) == 0)
            assert ids(office, "--search", "+44 20 7946 0958") == []
            office("companies", "set", "Ромашка", "--timezone", "Europe/London")
            await until(lambda: ids(office, "--search", "+44 20 7946 0958") == [message_id])
            await until(lambda: waiting(app) == 0)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    with capture_logs():
        asyncio.run(serve())
    app.database.close()
