"""Taking a call up again whose flow was lost, with the process that ran it.

A caller who was leaving a message goes on with it: what is being recorded is recorded to its end,
what was recorded is reviewed and kept, and nobody is asked to say anything twice.
"""

from __future__ import annotations

import structlog

from dialplan import sounds
from dialplan.services import Services
from dialplan.voicemail import (
    keep_for_absent,
    leave_message,
    limits_of,
    note_what_is_missing,
)
from storage.drafts import Interrupted
from storage.errors import StorageError
from storage.messages import Draft
from telephony.call import Call
from telephony.errors import Hangup

log = structlog.get_logger()


async def take_up_again(call: Call, services: Services) -> bool:
    """Go on with the message that this call was leaving; False where it was leaving none."""
    try:
        was = await services.mailroom.interrupted(call)
    except StorageError as error:
        log.warning("nobody knows what the call had begun", why=str(error))
        return False
    if was is None:
        return False
    await call.answer(services.office.company.language)
    if was.kept:
        log.info("the call had left a message already")
        await call.play(sounds.MESSAGE_SAVED, sounds.GOODBYE)
        return True
    log.info("going on with a message", takes=was.takes, employee=was.employee)
    await _go_on(call, services, was)
    return True


async def _go_on(call: Call, services: Services, was: Interrupted) -> None:
    """Wait for the end of what is still being recorded, and take the message from there."""
    takes, begun = [Draft(take) for take in was.takes], None
    employee = was.employee if was.employee in services.office.employees else None
    settings = services.office.voicemail
    if takes:
        newest, mailroom = takes[-1], services.mailroom
        try:
            limits = limits_of(settings, mailroom, newest)
            recorded = await call.record_on(newest.id, limits) is not None
            await note_what_is_missing(call, mailroom, newest)
        except Hangup:
            await note_what_is_missing(call, mailroom, newest)
            await keep_for_absent(mailroom, takes)
            raise
        if not recorded and len(takes) == 1 and not await _is_recorded(services, takes[0]):
            begun = takes.pop()  # the flow was lost before the beep
    await leave_message(
        call,
        services.mailroom,
        services.mailbox(employee, call.dialled),
        services.greeting(employee),
        settings,
        earlier=takes,
        begun=begun,
    )


async def _is_recorded(services: Services, take: Draft) -> bool:
    try:
        return await services.mailroom.is_recorded(take)
    except StorageError as error:
        log.warning("what was recorded cannot be looked for now", why=str(error))
        return True
