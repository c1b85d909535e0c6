"""Stories of people who ring their mailbox."""

from __future__ import annotations

import pytest

from telephony.scripted import Script
from tests.dialplan.mailroom import Mailroom
from tests.dialplan.walking import Walk, walk

OFFICE = """
[company]
name = "Ромашка"
language = "{language}"
[voicemail]
pin = "{pin}"
[numbers]
"74951234567" = {{ menu = "main" }}
"800" = {{ mailbox = true }}
"801" = {{ mailbox = "101" }}
[menus.main]
greeting = "sound:hello-world"
[menus.main.keys]
8 = {{ action = "mailbox" }}
[employees.101]
name = "Анна"
endpoint = "PJSIP/101"
[employees.102]
name = "Борис"
endpoint = "PJSIP/102"
"""


async def listen(
    keys: str,
    mailroom: Mailroom,
    *,
    dialled: str = "800",
    endpoint: str = "PJSIP/trunk",
    pin: str = "outside",
    language: str = "en",
    hang_up_at: int | None = None,
    listens: tuple[float, ...] = (),
) -> Walk:
    office = OFFICE.format(pin=pin, language=language)
    script = Script(keys=keys, hang_up_at=hang_up_at, listens=listens)
    return await walk(office, script, dialled=dialled, mailroom=mailroom, endpoint=endpoint)


async def test_the_first_new_message_plays_by_itself_and_older_ones_follow() -> None:
    mailroom = Mailroom(new=["a", "b"], old=["z", "y", "x"])
    walked = await listen("101#4711#", mailroom)
    assert mailroom.played == ["a", "b", "z", "y", "x"]
    assert mailroom.happened == [f"heard {each}" for each in "abzyx"]
    assert walked.played("vm-nomore + vm-goodbye") == 1


@pytest.mark.parametrize("keys", ["101#4711#", "101.4711.", "101.4711#"])
async def test_digits_end_with_a_pause_or_a_key(keys: str) -> None:
    mailroom = Mailroom(new=["a"])
    await listen(keys, mailroom)
    assert mailroom.tried == [("101", "4711", False)]


async def test_a_number_of_ones_own_asks_for_the_pin_alone() -> None:
    mailroom = Mailroom(new=["a"])
    await listen("4711#", mailroom, dialled="801")
    assert mailroom.played == ["a"]
    assert mailroom.tried == [("101", "4711", False)]


async def test_ones_own_phone_needs_no_pin() -> None:
    mailroom = Mailroom(new=["a"])
    await listen("", mailroom, endpoint="PJSIP/101")
    assert mailroom.played == ["a"]
    assert mailroom.tried == []


async def test_ones_own_phone_needs_the_pin_where_the_company_wants_it() -> None:
    mailroom = Mailroom(new=["a"])
    await listen("4711#", mailroom, endpoint="PJSIP/101", pin="always")
    assert mailroom.played == ["a"]
    assert mailroom.tried == [("101", "4711", True)]


async def test_somebody_elses_phone_is_no_way_in() -> None:
    mailroom = Mailroom(new=["a"])
    await listen("", mailroom, dialled="801", endpoint="PJSIP/102")
    assert mailroom.played == []


async def test_nobody_comes_in_from_outside_where_there_are_no_pins() -> None:
    mailroom = Mailroom(new=["a"])
    await listen("101#4711#", mailroom, pin="never")
    assert mailroom.played == []
    assert mailroom.tried == []
    await listen("", mailroom, endpoint="PJSIP/101", pin="never")
    assert mailroom.played == ["a"]


async def test_three_wrong_pins_end_the_call() -> None:
    mailroom = Mailroom(new=["a"])
    walked = await listen("101#1#" * 5, mailroom)
    assert mailroom.played == []
    assert len(mailroom.tried) == 3
    assert walked.played("vm-incorrect") == 3
    assert walked.played("vm-goodbye") == 1


