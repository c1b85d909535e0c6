"""Who an extension belongs to, by command and by file."""

from __future__ import annotations

import pytest

from commands.context import App
from storage.intake.mailboxes import employee_mailbox
from tests.commands.conftest import OFFICE, Voicepost
from tests.commands.test_messages import ids, receive


def leave(office: Voicepost, minute: int = 0) -> str:
    """A message for 101, of August 2026 unless the extension has changed hands since."""
    app = App(office.home)
    site = app.offices.site()
    app.database.close()
    return receive(office, employee_mailbox(site, "101"), "+79031112233", minute=minute)


def bind(office: Voicepost, login: str, *words: str) -> None:
    office("users", "add", login, "--role", "employee", "--link", *words)


def of(office: Voicepost, employee: str) -> list[str]:
    return ids(office, "--employee", employee)


def test_a_successor_is_named_with_whose_the_messages_are(office: Voicepost) -> None:
    message = leave(office)
    bind(office, "anna", "--extension", "101")

    assert "--messages" in office.refused("employees", "reassign", "101", "--name", "Вера", code=2)
    keep = ("--messages", "keep")
    wrong = office.refused("employees", "reassign", "101", "--name", "АННА  Петрова", *keep)
    assert "the extension is this person's already" in wrong
    assert "there is no employee" in office.refused(
        "employees", "reassign", "999", "--name", "Вера", *keep
    )
    office("employees", "reassign", "101", "--name", "Вера", *keep)

    assert of(office, "101") == []
    (former,) = office.data("employees", "list", "--former")
    assert (former["extension"], former["name"]) == ("101", "Анна Петрова")
    assert of(office, former["id"]) == [message]
    assert former["id"] in office("employees", "list", "--former")
    assert ids(office) == [message]
    assert 'name = "Вера"' in office("config", "show")
    assert former["id"] not in office("config", "show")
    (user,) = office.data("users", "list")
    assert (user["extensions"], user["former"]) == ([], [former])
    assert "(Анна Петрова had 101)" in office("users", "show", "anna")


def test_messages_are_handed_over(office: Voicepost) -> None:
    message = leave(office)

    office("employees", "reassign", "101", "--name", "Вера", "--messages", "hand-over")

    assert of(office, "101") == [message]
    assert office.data("employees", "list", "--former") == []
    (entry, *_) = office.data("audit", "list", "--action", "employee.reassign")
    assert entry["details"]["handed_over"] == 1


def test_a_file_with_another_name_is_the_same_person(office: Voicepost) -> None:
    message = leave(office)
    bind(office, "anna", "--extension", "101")

    office.apply(OFFICE.replace("Анна Петрова", "Анна Королёва"))
    office("employees", "set", "101", "--name", "Анна Орлова")

    assert of(office, "101") == [message]
    assert office.data("users", "list")[0]["extensions"] == ["101"]


def test_a_file_without_her_and_a_new_one_with_another_is_somebody_else(office: Voicepost) -> None:
    message = leave(office)
    bind(office, "anna", "--extension", "101")
    nobody = OFFICE.partition("[menus.main.keys]")[0]

    office.apply(nobody)
    assert of(office, "101") == [message]
    office.apply(OFFICE.replace("Анна Петрова", "Вера"))
    assert of(office, "101") == []
    office.apply(nobody)
    office.apply(OFFICE)

    assert of(office, "101") == [message]
    assert office.data("users", "list")[0]["extensions"] == ["101"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("employees", "reassign", "101", "--name", "Вера", "--messages", "keep"),
            "is bound to Анна Петрова, who does not have the extension 101 any more",
        ),
        (
            ("users", "set", "anna", "--extension", "105"),
            "is bound to the extension 105, which nobody has",
        ),
    ],
)
def test_stale_accounts_are_named(office: Voicepost, words: tuple[str, ...], sentence: str) -> None:
    bind(office, "anna", "--extension", "101")
    assert "users." not in office("config", "check")

    office(*words)

    assert f"warning: users.anna: {sentence}" in office("config", "check")
    (told,) = (each for each in office.data("config", "check") if each["where"] == "users.anna")
    assert told["message"] == sentence
    office("users", "disable", "anna")
    assert "users." not in office("config", "check")
