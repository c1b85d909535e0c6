"""Where a call from outside begins: the dialled number says which company, and what to do."""

from __future__ import annotations

from functools import partial

import structlog

from dialplan import log_events, menu
from dialplan.resuming import take_up_again
from dialplan.services import Services
from dialplan.steps import first_step
from storage.office import Target
from telephony.call import Call

log = structlog.get_logger()


async def take_call(call: Call, services: Services) -> None:
    """Serve a caller who dialled one of the company's numbers.

    One whose flow was lost goes on with the message that was begun, or else from the start.
    """
    language = services.office.company.language
    desk = partial(services.desk, dialled=call.dialled)
    if call.seen_before and await take_up_again(call, services.taker, language, desk):
        return
    target = services.site.target(call.dialled)
    if target is None:
        log.warning("the number leads nowhere", dialled=call.dialled)
        target = Target(voicemail=True)
    log.info(log_events.NUMBER, dialled=call.dialled, company=services.office.company.name)
    await menu.run(call, services, first_step(target))
