"""The role that sends notifications, as a process of its own: ready, at work, and ended."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from commands.context import App
from storage.intake.mailboxes import company_mailbox
from tests.commands.conftest import Voicepost
from tests.commands.processes.test_systemd import (
    READY,
    START_SECONDS,
    Systemd,
    is_watched_over,
    process,
)
from tests.commands.test_messages import receive
from tests.notifications.mail_server import mail_server
from tests.waiting import until


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    listener = Systemd(str(tmp_path / "notify"))
    yield listener
    listener.close()


@asynccontextmanager
async def worker(home: Path, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`voicepost worker`, until it has ended well."""
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "--home", str(home), "worker"),
        env=os.environ | {f"VOICEPOST_{name}": value for name, value in settings.items()},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
            await started.wait()


async def first_line(of: asyncio.subprocess.Process) -> str:
    """What a process says first."""
    assert of.stdout is not None
    async with asyncio.timeout(START_SECONDS):
        return (await of.stdout.readline()).decode()


def newest_delivery(office: Voicepost) -> tuple[str, str]:
    """In which state it is, and what the other side said."""
    app = App(office.home)
    (newest,) = app.deliveries.list(limit=1)
    app.database.close()
    return newest.state, newest.answer


async def test_it_says_ready_sends_a_letter_and_ends(office: Voicepost) -> None:
    async with mail_server() as server:
        office("mailbox", "notify", "--mail", "office@example.com")
        settings = {"MAIL__URL": server.url(), "WEB__URL": "https://voice.example"}
        async with worker(office.home, **settings) as started:
            assert await first_line(started) == "ready\n"
            app = App(office.home)
            message = receive(office, company_mailbox(app.offices.site(), "74951234567"), "")
            app.database.close()
            await until(lambda: server.letters)
            await until(lambda: newest_delivery(office)[0] == "sent")
            started.send_signal(signal.SIGTERM)
            async with asyncio.timeout(START_SECONDS):
                assert await started.wait() == 0
    (letter,) = server.letters
    assert letter.to == ("office@example.com",)
    assert f"https://voice.example/messages/{message}" in letter.text()
    assert newest_delivery(office) == ("sent", "taken as 1")


async def test_it_ends_also_while_a_mail_server_hangs(office: Voicepost) -> None:
    async with mail_server() as server:
        server.hangs.add("RCPT")
        office("mailbox", "notify", "--mail", "office@example.com")
        app = App(office.home)
        receive(office, company_mailbox(app.offices.site(), "74951234567"), "")
        app.database.close()
        async with worker(office.home, MAIL__URL=server.url()) as started:
            await until(lambda: "RCPT" in server.said, START_SECONDS)
            started.send_signal(signal.SIGTERM)
            async with asyncio.timeout(START_SECONDS):
                assert await started.wait() == 0
    assert newest_delivery(office) == ("waiting", "")


async def test_systemd_is_told_how_it_is(tmp_path: Path, systemd: Systemd) -> None:
    async with process(tmp_path, "worker", systemd) as pid:
        await until(lambda: systemd.hears(READY), START_SECONDS)
        assert "STATUS=sending notifications" in systemd.heard
        await is_watched_over(systemd, pid)
