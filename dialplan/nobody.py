"""Telling a caller that nobody is available, on the way to what is done about it."""

from __future__ import annotations

from dataclasses import replace

from dialplan import sounds
from dialplan.digits import SKIP, menu_keys
from dialplan.services import Services
from dialplan.steps import Next, Perform, Repeat
from storage.office import Dial, HangUp, OpenMenu, Ring, Voicemail
from telephony.call import Call


async def tell_nobody(call: Call, services: Services, then: Perform | Repeat) -> Next:
    """Say it, until a key is pressed that means something to what comes then, where it counts."""
    await call.answer(services.office.company.language)
    typed = await call.play(sounds.NOBODY_AVAILABLE, interrupt=_keys(then, services))
    return replace(then, typed=typed)


def _keys(then: Perform | Repeat, services: Services) -> str:
    """Which keys cut it short: those of a mailbox, or of a menu, where that is what comes."""
    match then:
        case Perform(Voicemail()):
            return SKIP
        case Perform(Ring() | Dial() | HangUp()):
            return ""
        case Perform(OpenMenu(menu=menu)):
            return menu_keys(services.office, menu)
        case _:
            return services.keys
