"""Ringing employees: answered, not answered, and where their forwarding leads."""

from __future__ import annotations

import pytest

from telephony.call import Rang
from telephony.scripted import MAX_STEPS, Script
from tests.dialplan.walking import Walk, walk

ANNA, BORIS = "PJSIP/101", "PJSIP/102"
OUTCOMES = {"busy": Rang.BUSY, "no_answer": Rang.NO_ANSWER, "unreachable": Rang.UNREACHABLE}


def office(forward: str = "", *, keys: str = "", boris: str = "") -> str:
    """A company whose number rings Anna, with these rules for her."""
    return f"""
[company]
name = "Ромашка"
[numbers]
"74951234567" = {{ employee = "101" }}
"74951234568" = {{ menu = "main" }}
[menus.main]
greeting = "sound:welcome"
[menus.main.keys]
9 = {{ action = "voicemail" }}
1 = {{ action = "ring", employee = "101" }}
{keys}
[employees.101]
name = "Анна Петрова"
endpoint = "{ANNA}"
ring_timeout = 12
greeting = "sound:anna"
[employees.101.forward]
{forward}
[employees.102]
name = "Борис Иванов"
endpoint = "{BORIS}"
[employees.102.forward]
{boris}
"""


async def ring_all(action: str, phones: dict[str, Rang]) -> Walk:
    """Press the key of a menu that rings several."""
    script = Script(keys="5", phones=phones)
    return await walk(office(keys=f"5 = {{ {action} }}"), script, dialled="74951234568")


# -- one employee ------------------------------------------------------------------------------


async def test_an_answered_call_leaves_no_message() -> None:
    call = await walk(office('no_answer = { action = "voicemail" }'), Script())
    assert call.rung() == [f"{ANNA} for 12 s"]
    assert call.boxes == []
    assert call.steps[-1] == "answered"


@pytest.mark.parametrize("rule", OUTCOMES)
async def test_voicemail_after_ringing_is_the_employees_own(rule: str) -> None:
    phones = {ANNA: OUTCOMES[rule]}
    call = await walk(office(f'{rule} = {{ action = "voicemail" }}'), Script(phones=phones))
    assert call.boxes == [("employee", "101")]
    told, greeting = call.steps.index("play vm-nobodyavail"), call.steps.index("play anna")
    assert told < greeting, "the caller is told that nobody answers, and then hears her greeting"


# -- keys while the caller is told that nobody is available ------------------------------------

NOBODY = "play vm-nobodyavail"


async def test_the_key_to_the_beep_counts_before_the_greeting_too() -> None:
    script = Script(keys="#", phones={ANNA: Rang.BUSY})
    call = await walk(office('busy = { action = "voicemail" }'), script)
    at = call.steps.index(NOBODY)
    assert call.steps[at + 1] == "key #"
    assert call.steps[at + 2].startswith("record"), "who knows the way need not hear the greeting"


async def test_other_keys_mean_nothing_in_front_of_a_mailbox() -> None:
    script = Script(keys="9", phones={ANNA: Rang.BUSY})
    call = await walk(office('busy = { action = "voicemail" }'), script)
    assert "key 9" not in call.steps


async def test_without_a_menu_no_key_means_anything() -> None:
    call = await walk(office(), Script(keys="9", phones={ANNA: Rang.BUSY}))
    assert call.steps[-1] == NOBODY


@pytest.mark.parametrize("dialled", ["1", "6"], ids=["an employee without rules", "outside"])
async def test_a_key_counts_in_the_menu_that_comes_then(dialled: str) -> None:
    menu = office(keys='6 = { action = "dial", number = "79161234567" }')
    nobody = {ANNA: Rang.NO_ANSWER, "PJSIP/79161234567@trunk": Rang.BUSY}
    script = Script(keys=dialled + "9", phones=nobody)
    call = await walk(menu, script, dialled="74951234568")
    assert call.steps[call.steps.index(NOBODY) + 1] == "key 9"
    assert call.played("welcome") == 1
    assert call.boxes == [("company", "74951234568")]


@pytest.mark.parametrize(
    ("no_answer", "keys", "box"),
    [
        ('action = "menu", menu = "main"', "59", ("company", "74951234568")),
        ('action = "repeat"', "59", ("company", "74951234568")),
        ('action = "play", prompt = "sound:hours"', "59", ("company", "74951234568")),
        ('action = "voicemail", employee = "102"', "5#", ("employee", "102")),
    ],
)
async def test_a_key_counts_wherever_a_group_leads_that_does_not_answer(
    no_answer: str, keys: str, box: tuple[str, str]
) -> None:
    group = f'action = "ring", employees = ["101", "102"], no_answer = {{ {no_answer} }}'
    phones = {ANNA: Rang.NO_ANSWER, BORIS: Rang.NO_ANSWER}
    call = await walk(
        office(keys=f"5 = {{ {group} }}"),
        Script(keys=keys, phones=phones),
        dialled="74951234568",
    )
    at = call.steps.index(NOBODY)
    assert call.steps[at + 1] == f"key {keys[-1]}"
    assert call.played("welcome") == 1
    assert call.boxes == [box]


@pytest.mark.parametrize("rule", OUTCOMES)
async def test_each_rule_is_for_its_own_outcome(rule: str) -> None:
    """A rule for one outcome says nothing about the two others."""
    for outcome in set(OUTCOMES.values()) - {OUTCOMES[rule]}:
        script = Script(phones={ANNA: outcome})
        call = await walk(office(f'{rule} = {{ action = "voicemail" }}'), script)
        assert call.boxes == []
        assert call.steps[-1] == "play vm-nobodyavail"


