"""`voicepost audit`, as a person uses it."""

from __future__ import annotations

import getpass

import pytest

from commands.context import App
from tests.commands.conftest import Voicepost
from tests.commands.test_messages import COMPANY, receive


def test_what_commands_do_is_in_the_log(office: Voicepost) -> None:
    message_id = receive(office, COMPANY, "+79161234567")
    office("messages", "delete", message_id, "--yes")
    office("messages", "restore", message_id)
    office("messages", "download", message_id, "--out", str(office.home / "out.wav"))
    office("messages", "export", str(office.home / "out"), "--month", "2026-08")
    office("employees", "set", "101", "--name", "Анна Щукина")
    office("messages", "hold", message_id, "--reason", "case 7")
    office("messages", "release", message_id)
    office("messages", "delete", message_id, "--yes")
    office("messages", "purge", "--older-than", "0", "--yes")

    entries = office.data("audit", "list")

    assert [entry["action"] for entry in entries][::-1] == [
        *("company.add", "message.delete", "message.restore", "message.download"),
        *("messages.export", "config.change", "message.hold", "message.release"),
        *("message.delete", "messages.purge"),
    ]
    purge, _, release, hold, *entries = entries
    assert purge["details"]["messages"] == 1
    assert hold["details"]["reason"] == release["details"]["reason"] == "case 7"
    assert {(entry["who"], entry["via"]) for entry in entries} == {(getpass.getuser(), "cli")}
    assert entries[0]["details"] == [
        {"path": "employees.101.name", "before": "Анна Петрова", "after": "Анна Щукина"}
    ]
    assert entries[1]["details"] == {"messages": 1, "month": "2026-08"}


def test_the_log_is_narrowed_by_options(office: Voicepost) -> None:
    office("companies", "add", "Lotus")
    for name in ("Lotus", "Lotos", "Lotus"):
        office("companies", "rename", office.data("companies", "list")[0]["name"], name)

    def found(*options: str) -> list[str]:
        return [entry["action"] for entry in office.data("audit", "list", *options)]

    assert found("--company", "Ромашка") == ["company.add"]
    assert found("--action", "company.") == ["company.add", "company.add"]
    assert found("--search", "lotos") == ["config.change"]
    assert found("--limit", "1") == ["config.change"]
    assert "no company" in office.refused("audit", "list", "--company", "Nobody")


def test_a_search_looks_through_the_whole_log(
    office: Voicepost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.audit.LOOKED_AT", 1)
    office("mailbox", "set", "--max-seconds", "60")

    assert [entry["action"] for entry in office.data("audit", "list", "--search", "add")] == [
        "company.add"
    ]


def test_the_table_is_for_people(office: Voicepost) -> None:
    table = office("audit", "list")

    assert "company.add" in table
    assert "Ромашка" in table
    assert App(office.home).actor.name in table
