"""``{ action = "voicemail" }``: a message for the company, or for an employee."""

from __future__ import annotations

from dialplan.digits import SKIP
from dialplan.next import Done, Next
from dialplan.services import Services
from dialplan.voicemail import leave_message
from storage.office import Voicemail
from telephony.call import Call


async def run(call: Call, services: Services, action: Voicemail, typed: str) -> Next:
    office = services.office
    await call.answer(office.company.language)
    mailbox = services.mailbox(action.employee, call.dialled)
    greeting = services.greeting(action.employee)
    if typed == SKIP:
        greeting = ""
    await leave_message(call, services.mailroom, mailbox, greeting, office.voicemail)
    return Done()
