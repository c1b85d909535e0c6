"""``{ action = "nothing" }``: an employee who does not answer, and wants nothing to happen then.

The caller has been told that nobody is available, and goes back to the menu, if there was one.
"""

from __future__ import annotations

from dialplan.services import Services
from dialplan.steps import Next, Repeat
from storage.office import Nothing
from telephony.call import Call


async def run(call: Call, services: Services, action: Nothing, typed: str) -> Next:
    return Repeat(typed)
