"""Menus and forwards that lead in circles, and callers who never stop pressing: every call ends.

`config check` refuses most of such configurations. Should one be there after all, a call takes so
many steps and no more, and then its caller may leave a message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialplan.menu import MAX_ACTIONS
from storage.office import (
    Action,
    Dial,
    Employee,
    Forward,
    ForwardAction,
    HangUp,
    Menu,
    Nothing,
    Office,
    OpenMenu,
    Play,
    Repeat,
    Ring,
    Target,
    Voicemail,
    parse_office,
)
from telephony import scripted
from telephony.call import EndedBy, Rang
from telephony.scripted import Script
from tests.dialplan.walking import NUMBER, Walk, walk

ENDLESS = 5000
"""Keys pressed, one after the other, and steps taken: many more than any call may last."""
MOST_STEPS = MAX_ACTIONS * 30
"""The longest action is a menu with four silences, and four wrong keys of three digits."""

NOBODY = {f"PJSIP/{extension}": Rang.NO_ANSWER for extension in (101, 102, 103)}
MENUS, EXTENSIONS = ("a", "b", "c"), ("101", "102", "103")


@pytest.fixture(autouse=True, scope="module")
def patience() -> Iterator[None]:
    """A script that is followed until the call ends by itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scripted, "MAX_STEPS", ENDLESS)
        yield


def assert_it_ends(call: Walk) -> None:
    assert len(call.steps) < MOST_STEPS


def menu(name: str, default: str, keys: str = "", more: str = "") -> str:
    return f"""
[menus.{name}]
greeting = "sound:{name}"
default = {{ {default} }}
repeats = 0
{more}
[menus.{name}.keys]
{keys}
"""


def office(*menus: str) -> Office:
    head = f'[company]\nname = "Ромашка"\n[numbers]\n"{NUMBER}" = {{ menu = "a" }}\n'
    people = "".join(
        f'[employees.{extension}]\nname = "Анна"\nendpoint = "PJSIP/{extension}"\n'
        for extension in EXTENSIONS
    )
    return parse_office(head + "".join(menus) + people)


HANGUP, TO_A, TO_B = (
    'action = "hangup"',
    'action = "menu", menu = "a"',
    'action = "menu", menu = "b"',
)


@pytest.mark.parametrize(
    ("circle", "pressed"),
    [
        (office(menu("a", TO_B), menu("b", TO_A)), ""),
        (
            office(menu("a", HANGUP, f"1 = {{ {TO_B} }}"), menu("b", HANGUP, f"1 = {{ {TO_A} }}")),
            "1",
        ),
        (office(menu("a", HANGUP, f"1 = {{ {TO_A} }}")), "1"),
        (office(menu("a", HANGUP, '1 = { action = "repeat" }')), "1"),
        (office(menu("a", 'action = "repeat"')), ""),
        (office(menu("a", HANGUP, '1 = { action = "play", prompt = "sound:x" }')), "1"),
        (office(menu("a", TO_B, more=f"invalid = {{ {TO_B} }}"), menu("b", TO_A)), "0"),
        (office(menu("a", HANGUP, "", "direct_dial = true")), "102"),
    ],
    ids=[
        "in silence",
        "by key, there and back",
        "by key, to itself",
        "repeating by key",
        "repeating in silence",
        "an announcement again and again",
        "by wrong keys",
        "dialling who never answers",
    ],
)
async def test_who_goes_in_circles_ends_in_the_company_s_mailbox(
    circle: Office, pressed: str
) -> None:
    call = await walk(circle, Script(keys=pressed * ENDLESS, phones=NOBODY))
    assert_it_ends(call)
    assert call.boxes == [("company", NUMBER)]


async def test_who_presses_wrong_keys_for_ever_gets_the_default_action() -> None:
    call = await walk(office(menu("a", HANGUP)), Script(keys="0" * ENDLESS))
    assert call.steps[-1] == "play vm-goodbye"
    assert_it_ends(call)


@pytest.mark.parametrize("rule", ["always", "busy", "no_answer", "unreachable"])
@pytest.mark.parametrize("length", [1, 2, 3])
async def test_forwards_in_a_circle_end_in_the_company_s_mailbox(rule: str, length: int) -> None:
    around = EXTENSIONS[:length]
    employees = {
        extension: Employee(
            name="Анна",
            endpoint=f"PJSIP/{extension}",
            forward=Forward.model_validate({rule: Ring(employee=after)}),
        )
        for extension, after in zip(around, (*around[1:], around[0]), strict=True)
    }
    ringing = office(menu("a", HANGUP)).model_copy(
        update={"employees": employees, "numbers": {NUMBER: Target(employee="101")}}
    )
    rang = Rang.BUSY if rule == "always" else Rang(rule.replace("_", " "))
    call = await walk(ringing, Script(phones={e.endpoint: rang for e in employees.values()}))
    assert_it_ends(call)
    assert len(call.rung()) == (0 if rule == "always" else MAX_ACTIONS)
    assert call.boxes == [("company", NUMBER)]


# -- whatever leads where ------------------------------------------------------------------------

rings = st.sampled_from(EXTENSIONS).map(lambda extension: Ring(employee=extension))
actions: st.SearchStrategy[Action] = st.one_of(
    st.sampled_from(MENUS).map(lambda name: OpenMenu(menu=name)),
    rings,
    st.sampled_from(MENUS).map(
        lambda name: Ring(employees=EXTENSIONS, strategy="in-turn", no_answer=OpenMenu(menu=name))
    ),
    st.sampled_from([Repeat(), Play(prompt="sound:x"), Voicemail(), Dial(number="79161234567")]),
    st.just(HangUp()),
)
forwards: st.SearchStrategy[ForwardAction | None] = st.one_of(
    rings, st.sampled_from([Nothing(), Voicemail(), None])
)
KEYS = st.sampled_from(["1", "2", "12", "*", "#", "101"])
offices = st.builds(
    Office,
    company=st.just(office(menu("a", HANGUP)).company),
    numbers=st.just({NUMBER: Target(menu="a")}),
    menus=st.fixed_dictionaries(
        {
            name: st.builds(
                Menu,
                greeting=st.just(f"sound:{name}"),
                default=actions,
                invalid=actions,
                direct_dial=st.booleans(),
                repeats=st.integers(0, 3),
                invalid_limit=st.integers(1, 3),
                keys=st.dictionaries(KEYS, actions, max_size=4),
            )
            for name in MENUS
        }
    ),
    employees=st.fixed_dictionaries(
        {
            extension: st.builds(
                Employee,
                name=st.just("Анна"),
                endpoint=st.just(f"PJSIP/{extension}"),
                forward=st.builds(
                    Forward,
                    always=forwards,
                    busy=forwards,
                    no_answer=forwards,
                    unreachable=forwards,
                ),
            )
            for extension in EXTENSIONS
        }
    ),
)
outcomes = st.sampled_from([Rang.BUSY, Rang.NO_ANSWER, Rang.UNREACHABLE])


@settings(max_examples=150)
@given(
    offices,
    st.text("0123456789*#.", min_size=1, max_size=6),
    st.fixed_dictionaries(dict.fromkeys(NOBODY, outcomes)),
)
def test_whatever_leads_where_and_whatever_is_pressed_for_ever_the_call_ends(
    anything: Office, pressed: str, phones: dict[str, Rang]
) -> None:
    script = Script(keys=pressed * ENDLESS, phones=phones, speak=lambda _: EndedBy.LIMIT)
    call = asyncio.run(walk(anything, script))
    assert_it_ends(call)
    assert len(call.boxes) <= 1
