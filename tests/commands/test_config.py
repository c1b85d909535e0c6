"""`voicepost config`: the whole configuration at once."""

from pathlib import Path

from storage.office import parse_office
from tests.commands.conftest import OFFICE, Voicepost
from tests.speech import speak
from tests.storage.office.test_office import EXAMPLE


def test_the_shipped_example_is_applied_and_can_be_heard(voicepost: Voicepost) -> None:
    assert voicepost("config", "apply", str(EXAMPLE)) == "applied: Ромашка (version 1)\n"
    prompts = voicepost.data("prompts", "list")
    assert [prompt["name"] for prompt in prompts] == ["welcome", "hours", "address", "anna"]
    assert all(prompt["seconds"] > 1 for prompt in prompts)


def test_what_is_shown_is_what_was_applied(office: Voicepost) -> None:
    assert parse_office(office("config", "show")) == parse_office(OFFICE)
    data = office.data("config", "show")
    assert data["menus"]["main"]["keys"] == {"1": {"action": "ring", "employee": "101"}}


def test_what_was_shown_can_be_applied_from_anywhere(voicepost: Voicepost, tmp_path: Path) -> None:
    speak("Садовая, дом пять.", path=tmp_path / "here" / "address.wav")
    file = tmp_path / "here" / "office.toml"
    file.write_text(f'{OFFICE}[prompts.address]\nfile = "address.wav"')
    voicepost("config", "apply", str(file))
    before = voicepost.data("prompts", "list")

    shown = tmp_path / "shown.toml"
    shown.write_text(voicepost("config", "show"))
    checked = voicepost("config", "check", str(shown))  # says what applying it will say
    told = "there is no file address.wav; the sound applied before stays"
    assert f"warning: prompts.address.file: {told}" in checked.splitlines()
    voicepost("config", "apply", str(shown))

    assert told in voicepost.warnings
    assert voicepost.data("prompts", "list") == before


def test_a_wrong_file_is_refused_with_a_sentence_for_each_mistake(office: Voicepost) -> None:
    before = office("config", "show")
    file = office.home / "wrong.toml"
    file.write_text(OFFICE.replace('employee = "101"', 'employee = "109"') + "ring_timeout = 0")

    assert office.refused("config", "apply", str(file)).splitlines() == [
        "Error: menus.main.keys.1: there is no employee 109",
        "Error: employees.101.ring_timeout: must be more than 0 seconds",
    ]
    assert office("config", "show") == before


def test_warnings_are_told_and_the_file_is_applied(voicepost: Voicepost) -> None:
    voicepost.apply(OFFICE + '[menus.island]\ngreeting = "sound:x"')
    assert voicepost.warnings == "Warning: menus.island: nobody can reach this menu\n"
    assert "island" in voicepost("menus", "list")


def test_checking_a_file_says_everything_and_changes_nothing(voicepost: Voicepost) -> None:
    voicepost.home.mkdir()
    file = voicepost.home / "office.toml"
    file.write_text(
        OFFICE
        + 'ring_timeout = 0\n[menus.island]\ngreeting = "sound:x"\n[prompts.a]\nfile = "none.wav"'
    )
    found = voicepost.refused("config", "check", str(file))
    assert found == "2 errors, 2 warnings\n"
    assert [path.name for path in voicepost.home.iterdir()] == ["office.toml"]

    file.write_text(OFFICE)
    assert voicepost("config", "check", str(file)) == ""
    assert voicepost.warnings == "0 errors, 0 warnings\n"


def test_problems_can_be_read_by_programs(office: Voicepost) -> None:
    office("menus", "set", "island", "--greeting", "sound:x")
    assert office.data("config", "check") == [
        {
            "severity": "warning",
            "where": "menus.island",
            "message": "nobody can reach this menu",
        }
    ]


def test_files_that_are_no_configuration_are_told_plainly(voicepost: Voicepost) -> None:
    voicepost.home.mkdir()
    broken = voicepost.home / "broken.toml"
    broken.write_text("[company\n")
    assert voicepost.refused("config", "apply", str(broken)).startswith("Error: not a TOML")
    assert voicepost.refused("config", "apply", "/no/such.toml") == (
        "Error: cannot read /no/such.toml: No such file or directory\n"
    )
    assert voicepost.refused("config", "show").startswith("Error: there is no company yet")
    assert voicepost.refused("config", "apply", code=2)
