"""``{ action = "menu", menu = "hours" }``: on to another menu."""

from __future__ import annotations

from dialplan.services import Services
from dialplan.steps import Goto, Next
from storage.office import OpenMenu
from telephony.call import Call


async def run(call: Call, services: Services, action: OpenMenu, typed: str) -> Next:
    return Goto(action.menu, typed)
