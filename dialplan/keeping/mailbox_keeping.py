"""Mailboxes as listeners' flows see them: the synchronous storage, off the event loop."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from dialplan.keeping.patience import FINISH_PATIENCE
from dialplan.keeping.worker_threads import WorkerThreads
from storage.accounts.pins import Pins, Proven
from storage.actor import Actor
from storage.companies.store import Site
from storage.errors import NotFound
from storage.listening.mailboxes import Contents, Mailboxes
from storage.messages.message import Message
from storage.text import printable
from telephony.call import Call

Result = TypeVar("Result")

PLAYED = "play-"
"""How copies of messages are called that Asterisk plays."""


@dataclass(frozen=True)
class Listener:
    """Who came in: the person, with the extension that is theirs, and how."""

    employee_id: str
    extension: str
    company_id: str
    by: Actor
    must_change_pin: bool = False


class MailboxKeeper(Protocol):
    """Lets people in and out of their mailboxes. Every method may raise StorageError."""

    async def owner(self, call: Call, site: Site, extension: str) -> Listener | None:
        """Who has an extension, without a PIN; None for nobody."""

    async def prove(
        self, call: Call, site: Site, extension: str, pin: str, *, own_phone: bool
    ) -> Listener:
        """Who has an extension and knows its PIN. Raises `storage.accounts.pins.PinRefused`."""

    async def change_pin(self, listener: Listener, pin: str) -> None:
        """Set another PIN. Raises ConfigError for one that is soon guessed."""

    async def contents(self, listener: Listener) -> Contents:
        """What is there."""

    async def older(self, listener: Listener, before: int | None) -> Sequence[tuple[str, int]]:
        """Messages that were heard, newest first: ids and places, from a place on."""

    async def message(self, listener: Listener, message_id: str) -> Message | None:
        """A message of the mailbox; None where it is there no longer."""

    def audio(self, message: Message) -> AbstractAsyncContextManager[str]:
        """The name under which Asterisk can play a message, for a while."""

    async def heard(self, listener: Listener, message: Message) -> None:
        """Note that a message was heard."""

    async def keep_new(self, listener: Listener, message: Message) -> None:
        """Make a message new again."""


@dataclass(frozen=True)
class StoredMailboxes:
    """The keeper over the storage. Make one, and use it for all calls.

    Asterisk plays from ``recordings``, so the audio may be kept anywhere.
    """

    pins: Pins
    mailboxes: Mailboxes
    recordings: Path
    database: WorkerThreads = field(default_factory=partial(WorkerThreads, "mailboxes"))
    files: WorkerThreads = field(default_factory=partial(WorkerThreads, "messages heard"))

    async def owner(self, call: Call, site: Site, extension: str) -> Listener | None:
        found = await self._ask(partial(self.mailboxes.person, site.company_id, extension))
        if found is None:
            return None
        return Listener(found, extension, site.company_id, by_phone(call, extension))

    async def prove(
        self, call: Call, site: Site, extension: str, pin: str, *, own_phone: bool
    ) -> Listener:
        check = partial(
            self.pins.check,
            *(site.company_id, extension, pin),
            caller=call.caller.number,
            own_phone=own_phone,
            by=by_phone(call),
        )
        # Not given up: whoever waited for the answer would have tried for nothing.
        proven: Proven = await self.database.do(check)
        by = by_phone(call, extension)
        return Listener(
            proven.employee_id, extension, site.company_id, by, must_change_pin=proven.must_change
        )

    async def change_pin(self, listener: Listener, pin: str) -> None:
        await self.database.do(partial(self.pins.change, listener.employee_id, pin, by=listener.by))

    async def contents(self, listener: Listener) -> Contents:
        return await self._ask(
            partial(self.mailboxes.contents, listener.company_id, listener.employee_id)
        )

    async def older(self, listener: Listener, before: int | None) -> Sequence[tuple[str, int]]:
        return await self._ask(
            partial(self.mailboxes.older, listener.company_id, listener.employee_id, before)
        )

    async def message(self, listener: Listener, message_id: str) -> Message | None:
        whose = (listener.company_id, listener.employee_id)
        return await self._ask(partial(self.mailboxes.message, *whose, message_id))

    @asynccontextmanager
    async def audio(self, message: Message) -> AsyncIterator[str]:
        name = f"{PLAYED}{uuid.uuid4()}"
        copy = self.recordings / f"{name}.wav"

        def make() -> None:
            copy.write_bytes(self.mailboxes.audio(message))

        try:
            await self.files.do(make)
            yield name
        finally:
            await self.files.do(partial(copy.unlink, missing_ok=True))

    async def heard(self, listener: Listener, message: Message) -> None:
        with suppress(NotFound):  # somebody has deleted it meanwhile
            listen = self.mailboxes.listen
            await self._ask(partial(listen, message.id, listener.extension, by=listener.by))

    async def keep_new(self, listener: Listener, message: Message) -> None:
        with suppress(NotFound):
            keep_new = self.mailboxes.keep_new
            await self._ask(partial(keep_new, message.id, listener.extension, by=listener.by))

    async def _ask(self, work: Callable[[], Result]) -> Result:
        return await self.database.ask(work, FINISH_PATIENCE)


def by_phone(call: Call, extension: str = "") -> Actor:
    """Who acts, as the audit log writes it down: by extension once it is known to be theirs.

    What somebody types for an extension may be their PIN.
    """
    name = extension or "phone"
    return Actor(name=name, via="phone", address=printable(call.caller.number, 40))
