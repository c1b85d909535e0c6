"""An installation that tells people of its messages, and the account of what arrived.

Who is told is a mail server and a receiver of webhooks of our own. What arrived is told by what
they have got, and not by what the service thinks: each letter and each request names its message.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import select

from commands.context import App
from storage.database.delivery_tables import DeliveryRow
from storage.database.tables import MessageRow
from storage.errors import StorageError
from storage.identifiers import new_id
from storage.messages.envelope import Mailbox
from tests.faults.fault import Blow
from tests.faults.installation import Installation, open_installation
from tests.faults.voices import voice
from tests.notifications.mail_server import Arrived, MailServer, mail_server
from tests.notifications.receiver import SECRET, Receiver, receiver

MORE = 200
"""Messages besides those of the callers: so many are on their way."""
OFFICE, ANNA = "office@example.com", "anna@example.com"
WELL, OTHER = "/well", "/other"
POLL_SECONDS = 0.5

Pair = tuple[str, str]
"""A message, and who is told of it."""
Arrange = Callable[[str], AbstractAsyncContextManager[Installation]]


@dataclass
class Listeners:
    """Who is told."""

    mail: MailServer
    hooks: Receiver
    known: set[str] = field(default_factory=set)
    """Messages of earlier rounds."""

    def arrived(self) -> Mapping[Pair, list[str]]:
        """The ids of all that came, of each message at each address."""
        came = defaultdict[Pair, list[str]](list)
        for letter in self.mail.letters:
            message, letter_id = _read(letter)
            came[message, letter.to[0]].append(letter_id)
        for asked in self.hooks.asked:
            assert asked.is_signed()
            if asked.path not in self.hooks.hangs:
                message = json.loads(asked.text)["data"]["id"]
                came[message, asked.path].append(asked.id)
        return came


@cache
def _read(letter: Arrived) -> Pair:
    """Which message it tells of, and its own id."""
    link = re.search(r"/messages/([0-9a-f-]{36})", letter.text())
    assert link, letter.text()
    return link[1], str(letter.mail["Message-ID"])


_listeners: list[Listeners] = []


def listeners() -> Listeners:
    """Those of the installation that is open."""
    (there,) = _listeners
    return there


@asynccontextmanager
async def installation_that_tells(
    arrange: Arrange = open_installation,
) -> AsyncIterator[Installation]:
    """An installation whose company is told of its messages, and Anna of hers."""
    async with mail_server() as mail, receiver() as hooks:
        settings = (
            f'[mail]\nurl = "{mail.url("?starttls=never")}"\n[webhooks]\nallow = "127.0.0.0/8"\n'
        )
        async with arrange(settings) as installation:
            for whose, address in (
                (("mailbox", "notify"), OFFICE),
                (("employees", "notify", "101"), ANNA),
            ):
                await installation.house.voicepost(
                    *whose, "--mail", address, "--most-per-hour", "3600"
                )
                for path in (WELL, OTHER):
                    hook = ("--webhook", hooks.url(path), "--secret", SECRET)
                    await installation.house.voicepost(*whose, *hook)
            _listeners.append(Listeners(mail, hooks))
            yield installation
            _listeners.pop()


def leave_more(app: App, mailbox: Mailbox, seconds: float) -> None:
    """Messages in a mailbox, beside those of callers: so many, spread over the seconds."""
    begun = time.monotonic()
    speech = voice(1).read_bytes()
    for number in range(MORE):
        time.sleep(max(0.0, begun + number * seconds / MORE - time.monotonic()))
        message_id = new_id(datetime.now(UTC))
        recording = app.settings.home / f"{message_id}.wav"
        recording.write_bytes(speech)
        while True:
            try:
                app.intake.take_in(
                    recording,
                    mailbox=mailbox,
                    caller_number=f"7999{number:07}",
                    received_at=datetime.now(UTC),
                    source="ari",
                    min_speech=1.0,
                    message_id=message_id,
                )
            except StorageError:
                time.sleep(POLL_SECONDS)  # the database is what is broken just now
            else:
                break


async def all_are_told(blow: Blow, seconds: float) -> None:
    """Wait until everything has arrived, for so long; note what has not, and what came twice."""
    there, clock = listeners(), asyncio.get_running_loop()
    begun = clock.time()
    while True:
        wanted = await asyncio.to_thread(_wanted, blow.installation.app, there.known)
        came = there.arrived()
        if wanted <= came.keys() or clock.time() - begun > seconds:
            break
        await asyncio.sleep(POLL_SECONDS)
    blow.measure("told_after_seconds_max", clock.time() - begun)
    messages = {message for message, _ in wanted}
    ours = {pair: ids for pair, ids in came.items() if pair[0] in messages}
    blow.broken += judge(wanted, ours)
    blow.add("told", len(ours))
    blow.add("told_again", sum(len(ids) - 1 for ids in ours.values()))
    there.known |= messages


def judge(wanted: set[Pair], came: Mapping[Pair, list[str]]) -> list[str]:
    """Sentences about notifications that did not arrive, and about copies nobody can tell."""
    broken = []
    if missing := sorted(wanted - came.keys()):
        message, address = missing[0]
        broken.append(f"{len(missing)} were not told, such as {address} of {message}")
    if strange := sorted(came.keys() - wanted):
        message, address = strange[0]
        broken.append(f"{len(strange)} were told who should not be, as {address} of {message}")
    for (message, address), ids in came.items():
        if len(set(ids)) > 1:
            broken.append(f"{address} was told of {message} under {len(set(ids))} ids")
    return broken


def slowest(app: App, addresses: set[str], since: datetime) -> float:
    """Seconds from keeping to having told, of what was told of since then to those addresses."""
    sent = select(DeliveryRow).where(DeliveryRow.state == "sent", DeliveryRow.event_at >= since)
    with app.database.reading() as session:
        took = [
            (row.ended_at - row.event_at).total_seconds()
            for row in session.scalars(sent)
            if row.ended_at and any(row.address.endswith(each) for each in addresses)
        ]
    return max(took, default=float("inf"))


def _wanted(app: App, known: set[str]) -> set[Pair]:
    """Whom each message of this round has to reach."""
    with app.database.reading() as session:
        kept = select(MessageRow.id, MessageRow.box).where(
            MessageRow.state == "kept", MessageRow.quiet.is_(False)
        )
        rows = [row for row in session.execute(kept) if row.id not in known]
    mails = {"company": OFFICE, "employee": ANNA}
    return {(row.id, to) for row in rows for to in (mails[row.box], WELL, OTHER)}
