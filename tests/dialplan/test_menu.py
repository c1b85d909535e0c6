"""Menus: keys, silence, wrong keys, and where they lead."""

from __future__ import annotations

import pytest

from telephony.scripted import MAX_STEPS, Script
from tests.dialplan.walking import walk

COMPANY = ("company", "74951234567")


def office(menu: str = "", keys: str = "", more: str = "") -> str:
    """A company with one menu, in which 9 is the company's mailbox."""
    return f"""
[company]
name = "Ромашка"
[numbers]
"74951234567" = {{ menu = "main" }}
[menus.main]
greeting = "sound:welcome"
default = {{ action = "hangup" }}
{menu}
[menus.main.keys]
9 = {{ action = "voicemail" }}
{keys}
[menus.hours]
greeting = "sound:hours"
default = {{ action = "menu", menu = "main" }}
repeats = 0
[menus.hours.keys]
0 = {{ action = "menu", menu = "main" }}
[employees.101]
name = "Анна"
endpoint = "PJSIP/101"
[employees.42]
name = "Дарья"
endpoint = "PJSIP/42"
{more}
"""


async def test_a_call_is_answered_in_the_companys_language() -> None:
    assert (await walk(office(), Script())).steps[:2] == ["answer (ru)", "play welcome"]


@pytest.mark.parametrize("repeats", [0, 1, 3])
async def test_silence_takes_the_default_action_after_the_repeats(repeats: int) -> None:
    call = await walk(office(f"repeats = {repeats}"), Script())
    assert call.played("welcome") == repeats + 1
    assert call.steps[-1] == "play vm-goodbye"


async def test_how_long_a_menu_waits() -> None:
    call = await walk(office("timeout = 7.5\nrepeats = 0"), Script())
    assert "no key within 7.5 s" in call.steps


async def test_a_key_interrupts_the_greeting() -> None:
    call = await walk(office(), Script(keys="9"))
    assert call.steps[1:3] == ["play welcome", "key 9"]
    assert call.boxes == [COMPANY]


async def test_a_key_after_the_greeting() -> None:
    call = await walk(office("repeats = 1"), Script(keys=".9"))
    assert call.played("welcome") == 2
    assert call.boxes == [COMPANY]


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_wrong_keys_take_the_default_action_at_their_limit(limit: int) -> None:
    call = await walk(office(f"invalid_limit = {limit}"), Script(keys="7" * 10))
    assert call.played("pbx-invalid") == limit
    assert call.played("welcome") == limit
    assert call.steps[-1] == "play vm-goodbye"


async def test_silences_and_wrong_keys_are_counted_apart() -> None:
    menu = "repeats = 2\ninvalid_limit = 3"
    call = await walk(office(menu), Script(keys=".7.89"))
    assert call.boxes == [COMPANY], "two of each are too few for the default action"
    call = await walk(office(menu), Script(keys=".7.8."))
    assert call.steps[-1] == "play vm-goodbye", "the third silence is the last"
    assert call.played("pbx-invalid") == 2


@pytest.mark.parametrize("limit", [1, 2])
async def test_the_right_key_is_heard_while_the_caller_is_told_of_a_wrong_one(limit: int) -> None:
    call = await walk(office(f"invalid_limit = {limit}"), Script(keys="79"))
    assert call.steps[1:5] == ["play welcome", "key 7", "play pbx-invalid", "key 9"]
    assert call.played("welcome") == 1, "who has pressed it need not hear what can be pressed"
    assert call.boxes == [COMPANY]


async def test_who_presses_a_key_during_the_goodbye_is_heard() -> None:
    call = await walk(office("repeats = 0"), Script(keys=".79"))
    assert call.steps[-1] == "play vm-goodbye", "7 means nothing here"
    call = await walk(office("repeats = 0"), Script(keys=".9"))
    assert call.steps[call.steps.index("play vm-goodbye") + 1] == "key 9"
    assert call.boxes == [COMPANY]


async def test_what_is_typed_ahead_may_have_more_digits() -> None:
    call = await walk(office("direct_dial = true"), Script(keys="7101"))
    assert call.rung() == ["PJSIP/101 for 20 s"]


async def test_a_key_that_means_nothing_does_not_cut_short_what_is_said_of_another() -> None:
    call = await walk(office("invalid_limit = 3"), Script(keys="78"))
    at = call.steps.index("play pbx-invalid")
    assert call.steps[at + 1 : at + 3] == ["play welcome", "key 8"]


async def test_the_right_key_counts_also_where_a_wrong_one_leads_elsewhere() -> None:
    leads = office('invalid = { action = "voicemail" }', '1 = { action = "hangup" }')
    call = await walk(leads, Script(keys="71"))
    assert call.boxes == []
    assert call.steps[-1] == "play vm-goodbye"


