"""The actions of menus and forwarding, one module each: ``run(call, services, action) -> Next``."""

from __future__ import annotations

import structlog

from dialplan import log_events
from dialplan.actions import dial, hangup, nothing, open_menu, play, repeat, ring, voicemail
from dialplan.services import Services
from dialplan.steps import Next
from storage.office import (
    Action,
    Dial,
    ForwardAction,
    Hangup,
    Nothing,
    OpenMenu,
    Play,
    Repeat,
    Ring,
    Voicemail,
)
from telephony.call import Call

log = structlog.get_logger()


async def perform(
    call: Call, services: Services, action: Action | ForwardAction, typed: str = ""
) -> Next:
    """Do what the action says; returns what is to be done then.

    ``typed`` is a key that was pressed on the way to it: some know what it means.
    """
    log.info(log_events.ACTION, action=action.action)
    match action:
        case Voicemail():
            return await voicemail.run(call, services, action, typed)
        case Ring():
            return await ring.run(call, services, action)
        case OpenMenu():
            return await open_menu.run(call, services, action, typed)
        case Dial():
            return await dial.run(call, services, action)
        case Play():
            return await play.run(call, services, action, typed)
        case Repeat():
            return await repeat.run(call, services, action, typed)
        case Hangup():
            return await hangup.run(call, services, action)
        case Nothing():
            return await nothing.run(call, services, action, typed)
