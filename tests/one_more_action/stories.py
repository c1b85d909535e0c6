"""Wherever an action can be met, one more is there, too. Run by `tests/test_actions.py`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storage.errors import ConfigError
from storage.office import as_data, check, dump_office, parse_office
from telephony.scripted import Script
from tests.commands.conftest import Voicepost
from tests.dialplan.walking import walk
from tests.one_more_action.wait import Wait
from tests.web.api.front import script
from tests.web.conftest import Front, make_home
from web.language.audit_words import AuditWords
from web.language.texts import texts
from web.menu_editor.picture import menu_picture

OFFICE = """
[company]
name = "Ромашка"
[numbers]
74951234567 = { menu = "main" }
[menus.main]
greeting = "sound:hello-world"
repeats = 0
default = { action = "hangup" }
[menus.main.keys]
1 = { action = "wait", seconds = 7 }
"""
WAIT = {"action": "wait", "seconds": 12.0}


def test_it_is_read_from_a_file_and_written_there() -> None:
    office = parse_office(OFFICE)
    assert office.menus["main"].keys["1"] == Wait(seconds=7)
    assert parse_office(dump_office(office)) == office


def test_what_is_wrong_in_it_is_told_with_its_place() -> None:
    with pytest.raises(ConfigError) as error:
        parse_office(OFFICE.replace("seconds", "minutes"))
    assert {problem.where for problem in error.value.problems} == {"menus.main.keys.1"}
    zero = check(parse_office(OFFICE.replace("= 7", "= 0")))
    assert ("not-positive", "menus.main.keys.1.seconds") in {(p.code, p.where) for p in zero}


def test_who_only_waits_never_leaves_the_menu() -> None:
    office = parse_office(OFFICE.replace('"hangup"', '"wait", seconds = 2'))
    assert "menu-trap" in {problem.code for problem in check(office)}


def test_the_command_line_reads_it_spells_it_and_helps(tmp_path: Path) -> None:
    voicepost = Voicepost(tmp_path / "home")
    voicepost.apply(OFFICE)
    voicepost("menus", "key", "main", "2", "wait 12")
    assert "key 2          wait 12" in voicepost("menus", "show", "main")
    assert voicepost.data("menus", "show", "main")["keys"]["2"] == WAIT
    assert "hangup, wait;" in voicepost.refused("menus", "key", "main", "3", "wait", code=2)
    helped = voicepost("menus", "--help")
    assert "  wait SECONDS                 silence, then back to the menu" in helped


def test_try_walks_through_it(tmp_path: Path) -> None:
    voicepost = Voicepost(tmp_path / "home")
    voicepost.apply(OFFICE)
    assert "no key within 7 s" in voicepost("try", "74951234567", "--keys", "1")


async def test_a_call_goes_through_it_and_back() -> None:
    call = await walk(OFFICE, Script(keys="1"))
    assert "no key within 7 s" in call.steps
    assert call.played("hello-world") == 2


def test_it_stands_in_the_picture() -> None:
    picture = menu_picture(parse_office(OFFICE), texts("en"))
    assert "menu-box-wait" in picture
    assert '<symbol id="menu-icon-wait"' in picture
    assert "Just wait" in picture


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Front:
    home = tmp_path_factory.mktemp("front") / "home"
    return Front(home, make_home(home))


def test_the_api_takes_it_tells_it_and_documents_it(front: Front) -> None:
    api = script(front, "olga")
    assert api.put("menus/main/keys/5", json=WAIT).json()["keys"]["5"] == WAIT
    assert api.get("menus/main").json()["keys"]["5"] == WAIT
    assert api.put("menus/main/keys/5", json={"action": "wait"}).status_code == 422
    assert "Wait" in api.get("openapi.json").json()["components"]["schemas"]


def test_the_form_asks_for_it_and_shows_it(front: Front) -> None:
    olga = front.visitor("olga")
    asked = olga.get("/menus/main/keys").text
    assert '<option value="wait">Wait a while</option>' in asked
    assert 'name="action.pause"' in asked
    sent = {"key": "7", "action.kind": "wait", "action.pause": "12"}
    assert olga.post("/menus/main/keys", data=sent).status_code == 303
    assert as_data(front.site.office.menus["main"].keys["7"]) == WAIT
    shown = olga.get("/menus/main/keys/7").text
    assert '<option value="wait" selected>' in shown
    assert 'value="12"' in shown
    assert "Just wait" in olga.get("/menus/main").text
    wrong = olga.post("/menus/main/keys", data={**sent, "key": "8", "action.pause": "soon"})
    assert wrong.status_code == 422


def test_one_more_target_is_there_in_file_cli_picture_and_call(tmp_path: Path) -> None:
    voicepost = Voicepost(tmp_path / "home")
    voicepost.apply(OFFICE)
    voicepost("numbers", "set", "74957654321", "patience")
    assert "patience" in voicepost("numbers", "list")
    assert "no key within 3 s" in voicepost("try", "74957654321")
    assert ", patience" in voicepost.refused("numbers", "set", "2", "hope", code=2)
    office = parse_office(OFFICE.replace('"main" }', '"main" }\n2 = { patience = true }', 1))
    assert parse_office(dump_office(office)) == office
    picture = menu_picture(office, texts("en"))
    assert "menu-box-wait" in picture
    assert "Patience" in picture


def test_one_more_target_is_there_in_api_and_form(front: Front) -> None:
    olga = front.visitor("olga")
    assert '<option value="patience">Just patience</option>' in olga.get("/numbers").text
    sent = {"number": "200", "target": "patience"}
    assert olga.post("/numbers", data=sent).status_code == 303
    assert '<option value="patience" selected>' in olga.get("/numbers/200").text
    api = script(front, "olga")
    assert api.put("numbers/*1%23", json={"patience": True}).json()["patience"] is True


def test_the_audit_log_tells_it_in_words(front: Front) -> None:
    words = AuditWords("en", front.site.office)
    assert words._value(json.loads(json.dumps(WAIT))) == "Just wait (12 s)"
