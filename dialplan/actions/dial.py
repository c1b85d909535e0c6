"""``{ action = "dial", number = "74957654321" }``: an outside number, by the company's trunk."""

from __future__ import annotations

from dialplan import sounds
from dialplan.next import Done, Next, Repeat
from dialplan.services import Services
from storage.office import Dial
from telephony.call import Call, Rang

RING_SECONDS = 60.0
"""Outside lines ring as long as the network lets them; most give up before a minute."""


async def run(call: Call, services: Services, action: Dial) -> Next:
    endpoint = services.outside.replace("{number}", action.number)
    if await call.ring((endpoint,), RING_SECONDS, services.hearing) is Rang.ANSWERED:
        return Done()
    await call.answer(services.office.company.language)
    await call.play(sounds.NOBODY_AVAILABLE)
    return Repeat()
