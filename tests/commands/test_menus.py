"""`voicepost menus`, `numbers`, `employees` and `mailbox`: one change at a time."""

import pytest

from tests.commands.conftest import Voicepost


def test_an_office_is_built_by_commands_alone(voicepost: Voicepost) -> None:
    voicepost("companies", "add", "Ромашка", "--timezone", "Asia/Yekaterinburg")
    voicepost("employees", "set", "101", "--name", "Анна Петрова")
    voicepost(
        "employees", "set", "102", "--name", "Борис", "--endpoint", "PJSIP/b", "--number", "5"
    )
    voicepost("companies", "set", "Ромашка", "--endpoint", "PJSIP/b")
    voicepost("prompts", "say", "welcome", "Здравствуйте!")
    voicepost("menus", "set", "main", "--greeting", "welcome", "--default", "voicemail")
    voicepost("menus", "key", "main", "1", "ring 101,102 in-turn 25 else voicemail 101")
    voicepost("numbers", "set", "+7 343 123-45-67", "menu main")
    voicepost("mailbox", "set", "--max-seconds", "90")

    office = voicepost.data("config", "show")
    assert office["company"] == {
        "name": "Ромашка",
        "language": "ru",
        "timezone": "Asia/Yekaterinburg",
        "self_service": False,
    }
    assert office["employees"]["101"]["endpoint"] == "PJSIP/101"
    assert office["employees"]["102"]["numbers"] == ["5"]
    assert office["menus"]["main"]["greeting"] == "prompt:welcome"
    assert office["numbers"] == {"+7 343 123-45-67": {"menu": "main"}}
    assert office["voicemail"]["max_seconds"] == 90
    assert voicepost("config", "check") == ""


def test_a_menu_is_changed_setting_by_setting(office: Voicepost) -> None:
    office("menus", "set", "main", "--timeout", "3", "--repeats", "0", "--direct-dial")
    office("menus", "set", "main", "--default", "ring 101", "--invalid", "hangup")
    menu = office.data("menus", "show", "main")
    assert (menu["timeout"], menu["repeats"], menu["direct_dial"]) == (3, 0, True)
    assert menu["default"] == {"action": "ring", "employee": "101"}
    assert menu["invalid"] == {"action": "hangup"}
    assert menu["greeting"] == "sound:hello-world"
    office("menus", "set", "main", "--no-direct-dial")
    assert office.data("menus", "list")[0]["direct_dial"] is False


def test_keys_come_and_go(office: Voicepost) -> None:
    office("menus", "key", "main", "*", "play sound:vm-intro")
    office("menus", "key", "main", "12", "dial +7 495 765-43-21")
    office("menus", "key", "main", "1", "--remove")
    assert office.data("menus", "show", "main")["keys"] == {
        "*": {"action": "play", "prompt": "sound:vm-intro"},
        "12": {"action": "dial", "number": "+74957654321"},
    }
    assert "key 12         dial +74957654321" in office("menus", "show", "main")
    assert office.refused("menus", "key", "main", "1", "--remove") == (
        "Error: there is no key “1” (there is: *, 12)\n"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("menus", "key", "main", "2", "menu x"), "menus.main.keys.2: there is no menu “x”"),
        (("menus", "key", "main", "x", "hangup"), "menus.main.keys.x: “x” is not a key"),
        (("menus", "key", "x", "2", "hangup"), "there is no menu “x” (there is: main)"),
        (("menus", "set", "x"), "there is no menu “x”; to make it, give its --greeting"),
        (("menus", "set", "a b", "--greeting", "sound:x"), "menus.a b: “a b” is not a name"),
        (("menus", "set", "main", "--timeout", "nan"), "menus.main.timeout: must be a finite"),
        (("menus", "set", "main", "--timeout", "0"), "menus.main.timeout: must be more than 0"),
        (("menus", "set", "main", "--greeting", "x"), "menus.main.greeting: there is no prompt"),
        (("menus", "remove", "main"), "numbers.74951234567: there is no menu “main”"),
        (("menus", "show", "x"), "there is no menu “x”"),
        (("employees", "set", "109"), "there is no employee 109; to add one, give the --name"),
        (("employees", "set", "x", "--name", "y"), "employees.x: “x” is not an extension"),
        (("employees", "set", "109", "--name", "\x1b[31m"), "name: must not contain control"),
        (("employees", "remove", "101"), "menus.main.keys.1: there is no employee 101"),
        (("employees", "forward", "101", "busy", "ring 101"), "employees.101.forward: a call is"),
        (("numbers", "set", "abc", "voicemail"), "numbers.abc: “abc” is not a phone number"),
        (("numbers", "remove", "5"), "there is no number “5”"),
        (("mailbox", "set", "--min-seconds", "999"), "voicemail.min_seconds: the minimum"),
        (("companies", "set", "Ромашка", "--timezone", "x"), "company.timezone: “x” is not"),
        (("companies", "add", "Ромашка"), "there is a company “Ромашка” already"),
        (("menus", "list", "--company", "x"), "there is no company “x”, only: Ромашка"),
    ],
)
def test_a_wrong_change_is_refused_and_nothing_changes(
    office: Voicepost, words: tuple[str, ...], sentence: str
) -> None:
    before = office("config", "show")
    told = office.refused(*words)
    assert told.startswith(f"Error: {sentence}")
    assert "\x1b" not in told
    assert office("config", "show") == before


