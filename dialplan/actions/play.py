"""``{ action = "play", prompt = "prompt:address" }``: an announcement, then the menu again.

Any key cuts the announcement short, and counts in the menu if it means something there.
"""

from __future__ import annotations

from dialplan.services import Services
from dialplan.steps import Next, Repeat
from storage.office import Play
from telephony.call import ALL_KEYS, Call


async def run(call: Call, services: Services, action: Play, typed: str) -> Next:
    await call.answer(services.office.company.language)
    typed = typed or await call.play(services.sound(action.prompt), interrupt=ALL_KEYS)
    return Repeat(typed)
