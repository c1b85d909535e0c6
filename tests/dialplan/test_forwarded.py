"""A phone that is forwarded by who has it: on within the company, or to an outside number."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dialplan.menu import MAX_FOLLOWED
from storage.companies.allowance import Allowance
from telephony.call import Forwarded, Rang
from telephony.scripted import Script
from tests.dialplan.walking import NUMBER, Walk, walk

ANNA, BORIS = "PJSIP/101", "PJSIP/102"
MOBILE = "PJSIP/79161112233@trunk"
OFFICE = f"""
[company]
name = "Ромашка"
[numbers]
"{NUMBER}" = {{ employee = "101" }}
"74951234568" = {{ menu = "main" }}
"74951234569" = {{ voicemail = true }}
[menus.main]
greeting = "sound:welcome"
repeats = 0
[menus.main.keys]
1 = {{ action = "ring", employees = ["101", "102"] }}
2 = {{ action = "ring", employees = ["101", "102"], strategy = "in-turn" }}
3 = {{ action = "dial", number = "79161112233" }}
[employees.101]
name = "Анна"
endpoint = "{ANNA}"
ring_timeout = 12
[employees.101.forward]
busy = {{ action = "nothing" }}
no_answer = {{ action = "voicemail" }}
unreachable = {{ action = "voicemail" }}
[employees.102]
name = "Борис"
endpoint = "{BORIS}"
[employees.102.forward]
no_answer = {{ action = "voicemail" }}
"""


async def ringing(
    phones: Mapping[str, Rang | Forwarded], keys: str = "", allow: str = "national"
) -> Walk:
    dialled = "74951234568" if keys else NUMBER
    script = Script(keys=keys, phones=phones)
    return await walk(OFFICE, script, dialled=dialled, allowance=Allowance(allow=allow))


async def test_to_a_colleague_who_is_rung_then_with_his_own_rules() -> None:
    call = await ringing({ANNA: Forwarded("102"), BORIS: Rang.NO_ANSWER})
    assert call.rung() == [f"{ANNA} for 12 s", f"{BORIS} for 20 s"]
    assert call.boxes == [("employee", "102")]


async def test_to_an_outside_number() -> None:
    call = await ringing({ANNA: Forwarded("79161112233")})
    assert call.rung() == [f"{ANNA} for 12 s", f"{MOBILE} for 60 s"]
    assert call.steps[-1] == "answered"
    assert call.boxes == []


@pytest.mark.parametrize(
    ("rang", "boxes"),
    [
        (Rang.NO_ANSWER, [("employee", "101")]),
        (Rang.UNREACHABLE, [("employee", "101")]),
        (Rang.BUSY, []),
        (Forwarded("79169998877"), [("employee", "101")]),
    ],
)
async def test_the_employees_rules_hold_for_the_outside_number(
    rang: Rang | Forwarded, boxes: list[tuple[str, str]]
) -> None:
    call = await ringing({ANNA: Forwarded("79161112233"), MOBILE: rang})
    assert call.rung() == [f"{ANNA} for 12 s", f"{MOBILE} for 60 s"]
    assert call.played("vm-nobodyavail") == 1
    assert call.boxes == boxes


@pytest.mark.parametrize("number", ["8104930123456", "88091234567", "+881612345678"])
async def test_what_may_not_be_dialled_is_not_dialled(number: str) -> None:
    call = await ringing({ANNA: Forwarded(number)})
    assert call.rung() == [f"{ANNA} for 12 s"]
    assert call.boxes == [("employee", "101")]


async def test_what_the_operator_allows_is_dialled() -> None:
    call = await ringing({ANNA: Forwarded("+4930123456")}, allow="+49")
    assert call.rung()[1:] == ["PJSIP/+4930123456@trunk for 60 s"]


@pytest.mark.parametrize("number", ["", "101", NUMBER, "8 495 123-45-67"])
async def test_to_nobody_or_to_itself_it_is_unreachable(number: str) -> None:
    call = await ringing({ANNA: Forwarded(number)})
    assert call.rung() == [f"{ANNA} for 12 s"]
    assert call.boxes == [("employee", "101")]


@pytest.mark.parametrize("spelling", ["74951234569", "84951234569", "+74951234569"])
async def test_a_number_of_the_companys_own_is_a_step_and_no_call(spelling: str) -> None:
    call = await ringing({ANNA: Forwarded(spelling)}, allow="none")
    assert call.rung() == [f"{ANNA} for 12 s"]
    assert call.boxes == [("company", NUMBER)], "the caller has dialled Anna's"


async def test_to_the_companys_menu() -> None:
    call = await ringing({ANNA: Forwarded("74951234568")})
    assert call.played("welcome") == 1


async def test_phones_that_name_each_other_are_followed_so_often() -> None:
    call = await ringing({ANNA: Forwarded("102"), BORIS: Forwarded("101")})
    assert len(call.rung()) == MAX_FOLLOWED + 1
    assert call.boxes == [("company", NUMBER)]


@pytest.mark.parametrize("key", ["1", "2"])
async def test_of_several_phones_a_forwarded_one_is_passed_over(key: str) -> None:
    call = await ringing({ANNA: Forwarded("79161112233"), BORIS: Rang.BUSY}, key)
    assert not any(MOBILE in each for each in call.rung())
    assert call.boxes == [("company", "74951234568")]


async def test_what_an_outside_line_forwards_is_not_followed() -> None:
    call = await ringing({MOBILE: Forwarded("79169998877")}, "3")
    assert call.rung() == [f"{MOBILE} for 60 s"]