@pytest.mark.parametrize(
    "words",
    [
        ("menus", "key", "main", "2", "rign 101"),
        ("menus", "key", "main", "2"),
        ("menus", "key", "main", "2", "hangup", "--remove"),
        ("menus", "set", "main", "--default", "nothing"),
        ("menus", "set", "main", "--timeout", "soon"),
        ("employees", "forward", "101", "busy", "menu main"),
        ("employees", "forward", "101", "sometimes", "voicemail"),
        ("employees", "forward", "101", "busy", "voicemail", "--after", "5"),
        ("numbers", "set", "5", "hangup"),
        ("companies", "set", "Ромашка", "--language", "fr"),
    ],
)
def test_wrong_use_ends_with_2(office: Voicepost, words: tuple[str, ...]) -> None:
    assert "Error: " in office.refused(*words, code=2)


def test_only_what_a_change_brings_is_warned_about(office: Voicepost) -> None:
    office("menus", "set", "island", "--greeting", "sound:x")
    assert office.warnings == "Warning: menus.island: nobody can reach this menu\n"
    office("menus", "set", "main", "--repeats", "2")
    assert office.warnings == ""
    office("menus", "remove", "island")
    assert [menu["name"] for menu in office.data("menus", "list")] == ["main"]


def test_forwarding_rules_come_and_go(office: Voicepost) -> None:
    office("employees", "set", "102", "--name", "Борис")
    office("employees", "forward", "101", "no-answer", "voicemail", "--after", "12")
    office("employees", "forward", "101", "unreachable", "ring 102")
    assert office.data("employees", "show", "101")["forward"] == {
        "no_answer": {"action": "voicemail", "after": 12},
        "unreachable": {"action": "ring", "employee": "102"},
    }
    assert "no-answer: voicemail after 12 s; unreachable: ring 102" in office("employees", "list")

    office("employees", "forward", "101", "no-answer", "dial 89161234567")
    office("employees", "forward", "101", "unreachable", "--remove")
    assert office.data("employees", "show", "101")["forward"] == {
        "no_answer": {"action": "dial", "number": "89161234567"}
    }
    office("employees", "forward", "101", "no-answer", "--remove")
    assert "forward" not in office("employees", "show", "101")


