"""A visit to a mailbox: in by phone or PIN, how much there is, then message after message."""

from __future__ import annotations

from dataclasses import dataclass, field

from dialplan import saying, sounds
from dialplan.keeping.mailbox_keeping import Listener, MailboxKeeper
from dialplan.mailbox.listening import Hearing, Onward
from dialplan.mailbox.login import log_in
from dialplan.services import Services
from telephony.call import ALL_KEYS, Call


async def visit(call: Call, services: Services, extension: str | None) -> bool:
    """Let somebody hear a mailbox; whether they want to go back to where they came from.

    The first new message plays by itself; messages that were heard follow, the newest first.
    """
    language = services.office.company.language
    await call.answer(language)
    if call.source == "agi":  # the fallback: the service is away, and with it the listening
        await call.play(sounds.TRY_LATER)
        return False
    listener = await log_in(call, services, extension)
    if listener is None:
        await call.play(sounds.GOODBYE)
        return False
    return await _hear(call, services, listener)


async def _hear(call: Call, services: Services, listener: Listener) -> bool:
    keeper, language = services.mailboxes, services.office.company.language
    contents = await keeper.contents(listener)
    said = saying.messages(contents.new_count, contents.old_count, language)
    if not contents.new_count + contents.old_count:
        await call.play(*said, sounds.GOODBYE)
        return False
    typed = await call.play(*said, interrupt=ALL_KEYS)
    playlist, number = Playlist(keeper, listener, list(contents.new)), 0
    while message_id := await playlist.at(number):
        message = await keeper.message(listener, message_id)
        if message is None:  # gone meanwhile
            playlist.ids.pop(number)
            continue
        onward = await Hearing(call, keeper, listener, message, language).run(typed)
        typed = ""
        match onward:
            case Onward.NEXT:
                number += 1
            case Onward.PREVIOUS:
                number = max(0, number - 1)
            case Onward.UP:
                return True
    await call.play(sounds.NO_MORE, sounds.GOODBYE)
    return False


@dataclass
class Playlist:
    """The messages in the order in which they play; those that were heard are fetched as needed."""

    keeper: MailboxKeeper
    listener: Listener
    ids: list[str]
    _before: int | None = field(default=None, init=False)
    _is_whole: bool = field(default=False, init=False)

    async def at(self, number: int) -> str | None:
        """The message of that number, from 0; None behind the last one."""
        if number >= len(self.ids) and not self._is_whole:
            more = await self.keeper.older(self.listener, self._before)
            self.ids += [message_id for message_id, _ in more if message_id not in self.ids]
            self._is_whole = not more
            self._before = more[-1][1] if more else None
            return await self.at(number)
        return self.ids[number] if number < len(self.ids) else None
