"""``{ action = "hangup" }``: goodbye.

Who presses a key of the menu before that is said is still there, and is heard.
"""

from __future__ import annotations

from dialplan import sounds
from dialplan.services import Services
from dialplan.steps import Done, Next, Repeat
from storage.office import HangUp
from telephony.call import Call


async def run(call: Call, services: Services, action: HangUp, typed: str) -> Next:
    await call.answer(services.office.company.language)
    typed = await call.play(sounds.GOODBYE, interrupt=services.keys)
    return Repeat(typed) if typed else Done()
