"""When a destination is told, on the command line and in the file."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commands.conftest import Voicepost

ANNA, HOOK = "anna@example.com", "https://crm.example.com/hook"
NOTIFY = ("employees", "notify", "101")


def told(office: Voicepost) -> list[dict[str, Any]]:
    there: list[dict[str, Any]] = office.data(*NOTIFY)
    return there


def test_times_are_set_shown_and_taken_back(office: Voicepost) -> None:
    office(*NOTIFY, "--mail", ANNA, "--between", "9:00-18:00", "--most-per-hour", "5")
    assert told(office) == [{"mail": ANNA, "between": "09:00-18:00", "most_per_hour": 5}]
    assert office(*NOTIFY).rstrip().endswith(", between 09:00-18:00, 5 an hour")
    assert 'between = "09:00-18:00"' in office("config", "show")

    office(*NOTIFY, "--mail", ANNA, "--between", "", "--most-per-hour", "0", "--daily", "08:00")
    assert told(office) == [{"mail": ANNA, "daily": "08:00"}]
    assert office(*NOTIFY).rstrip().endswith(", daily at 08:00")

    office(*NOTIFY, "--mail", ANNA, "--daily", "")
    assert told(office) == [{"mail": ANNA}]


def test_a_reminder_is_a_destination_of_its_own(office: Voicepost) -> None:
    office(*NOTIFY, "--mail", ANNA, "--attach", "opus")
    office(*NOTIFY, "--mail", ANNA, "--unheard-minutes", "15")
    office(*NOTIFY, "--mail", ANNA, "--unheard-minutes", "30")
    reminder = {"mail": ANNA, "unheard_minutes": 30}
    assert told(office) == [{"mail": ANNA, "attach": "opus"}, reminder]
    assert ", if unheard after 30 min" in office(*NOTIFY).splitlines()[1]

    office(*NOTIFY, "--remove", ANNA, "--reminder")
    assert told(office) == [{"mail": ANNA, "attach": "opus"}]
    assert "no destination" in office.refused(*NOTIFY, "--remove", ANNA, "--reminder")

    office(*NOTIFY, "--mail", ANNA, "--unheard-minutes", "15")
    office(*NOTIFY, "--remove", ANNA)
    assert told(office) == []


def test_a_reminder_of_a_webhook_has_a_secret_of_its_own(office: Voicepost) -> None:
    first = office(*NOTIFY, "--webhook", HOOK)
    second = office(*NOTIFY, "--webhook", HOOK, "--unheard-minutes", "15")
    assert first.startswith("secret: whsec_")
    assert second.startswith("secret: whsec_")
    assert first != second
    office.apply(office("config", "show"))
    assert [each.get("unheard_minutes") for each in told(office)] == [None, 15]


def test_the_company_has_the_same(office: Voicepost) -> None:
    office("mailbox", "notify", "--mail", ANNA, "--daily", "17:30")
    assert office.data("mailbox", "notify") == [{"mail": ANNA, "daily": "17:30"}]


def test_what_is_shown_can_be_applied(office: Voicepost) -> None:
    office(*NOTIFY, "--mail", ANNA, "--daily", "08:00")
    office(*NOTIFY, "--mail", ANNA, "--unheard-minutes", "15", "--between", "22:00-06:00")
    before = office("config", "show")
    office.apply(before)
    assert office("config", "show") == before


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--mail", ANNA, "--daily", "8"), "is not a time of the day such as 08:00"),
        (("--mail", ANNA, "--between", "9-18"), "is not two different times such as"),
        (("--mail", ANNA, "--unheard-minutes", "0"), "must be at least 1"),
        (("--mail", ANNA, "--most-per-hour", "-1"), "must be at least 1"),
        (
            ("--mail", ANNA, "--daily", "08:00", "--unheard-minutes", "15"),
            "goes with neither",
        ),
        (
            ("--mail", ANNA, "--daily", "08:00", "--event", "message.heard"),
            "goes with events",
        ),
        (
            ("--webhook", HOOK, "--daily", "08:00"),
            "--daily goes with --mail and --chat, not",
        ),
    ],
)
def test_what_cannot_be_is_one_sentence(
    office: Voicepost, options: tuple[str, ...], sentence: str
) -> None:
    complaint = office.refused(*NOTIFY, *options)
    assert complaint.startswith("Error: ")
    assert sentence in complaint
    assert complaint.count("\n") == 1
    assert told(office) == []


def test_a_reminder_is_removed_with_remove(office: Voicepost) -> None:
    complaint = office.refused(*NOTIFY, "--mail", ANNA, "--reminder", code=2)
    assert "--reminder goes with --remove" in complaint
