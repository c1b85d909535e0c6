"""``{ action = "ring", employee = "101" }``: ring an employee, or several.

One employee has rules for what happens when the phone is not answered; for several the action
itself says it.

A phone may be forwarded by who has it. That is followed where one employee is rung; of several such
a phone is passed over.
"""

from __future__ import annotations

import structlog

from dialplan import log_events
from dialplan.nobody import tell_nobody
from dialplan.services import OUTSIDE_SECONDS, Services
from dialplan.steps import Done, Follow, Goto, Next, Perform, first_step
from storage.office import Dial, ForwardAction, Nothing, Ring, Voicemail
from telephony.call import Call, Forwarded, Rang

log = structlog.get_logger()


async def run(call: Call, services: Services, action: Ring, typed: str) -> Next:
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
        log.info(log_events.FORWARDED_ALWAYS, employee=extension)
        return Perform(_for(extension, forward.always, services))
    seconds = employee.answer_within if timeout_seconds is None else timeout_seconds
    rang = await call.ring((employee.endpoint,), seconds, services.hearing)
    log.info(log_events.RANG, employee=extension, outcome=str(rang))
    if isinstance(rang, Forwarded):
        return await follow(call, services, extension, rang.number)
    return await _unless_answered(call, services, extension, rang)


async def follow(call: Call, services: Services, extension: str, number: str) -> Next:
    """Go where an employee's phone is forwarded: on within the company, or to an outside number.

    A number that may not be dialled is one where nobody answers; the employee's rules hold for it.
    """
    if step := _inside(services, number):
        if step == Perform(Ring(employee=extension)):  # to itself
            return await _unless_answered(call, services, extension, Rang.UNREACHABLE)
        return Follow(step)
    if not number:
        return await _unless_answered(call, services, extension, Rang.UNREACHABLE)
    if not services.dials(number):
        return await _unless_answered(call, services, extension, Rang.NO_ANSWER)
    rang = await call.ring((services.outside_endpoint(number),), OUTSIDE_SECONDS, services.hearing)
    log.info(log_events.RANG, employee=extension, number=number, outcome=str(rang))
    if isinstance(rang, Forwarded):  # what others forward costs the company's money
        rang = Rang.UNREACHABLE
    return await _unless_answered(call, services, extension, rang)


def _inside(services: Services, number: str) -> Goto | Perform | None:
    """Where a number of the company's own leads; None for all others."""
    if number in services.office.employees:
        return Perform(Ring(employee=number))
    target = services.site.target(number) if number else None
    return first_step(target) if target else None


async def _unless_answered(call: Call, services: Services, extension: str, rang: Rang) -> Next:
    """What the employee's rules say, unless the call was answered."""
    if rang is Rang.ANSWERED:
        return Done()
    forward = services.employee(extension).forward
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
        log.info(log_events.RANG, employee=list(extensions), outcome=str(rang))
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
