"""Mailboxes in memory: what listeners' flows work with in tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from dialplan.keeping.mailbox_keeping import Listener, by_phone
from storage.accounts.pins import PinRefused
from storage.companies.store import Site
from storage.errors import ConfigError
from storage.listening.mailboxes import Contents
from storage.messages.message import Message
from telephony.call import Call

PAGE = 2


@dataclass
class Mailroom:
    """One person's mailbox, 101's; ``happened`` tells what was done
    to it, ``played`` which messages were."""

    pin: str = "4711"
    new: list[str] = field(default_factory=list)
    old: list[str] = field(default_factory=list)
    must_change: bool = False
    locked_seconds: int | None = None
    gone: set[str] = field(default_factory=set)
    happened: list[str] = field(default_factory=list)
    played: list[str] = field(default_factory=list)
    tried: list[tuple[str, str, bool]] = field(default_factory=list)

    async def owner(self, call: Call, site: Site, extension: str) -> Listener | None:
        if extension != "101":
            return None
        return Listener("anna", extension, site.company_id, by_phone(call, extension))

    async def prove(
        self, call: Call, site: Site, extension: str, pin: str, *, own_phone: bool
    ) -> Listener:
        self.tried.append((extension, pin, own_phone))
        if self.locked_seconds is not None:
            raise PinRefused(self.locked_seconds)
        listener = await self.owner(call, site, extension)
        if listener is None or pin != self.pin:
            raise PinRefused(None)
        return replace(listener, must_change_pin=self.must_change)

    async def change_pin(self, listener: Listener, pin: str) -> None:
        if pin == "1234":
            raise ConfigError("weak-pin")
        self.happened.append(f"PIN {pin}")

    async def contents(self, listener: Listener) -> Contents:
        return Contents(tuple(self.new), len(self.old))

    async def older(self, listener: Listener, before: int | None) -> Sequence[tuple[str, int]]:
        begin = 0 if before is None else before + 1
        return [(name, begin + at) for at, name in enumerate(self.old[begin : begin + PAGE])]

    async def message(self, listener: Listener, message_id: str) -> Message | None:
        return None if message_id in self.gone else message(message_id)

    @asynccontextmanager
    async def audio(self, message: Message) -> AsyncIterator[str]:
        self.played.append(message.id)
        yield message.id

    async def heard(self, listener: Listener, message: Message) -> None:
        self.happened.append(f"heard {message.id}")

    async def keep_new(self, listener: Listener, message: Message) -> None:
        self.happened.append(f"new {message.id}")


def message(message_id: str) -> Message:
    """A message of half a minute from somebody."""
    fields: dict[str, Any] = dict.fromkeys(Message.__dataclass_fields__)
    told = {"id": message_id, "caller_number": "79161234567", "duration": 30.0, "hold": None}
    return Message(**{**fields, **told, "received_at": datetime(2026, 11, 30, 9, 5, tzinfo=UTC)})