async def test_always_means_that_the_phone_stays_quiet() -> None:
    call = await walk(office('always = { action = "voicemail" }'), Script())
    assert call.rung() == []
    assert call.boxes == [("employee", "101")]


async def test_always_nothing_is_no_rule() -> None:
    call = await walk(office('always = { action = "nothing" }'), Script())
    assert call.rung() == [f"{ANNA} for 12 s"]


async def test_no_answer_has_seconds_of_its_own() -> None:
    forward = 'no_answer = { action = "voicemail", after = 7 }'
    call = await walk(office(forward), Script(phones={ANNA: Rang.NO_ANSWER}))
    assert call.rung() == [f"{ANNA} for 7 s"]


async def test_the_menus_key_may_set_the_time() -> None:
    keys = '2 = { action = "ring", employee = "101", timeout = 3 }'
    call = await walk(office(keys=keys), Script(keys="2"), dialled="74951234568")
    assert call.rung() == [f"{ANNA} for 3 s"]


@pytest.mark.parametrize("rule", ["always", *OUTCOMES])
async def test_forwarding_to_another_employee(rule: str) -> None:
    phones = {ANNA: OUTCOMES.get(rule, Rang.ANSWERED)}
    forward = f'{rule} = {{ action = "ring", employee = "102" }}'
    call = await walk(office(forward), Script(phones=phones))
    assert call.rung()[-1] == f"{BORIS} for 20 s"
    assert call.boxes == []


async def test_the_other_employee_has_rules_too() -> None:
    forward = 'busy = { action = "ring", employee = "102" }'
    boris = 'no_answer = { action = "voicemail" }'
    script = Script(phones={ANNA: Rang.BUSY, BORIS: Rang.NO_ANSWER})
    call = await walk(office(forward, boris=boris), script)
    assert call.boxes == [("employee", "102")]


async def test_forwarding_to_an_outside_number() -> None:
    forward = 'no_answer = { action = "dial", number = "79161234567" }'
    call = await walk(office(forward), Script(phones={ANNA: Rang.NO_ANSWER}))
    assert call.rung() == [f"{ANNA} for 12 s", "PJSIP/79161234567@trunk for 60 s"]
    assert call.steps[-1] == "answered"


async def test_an_outside_number_that_does_not_answer_ends_the_call() -> None:
    forward = 'no_answer = { action = "dial", number = "79161234567" }'
    phones = {ANNA: Rang.NO_ANSWER, "PJSIP/79161234567@trunk": Rang.BUSY}
    call = await walk(office(forward), Script(phones=phones))
    assert call.steps[-1] == "play vm-nobodyavail"


async def test_without_a_rule_the_caller_goes_back_to_the_menu() -> None:
    script = Script(keys="19", phones={ANNA: Rang.NO_ANSWER})
    call = await walk(office(), script, dialled="74951234568")
    assert "play vm-nobodyavail" in call.steps
    assert call.boxes == [("company", "74951234568")]


@pytest.mark.parametrize("rule", ["always", "busy"])
async def test_employees_who_forward_to_each_other_are_not_rung_for_ever(rule: str) -> None:
    """Such a configuration is refused; should one be there after all, the call still ends."""
    forward = f'{rule} = {{ action = "ring", employee = "102" }}'
    boris = f'{rule} = {{ action = "ring", employee = "101" }}'
    phones = {ANNA: Rang.BUSY, BORIS: Rang.BUSY}
    call = await walk(office(forward, boris=boris), Script(phones=phones))
    assert len(call.steps) < MAX_STEPS


async def test_hanging_up_while_the_phone_rings_leaves_nothing() -> None:
    forward = 'no_answer = { action = "voicemail" }'
    script = Script(phones={ANNA: Rang.NO_ANSWER}, hang_up_at=1)
    call = await walk(office(forward), script)
    assert call.rung() == [f"{ANNA} for 12 s"]
    assert call.boxes == []


# -- several -----------------------------------------------------------------------------------

ALL = 'action = "ring", employees = ["101", "102"]'


async def test_several_are_rung_at_once_for_the_longest_of_their_times() -> None:
    call = await ring_all(ALL, {ANNA: Rang.BUSY})
    assert call.rung() == [f"{ANNA} and {BORIS} for 20 s"]
    assert call.steps[-1] == "answered"


async def test_several_with_a_time_of_their_own() -> None:
    call = await ring_all(f"{ALL}, timeout = 25", {})
    assert call.rung() == [f"{ANNA} and {BORIS} for 25 s"]


async def test_several_in_turn() -> None:
    call = await ring_all(f'{ALL}, strategy = "in-turn"', {ANNA: Rang.NO_ANSWER})
    assert call.rung() == [f"{ANNA} for 12 s", f"{BORIS} for 20 s"]
    assert call.steps[-1] == "answered"


async def test_in_turn_the_second_is_left_in_peace_when_the_first_answers() -> None:
    call = await ring_all(f'{ALL}, strategy = "in-turn"', {})
    assert call.rung() == [f"{ANNA} for 12 s"]


@pytest.mark.parametrize("strategy", ["all", "in-turn"])
async def test_when_none_of_several_answers_the_message_is_the_companys(strategy: str) -> None:
    nobody = {ANNA: Rang.NO_ANSWER, BORIS: Rang.BUSY}
    call = await ring_all(f'{ALL}, strategy = "{strategy}"', nobody)
    assert "play vm-nobodyavail" in call.steps
    assert call.boxes == [("company", "74951234568")]


async def test_several_may_have_a_no_answer_action_of_their_own() -> None:
    nobody = {ANNA: Rang.NO_ANSWER, BORIS: Rang.BUSY}
    call = await ring_all(
        f'{ALL}, no_answer = {{ action = "voicemail", employee = "102" }}', nobody
    )
    assert call.boxes == [("employee", "102")]
