"""`voicepost retention`, `messages hold` and `messages purge`, as a person uses them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from commands.context import App
from commands.loops.retention import keep_retention
from storage.database.tables import MessageRow
from storage.intake.mailboxes import company_mailbox, employee_mailbox
from tests.commands.conftest import Voicepost
from tests.commands.test_messages import ids, receive
from tests.waiting import until


@pytest.fixture
def messages(office: Voicepost) -> tuple[str, str]:
    """One of the company's and one of Anna's, both of August 2026."""
    app = App(office.home)
    site = app.offices.site()
    app.database.close()
    company = receive(office, company_mailbox(site, "74951234567"), "+79161234567")
    return company, receive(office, employee_mailbox(site, "101"), "+79031112233", minute=1)


def test_days_are_set_shown_and_taken_back(office: Voicepost) -> None:
    office("mailbox", "set", "--keep-days", "90")
    office("employees", "set", "101", "--keep-days", "365")

    assert "90 days" in office("mailbox", "show")
    assert "365 days" in office("employees", "show", "101")
    assert "keep_days = 365" in office("config", "show")
    assert "must be at least 1" in office.refused("mailbox", "set", "--keep-days", "0")

    office("mailbox", "set", "--keep-for-ever")
    office("employees", "set", "101", "--keep-as-company")
    assert "for ever" in office("mailbox", "show")
    assert "keep_days" not in office("config", "show")


def test_a_dry_run_tells_and_changes_nothing(office: Voicepost, messages: tuple[str, str]) -> None:
    company, annas = messages
    office("mailbox", "set", "--keep-days", "7")
    office("messages", "hold", annas, "--reason", "case 7")

    table = office("retention", "run", "--dry-run")
    told = office.data("retention", "run", "--dry-run")

    assert "employee 101" in table
    assert "all together" in table
    usual = {"company": "Ромашка", "for_good": 0, "bytes": 0}
    assert told == [
        {**usual, "box": "company", "employee": None, "to_trash": 1, "held": 0},
        {**usual, "box": "employee", "employee": "101", "to_trash": 0, "held": 1},
    ]
    assert ids(office) == [annas, company]


def test_a_run_asks_first_and_then_does_it(office: Voicepost, messages: tuple[str, str]) -> None:
    company, annas = messages
    office("mailbox", "set", "--keep-days", "7")
    office("employees", "set", "101", "--keep-days", "36500")

    asked = office.refused("retention", "run")
    assert "Move 1 message to the trash and remove 0 messages for good?" in asked
    assert len(ids(office)) == 2

    office("retention", "run", "--yes")
    assert "1 message moved to the trash" in office.warnings
    assert ids(office) == [annas]
    assert ids(office, "--trash") == [company]

    assert office("retention", "run") == ""
    assert "nothing is due" in office.warnings


def test_what_is_held_cannot_be_deleted_and_says_so(
    office: Voicepost, messages: tuple[str, str]
) -> None:
    company, annas = messages
    office("messages", "hold", company[:13], "--reason", "Case 7/2026")
    assert "1 message put on hold" in office.warnings
    office("messages", "hold", company, "--reason", "again")
    assert "1 message on hold already" in office.warnings

    refused = office.refused("messages", "delete", annas, company, "--yes")

    assert refused == f"Error: message {company} is on hold and cannot be deleted\n"
    assert ids(office) == [annas, company]
    assert ids(office, "--held") == [company]
    assert "Case 7/2026" in office("messages", "show", company)
    assert office.data("messages", "show", company)["held"] is True
    assert office.data("messages", "show", annas)["held"] is False

    office("messages", "release", company)
    office("messages", "delete", company, "--yes")
    assert ids(office, "--trash") == [company]


def test_all_that_options_choose_are_held_and_released(
    office: Voicepost, messages: tuple[str, str]
) -> None:
    company, annas = messages
    asked = office.refused("messages", "hold", "--month", "2026-08", "--reason", "audit")
    assert "Put 2 messages on hold?" in asked

    office("messages", "hold", "--month", "2026-08", "--reason", "audit", "--yes")
    assert ids(office, "--held") == [annas, company]
    office("messages", "release", "--employee", "101", "--yes")
    assert ids(office, "--held") == [company]
    office("messages", "release", "--held", "--yes")
    assert ids(office, "--held") == []

    for words in (("--reason", "x"), (company, "--month", "2026-08", "--reason", "x")):
        assert "or choose them" in office.refused("messages", "hold", *words, code=2)
    assert "must not be empty" in office.refused("messages", "hold", company, "--reason", " ")


def test_purging_can_be_tried_first(office: Voicepost, messages: tuple[str, str]) -> None:
    company, annas = messages
    office("messages", "delete", company, annas, "--yes")
    office("messages", "hold", annas, "--reason", "case 7")

    table = office("messages", "purge", "--older-than", "0", "--dry-run")
    assert table.splitlines()[-1].split()[-4:-2] == ["0", "1"]
    assert ids(office, "--trash") == [annas, company]

    office("messages", "purge", "--older-than", "0", "--yes")
    assert "1 message removed for good" in office.warnings
    assert ids(office, "--trash") == [annas]


def test_the_trash_of_one_company_is_emptied(office: Voicepost, messages: tuple[str, str]) -> None:
    company, _annas = messages
    office("messages", "delete", company, "--yes")
    office("companies", "add", "Лютик")
    empty = ("messages", "purge", "--older-than", "0", "--yes", "--company")

    office(*empty, "Лютик")
    assert ids(office, "--trash") == [company]
    office(*empty, "Ромашка")
    assert ids(office, "--trash") == []
    assert "there is no company" in office.refused(*empty, "Маргаритка")


def test_audio_that_cannot_be_removed_is_told(office: Voicepost, messages: tuple[str, str]) -> None:
    company, _ = messages
    office("messages", "delete", company, "--yes")
    (audio,) = (office.home / "audio").rglob(f"{company}.wav")
    audio.unlink()
    (audio / "in the way").mkdir(parents=True)

    complaint = office.refused("messages", "purge", "--older-than", "0", "--yes")

    assert f"message {company} is not removed" in complaint
    assert "Error: 1 message could not be removed and will be tried again" in complaint


def test_the_service_does_it_by_itself(office: Voicepost, messages: tuple[str, str]) -> None:
    company, annas = messages
    office("mailbox", "set", "--keep-days", "7")
    office("messages", "delete", company, "--yes")
    app = App(office.home)
    with app.database.session() as session:
        these = update(MessageRow).where(MessageRow.id == company)
        session.execute(these.values(deleted_at=datetime.now(UTC) - timedelta(days=31)))

    async def serve() -> None:
        task = asyncio.create_task(keep_retention(app))
        try:
            await until(lambda: len(list((office.home / "audio").rglob("*.wav"))) == 1)
            await until(lambda: ids(office, "--trash") == [annas])
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    with capture_logs():
        asyncio.run(serve())
    app.database.close()
    actions = [
        (entry["action"], entry["who"], entry["via"]) for entry in office.data("audit", "list")
    ]
    assert ("messages.purge", "voicepost", "system") in actions
    assert ("messages.retire", "voicepost", "system") in actions
