"""Outside numbers that may not be dialled: to a caller, numbers where nobody answers."""

from __future__ import annotations

import pytest

from storage.companies.allowance import Allowance
from telephony.call import Rang
from telephony.scripted import Script
from tests.dialplan.walking import NUMBER, walk

OFFICE = f"""
[company]
name = "Ромашка"
[numbers]
"{NUMBER}" = {{ menu = "main" }}
200 = {{ employee = "101" }}
201 = {{ menu = "abroad" }}
[menus.main]
greeting = "sound:hello-world"
repeats = 0
[menus.main.keys]
2 = {{ action = "dial", number = "+4930123456" }}
3 = {{ action = "dial", number = "84956543210" }}
5 = {{ action = "ring", employee = "102" }}
[menus.main.keys.4]
action = "ring"
employees = ["101"]
no_answer = {{ action = "dial", number = "88091234567" }}
[menus.abroad]
greeting = "sound:hello-world"
repeats = 0
default = {{ action = "dial", number = "+375291234567" }}
[employees.101]
name = "Анна"
endpoint = "PJSIP/101"
forward.always = {{ action = "dial", number = "8104930123456" }}
[employees.102]
name = "Борис"
endpoint = "PJSIP/102"
forward.busy = {{ action = "dial", number = "+881612345678" }}
"""
NOBODY = "vm-nobodyavail"


async def test_a_key_leads_back_to_the_menu_which_takes_a_message() -> None:
    walked = await walk(OFFICE, Script(keys="2"))
    assert walked.rung() == []
    assert walked.played(NOBODY) == 1
    assert walked.played("hello-world") == 2
    assert walked.boxes == [("company", NUMBER)]


async def test_a_number_of_the_country_is_rung() -> None:
    walked = await walk(OFFICE, Script(keys="3"))
    assert walked.rung() == ["PJSIP/84956543210@trunk for 60 s"]


async def test_after_ringing_in_vain_too() -> None:
    walked = await walk(OFFICE, Script(keys="4", phones={"PJSIP/101": Rang.NO_ANSWER}))
    assert walked.rung() == ["PJSIP/101 for 20 s"]
    assert walked.boxes == [("company", NUMBER)]


@pytest.mark.parametrize(
    ("dialled", "script", "employee"),
    [
        ("200", Script(), "101"),
        (NUMBER, Script(keys="5", phones={"PJSIP/102": Rang.BUSY}), "102"),
    ],
)
async def test_forwarding_ends_in_the_employees_own_mailbox(
    dialled: str, script: Script, employee: str
) -> None:
    walked = await walk(OFFICE, script, dialled=dialled)
    assert not any("trunk" in rung for rung in walked.rung())
    assert walked.boxes == [("employee", employee)]


async def test_where_silence_leads_to_it_the_company_takes_the_message_at_once() -> None:
    walked = await walk(OFFICE, Script(), dialled="201")
    assert walked.rung() == []
    assert walked.played(NOBODY) == 1
    assert walked.boxes == [("company", "201")]


@pytest.mark.parametrize(
    "allowance",
    [
        Allowance(allow="+49"),
        Allowance(allow="any"),
        Allowance(dialled_before=frozenset({"+4930123456"})),
    ],
)
async def test_what_the_operator_allows_and_what_was_there_before_is_dialled(
    allowance: Allowance,
) -> None:
    walked = await walk(OFFICE, Script(keys="2"), allowance=allowance)
    assert walked.rung() == ["PJSIP/+4930123456@trunk for 60 s"]