def test_an_employee_is_changed_and_removed(office: Voicepost) -> None:
    office("prompts", "say", "boris", "Это Борис.")
    office("employees", "set", "102", "--name", "Борис", "--greeting", "boris")
    office("employees", "set", "102", "--ring-timeout", "7")
    boris = office.data("employees", "list")[1]
    assert boris["greeting"] == "prompt:boris"
    assert (boris["extension"], boris["name"], boris["ring_timeout"]) == ("102", "Борис", 7)
    office("employees", "set", "102", "--no-greeting")
    assert "greeting" not in office.data("employees", "show", "102")
    office("employees", "remove", "102")
    assert [e["extension"] for e in office.data("employees", "list")] == ["101"]


def test_a_number_is_the_same_in_every_spelling(office: Voicepost) -> None:
    office("numbers", "set", "8 (495) 123-45-67", "employee 101")
    assert office.data("numbers", "list") == [
        {"number": "74951234567", "company": "Ромашка", "employee": "101"}
    ]
    office("numbers", "set", "200", "voicemail")
    office("numbers", "remove", "+7 495 123-45-67")
    assert "200     Ромашка  voicemail" in office("numbers", "list")


def test_how_messages_are_taken(office: Voicepost) -> None:
    office(
        "mailbox", "set", "--silence-seconds", "5", "--no-review", "--greeting", "sound:vm-intro"
    )
    assert office.data("mailbox", "show") == {
        "min_seconds": 1,
        "max_seconds": 180,
        "silence_seconds": 5,
        "review": False,
        "greeting": "sound:vm-intro",
        "pin": "outside",
    }
    office("mailbox", "set", "--no-greeting", "--review")
    assert "the bundled one" in office("mailbox", "show")


def test_a_company_in_english_is_told_where_its_days_begin(voicepost: Voicepost) -> None:
    voicepost("companies", "add", "Daisy", "--language", "en")
    assert "the time zone of “Daisy” is Europe/Moscow until you set another" in voicepost.warnings
    for told in (("Rose", "--language", "en", "--timezone", "Europe/London"), ("Ромашка",)):
        voicepost("companies", "add", *told)
        assert "time zone" not in voicepost.warnings


def test_each_company_has_its_own(office: Voicepost) -> None:
    office("companies", "add", "Ландыш", "--language", "en")
    assert office.refused("menus", "list") == (
        "Error: there are several companies, name one of: Ландыш, Ромашка\n"
    )
    office("menus", "set", "main", "--greeting", "sound:x", "--company", "Ландыш")
    office("numbers", "set", "200", "menu main", "--company", "Ландыш")
    assert office.data("menus", "list", "--company", "Ромашка")[0]["greeting"] == (
        "sound:hello-world"
    )
    assert office.refused(
        "numbers", "set", "8 495 1234567", "voicemail", "--company", "Ландыш"
    ) == ("Error: numbers.8 495 1234567: belongs to the company “Ромашка”\n")
    assert len(office.data("numbers", "list")) == 2
    assert len(office.data("numbers", "list", "--company", "Ландыш")) == 1

    office("companies", "rename", "Ландыш", "Василёк")
    office("companies", "set", "Василёк", "--timezone", "UTC")
    assert [(c["name"], c["timezone"]) for c in office.data("companies", "list")] == [
        ("Василёк", "UTC"),
        ("Ромашка", "Europe/Moscow"),
    ]
    office("companies", "set", "Василёк", "--self-service")
    assert [c["self_service"] for c in office.data("companies", "list")] == [True, False]
    office("companies", "set", "Василёк", "--no-self-service")
    assert [c["self_service"] for c in office.data("companies", "list")] == [False, False]
    assert office.refused("companies", "remove", "Василёк") != ""
    office("companies", "remove", "Василёк", "--yes")
    assert "Василёк" not in office("companies", "list")


@pytest.mark.parametrize(
    "group", ["config", "companies", "numbers", "menus", "employees", "prompts", "mailbox"]
)
def test_every_command_explains_itself(voicepost: Voicepost, group: str) -> None:
    assert "Commands:" in voicepost(group, "--help")
    assert "ring EXT,EXT" in voicepost("menus", "key", "--help")
