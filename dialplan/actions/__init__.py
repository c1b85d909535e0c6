"""The actions of menus and forwarding, one module each: ``run(call, services, action, typed)``.

What an action is called, consists of and looks like may not come in here: `storage.office.actions`
and `web.language.action_words` say that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog

from dialplan import log_events
from dialplan.actions import (
    dial,
    hangup,
    mailbox,
    nothing,
    open_menu,
    play,
    repeat,
    ring,
    voicemail,
)
from dialplan.services import Services
from dialplan.steps import Next
from storage.office import Action, ForwardAction
from telephony.call import Call

__all__ = ["RUNS", "perform"]

RUNS: Final[dict[str, Callable[[Call, Services, Any, str], Awaitable[Next]]]] = {
    "voicemail": voicemail.run,
    "ring": ring.run,
    "menu": open_menu.run,
    "mailbox": mailbox.run,
    "dial": dial.run,
    "play": play.run,
    "repeat": repeat.run,
    "hangup": hangup.run,
    "nothing": nothing.run,
}
"""What each action does, by its name."""

log = structlog.get_logger()


async def perform(
    call: Call, services: Services, action: Action | ForwardAction, typed: str = ""
) -> Next:
    """Do what the action says; returns what is to be done then.

    ``typed`` is a key that was pressed on the way to it: some know what it means.
    """
    log.info(log_events.ACTION, action=action.action)
    return await RUNS[action.action](call, services, action, typed)
