"""Who comes into a mailbox: by their own phone, or by extension and PIN."""

from __future__ import annotations

import structlog

from dialplan import log_events, saying, sounds
from dialplan.keeping.mailbox_keeping import Listener, MailboxKeeper
from dialplan.mailbox.digits import typed_digits
from dialplan.services import Services
from storage.accounts.pins import PinRefused
from storage.errors import ConfigError
from telephony.call import Call

TRIES = 3
"""In one call; how many are looked at in all, the PIN's own rules say."""

log = structlog.get_logger()


async def log_in(call: Call, services: Services, extension: str | None) -> Listener | None:
    """Let somebody in whose phone or PIN proves who they are; None for anybody else.

    Whoever calls from their own phone is asked for no extension, and for a PIN only where the
    company wants that. The endpoint says whose phone it is, never the caller's number.
    """
    keeper, language = services.mailboxes, services.office.company.language
    rule = services.office.voicemail.pin
    own = own_extension(call, services)
    is_own = own is not None and extension in (None, own)
    if is_own and rule != "always":
        return await keeper.owner(call, services.site, own or "")
    if rule == "never" and not is_own:
        await call.play(sounds.NOT_FROM_HERE)
        return None
    wanted = own if is_own else extension
    for _ in range(TRIES):
        given = wanted or await typed_digits(call, sounds.WHICH_MAILBOX)
        pin = await typed_digits(call, sounds.PIN)
        if not pin:
            continue
        try:
            listener = await keeper.prove(call, services.site, given, pin, own_phone=is_own)
        except PinRefused as refused:
            log.info(log_events.PIN_REFUSED)
            if refused.retry_after is not None:
                await call.play(sounds.WRONG_PIN, *saying.wait(refused.retry_after, language))
                return None
            await call.play(sounds.WRONG_PIN)
            continue
        if listener.must_change_pin and not await _change_pin(call, keeper, listener):
            return None
        return listener
    return None


def own_extension(call: Call, services: Services) -> str | None:
    """Whose phone calls; None where it is nobody's, or that of several."""
    whose = [
        extension
        for extension, employee in services.office.employees.items()
        if call.endpoint and employee.endpoint == call.endpoint
    ]
    return whose[0] if len(whose) == 1 else None


async def _change_pin(call: Call, keeper: MailboxKeeper, listener: Listener) -> bool:
    """Have a PIN replaced that was good for one call; False where it was not."""
    for _ in range(TRIES):
        pin = await typed_digits(call, sounds.NEW_PIN)
        if not pin:
            continue
        if pin != await typed_digits(call, sounds.PIN_AGAIN):
            await call.play(sounds.PINS_DIFFER)
            continue
        try:
            await keeper.change_pin(listener, pin)
        except ConfigError:
            await call.play(sounds.BAD_PIN)
            continue
        await call.play(sounds.PIN_CHANGED)
        return True
    return False
