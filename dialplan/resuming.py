"""Taking a call up again whose flow was lost, with the process that ran it.

A caller who was leaving a message goes on with it: what is being recorded is recorded to its end,
what was recorded is reviewed and kept, and nobody is asked to say anything twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog

from dialplan import log_events, sounds
from dialplan.keeping.message_taking import MessageTaker
from dialplan.services import Desk
from dialplan.takes import Takes
from dialplan.voicemail import go_on_with, keep_for_absent, note_what_is_missing
from storage.errors import StorageError
from storage.intake.drafts import Interrupted
from storage.intake.intake import Draft
from telephony.call import Call
from telephony.errors import CallerLeft

log = structlog.get_logger()


async def take_up_again(
    call: Call, taker: MessageTaker, language: str, desk: Callable[[str | None], Desk]
) -> bool:
    """Go on with the message that this call was leaving; False where it was leaving none.

    ``desk`` is that of an employee, by extension, or of None.
    """
    try:
        was = await taker.interrupted(call)
    except StorageError as error:
        log.warning("nobody knows what the call had begun", why=error)
        return False
    if was is None:
        return False
    await call.answer(language)
    if was.kept:
        log.info(log_events.LEFT_ALREADY)
        await call.play(sounds.MESSAGE_SAVED, sounds.GOODBYE)
        return True
    log.info(log_events.GOING_ON, takes=was.takes, employee=was.employee)
    await _go_on(call, taker, desk(was.employee), was)
    return True


async def _go_on(call: Call, taker: MessageTaker, desk: Desk, was: Interrupted) -> None:
    """Wait for the end of what is still being recorded, and take the message from there."""
    takes = Takes(desk.mailbox, desk.settings, tuple(map(Draft, was.takes)))
    if takes.recorded:
        try:
            try:
                limits = takes.limits(taker)
                recorded = await call.record_on(takes.newest.id, limits) is not None
            finally:
                await note_what_is_missing(call, taker, takes.newest)
        except CallerLeft:
            await keep_for_absent(taker, takes.recorded)
            raise
        only_one = len(takes.recorded) == 1
        if not recorded and only_one and not await _is_recorded(taker, takes.newest):
            # The flow was lost before the beep.
            takes = replace(takes.none_yet(), begun=takes.newest)
    await go_on_with(call, taker, desk.greeting, takes)


async def _is_recorded(taker: MessageTaker, take: Draft) -> bool:
    try:
        return await taker.is_recorded(take)
    except StorageError as error:
        log.warning("what was recorded cannot be looked for now", why=error)
        return True
