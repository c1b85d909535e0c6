"""Mailboxes that somebody goes through without a phone: nothing is marked or changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from dialplan.keeping.mailbox_keeping import Listener, by_phone
from storage.accounts.pins import PinRefused
from storage.companies.store import Site
from storage.listening.mailboxes import Contents, Mailboxes
from storage.messages.message import Message
from telephony.call import Call


class TellingMailboxes:
    """The mailboxes as they are, whatever the PIN; ``note`` is told what would happen to them."""

    def __init__(self, note: Callable[[str], None], mailboxes: Mailboxes) -> None:
        self._note = note
        self._mailboxes = mailboxes

    async def owner(self, call: Call, site: Site, extension: str) -> Listener | None:
        found = await asyncio.to_thread(self._mailboxes.person, site.company_id, extension)
        if found is None:
            return None
        self._note(f"the mailbox of {extension}")
        return Listener(found, extension, site.company_id, by_phone(call, extension))

    async def prove(
        self, call: Call, site: Site, extension: str, pin: str, *, own_phone: bool
    ) -> Listener:
        self._note("the PIN would be looked at")
        listener = await self.owner(call, site, extension)
        if listener is None:
            raise PinRefused(None)
        return listener

    async def change_pin(self, listener: Listener, pin: str) -> None:
        self._note("the PIN would be changed")

    async def contents(self, listener: Listener) -> Contents:
        return await asyncio.to_thread(
            self._mailboxes.contents, listener.company_id, listener.employee_id
        )

    async def older(self, listener: Listener, before: int | None) -> Sequence[tuple[str, int]]:
        whose = (listener.company_id, listener.employee_id)
        return await asyncio.to_thread(self._mailboxes.older, *whose, before)

    async def message(self, listener: Listener, message_id: str) -> Message | None:
        whose = (listener.company_id, listener.employee_id)
        return await asyncio.to_thread(partial(self._mailboxes.message, *whose, message_id))

    @asynccontextmanager
    async def audio(self, message: Message) -> AsyncIterator[str]:
        self._note(f"message {message.id}, {message.duration:.0f} s")
        yield message.id

    async def heard(self, listener: Listener, message: Message) -> None:
        self._note("it would be heard from now on")

    async def keep_new(self, listener: Listener, message: Message) -> None:
        self._note("it would be new again")
