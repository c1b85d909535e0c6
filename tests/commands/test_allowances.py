"""What the operator decides for a company, by command; the operator's own commands as ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands.context import App
from commands.doctor import data
from tests.commands.conftest import Voicepost

SECOND = """
[company]
name = "Лютик"
[numbers]
74957654321 = { voicemail = true }
[employees.101]
name = "Борис"
endpoint = "PJSIP/101"
forward.always = { action = "dial", number = "+4930123456" }
"""


@pytest.fixture
def two(office: Voicepost) -> Voicepost:
    office.apply(SECOND)
    return office


def test_a_company_is_shown_with_what_is_allowed(office: Voicepost) -> None:
    told = office.data("companies", "show")
    assert told == office.data("companies", "list")[0]
    assert {
        name: told[name] for name in ("endpoint_pattern", "endpoints", "allow", "assigned")
    } == {
        "endpoint_pattern": "PJSIP/{extension}",
        "endpoints": [],
        "allow": "national",
        "assigned": ["74951234567"],
    }
    office("companies", "set", "Ромашка", "--endpoint-pattern", "PJSIP/r{extension}")
    office(
        "companies", "set", "Ромашка", "--endpoint", "PJSIP/hall, PJSIP/door", "--allow", "+7495"
    )
    shown = office("companies", "show", "Ромашка")
    assert "PJSIP/r{extension}, PJSIP/hall, PJSIP/door" in shown
    assert "+7495" in office("companies", "list")
    for setting in ("--endpoint-pattern", "--endpoint", "--allow"):
        office("companies", "set", "Ромашка", setting, "")
    assert office.data("companies", "show") == told


def test_it_is_no_part_of_the_file(office: Voicepost) -> None:
    before = office("config", "show")
    office(
        *("companies", "set", "Ромашка", "--endpoint-pattern", "PJSIP/r{extension}"),
        *("--endpoint", "PJSIP/hall", "--allow", "any"),
    )
    assert office("config", "show") == before
    office.apply(before)
    assert office.data("companies", "show")["endpoints"] == ["PJSIP/hall"]


def test_of_several_none_has_phones_until_they_are_named(two: Voicepost) -> None:
    assert [told["endpoint_pattern"] for told in two.data("companies", "list")] == [None, None]
    two("companies", "add", "Василёк")
    for name in ("Василёк", "Ромашка", "Лютик"):
        assert f"administrators of “{name}” can choose no phone until you say which" in two.warnings
    two("companies", "set", "Лютик", "--endpoint-pattern", "PJSIP/{extension}")
    assert two.warnings == "Warning: “Ромашка” has PJSIP/101 too\n"
    two("companies", "set", "Ромашка", "--endpoint-pattern", "PJSIP/{extension}")
    assert "“Лютик” has the pattern PJSIP/{extension}: each company can name" in two.warnings
    two("companies", "set", "Ромашка", "--endpoint-pattern", "PJSIP/1{extension}")
    assert "“Лютик” has the pattern PJSIP/{extension}" in two.warnings  # 1 and 01 are 101
    two("companies", "set", "Ромашка", "--endpoint-pattern", "PJSIP/r{extension}")
    assert two.warnings == ""
    assert two.refused("companies", "set", "Роза", "--allow", "any").startswith(
        "Error: there is no"
    )


def test_a_listed_phone_of_another_company_is_told(office: Voicepost) -> None:
    office.apply(SECOND.replace("101", "201"))
    office("companies", "set", "Ромашка", "--endpoint-pattern", "PJSIP/1{extension}")
    assert office.warnings == ""
    # By its pattern, by its list, and where its employee has the phone and nothing is decided.
    office("companies", "set", "Лютик", "--endpoint", "PJSIP/door, PJSIP/107")
    assert office.warnings == "Warning: “Ромашка” has PJSIP/107 too\n"
    office("companies", "set", "Ромашка", "--endpoint", "pjsip/door, PJSIP/201, PJSIP/own")
    assert (
        office.warnings == "Warning: “Лютик” has PJSIP/107, PJSIP/201, PJSIP/door, pjsip/door too\n"
    )
    told = data.companies(App(office.home)).what
    assert "PJSIP/107 is a phone of Лютик and of Ромашка; PJSIP/201 is a phone of" in told
    office("companies", "set", "Ромашка", "--endpoint", "PJSIP/own")
    office("companies", "set", "Лютик", "--endpoint", "PJSIP/hall, PJSIP/207")
    assert office.warnings == ""


def test_digits_that_two_companies_have_are_told(office: Voicepost) -> None:
    zone = 'name = "Лютик"\ntimezone = "Asia/Ho_Chi_Minh"'
    asia = SECOND.replace('name = "Лютик"', zone).replace("74957654321", '"+84951112233"')
    office.apply(asia)
    assert "may be a number of" not in office.warnings
    office("numbers", "set", "84951112233", "voicemail", "--company", "Ромашка")
    told = (
        "numbers.84951112233: 84951112233 may be a number of “Лютик” too: calls to it go to “Лютик”"
    )
    assert told in office.warnings
    assert told in office("config", "check", "--company", "Ромашка")
    office.apply(asia)
    assert "84951112233 may be a number of “Ромашка” too" in office.warnings


def test_the_operators_commands_and_files_go_on_as_before(two: Voicepost) -> None:
    two("employees", "set", "102", "--name", "Вера", "--company", "Лютик")
    assert two.data("employees", "show", "102", "--company", "Лютик")["endpoint"] == "PJSIP/102"
    two("companies", "set", "Лютик", "--endpoint-pattern", "PJSIP/l-{extension}")
    two("employees", "set", "103", "--name", "Глеб", "--company", "Лютик")
    assert two.data("employees", "show", "103", "--company", "Лютик")["endpoint"] == "PJSIP/l-103"
    two("employees", "set", "103", "--endpoint", "Local/7@desk", "--company", "Лютик")
    assert "employees.103.endpoint: “Local/7@desk” is not one of the phones" in two.warnings
    two("employees", "forward", "103", "busy", "dial 88091234567", "--company", "Лютик")
    assert "88091234567 is not one of the numbers that this company may dial" in two.warnings
    assert "belongs to the company “Ромашка”" in two.refused(
        "numbers", "set", "74951234567", "voicemail", "--company", "Лютик"
    )


def test_a_check_tells_what_is_beyond(two: Voicepost, tmp_path: Path) -> None:
    assert "the server's administrator has not said yet" in two(
        "config", "check", "--company", "Лютик"
    )
    two("companies", "set", "Лютик", "--endpoint-pattern", "PJSIP/l-{extension}")
    told = two("config", "check", "--company", "Лютик")
    assert "warning: employees.101.endpoint: “PJSIP/101” is not one of the phones" in told
    assert "warning: employees.101.forward.always: +4930123456 is not one of the numbers" in told
    file = tmp_path / "office.toml"
    file.write_text(SECOND)
    assert two("config", "check", str(file)) == told
    two("companies", "set", "Лютик", "--endpoint-pattern", "PJSIP/{extension}", "--allow", "+49")
    assert two("config", "check", str(file)) == ""


def test_a_file_is_checked_without_a_home(voicepost: Voicepost, tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_text(SECOND)
    told = voicepost("config", "check", str(file))
    assert told == (
        "warning: employees.101.forward.always: +4930123456 is not one of the numbers that this "
        "company may dial: callers reach voicemail instead\n"
    )
    assert not voicepost.home.exists()


def test_numbers_are_assigned_and_taken_back(two: Voicepost) -> None:
    two("numbers", "assign", "+7 343 222-33-44", "Лютик")
    two("numbers", "assign", "8 343 222-33-44", "Лютик")
    assert two.data("numbers", "list", "--assigned", "--company", "Лютик") == [
        {"number": "73432223344", "company": "Лютик", "in_use": False},
        {"number": "74957654321", "company": "Лютик", "in_use": True},
    ]
    assert "is assigned to “Лютик”" in two.refused("numbers", "assign", "73432223344", "Ромашка")
    assert "“Ромашка” uses 74951234567" in two.refused("numbers", "unassign", "74951234567")
    two("numbers", "unassign", "83432223344")
    assert "73432223344" not in two("numbers", "list", "--assigned")
    assert "“x” is not a phone number" in two.refused("numbers", "assign", "x", "Лютик")
    actions = [entry["action"] for entry in two.data("audit", "list")]
    assert (actions.count("number.assign"), actions.count("number.unassign")) == (1, 1)


def test_the_setting_is_checked(office: Voicepost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEPOST_CALLS__ALLOW", "+7,abroad")
    assert "calls.allow: “abroad” is no prefix such as +7495" in office.refused("companies", "show")
    monkeypatch.setenv("VOICEPOST_CALLS__ALLOW", "+7,national")
    assert office.data("companies", "show")["allow"] == "+7, national"


def test_doctor_tells_of_what_is_beyond_and_of_phones_of_two(office: Voicepost) -> None:
    assert data.companies(App(office.home)).state == "ok"
    office.apply(SECOND)
    found = data.companies(App(office.home))
    assert found.state == "warning"
    assert "Лютик: employees: the server's administrator has not said yet" in found.what
    assert "--endpoint-pattern" in found.advice
    for name in ("Лютик", "Ромашка"):
        office(
            "companies", "set", name, "--endpoint-pattern", "PJSIP/{extension}", "--allow", "any"
        )
    found = data.companies(App(office.home))
    assert found.what == (
        "PJSIP/101 is a phone of Лютик and of Ромашка; "
        "Лютик and Ромашка can name each other's phones"
    )


def test_a_call_is_tried_as_it_would_go(office: Voicepost) -> None:
    office("menus", "key", "main", "2", "dial +4930123456")
    tried = office("try", "74951234567", "--keys", "2")
    assert "trunk" not in tried
    assert "play vm-nobodyavail" in tried
    assert "+4930123456 may not be dialled" in tried
    office("companies", "set", "Ромашка", "--allow", "national,+49")
    assert "ring PJSIP/+4930123456@trunk" in office("try", "74951234567", "--keys", "2")
