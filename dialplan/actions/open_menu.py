"""``{ action = "menu", menu = "hours" }``: on to another menu."""

from __future__ import annotations

from dialplan.next import Goto, Next
from dialplan.services import Services
from storage.office import OpenMenu
from telephony.call import Call


async def run(call: Call, services: Services, action: OpenMenu, typed: str) -> Next:
    return Goto(action.menu, typed)
