"""Where a call from outside begins: the dialled number says which company, and what to do."""

from __future__ import annotations

import structlog

from dialplan import menu
from dialplan.next import Goto, Next, Perform
from dialplan.resuming import take_up_again
from dialplan.services import Services
from storage.office import Ring, Target, Voicemail
from telephony.call import Call

log = structlog.get_logger()


async def take_call(call: Call, services: Services) -> None:
    """Serve a caller who dialled one of the company's numbers.

    One whose flow was lost goes on with the message that was begun, or else from the start.
    """
    if call.seen_before and await take_up_again(call, services):
        return
    target = services.site.target(call.dialled)
    if target is None:
        log.warning("the number leads nowhere", dialled=call.dialled)
        return
    log.info("number", dialled=call.dialled, company=services.office.company.name)
    await menu.run(call, services, first_step(target))


def first_step(target: Target) -> Next:
    """What a number leads to: a menu, an employee's phone, or the company's mailbox."""
    if target.menu is not None:
        return Goto(target.menu)
    if target.employee is not None:
        return Perform(Ring(employee=target.employee))
    return Perform(Voicemail())