async def test_who_has_to_wait_is_told_how_long_and_is_not_asked_again() -> None:
    mailroom = Mailroom(new=["a"], locked_seconds=300)
    walked = await listen("101#4711#101#4711#", mailroom)
    assert mailroom.played == []
    assert len(mailroom.tried) == 1
    assert any("digits/5" in step for step in walked.steps)


async def test_a_pin_for_one_call_has_to_be_replaced() -> None:
    mailroom = Mailroom(new=["a"], must_change=True)
    await listen("101#4711#1234#1234#8520#8521#8520#8520#", mailroom)
    assert mailroom.happened == ["PIN 8520", "heard a"]
    assert mailroom.played == ["a"]


async def test_who_does_not_replace_it_hears_nothing() -> None:
    mailroom = Mailroom(new=["a"], must_change=True)
    await listen("101#4711#", mailroom)
    assert mailroom.played == []


IN = "101#4711##"
"""In, and past what is said before the first message."""


async def test_the_next_one_plays_at_a_key() -> None:
    mailroom = Mailroom(new=["a", "b"])
    await listen(IN + "3", mailroom, listens=(2.9,))
    assert mailroom.played == ["a", "b"]
    assert mailroom.happened == ["heard b"]


async def test_who_has_heard_three_seconds_has_heard_it() -> None:
    mailroom = Mailroom(new=["a", "b"])
    await listen(IN + "463", mailroom, listens=(1.0, 1.0, 1.0))
    assert mailroom.happened == ["heard a", "heard b"]


async def test_keys_move_within_a_message() -> None:
    walked = await listen(IN + "6641", Mailroom(new=["a"]), listens=(1.0, 1.0, 2.0, 1.0))
    played = [step for step in walked.steps if step.startswith("play the message")]
    assert played == [
        "play the message",
        "play the message from 6 s",
        "play the message from 12 s",
        "play the message from 9 s",
        "play the message",
    ]


@pytest.mark.parametrize("again", ["5", "."])
async def test_a_pause_goes_on_where_it_began(again: str) -> None:
    walked = await listen(IN + "5" + again, Mailroom(new=["a"]), listens=(4.0,))
    played = [step for step in walked.steps if step.startswith("play the message")]
    assert played == ["play the message", "play the message from 4 s"]


async def test_keys_mean_the_same_in_a_pause() -> None:
    mailroom = Mailroom(new=["a", "b"])
    await listen(IN + "53", mailroom)
    assert mailroom.played == ["a", "b"]


async def test_the_beginning_twice_is_the_message_before() -> None:
    mailroom = Mailroom(new=["a", "b"])
    await listen(IN + "3#11", mailroom)
    assert mailroom.played == ["a", "b", "a", "b"]


async def test_what_is_kept_as_new_stays_new() -> None:
    mailroom = Mailroom(new=["a", "b"])
    await listen(IN + "2", mailroom)
    assert mailroom.happened == ["heard a", "new a", "heard b"]


async def test_a_message_that_is_gone_is_passed_over() -> None:
    mailroom = Mailroom(new=["a", "b", "c"], gone={"b"})
    await listen("101#4711#", mailroom)
    assert mailroom.played == ["a", "c"]


async def test_an_empty_mailbox_says_so() -> None:
    mailroom = Mailroom()
    walked = await listen("101#4711#", mailroom)
    assert mailroom.played == []
    assert walked.played("vm-nomore + vm-goodbye") == 0
    assert walked.steps[-1].endswith(" + vm-goodbye")


async def test_who_came_from_a_menu_goes_back_there() -> None:
    mailroom = Mailroom(new=["a"])
    walked = await listen("8101#4711#*", mailroom, dialled="74951234567")
    assert walked.played("hello-world") >= 2


@pytest.mark.parametrize("hang_up_at", range(1, 14))
async def test_hanging_up_anywhere_marks_nothing_that_was_not_heard(hang_up_at: int) -> None:
    mailroom = Mailroom(new=["a", "b"])
    await listen("101#4711#", mailroom, hang_up_at=hang_up_at)
    marked = [each.split()[1] for each in mailroom.happened]
    assert marked == mailroom.played[: len(marked)]
