"""``{ action = "repeat" }``: the menu again, from its greeting."""

from __future__ import annotations

from dialplan import steps as what_next
from dialplan.services import Services
from storage.office import Repeat
from telephony.call import Call


async def run(call: Call, services: Services, action: Repeat, typed: str) -> what_next.Next:
    return what_next.Repeat(typed)
