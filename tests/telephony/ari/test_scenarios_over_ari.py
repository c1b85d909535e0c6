"""Every scenario, over ARI, with a fake Asterisk on the other side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from dialplan.entry import take_call
from storage.office import Employee, Menu, Office, Ring, parse_office
from telephony.call import Call
from tests.dialplan.actor import Actor
from tests.dialplan.conftest import Found
from tests.scenarios import SCENARIOS, PhoneDoes, Scenario
from tests.telephony.conftest import serving
from tests.telephony.fake_ari import FakeAri
from tests.waiting import until

IMPATIENT = 0.1
"""Seconds, instead of those that a caller would wait in silence."""


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
@pytest.mark.parametrize("order", ["answer first", "event first"])
async def test_a_call_goes_as_told(
    scenario: Scenario, order: str, found: Found, asterisk: FakeAri
) -> None:
    company = found(hastened(parse_office(scenario.office()), scenario.phones))
    actor = Actor(scenario)
    asterisk.answers_first = order == "answer first"

    async def take(call: Call, args: Sequence[str]) -> None:
        await take_call(call, company.services())

    async with serving(asterisk, take) as router:
        caller = asterisk.exchange.call(actor=actor)
        await until(lambda: caller not in asterisk.exchange.channels and not router.live_calls)

    assert actor.left_over == []
    assert asterisk.exchange.in_dialplan == []
    assert asterisk.exchange.channels == {}, "a phone rings for nobody"
    assert asterisk.exchange.bridges == {}
    company.check(scenario.expect)


def hastened(office: Office, phones: Mapping[str, PhoneDoes]) -> Office:
    """The office with short waits, except for phones that are going to be answered."""
    menus = {name: _hastened_menu(menu, phones) for name, menu in office.menus.items()}
    employees = {
        extension: _hastened_employee(employee) for extension, employee in office.employees.items()
    }
    answered = {extension for extension, does in phones.items() if does == "answer"}
    employees |= {extension: office.employees[extension] for extension in answered & set(employees)}
    return office.model_copy(update={"menus": menus, "employees": employees})


def _hastened_menu(menu: Menu, phones: Mapping[str, PhoneDoes]) -> Menu:
    keys = {
        key: action.model_copy(update={"timeout": IMPATIENT})
        if isinstance(action, Ring)
        and action.timeout
        and not any(phones.get(extension) == "answer" for extension in action.everyone)
        else action
        for key, action in menu.keys.items()
    }
    return menu.model_copy(update={"timeout": IMPATIENT, "digit_timeout": IMPATIENT, "keys": keys})


def _hastened_employee(employee: Employee) -> Employee:
    forward = employee.forward
    if forward.no_answer_after is not None:
        forward = forward.model_copy(update={"no_answer_after": IMPATIENT})
    return employee.model_copy(update={"ring_timeout": IMPATIENT, "forward": forward})
