"""Chats told by the role that sends notifications: what hangs ends with it, no log has secrets."""

from __future__ import annotations

import asyncio
import signal

import pytest

from commands.context import App
from storage.intake.mailboxes import company_mailbox
from tests.commands.conftest import Voicepost
from tests.commands.processes.test_systemd import START_SECONDS
from tests.commands.processes.test_worker import first_line, worker
from tests.commands.test_messages import receive
from tests.notifications.bot_api import TOKEN, bot_api
from tests.notifications.receiver import receiver
from tests.waiting import until

TOPIC = "t0pic-that-nobody-guesses"


async def test_chats_are_told_and_no_log_tells_where_they_are(
    office: Voicepost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEPOST_WEBHOOKS__ALLOW", "127.0.0.0/8")
    async with bot_api() as api, receiver() as there:
        api.refuses("sendMessage", 500, f"no: bot{TOKEN}")
        there.hangs.add("/")
        for address in (api.chat(), f"ntfy://anna:pass7word@127.0.0.1:{there.port}/{TOPIC}"):
            office("mailbox", "notify", "--chat", address)
        app = App(office.home)
        receive(office, company_mailbox(app.offices.site(), "74951234567"), "")
        app.database.close()
        settings = {"LOG__LEVEL": "debug", "CHAT__TELEGRAM_URL": api.url}
        async with worker(office.home, **settings) as started:
            assert await first_line(started) == "ready\n"
            await until(lambda: len(api.told) > 1 and there.asked, START_SECONDS)
            started.send_signal(signal.SIGTERM)
            async with asyncio.timeout(START_SECONDS):
                assert await started.wait() == 0
    logs = "".join(each.read_text() for each in (office.home / "log").iterdir())
    assert "not delivered" in logs
    assert "HTTP 500" in logs
    for secret in (*TOKEN.split(":"), "1001234567890", TOPIC, "pass7word"):
        assert secret not in logs
