"""``{ action = "dial", number = "74957654321" }``: an outside number, by the company's trunk.

One that the company may not dial is a number where nobody answers.
"""

from __future__ import annotations

from dialplan.nobody import tell_nobody
from dialplan.services import OUTSIDE_SECONDS, Services
from dialplan.steps import Done, Next, Perform, Repeat
from storage.office import Dial, Office, Voicemail
from telephony.call import Call, Rang


async def run(call: Call, services: Services, action: Dial, typed: str) -> Next:
    allowed = services.dials(action.number)
    if allowed:
        endpoint = services.outside_endpoint(action.number)
        if await call.ring((endpoint,), OUTSIDE_SECONDS, services.hearing) is Rang.ANSWERED:
            return Done()
    if not allowed and _is_a_default(action, services.office):
        # The menu would only lead here again.
        return await tell_nobody(call, services, Perform(Voicemail()))
    return await tell_nobody(call, services, Repeat())


def _is_a_default(action: Dial, office: Office) -> bool:
    return any(menu.default == action for menu in office.menus.values())
