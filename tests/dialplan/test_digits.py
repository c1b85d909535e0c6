"""What typed digits mean."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dialplan.digits import Complete, Incomplete, Invalid, choices, first_keys, match
from storage.office import Action, Menu, OpenMenu, Repeat, Ring, Voicemail

KEYS = "0123456789*#"
MENU: Action = OpenMenu(menu="hours")
BOX: Action = Voicemail()

typed_text = st.text(KEYS, min_size=1, max_size=5)
menus = st.dictionaries(typed_text, st.sampled_from([MENU, BOX, Repeat()]), max_size=12)


def test_a_key_that_nothing_else_begins_with_is_complete() -> None:
    assert match("1", {"1": MENU, "2": BOX}) == Complete(MENU)


def test_a_key_that_is_not_there_is_invalid() -> None:
    assert match("3", {"1": MENU, "2": BOX}) == Invalid()
    assert match("3", {}) == Invalid()


def test_a_key_that_longer_ones_begin_with_waits_for_more() -> None:
    options = {"1": MENU, "101": BOX}
    assert match("1", options) == Incomplete(MENU)
    assert match("10", options) == Incomplete(None)
    assert match("101", options) == Complete(BOX)
    assert match("102", options) == Invalid()


def test_extensions_can_be_typed_only_where_the_menu_allows_it() -> None:
    menu = Menu(greeting="sound:hello", keys={"1": MENU})
    assert choices(menu, {"101": None}) == {"1": MENU}
    direct = menu.model_copy(update={"direct_dial": True})
    assert choices(direct, {"101": None}) == {"1": MENU, "101": Ring(employee="101")}


def test_a_key_that_is_also_an_extension_stays_the_key() -> None:
    menu = Menu(greeting="sound:hello", direct_dial=True, keys={"101": BOX})
    assert choices(menu, {"101": None}) == {"101": BOX}


@given(menus, st.data())
def test_whatever_a_menu_offers_can_be_typed(
    options: dict[str, Action], data: st.DataObject
) -> None:
    """Digit by digit, every option is reached, and nothing on the way is called wrong."""
    if not options:
        return
    wanted = data.draw(st.sampled_from(sorted(options)))
    for length in range(1, len(wanted)):
        assert isinstance(match(wanted[:length], options), Incomplete)
    meaning = match(wanted, options)
    assert not isinstance(meaning, Invalid)
    assert meaning.action == options[wanted]


@given(menus)
def test_a_key_means_something_unless_it_is_wrong_at_once(options: dict[str, Action]) -> None:
    right = [key for key in KEYS if not isinstance(match(key, options), Invalid)]
    assert set(first_keys(options)) == set(right)


@given(menus, typed_text)
def test_the_three_meanings_are_what_they_say(options: dict[str, Action], typed: str) -> None:
    longer = [option for option in options if option != typed and option.startswith(typed)]
    match match(typed, options):
        case Complete(action):
            assert action == options[typed]
            assert not longer
        case Incomplete(action):
            assert action == options.get(typed)
            assert longer
        case Invalid():
            assert typed not in options
            assert not longer
