"""Notifications: from a message's being kept until a mail server has its letter; and what it costs.

Twenty messages a second are kept in twenty mailboxes, each of which tells an address of its own,
while `voicepost worker` runs as a process of its own. Against the same letter handed over by
aiosmtplib alone, as often, to the same server: what no way of sending it can do without. What
keeping costs more where somebody is told is measured beside a home that tells nobody.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Coroutine
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

from aiosmtplib import send

from bench.drafts import begun
from bench.figure import Figure, percentile, within
from bench.part import Size
from bench.service import running
from commands.context import App
from storage.actor import SYSTEM
from storage.intake.intake import Draft, Kept
from storage.intake.mailboxes import employee_mailbox
from storage.messages.envelope import Mailbox
from storage.office import Company, Employee, Office
from storage.office.notify import MailDestination
from tests.notifications.mail_server import MailServer, mail_server
from tests.speech import speak

COMPANY: Final = "Ромашка"
MESSAGES_A_SECOND: Final = 20
MAILBOXES: Final = 20
SAYING: Final = "Здравствуйте, это Иван. Перезвоните мне, пожалуйста, завтра утром."
ARRIVE_SECONDS: Final = 60.0
MOST: Final = 1.05
"""What keeping a message may take where somebody is told, in multiples of where nobody is."""


def measure(size: Size) -> list[Figure]:
    """Keep messages, and look at the mail server; then keep some more with nobody to send."""
    return [*asyncio.run(_measure(size)), _cost(size)]


async def _measure(size: Size) -> list[Figure]:
    runs, messages = (1, 100) if size == "quick" else (3, 400)
    told: list[float] = []
    bare: list[float] = []
    async with mail_server() as server:
        with tempfile.TemporaryDirectory(prefix="vp-bench-") as name:
            home = Path(name)
            (home / "voicepost.toml").write_text(
                f'[mail]\nurl = "{server.url("?starttls=never")}"\n', encoding="utf-8"
            )
            keeping = _Keeping(home, told=True)
            with running(home, "worker"):
                await _through_voicepost(keeping, server, 0, MESSAGES_A_SECOND)  # warms up
                for run in range(1, runs + 1):
                    told.append(await _through_voicepost(keeping, server, run, messages))
                    bare.append(await _bare(server, server.letters[-1].mail, messages))
            keeping.close()
    what = f"kept to handed to the mail server, p99, {MESSAGES_A_SECOND} messages a second"
    return [
        within(1000, what, "ms", told),
        Figure(f"{what}: beside", "the same letter by aiosmtplib alone", "ms", told, bare),
    ]


async def _through_voicepost(
    keeping: _Keeping, server: MailServer, run: int, messages: int
) -> float:
    """Milliseconds from the moment a message is kept, p99."""
    server.letters.clear()
    drafts = await asyncio.to_thread(keeping.record, run, messages)
    kept: dict[str, float] = {}

    async def keep(number: int) -> None:
        draft = drafts[number]
        kept[draft.id] = await asyncio.to_thread(keeping.keep, draft)

    await _at_rate(messages, keep)
    async with asyncio.timeout(ARRIVE_SECONDS):
        while len(server.letters) < messages:
            await asyncio.sleep(0.1)
    arrived = {_message_of(letter.text()): letter.at for letter in server.letters}
    return percentile([1000 * (arrived[each] - moment) for each, moment in kept.items()], 99)


async def _bare(server: MailServer, letter: EmailMessage, messages: int) -> float:
    """Milliseconds to hand over the letter, p99."""
    took: list[float] = []

    async def hand_over(_: int) -> None:
        begun_at = time.perf_counter()
        await send(letter, hostname="127.0.0.1", port=server.port, start_tls=False)
        took.append(1000 * (time.perf_counter() - begun_at))

    await _at_rate(messages, hand_over)
    return percentile(took, 99)


async def _at_rate(count: int, do: Callable[[int], Coroutine[Any, Any, None]]) -> None:
    """So many times, so many a second, each when it is due."""
    clock = asyncio.get_running_loop()
    begun_at = clock.time()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            await asyncio.sleep(begun_at + number / MESSAGES_A_SECOND - clock.time())
            group.create_task(do(number))


def _cost(size: Size) -> Figure:
    """What keeping takes where somebody is told, and where nobody is: no worker runs.

    They take turns with each message: whatever else the machine does meets both alike.
    """
    runs, messages = (3, 20) if size == "quick" else (9, 60)
    ours: list[float] = []
    peers: list[float] = []
    with tempfile.TemporaryDirectory(prefix="vp-bench-") as name:
        telling = _Keeping(Path(name) / "telling", told=True)
        silent = _Keeping(Path(name) / "silent", told=False)
        for run in range(runs + 1):
            pairs = zip(telling.record(run, messages), silent.record(run, messages), strict=True)
            took: dict[_Keeping, list[float]] = {telling: [], silent: []}
            for number, (told, untold) in enumerate(pairs):
                turns = [(telling, told), (silent, untold)]
                for keeping, draft in turns if number % 2 else turns[::-1]:
                    begun_at = time.perf_counter()
                    keeping.keep(draft)
                    took[keeping].append(1000 * (time.perf_counter() - begun_at))
            if run:  # the first only warms up
                ours.append(statistics.median(took[telling]))
                peers.append(statistics.median(took[silent]))
        telling.close()
        silent.close()
    what = "keeping a message where somebody is told"
    return Figure(what, "where nobody is", "ms", ours, peers, goal=MOST)


class _Keeping:
    """A home with mailboxes, whose owners are told by mail or not; no Asterisk and no calls."""

    def __init__(self, home: Path, *, told: bool) -> None:
        home.mkdir(exist_ok=True)
        self._app = App(home)
        self._app.settings.recordings.mkdir(parents=True)
        self._said = speak(SAYING).read_bytes()
        employees = {
            str(extension): Employee(
                name=f"Сотрудник {extension}",
                endpoint=f"PJSIP/{extension}",
                notify=(MailDestination(mail=f"{extension}@example.com", most_per_hour=3600),)
                if told
                else None,
            )
            for extension in range(101, 101 + MAILBOXES)
        }
        office = Office(company=Company(name=COMPANY), employees=employees)
        self._app.offices.apply(office, by=SYSTEM)
        site = self._app.offices.site(COMPANY)
        self._mailboxes: list[Mailbox] = [employee_mailbox(site, each) for each in employees]

    def record(self, run: int, count: int) -> list[Draft]:
        """What comes before, and is not measured: drafts, and what Asterisk records."""
        each, folder = -(-count // MAILBOXES), self._app.settings.recordings
        by_box = [begun(self._app.intake, box, run, each) for box in self._mailboxes]
        drafts = [draft for some in zip(*by_box, strict=True) for draft in some][:count]
        for draft in drafts:
            # No two are the same: what was just heard is not listened to again.
            recording = self._said[:-16] + draft.id.encode()[-16:]
            (folder / f"{draft.id}.wav").write_bytes(recording)
        return drafts

    def keep(self, draft: Draft) -> float:
        """Keep it; when it was kept, in seconds since 1970."""
        assert isinstance(self._app.intake.finish(draft.id), Kept)
        return time.time()

    def close(self) -> None:
        self._app.database.close()


def _message_of(text: str) -> str:
    """The message that a letter is about, by the link in it."""
    return text.partition("/messages/")[2][:36]
