"""The picture of the menus: what leads where, drawn once, whatever circles there are."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import combinations

import pytest

from storage.office import Menu, Office, OpenMenu, Target, make_part, parse_office
from web.language.texts import Language, texts
from web.menu_editor.picture import menu_picture

SVG = "{http://www.w3.org/2000/svg}"
OFFICE = """
[company]
name = "Ромашка"

[numbers]
"74951234567" = { menu = "main" }
"+7 495 765-43-21" = { menu = "main" }
"200" = { employee = "101" }
"300" = { voicemail = true }

[menus.main]
greeting = "prompt:welcome"
direct_dial = true
default = { action = "voicemail" }
invalid = { action = "hangup" }
[menus.main.keys]
1 = { action = "ring", employee = "101" }
3 = { action = "menu", menu = "hours" }
4 = { action = "dial", number = "+7 495 111-22-33" }
5 = { action = "play", prompt = "sound:digits/1" }
6 = { action = "voicemail", employee = "101" }
"*" = { action = "repeat" }
"#" = { action = "hangup" }
[menus.main.keys.2]
action = "ring"
employees = ["101", "102"]
timeout = 25
strategy = "in-turn"
no_answer = { action = "menu", menu = "hours" }

[menus.hours]
greeting = "prompt:welcome"
default = { action = "menu", menu = "main" }

[menus.lost]
greeting = "sound:vm-intro"

[employees.101]
name = "Анна <b>Щукина</b>"
endpoint = "PJSIP/101"
[employees.101.forward]
no_answer = { action = "voicemail" }

[employees.102]
name = "Борис Орлов"
endpoint = "PJSIP/102"

