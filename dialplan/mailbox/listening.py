"""Hearing one message: what is said of it, its audio, and what the keys do meanwhile."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

import structlog

from dialplan import log_events, saying, sounds
from dialplan.keeping.mailbox_keeping import Listener, MailboxKeeper
from dialplan.mailbox.keys import KEYS, STEP, TWICE, Deed
from storage.errors import AudioError, NotFound
from storage.messages.message import Message
from storage.office.model import Language
from telephony.call import ALL_KEYS, Call

HEARD_SECONDS = 3.0
"""As on the page: who has heard so much of a message has heard it."""
NEAR_END = 1.0
"""A short one is heard that was heard up to so many seconds of its end."""
PAUSE_SECONDS = 300.0
"""The longest pause; then the message goes on."""
AFTER_SECONDS = 5.0
"""After a message, for a key; then the next one plays."""

log = structlog.get_logger()


class Onward(Enum):
    """Where a listener goes from a message."""

    NEXT = auto()
    PREVIOUS = auto()
    UP = auto()


@dataclass
class Hearing:
    """One message under a listener's keys. Make one for each time that it plays."""

    call: Call
    keeper: MailboxKeeper
    listener: Listener
    message: Message
    language: Language
    _listened: float = field(default=0.0, init=False)
    _is_heard: bool = field(default=False, init=False)
    _restarted_at: float | None = field(default=None, init=False)

    async def run(self, typed: str = "") -> Onward:
        """Say who and when, then play it; ``typed`` is a key that was pressed on the way here."""
        key = typed or await self.call.play(*self._envelope(), interrupt=ALL_KEYS)
        if key and (onward := await self._leave(key)):
            return onward
        try:
            async with self.keeper.audio(self.message) as recording:
                return await self._play(recording)
        except (AudioError, NotFound) as error:
            log.error(log_events.NOT_PLAYABLE, message=self.message.id, why=error)
            await self.call.play(sounds.SORRY, interrupt=ALL_KEYS)
            return Onward.NEXT

    async def _play(self, recording: str) -> Onward:
        at = 0.0
        log.info(log_events.LISTENING, message=self.message.id)
        while True:
            heard = await self.call.listen(recording, at, interrupt=ALL_KEYS)
            await self._note(heard.at - at, is_end=heard.at >= self.message.duration - NEAR_END)
            at = heard.at
            key = heard.key or await self.call.digit(AFTER_SECONDS)
            if not key:
                return Onward.NEXT
            if KEYS.get(key) is Deed.PAUSE:
                key = await self.call.digit(PAUSE_SECONDS)
            if onward := await self._leave(key):
                return onward
            at = self._moved(key, at)

    def _moved(self, key: str, at: float) -> float:
        """Where the message goes on after a key that leaves it playing."""
        match KEYS.get(key):
            case Deed.BEGINNING:
                self._restarted_at = time.monotonic()
                return 0.0
            case Deed.BACK:
                return max(0.0, at - STEP)
            case Deed.FORWARD:
                return at + STEP
            case _:
                return at

    async def _leave(self, key: str) -> Onward | None:
        """Where a key leads away from the message; None where it goes on."""
        match KEYS.get(key):
            case Deed.NEXT:
                return Onward.NEXT
            case Deed.UP:
                return Onward.UP
            case Deed.KEEP_NEW:
                await self.keeper.keep_new(self.listener, self.message)
                return Onward.NEXT
            case Deed.BEGINNING if self._has_just_restarted():
                return Onward.PREVIOUS
        return None

    def _has_just_restarted(self) -> bool:
        restarted = self._restarted_at
        return restarted is not None and time.monotonic() - restarted < TWICE

    async def _note(self, seconds: float, *, is_end: bool) -> None:
        self._listened += seconds
        if not self._is_heard and seconds and (is_end or self._listened >= HEARD_SECONDS):
            self._is_heard = True
            await self.keeper.heard(self.listener, self.message)

    def _envelope(self) -> tuple[str, ...]:
        """Who and when."""
        at = self.message.received_at
        return (
            *saying.phone_number(self.message.caller_number, self.language),
            *saying.when(at, datetime.now(at.tzinfo), self.language),
        )
