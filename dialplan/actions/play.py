"""``{ action = "play", prompt = "prompt:address" }``: an announcement, then the menu again.

Any key cuts the announcement short.
"""

from __future__ import annotations

from dialplan.next import Next, Repeat
from dialplan.services import Services
from storage.office import Play
from telephony.call import Call


async def run(call: Call, services: Services, action: Play) -> Next:
    await call.answer(services.office.company.language)
    await call.play(services.sound(action.prompt), interrupt="0123456789*#")
    return Repeat()
