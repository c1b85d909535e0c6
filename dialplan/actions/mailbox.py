"""``{ action = "mailbox" }``: hear one's messages."""

from __future__ import annotations

from dialplan.mailbox.visit import visit
from dialplan.services import Services
from dialplan.steps import Done, Next, Repeat
from storage.office import OpenMailbox
from telephony.call import Call


async def run(call: Call, services: Services, action: OpenMailbox, _typed: str) -> Next:
    return Repeat() if await visit(call, services, action.employee) else Done()
