"""``{ action = "ring", employee = "101" }``: ring an employee, or several.

One employee has rules for what happens when the phone is not answered; for several the action
itself says it.
"""

from __future__ import annotations

import structlog

from dialplan.next import Done, Next, Perform
from dialplan.nobody import tell_nobody
from dialplan.services import Services
from storage.office import Dial, ForwardAction, Nothing, Ring, Voicemail
from telephony.call import Call, Rang

log = structlog.get_logger()


async def run(call: Call, services: Services, action: Ring) -> Next:
    if action.employee is not None:
        return await ring_employee(call, services, action.employee, action.timeout)
    return await ring_group(call, services, action)


async def ring_employee(
    call: Call, services: Services, extension: str, timeout_seconds: float | None
) -> Next:
    """Ring an employee for ``timeout_seconds`` seconds (None: the employee's own), then forward."""
    employee = services.employee(extension)
    forward = employee.forward
    if forward.always and not isinstance(forward.always, Nothing):
        log.info("forwarded always", employee=extension)
        return Perform(_for(extension, forward.always, services))
    seconds = employee.answer_within if timeout_seconds is None else timeout_seconds
    rang = await call.ring((employee.endpoint,), seconds, services.hearing)
    log.info("rang", employee=extension, outcome=str(rang))
    if rang is Rang.ANSWERED:
        return Done()
    rules = {
        Rang.BUSY: forward.busy,
        Rang.NO_ANSWER: forward.no_answer,
        Rang.UNREACHABLE: forward.unreachable,
    }
    rule = _for(extension, rules[rang] or Nothing(), services)
    if isinstance(rule, Voicemail | Nothing):
        return await tell_nobody(call, services, Perform(rule))
    return Perform(rule)


async def ring_group(call: Call, services: Services, action: Ring) -> Next:
    """Ring several employees, all at once or one after the other."""
    groups = [action.everyone] if action.strategy == "all" else [(e,) for e in action.everyone]
    for extensions in groups:
        employees = [services.employee(extension) for extension in extensions]
        seconds = action.timeout or max(employee.ring_timeout for employee in employees)
        endpoints = tuple(employee.endpoint for employee in employees)
        rang = await call.ring(endpoints, seconds, services.hearing)
        log.info("rang", employee=list(extensions), outcome=str(rang))
        if rang is Rang.ANSWERED:
            return Done()
    return await tell_nobody(call, services, Perform(action.no_answer))


def _for(extension: str, rule: ForwardAction, services: Services) -> ForwardAction:
    """The rule with its mailbox spelt out: voicemail of an employee is the employee's own.

    That is also what is left of a rule that leads to a number that may not be dialled.
    """
    if isinstance(rule, Voicemail) and rule.employee is None:
        return Voicemail(employee=extension)
    if isinstance(rule, Dial) and not services.dials(rule.number):
        return Voicemail(employee=extension)
    return rule