[prompts.welcome]
say = "Вы позвонили в компанию."
"""


@pytest.fixture
def office() -> Office:
    return parse_office(OFFICE)


def drawn(office: Office, language: Language = "en") -> ET.Element:
    """The picture, read by a strict reader."""
    markup = menu_picture(office, texts(language))
    return ET.fromstring(f'<div xmlns="http://www.w3.org/2000/svg">{markup}</div>')[0]


def classes(element: ET.Element) -> str:
    return element.get("class", "")


def boxes(picture: ET.Element, kind: str) -> list[str]:
    """The texts of the boxes of a kind."""
    found = [e for e in picture.iter() if f"menu-box-{kind}" in classes(e).split()]
    return ["|".join(part.strip() for part in box.itertext() if part.strip()) for box in found]


def labels(picture: ET.Element, way: str) -> list[str]:
    return [
        "".join(e.itertext())
        for e in picture.iter()
        if {"menu-way", f"menu-way-{way}"} <= set(classes(e).split())
    ]


def with_menus(office: Office, menus: dict[str, Menu]) -> Office:
    first = next(iter(menus))
    return office.model_copy(update={"menus": menus, "numbers": {"200": Target(menu=first)}})


def test_numbers_stand_at_the_left_and_lead_to_menus_employees_and_the_mailbox(
    office: Office,
) -> None:
    picture = drawn(office)
    assert boxes(picture, "numbers") == ["+7 495 123-45-67|+7 495 765-43-21", "200", "300"]
    assert "main|Вы позвонили в компанию.|!" in boxes(picture, "menu")


def test_every_action_has_its_box(office: Office) -> None:
    picture = drawn(office)
    assert "Voicemail|Message for the company" in boxes(picture, "voicemail")
    assert "Voicemail|Message for: Анна <b>Щукина</b>" in boxes(picture, "voicemail")
    rings = boxes(picture, "ring")
    assert "Ring: Анна <b>Щукина</b>|101 · no answer: voicemail" in rings
    assert "Ring: Анна <b>Щукина</b>, Борис Орлов|one after another, 25 s each" in rings
    assert "Ring the employee|whose extension is keyed in" in rings
    assert boxes(picture, "dial") == ["Call +7 495 111-22-33"]
    assert boxes(picture, "play") == ["Play “digits/1”"]
    assert "Repeat the greeting" in boxes(picture, "repeat")
    assert "End the call" in boxes(picture, "hangup")


def test_branches_say_which_key_and_what_happens_without_one(office: Office) -> None:
    picture = drawn(office)
    assert labels(picture, "key") == ["1", "2", "3", "4", "5", "6", "*", "#"]
    assert labels(picture, "extension") == ["extension"]
    assert labels(picture, "no-answer") == ["no answer"]
    assert labels(picture, "default") == ["nothing pressed"] * 3
    assert "wrong key" in labels(picture, "invalid")


def test_a_menu_is_drawn_once_and_referred_to_after_that(office: Office) -> None:
    picture = drawn(office)
    names = sorted(text.split("|")[0] for text in boxes(picture, "menu"))
    assert names == ["hours", "lost", "main"]
    assert sorted(boxes(picture, "reference")) == ["hours", "main"]


def test_boxes_of_menus_lead_to_their_pages(office: Office) -> None:
    named = with_menus(office, {"ночь": make_part(Menu, greeting="sound:beep")})
    links = [e.get("href") for e in drawn(named).iter() if "menu-box" in classes(e)]
    assert "/menus/%D0%BD%D0%BE%D1%87%D1%8C" in links


def test_a_menu_that_does_not_exist_is_seen_as_missing(office: Office) -> None:
    menus = {"main": make_part(Menu, greeting="sound:beep", keys={"1": OpenMenu(menu="gone")})}
    assert boxes(drawn(with_menus(office, menus)), "missing") == ["gone|There is no such menu|!"]


def test_menus_that_open_each_other_come_to_an_end(office: Office) -> None:
    menus = {
        f"m{i}": make_part(
            Menu,
            greeting="sound:beep",
            keys={str(key): OpenMenu(menu=f"m{(i * 3 + key) % 30}") for key in range(10)},
            default=OpenMenu(menu=f"m{i}"),
        )
        for i in range(30)
    }
    picture = drawn(with_menus(office, menus))
    assert len(boxes(picture, "menu")) == 30
    assert len(boxes(picture, "reference")) == 30 * 11 - 29


def test_a_chain_of_a_thousand_menus_is_drawn(office: Office) -> None:
    menus = {
        f"m{i}": make_part(Menu, greeting="sound:beep", default=OpenMenu(menu=f"m{i + 1}"))
        for i in range(1000)
    }
    assert len(boxes(drawn(with_menus(office, menus)), "menu")) == 1000


def test_boxes_do_not_lie_on_each_other_and_fit_in_the_picture(office: Office) -> None:
    picture = drawn(office)
    width, height = float(picture.get("width", "0")), float(picture.get("height", "0"))
    rectangles = []
    for element in picture.iter(f"{SVG}foreignObject"):
        x, y, w, h = (float(element.get(name, "0")) for name in ("x", "y", "width", "height"))
        assert x >= 0 and y >= 0 and x + w <= width and y + h <= height
        if "menu-box" in classes(element[0]):
            rectangles.append((x, y, x + w, y + h))
    for one, other in combinations(rectangles, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)


def test_what_people_wrote_is_shown_as_text_and_no_style_is_inline(office: Office) -> None:
    markup = str(menu_picture(office, texts("en")))
    assert "<b>Щукина" not in markup
    assert not re.search(r"\sstyle=|<script|<style", markup)


def test_it_speaks_russian(office: Office) -> None:
    picture = drawn(office, "ru")
    assert "Голосовая почта|Сообщение для компании" in boxes(picture, "voicemail")
    assert "ничего не нажато" in labels(picture, "default")


def test_an_office_without_anything_has_an_empty_picture() -> None:
    picture = drawn(parse_office('[company]\nname = "Ромашка"\n'))
    assert not [e for e in picture.iter() if "menu-box" in classes(e)]
