"""``{ action = "voicemail" }``: a message for the company, or for an employee."""

from __future__ import annotations

from dialplan.digits import SKIP
from dialplan.services import Services
from dialplan.steps import Done, Next
from dialplan.voicemail import leave_message
from storage.office import Voicemail
from telephony.call import Call


async def run(call: Call, services: Services, action: Voicemail, typed: str) -> Next:
    await call.answer(services.office.company.language)
    desk = services.desk(action.employee, call.dialled)
    greeting = "" if typed == SKIP else desk.greeting
    await leave_message(call, services.taker, desk.mailbox, greeting, desk.settings)
    return Done()