async def test_a_caller_who_goes_on_with_half_numbers_comes_to_the_default_action() -> None:
    call = await walk(office("direct_dial = true\ninvalid_limit = 2"), Script(keys="715151"))
    assert call.played("pbx-invalid") == 3
    assert call.steps[-1] == "play vm-goodbye"


async def test_a_wrong_key_takes_the_invalid_action() -> None:
    call = await walk(office('invalid = { action = "voicemail" }'), Script(keys="7"))
    assert call.played("pbx-invalid") == 1
    assert call.boxes == [COMPANY]


async def test_digits_that_begin_an_extension_but_are_none_are_a_wrong_key() -> None:
    call = await walk(office("direct_dial = true\ninvalid_limit = 1"), Script(keys="10"))
    assert "no key within 2 s" in call.steps
    assert call.played("pbx-invalid") == 1


@pytest.mark.parametrize("extension", ["42", "101"])
async def test_an_extension_is_dialled_directly(extension: str) -> None:
    call = await walk(office("direct_dial = true"), Script(keys=extension))
    assert call.rung() == [f"PJSIP/{extension} for 20 s"]


async def test_no_extension_can_be_dialled_unless_the_menu_allows_it() -> None:
    call = await walk(office("invalid_limit = 1"), Script(keys="101"))
    assert call.rung() == []
    assert call.played("pbx-invalid") == 1


class TestAKeyThatBeginsAnExtension:
    """1 is a key, 101 an extension: the caller who means 1 waits a moment."""

    office = office("direct_dial = true\ndigit_timeout = 1.5", '1 = { action = "voicemail" }')

    async def test_alone_it_is_the_key_after_the_digit_timeout(self) -> None:
        call = await walk(self.office, Script(keys="1"))
        assert "no key within 1.5 s" in call.steps
        assert call.boxes == [COMPANY]

    async def test_followed_by_the_rest_it_is_the_extension(self) -> None:
        call = await walk(self.office, Script(keys="101"))
        assert call.rung() == ["PJSIP/101 for 20 s"]

    async def test_followed_by_anything_else_it_is_wrong(self) -> None:
        call = await walk(self.office, Script(keys="15"))
        assert call.played("pbx-invalid") == 1


async def test_keys_of_several_digits() -> None:
    call = await walk(office(keys='"*21#" = { action = "voicemail" }'), Script(keys="*21#"))
    assert call.boxes == [COMPANY]


async def test_from_menu_to_menu_and_back() -> None:
    offered = office(keys='3 = { action = "menu", menu = "hours" }')
    call = await walk(offered, Script(keys="309"))
    assert [call.played("welcome"), call.played("hours")] == [2, 1]
    assert call.boxes == [COMPANY]
    call = await walk(offered, Script(keys="3.9"))
    assert call.boxes == [COMPANY], "silence in the second menu leads back as well"


async def test_an_announcement_leads_back_to_its_menu() -> None:
    offered = office(keys='5 = { action = "play", prompt = "sound:address" }')
    call = await walk(offered, Script(keys="5"))
    at = call.steps.index("play address")
    assert call.steps[at + 1] == "play welcome"


async def test_a_key_cuts_an_announcement_short() -> None:
    offered = office(keys='5 = { action = "play", prompt = "sound:address" }')
    call = await walk(offered, Script(keys="5#9"))
    assert call.boxes == [COMPANY]
    assert call.played("pbx-invalid") == 0, "a key that means nothing only cuts it short"
    assert call.played("welcome") == 2


async def test_a_key_during_an_announcement_counts_in_its_menu() -> None:
    offered = office(keys='5 = { action = "play", prompt = "sound:address" }')
    call = await walk(offered, Script(keys="59"))
    assert call.boxes == [COMPANY]
    assert call.played("welcome") == 1


async def test_repeat_and_hangup() -> None:
    offered = office(keys='"*" = { action = "repeat" }\n"#" = { action = "hangup" }')
    call = await walk(offered, Script(keys="*#"))
    assert call.played("welcome") == 2
    assert call.steps[-1] == "play vm-goodbye"


async def test_an_outside_number() -> None:
    offered = office(keys='6 = { action = "dial", number = "+7 495 765-43-21" }')
    call = await walk(offered, Script(keys="6"))
    assert call.rung() == ["PJSIP/+74957654321@trunk for 60 s"]
    assert call.steps[-1] == "answered"


async def test_a_call_that_goes_in_circles_ends_in_the_company_s_mailbox() -> None:
    """Two menus that lead to each other in silence, and a caller who left the phone lying."""
    lying = office().replace('{ action = "hangup" }', '{ action = "menu", menu = "hours" }')
    call = await walk(lying, Script())
    assert len(call.steps) < MAX_STEPS
    assert call.played("hours") > 1
    assert call.steps[-2].startswith("record")
