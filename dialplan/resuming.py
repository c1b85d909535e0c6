"""Taking a call up again whose flow was lost, with the process that ran it.

A caller who was leaving a message goes on with it: what is being recorded is recorded to its end,
what was recorded is reviewed and kept, and nobody is asked to say anything twice.
"""

from __future__ import annotations

import structlog

from dialplan import sounds
from dialplan.services import Services
from dialplan.voicemail import keep_for_absent, leave_message, limits_of
from storage.errors import StorageError
from storage.messages import Draft
from telephony.call import Call, RecordingLimits
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
    takes = [Draft(take) for take in was.takes]
    log.info("going on with a message", takes=was.takes, employee=was.employee)
    employee = was.employee if was.employee in services.office.employees else None
    settings = services.office.voicemail
    spoken = takes and await _is_spoken(call, services, takes, limits_of(settings))
    if not spoken:
        await keep_for_absent(services.mailroom, takes)  # their places in the mailbox are free
    await leave_message(
        call,
        services.mailroom,
        services.mailbox(employee, call.dialled),
        services.greeting(employee),
        settings,
        takes if spoken else (),
    )
    return True


async def _is_spoken(
    call: Call, services: Services, takes: list[Draft], limits: RecordingLimits
) -> bool:
    """Wait for the end of what is still being recorded; whether anything was said."""
    try:
        if await call.record_on(takes[-1].id, limits) is not None:
            return True
    except Hangup:
        await keep_for_absent(services.mailroom, takes)
        raise
    try:
        seconds = services.office.voicemail.min_seconds
        return await services.mailroom.has_speech(takes[-1], seconds) or len(takes) > 1
    except StorageError as error:
        log.warning("what was recorded cannot be read now", why=str(error))
        return True
