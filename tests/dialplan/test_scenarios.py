"""Every scenario, against the call flows alone."""

from __future__ import annotations

from contextlib import suppress

import pytest

from dialplan.entry import take_call
from telephony.errors import CallerLeft
from tests.dialplan.actor import Actor
from tests.dialplan.conftest import Found
from tests.dialplan.staged import StagedCall
from tests.scenarios import SCENARIOS, Scenario


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
async def test_a_call_goes_as_told(scenario: Scenario, found: Found) -> None:
    company = found(scenario.office())
    actor = Actor(scenario)
    call = StagedCall(actor, company.record)

    with suppress(CallerLeft):
        await take_call(call, company.services())

    assert actor.left_over == []
    company.check(scenario.expect)


def test_scenarios_have_names_of_their_own() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert len(set(names)) == len(names)
