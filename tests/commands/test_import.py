"""`voicepost messages import`, as a person uses it who leaves Asterisk's own voicemail."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from tests.commands.conftest import OFFICE, Voicepost
from tests.speech import silence, tone
from tests.storage.old_voicemail import AUGUST, OTHERS, WAVS, OldVoicemail, date, encode

ROOT = Path(__file__).parents[2]


@pytest.fixture
def old(tmp_path: Path) -> OldVoicemail:
    """Two messages for an employee, one for the company, one for nobody."""
    old = OldVoicemail(tmp_path / "voicemail")
    old.leave("101")
    old.leave("101", "Old", endings=("WAV",))
    old.leave("100")
    old.leave("777", context="branch")
    return old


def boxes(voicepost: Voicepost, *options: str) -> list[tuple[str, str, str]]:
    """Box, number and state of each message."""
    listed = voicepost.data("messages", "list", *options)
    return sorted((m["box"], m["addressee"]["number"], m["state"]) for m in listed)


def test_a_company_that_changes_keeps_its_messages(office: Voicepost, old: OldVoicemail) -> None:
    before = old.state()

    assert office("messages", "import", str(old.folder), "--company-mailbox", "100") == ""
    assert "4 taken in, 0 were there already\n" in office.warnings

    assert boxes(office) == [
        ("company", "100", "new"),
        ("company", "777", "new"),
        ("employee", "101", "heard"),
        ("employee", "101", "new"),
    ]
    message = office.data("messages", "list", "--employee", "101")[0]
    assert message["caller"] == {"name": "Иван Орлов", "number": "+79161234567"}
    assert message["source"] == "import"
    assert {m["company"] for m in office.data("messages", "list")} == {"Ромашка", "unassigned"}
    assert old.state() == before, "the originals were changed"


def test_messages_of_no_told_time_are_taken_with_that_of_their_file_and_named(
    office: Voicepost, old: OldVoicemail
) -> None:
    untold = old.leave("101", at="soon", origdate="").with_suffix(".txt")
    date(untold, AUGUST.timestamp())
    old.leave("101", at="")  # its date tells
    sentence = (
        "default/101/INBOX/msg0001 does not tell when it was left: "
        "the time of its file is taken, 2025-08-14 06:30:05 UTC\n"
    )

    office("messages", "import", str(old.folder), "--dry-run")
    assert office.warnings.count(sentence) == 1
    office("messages", "import", str(old.folder))
    assert office.warnings.count("does not tell") == office.warnings.count(sentence) == 1
    office("messages", "import", str(old.folder))
    assert "does not tell" not in office.warnings
    assert "0 taken in, 6 were there already" in office.warnings

    days = {m["received_at"][:10] for m in office.data("messages", "list")}
    assert days == {"2025-08-14"}


def test_messages_of_all_formats_are_taken_once(office: Voicepost, tmp_path: Path) -> None:
    old = OldVoicemail(tmp_path / "voicemail")
    for ending in OTHERS:
        old.leave("101", endings=(ending[1:],))
    for number, coding in enumerate(WAVS.values()):
        said = tone(0.4, hertz=900 + 50 * number)
        encode(old.leave("101", endings=()).with_suffix(".wav"), said, coding)
    before = old.state()

    office("messages", "import", str(old.folder))
    count = len(OTHERS) + len(WAVS)
    assert f"{count} taken in, 0 were there already\n" in office.warnings
    office("messages", "import", str(old.folder))
    assert f"0 taken in, {count} were there already\n" in office.warnings
    assert old.state() == before, "the originals were changed"


def test_importing_again_takes_in_what_came_since(office: Voicepost, old: OldVoicemail) -> None:
    office("messages", "import", str(old.folder))
    old.leave("101")

    office("messages", "import", str(old.folder))

    assert "1 taken in, 4 were there already\n" in office.warnings


def test_a_dry_run_tells_where_everything_would_go(office: Voicepost, old: OldVoicemail) -> None:
    command = ("messages", "import", str(old.folder), "--company-mailbox", "100", "--dry-run")

    table = [line.split() for line in office(*command).splitlines()]

    assert table == [
        ["mailbox", "goes", "to", "as", "messages"],
        ["100@default", "Ромашка", "new", "1"],
        ["101@default", "Анна", "Петрова", "101", "heard", "1"],
        ["101@default", "Анна", "Петрова", "101", "new", "1"],
        ["777@branch", "unassigned", "new", "1"],
    ]
    assert "4 would be taken in, 0 were there already\n" in office.warnings
    assert office.data("messages", "list") == []
    assert not (office.home / "audio").exists()
    assert [entry["action"] for entry in office.data("audit", "list")] == ["company.add"]


def test_only_some_contexts_are_read(office: Voicepost, old: OldVoicemail) -> None:
    office("messages", "import", str(old.folder), "--context", "branch")
    assert boxes(office) == [("company", "777", "new")]

    assert "no context nowhere" in office.refused(
        "messages", "import", str(old.folder), "--context", "nowhere"
    )


def test_of_several_companies_one_is_named(office: Voicepost, old: OldVoicemail) -> None:
    office.apply(OFFICE.replace("Ромашка", "Lotus").replace("7495", "7496"))

    assert "several companies" in office.refused("messages", "import", str(old.folder))
    office("messages", "import", str(old.folder), "--company", "Lotus")

    assert boxes(office, "--company", "Lotus") == [
        ("employee", "101", "heard"),
        ("employee", "101", "new"),
    ]
    assert boxes(office, "--company", "Ромашка") == []


def test_what_cannot_be_taken_in_is_told_and_fails(office: Voicepost, old: OldVoicemail) -> None:
    old.leave("101", endings=())
    old.leave("101", samples=b"")
    os.mkfifo(old.leave("101", endings=()).with_suffix(".wav"))
    link = old.leave("101", endings=()).with_suffix(".wav")
    link.symlink_to(old.folder / "default/101/INBOX/msg0000.wav")
    (old.folder / "default" / "102").symlink_to(old.folder / "default" / "101")

    *told, error = office.refused("messages", "import", str(old.folder)).splitlines()

    assert told == [
        "4 taken in, 0 were there already",
        f"{old.folder}/default/102 is passed by: a link, not a folder",
        "default/101/INBOX/msg0001 not taken: no audio",
        "default/101/INBOX/msg0002 not taken: no audio",
        "default/101/INBOX/msg0003 not taken: msg0003.wav is not a file",
        "default/101/INBOX/msg0004 not taken: msg0004.wav is a link, not a file",
    ]
    assert error == "Error: 5 could not be taken in"
    assert len(boxes(office)) == 4


def test_strangers_do_not_steer_the_terminal(office: Voicepost, tmp_path: Path) -> None:
    old = OldVoicemail(tmp_path / "voicemail")
    old.leave("1\x1b[2J", context="\x9b31m", callerid='"\x1b[2J\x9b31m\u202eevil" <\x1b[0m>')
    old.leave("1\x1b[2J", context="\x9b31m", endings=())
    old.leave(os.fsdecode(b"\xff"), samples=silence(1))

    printed = office.refused("messages", "import", str(old.folder))
    printed += office.refused("messages", "import", str(old.folder), "--dry-run")
    printed += office("messages", "list") + office("messages", "list", "--json")

    assert len(boxes(office)) == 2
    assert not set(printed) & set("\x1b\x9b\u202e")


@pytest.mark.parametrize(
    ("folder", "told"),
    [
        ("nowhere", "No such file"),
        ("voicemail/default", "holds contexts"),
        ("voicemail/default/101/INBOX/msg0000.wav", "Not a directory"),
    ],
)
def test_a_folder_that_is_no_spool_is_one_sentence(
    office: Voicepost, old: OldVoicemail, folder: str, told: str
) -> None:
    complaint = office.refused("messages", "import", str(old.folder.parent / folder))

    assert told in complaint
    assert complaint.count("\n") == 1


def test_without_a_company_nobody_can_get_messages(voicepost: Voicepost, old: OldVoicemail) -> None:
    assert "no company yet" in voicepost.refused("messages", "import", str(old.folder))


def test_an_import_is_in_the_audit_log(office: Voicepost, old: OldVoicemail) -> None:
    office("messages", "import", str(old.folder))

    newest = office.data("audit", "list")[0]

    assert (newest["action"], newest["details"]) == ("messages.import", {"messages": 4})


def test_every_command_of_the_guide_works(office: Voicepost, old: OldVoicemail) -> None:
    guide = (ROOT / "docs" / "administrators.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ voicepost (messages import .+)$", guide, re.MULTILINE)
    assert len(commands) == 3

    told = []
    for command in commands:
        words = shlex.split(command)
        words[2] = str(old.folder)
        office(*words)
        told.append(office.warnings.strip())

    assert told == [
        "4 would be taken in, 0 were there already",
        "4 taken in, 0 were there already",
        "0 taken in, 3 were there already",
    ]
