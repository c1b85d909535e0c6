"""Taking a call up again whose flow was lost, with the process that ran it.

A caller who was leaving a message goes on with it: what is being recorded is recorded to its end,
what was recorded is reviewed and kept, and nobody is asked to say anything twice.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from dialplan import sounds
from dialplan.message_taking import Mailroom
from dialplan.services import Desk
from dialplan.voicemail import (
    keep_for_absent,
    leave_message,
    limits_of,
    note_what_is_missing,
)
from storage.errors import StorageError
from storage.intake.drafts import Interrupted
from storage.intake.intake import Draft
from telephony.call import Call
from telephony.errors import Hangup

log = structlog.get_logger()


async def take_up_again(
    call: Call, mailroom: Mailroom, language: str, desk: Callable[[str | None], Desk]
) -> bool:
    """Go on with the message that this call was leaving; False where it was leaving none.

    ``desk`` is that of an employee, by extension, or of None.
    """
    try:
        was = await mailroom.interrupted(call)
    except StorageError as error:
        log.warning("nobody knows what the call had begun", why=error)
        return False
    if was is None:
        return False
    await call.answer(language)
    if was.kept:
        log.info("the call had left a message already")
        await call.play(sounds.MESSAGE_SAVED, sounds.GOODBYE)
        return True
    log.info("going on with a message", takes=was.takes, employee=was.employee)
    await _go_on(call, mailroom, desk(was.employee), was)
    return True


async def _go_on(call: Call, mailroom: Mailroom, desk: Desk, was: Interrupted) -> None:
    """Wait for the end of what is still being recorded, and take the message from there."""
    takes, begun = [Draft(take) for take in was.takes], None
    if takes:
        newest = takes[-1]
        try:
            limits = limits_of(desk.settings, mailroom, newest)
            try:
                recorded = await call.record_on(newest.id, limits) is not None
            finally:
                await note_what_is_missing(call, mailroom, newest)
        except Hangup:
            await keep_for_absent(mailroom, takes)
            raise
        if not recorded and len(takes) == 1 and not await _is_recorded(mailroom, takes[0]):
            begun = takes.pop()  # the flow was lost before the beep
    await leave_message(
        call,
        mailroom,
        desk.mailbox,
        desk.greeting,
        desk.settings,
        earlier=takes,
        begun=begun,
    )


async def _is_recorded(mailroom: Mailroom, take: Draft) -> bool:
    try:
        return await mailroom.is_recorded(take)
    except StorageError as error:
        log.warning("what was recorded cannot be looked for now", why=error)
        return True
