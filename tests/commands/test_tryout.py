"""`voicepost try`: a call through the configuration, without a phone."""

from __future__ import annotations

import pytest

from tests.commands.conftest import Voicepost

OFFICE = """
[company]
name = "Ромашка"
[numbers]
"74951234567" = { menu = "main" }
[menus.main]
greeting = "prompt:welcome"
repeats = 0
[menus.main.keys]
1 = { action = "ring", employee = "101" }
2 = { action = "ring", employees = ["101", "102"] }
9 = { action = "voicemail" }
[employees.101]
name = "Анна Петрова"
endpoint = "PJSIP/101"
[employees.101.forward]
no_answer = { action = "voicemail" }
busy = { action = "ring", employee = "102" }
[employees.102]
name = "Борис Иванов"
endpoint = "PJSIP/102"
[prompts.welcome]
say = "Здравствуйте!"
"""
NUMBER = "74951234567"


@pytest.fixture
def ours(voicepost: Voicepost) -> Voicepost:
    voicepost.apply(OFFICE)
    return voicepost


def test_every_step_is_numbered_and_prompts_are_shown_as_text(ours: Voicepost) -> None:
    lines = ours("try", NUMBER, "--keys", "9").splitlines()
    assert lines == [
        "  1. answer (ru)",
        "  2. play prompt:welcome “Здравствуйте!”",
        "  3. key 9",
        "     → a message for the company: Ромашка (74951234567), at least 1 s of speech",
        "  4. play vm-intro",
        "  5. record up to 180 s",
        "  6. the caller hangs up",
        "     → the message would be kept",
    ]


def test_pressing_nothing_takes_the_default_action(ours: Voicepost) -> None:
    printed = ours("try", NUMBER)
    assert "no key within 5 s" in printed
    assert "a message for the company" in printed


def test_an_employee_who_does_not_answer(ours: Voicepost) -> None:
    printed = ours("try", NUMBER, "--keys", "1", "--no-answer", "101")
    assert "ring PJSIP/101 for 20 s" in printed
    assert "a message for the employee: Анна Петрова (101)" in printed


def test_phones_that_are_not_named_answer(ours: Voicepost) -> None:
    printed = ours("try", NUMBER, "--keys", "1")
    assert printed.splitlines()[-2:] == ["  5. answered", "  6. hang up"]


def test_busy_leads_on(ours: Voicepost) -> None:
    printed = ours("try", NUMBER, "--keys", "1", "--busy", "101")
    assert printed.index("ring PJSIP/101") < printed.index("ring PJSIP/102")


def test_several_phones_that_are_off(ours: Voicepost) -> None:
    printed = ours("try", NUMBER, "--keys", "2", "--unreachable", "101", "--unreachable", "102")
    assert "unreachable" in printed
    assert "a message for the company" in printed


def test_a_wait_can_be_let_pass(ours: Voicepost) -> None:
    printed = ours("try", NUMBER, "--keys", ".")
    assert "no key within 5 s" in printed


def test_the_caller_hangs_up_in_a_step(ours: Voicepost) -> None:
    lines = ours("try", NUMBER, "--hang-up-at", "2").splitlines()
    assert lines[-1] == "  3. the caller hangs up"


def test_a_number_in_another_spelling(ours: Voicepost) -> None:
    assert "play prompt:welcome" in ours("try", "+7 (495) 123-45-67")


def test_nothing_is_kept(ours: Voicepost) -> None:
    ours("try", NUMBER, "--keys", "9")
    assert ours.data("messages", "list") == []


def test_a_number_of_nobodys(ours: Voicepost) -> None:
    refused = ours.refused("try", "70000000000")
    assert refused.startswith("Error: no company has the number 70000000000: ")


def test_a_phone_of_nobodys(ours: Voicepost) -> None:
    assert "no employee 999" in ours.refused("try", NUMBER, "--busy", "999")


def test_a_key_that_no_telephone_has(ours: Voicepost) -> None:
    assert "“x” is no key" in ours.refused("try", NUMBER, "--keys", "1x", code=2)
