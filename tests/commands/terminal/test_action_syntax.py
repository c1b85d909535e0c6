"""Actions in a few words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.terminal.action_syntax import (
    parse_action,
    parse_forward,
    parse_target,
    spell,
    spell_target,
)
from storage.office import (
    Action,
    Dial,
    HangUp,
    Nothing,
    OpenMenu,
    Play,
    Repeat,
    Ring,
    Target,
    Voicemail,
)
from tests.storage.office.test_office import actions, forward_actions


@pytest.mark.parametrize(
    ("words", "action"),
    [
        ("voicemail", Voicemail()),
        ("voicemail 101", Voicemail(employee="101")),
        ("ring 101", Ring(employee="101")),
        ("ring 101 25", Ring(employee="101", timeout=25.0)),
        ("ring 101,102", Ring(employees=("101", "102"))),
        ("ring 101,", Ring(employees=("101",))),
        (
            "ring 101,102 in-turn 12.5 else menu hours",
            Ring(
                employees=("101", "102"),
                strategy="in-turn",
                timeout=12.5,
                no_answer=OpenMenu(menu="hours"),
            ),
        ),
        ("ring 101,102 25 all", Ring(employees=("101", "102"), timeout=25.0)),
        ("menu часы", OpenMenu(menu="часы")),
        ("dial +7 495 765-43-21", Dial(number="+74957654321")),
        ("play address", Play(prompt="prompt:address")),
        ("play sound:vm-intro", Play(prompt="sound:vm-intro")),
        ("repeat", Repeat()),
        ("  hangup ", HangUp()),
    ],
)
def test_words_mean_an_action(words: str, action: Action) -> None:
    assert parse_action(words) == action


def test_forwarding_can_also_do_nothing() -> None:
    assert parse_forward("nothing") == Nothing()
    assert parse_forward("ring 102") == Ring(employee="102")


@pytest.mark.parametrize(
    "words",
    [
        "",
        "rign 101",
        "voicemail 101 102",
        "ring",
        "ring ,",
        "ring anna",
        "ring 101,102 sometimes",
        "ring 101,102 25 30",
        "ring 101,102 all in-turn",
        "ring 101,102 nan",
        "ring 101,102 99999",
        "ring 101,102 else",
        "ring 1,2 " + "else ring 1,2 " * 50 + "else hangup",
        "menu",
        "menu a b",
        "menu ../x",
        "dial",
        "dial anna",
        "play",
        "play file:/etc/passwd",
        "nothing",
    ],
)
def test_other_words_are_refused_in_a_sentence(words: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]{10,}$"):
        parse_action(words)


@pytest.mark.parametrize("words", ["menu main", "repeat", "hangup", "play address"])
def test_forwarding_knows_no_menus(words: str) -> None:
    with pytest.raises(ValueError, match="unknown action"):
        parse_forward(words)


@pytest.mark.parametrize("words", ["menu main", "employee 101", "voicemail"])
def test_where_a_number_leads(words: str) -> None:
    assert spell_target(parse_target(words)) == words


def test_a_number_leads_to_one_of_three() -> None:
    assert parse_target("menu main") == Target(menu="main")
    for words in ("", "hangup", "menu", "employee anna", "voicemail 101"):
        with pytest.raises(ValueError, match=r"."):
            parse_target(words)


@given(actions)
def test_every_action_can_be_said_in_words(action: Action) -> None:
    assert parse_action(spell(action)) == action


@given(forward_actions)
def test_every_forwarding_can_be_said_in_words(action: Action) -> None:
    assert parse_forward(spell(action)) == action


@given(st.text(max_size=60))
def test_no_words_break_the_parser(words: str) -> None:
    try:
        parse_action(words)
    except ValueError as error:
        assert str(error)
