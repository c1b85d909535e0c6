"""The menu interpreter: greeting, keys, silence, wrong keys; then actions to the call's end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import structlog

from dialplan import log_events, sounds
from dialplan.actions import perform
from dialplan.digits import (
    Complete,
    Incomplete,
    Invalid,
    Match,
    choices,
    match,
    menu_keys,
)
from dialplan.services import Services
from dialplan.steps import Done, Follow, Goto, Next, Perform, Repeat
from storage.office import Action, ForwardAction, Menu, Voicemail
from storage.office import Repeat as RepeatAction
from telephony.call import ALL_KEYS, Call

MAX_ACTIONS = 60
"""Steps in one call: enough for any caller, few enough to end one that goes in circles."""
MAX_FOLLOWED = 5
"""Forwardings set on phones that one call follows: phones that name each other ring in turn."""

log = structlog.get_logger()


async def run(call: Call, services: Services, first: Next) -> None:
    """Carry a call from its first step to its last.

    One that goes in circles (a menu that repeats itself for ever, employees or phones that forward
    to each other) ends in the company's mailbox.
    """
    step, menu, followed = first, "", 0
    for _ in range(MAX_ACTIONS):
        match step:
            case Done():
                return
            case Perform(action, typed):
                step = await perform(call, services, action, typed)
            case Goto(name, typed):
                menu = name
                keys = menu_keys(services.office, menu)
                services = replace(services, keys=keys)
                step = Perform(await visit(call, services, menu, typed))
            case Follow(onward):
                followed += 1
                if followed > MAX_FOLLOWED:
                    break
                step = onward
            case Repeat(typed):
                step = Goto(menu, typed) if menu else Done()
    log.warning("the call goes in circles", menu=menu)
    await perform(call, services, Voicemail())


async def visit(
    call: Call, services: Services, name: str, typed: str = ""
) -> Action | ForwardAction:
    """One visit to a menu: returns the action that the caller chose, by key or by silence.

    Silences and wrong keys are counted apart: the first lead to the default action after the
    menu's repeats, the second to the invalid action, and after its limit to the default one. A key
    that means something is heard also while the caller is told of a wrong one. ``typed`` is one
    that was pressed on the way here.
    """
    log.info(log_events.MENU, menu=name)
    menu = services.office.menus[name]
    await call.answer(services.office.company.language)
    options = choices(menu, services.office.employees)
    ahead = typed if typed in services.keys else ""
    silences = wrong_keys = 0
    while True:
        typed, meaning = await _listen(call, services, menu, options, ahead)
        ahead = ""
        match meaning:
            case Complete(action):
                log.info(log_events.KEY, key=typed)
                return action
            case Invalid() if typed:
                wrong_keys += 1
                log.info(log_events.WRONG_KEY, key=typed)
                ahead = await call.play(sounds.WRONG_KEY, interrupt=services.keys)
                # Who presses a right key meanwhile may try once more.
                if wrong_keys >= menu.invalid_limit + bool(ahead):
                    return menu.default
                if not ahead and not isinstance(menu.invalid, RepeatAction):
                    return menu.invalid
            case _:
                silences += 1
                log.info(log_events.NO_KEY)
                if silences > menu.repeats:
                    return menu.default


async def _listen(
    call: Call, services: Services, menu: Menu, options: Mapping[str, Action], typed: str
) -> tuple[str, Match]:
    """Play the greeting and take digits until they mean something: ("", Invalid) for silence.

    Who has ``typed`` something already need not hear it.
    """
    typed = typed or await call.play(services.sound(menu.greeting), interrupt=ALL_KEYS)
    typed = typed or await call.digit(menu.timeout)
    if not typed:
        return "", Invalid()
    while isinstance(meaning := match(typed, options), Incomplete):
        digit = await call.digit(menu.digit_timeout)
        if not digit:
            return typed, Complete(meaning.action) if meaning.action else Invalid()
        typed += digit
    return typed, meaning
