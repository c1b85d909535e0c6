"""``{ action = "hangup" }``: goodbye."""

from __future__ import annotations

from dialplan import sounds
from dialplan.next import Done, Next
from dialplan.services import Services
from storage.office import Hangup
from telephony.call import Call


async def run(call: Call, services: Services, action: Hangup) -> Next:
    await call.answer(services.office.company.language)
    await call.play(sounds.GOODBYE)
    return Done()
