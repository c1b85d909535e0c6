"""`voicepost messages`, as a person uses it."""

from __future__ import annotations

import wave
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from commands import messages as commands
from commands.context import App
from commands.terminal import audio_player
from storage.intake.intake import Kept, Mailbox
from storage.intake.mailboxes import employee_mailbox
from storage.settings import Settings
from tests.commands.conftest import Voicepost
from tests.speech import speak

REQUEST = "Здравствуйте, это Иван. Перезвоните мне, пожалуйста, завтра утром."
AUGUST = datetime(2026, 8, 14, 6, 30, 5, tzinfo=UTC)
COMPANY = Mailbox("1", "Ромашка", "company", "Ромашка", "74951234567", "Europe/Moscow")
ANNA = Mailbox("1", "Ромашка", "employee", "Анна Петрова", "101", "Europe/Moscow")


def receive(
    voicepost: Voicepost, mailbox: Mailbox, caller: str, minute: int = 0, words: str = REQUEST
) -> str:
    """A message kept in this home; returns its id."""
    app = App(voicepost.home)
    outcome = app.intake.take_in(
        speak(words, path=voicepost.home / f"{minute}.wav"),
        mailbox=mailbox,
        caller_number=caller,
        dialled="74951234567",
        received_at=AUGUST + timedelta(minutes=minute),
        source="asterisk",
        min_speech=1.0,
    )
    app.database.close()
    assert isinstance(outcome, Kept)
    return outcome.id


@pytest.fixture
def company(voicepost: Voicepost) -> str:
    return receive(voicepost, COMPANY, "+79161234567")


@pytest.fixture
def anna(voicepost: Voicepost, company: str) -> str:
    return receive(voicepost, ANNA, "+79031112233", minute=1)


def ids(voicepost: Voicepost, *options: str) -> list[str]:
    return [message["id"] for message in voicepost.data("messages", "list", *options)]


def test_an_empty_list_is_an_empty_array(voicepost: Voicepost) -> None:
    assert voicepost.data("messages", "list") == []


def test_the_list_is_newest_first_and_as_documented(
    voicepost: Voicepost, company: str, anna: str
) -> None:
    first, second = voicepost.data("messages", "list")

    assert (first["id"], second["id"]) == (anna, company)
    assert set(first) == {
        *("id", "box", "company", "addressee", "caller", "dialled", "received_at"),
        *("duration", "state", "sha256", "bytes", "source", "held", "cut_off"),
        *("kind", "mailbox", "quiet", "urgent", "handling", "text"),
    }
    assert first["addressee"] == {"name": "Анна Петрова", "number": "101"}
    assert second["received_at"] == "2026-08-14T09:30:05+03:00"
    assert second["state"] == "new"


def test_the_list_is_narrowed_by_options(voicepost: Voicepost, company: str, anna: str) -> None:
    assert ids(voicepost, "--box", "company") == [company]
    assert ids(voicepost, "--employee", "101") == [anna]
    assert ids(voicepost, "--month", "2026-08") == [anna, company]
    assert ids(voicepost, "--month", "2026-07") == []
    assert ids(voicepost, "--from", "2026-08-14", "--to", "2026-08-14") == [anna, company]
    assert ids(voicepost, "--from", "2026-08-15") == []
    assert ids(voicepost, "--search", "8 903 111") == [anna]
    assert ids(voicepost, "--company", "Ромашка", "--limit", "1") == [anna]


def test_what_is_probably_empty_is_listed_apart_and_accepted(
    voicepost: Voicepost, company: str
) -> None:
    whisper = receive(voicepost, ANNA, "+79031112233", minute=1, words="Да.")

    assert ids(voicepost) == [company]
    assert ids(voicepost, "--quiet") == [whisper]
    assert ids(voicepost, "--quiet", "--employee", "101", "--search", "анна") == [whisper]
    assert ids(voicepost, "--quiet", "--box", "company") == []
    (told,) = voicepost.data("messages", "list", "--quiet")
    assert (told["quiet"], told["mailbox"], told["kind"]) == (True, "101", "message")
    assert "probably empty" in voicepost("messages", "list", "--quiet")
    voicepost("messages", "list")
    assert voicepost.warnings == "1 message kept aside as probably empty: --quiet\n"
    voicepost("messages", "list", "--box", "company")
    assert voicepost.warnings == ""

    voicepost("messages", "accept", whisper, company)

    assert voicepost.warnings == "1 message made ordinary\n1 message not kept aside\n"
    assert ids(voicepost) == [whisper, company]
    assert ids(voicepost, "--quiet") == []
    (entry, *_) = voicepost.data("audit", "list")
    assert (entry["action"], entry["subject"]) == ("message.accept", whisper)


def test_the_table_is_for_people(voicepost: Voicepost, company: str) -> None:
    table = voicepost("messages", "list")

    assert "Ромашка 74951234567" in table
    assert "2026-08-14 09:30" in table
    assert company[:13] in table


def test_a_hostile_caller_does_not_steer_the_terminal(voicepost: Voicepost) -> None:
    hostile = "\x1b[2J\x9b31m\u202eevil\r\n[bold]"
    message_id = receive(voicepost, COMPANY, hostile)

    for printed in (
        voicepost("messages", "list"),
        voicepost("messages", "list", "--json"),
        voicepost("messages", "show", message_id),
    ):
        assert not set(printed) & set("\x1b\x9b\u202e\r")
    assert "[bold]" in voicepost("messages", "list")
    app = App(voicepost.home)
    assert app.messages.get(message_id).caller_number == hostile, "stored as it came"
    app.database.close()


@pytest.mark.parametrize("words", [("list",), ("show", "{id}")])
def test_who_reads_the_json_gets_no_line_of_a_callers_own(
    voicepost: Voicepost, words: tuple[str, ...]
) -> None:
    message_id = receive(voicepost, COMPANY, "1\r\nagi_evil: yes\u202e")
    found = voicepost.data("messages", *(word.format(id=message_id) for word in words))
    message = found[0] if isinstance(found, list) else found
    assert message["caller"]["number"] == "1  agi_evil: yes "


def test_the_audit_log_hands_on_no_line_of_a_callers_own(voicepost: Voicepost) -> None:
    message_id = receive(voicepost, COMPANY, "1\r\nagi_evil: yes\u202e")
    voicepost("messages", "delete", message_id, "--yes")
    (entry,) = voicepost.data("audit", "list", "--action", "message.delete")
    assert entry["details"]["caller"]["number"] == "1  agi_evil: yes "


def test_show_tells_everything(voicepost: Voicepost, anna: str) -> None:
    shown = voicepost("messages", "show", anna[:13])

    assert anna in shown
    assert "Анна Петрова 101" in shown
    assert "4.7 s" in shown
    assert voicepost.data("messages", "show", anna)["id"] == anna


def test_a_message_is_downloaded(voicepost: Voicepost, company: str, tmp_path: Path) -> None:
    assert voicepost("messages", "download", company, "--out", str(tmp_path / "a.wav")) == ""

    with wave.open(str(tmp_path / "a.wav")) as file:
        assert file.getparams()[:3] == (1, 2, 8000)
    assert (tmp_path / "a.wav").read_bytes() == speak(REQUEST).read_bytes()


@pytest.mark.parametrize(
    "words",
    [
        ("show", "01234567"),
        ("download", "01234567", "--out", "x.wav"),
        ("play", "01234567"),
        ("delete", "01234567", "--yes"),
        ("restore", "01234567"),
        ("list", "--month", "2026-13"),
    ],
)
def test_what_is_not_there_is_one_sentence(voicepost: Voicepost, words: tuple[str, ...]) -> None:
    complaint = voicepost.refused("messages", *words)

    assert complaint.startswith("Error: ")
    assert complaint.count("\n") == 1


def test_a_download_that_cannot_be_written_is_one_sentence(
    voicepost: Voicepost, company: str, tmp_path: Path
) -> None:
    out = tmp_path / "none" / "a.wav"

    assert str(out) in voicepost.refused("messages", "download", company, "--out", str(out))


@pytest.mark.parametrize(
    "words",
    [
        ("list", "--box", "mine"),
        ("list", "--from", "yesterday"),
        ("list", "--limit", "0"),
        ("show",),
        ("download", "01234567"),
        ("play", "01234567", "--phone", "101", "--speed", "2"),
    ],
)
def test_wrong_use_is_told_apart(voicepost: Voicepost, words: tuple[str, ...]) -> None:
    voicepost.refused("messages", *words, code=2)


def test_playing_makes_a_message_heard(
    voicepost: Voicepost, company: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[tuple[bytes, float]] = []
    monkeypatch.setattr(commands, "play_aloud", lambda *what: played.append(what))

    voicepost("messages", "play", company, "--speed", "1.5")

    assert played == [(speak(REQUEST).read_bytes(), 1.5)]
    assert voicepost.data("messages", "show", company)["state"] == "heard"


def test_messages_are_marked(voicepost: Voicepost, company: str, anna: str) -> None:
    whisper = receive(voicepost, ANNA, "+79031112233", minute=2, words="Да.")
    voicepost("messages", "mark", company[:13], anna, whisper, "heard")
    assert (
        voicepost.warnings == "2 messages marked as heard\n1 message heard already, or kept aside\n"
    )
    assert [each["state"] for each in voicepost.data("messages", "list")] == ["heard", "heard"]

    (told,) = voicepost.data("messages", "mark", company, "new")

    assert told == voicepost.data("messages", "show", company)
    assert told["state"] == "new"
    actions = [entry["action"] for entry in voicepost.data("audit", "list")]
    assert actions[:3] == ["message.new", "message.heard", "message.heard"]
    assert "heard" in voicepost.refused("messages", "mark", company, "read", code=2)
    assert "no message" in voicepost.refused("messages", "mark", "01234567", "heard")


def test_playing_on_a_phone_rings_it(
    voicepost: Voicepost, company: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[tuple[str, ...]] = []

    def ring(settings: Settings, *what: str) -> None:
        assert settings.home == voicepost.home
        rung.append(what)

    monkeypatch.setattr(commands, "ring_phone", ring)

    voicepost("messages", "play", company[:13], "--phone", "101")

    assert rung == [("101", "play-message", company)]
    assert voicepost.data("messages", "show", company)["state"] == "new"


def test_an_employees_phone_is_said_to_be_whose_it_is(
    office: Voicepost, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = App(office.home)
    message = receive(office, employee_mailbox(app.offices.site(), "101"), "+79161234567")
    app.database.close()
    rung: list[tuple[str, ...]] = []
    monkeypatch.setattr(commands, "ring_phone", lambda _settings, *what: rung.append(what))

    office("messages", "play", message, "--phone", "101")
    office("messages", "play", message, "--phone", "PJSIP/101")

    assert rung == [
        ("PJSIP/101", "play-message", message, "101"),
        ("PJSIP/101", "play-message", message),
    ]


def test_a_message_that_could_not_be_played_stays_new(
    voicepost: Voicepost, company: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    assert "ffplay" in voicepost.refused("messages", "play", company)
    assert voicepost.data("messages", "show", company)["state"] == "new"


def player(folder: Path, script: str) -> Path:
    """A player of our own: what it is given to play lands beside it."""
    path = folder / "ffplay"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_speed_changes_the_length_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = player(tmp_path, f'for last; do :; done; cp "$last" {tmp_path}/played.wav')
    monkeypatch.setattr(audio_player, "PLAYERS", ((str(played),),))

    audio_player.play_aloud(speak(REQUEST).read_bytes(), speed=2.0)

    with wave.open(str(tmp_path / "played.wav")) as file:
        assert file.getframerate() == 8000
        assert file.getnframes() / 8000 == pytest.approx(4.71 / 2, abs=0.1)


@pytest.mark.parametrize("script", ["exit 1", "echo 'audio open failed' >&2"])
def test_a_computer_without_sound_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(audio_player, "PLAYERS", ((str(player(tmp_path, script)),),))

    with pytest.raises(click.ClickException, match="sound device"):
        audio_player.play_aloud(speak(REQUEST).read_bytes())


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_export_writes_and_continues(
    voicepost: Voicepost, company: str, anna: str, tmp_path: Path, name: str
) -> None:
    assert voicepost("messages", "export", str(tmp_path / name), "--box", "employee") == ""
    assert "1 written, 0 were there already" in voicepost.warnings

    voicepost("messages", "export", str(tmp_path / name))

    assert "1 written, 1 were there already" in voicepost.warnings
    if name.endswith(".zip"):
        names = zipfile.ZipFile(tmp_path / name).namelist()
    else:
        names = [path.name for path in (tmp_path / name).iterdir()]
    assert len(names) == 4
    assert any("_employee_Анна_Петрова_from_+79031112233_" in written for written in names)


@pytest.mark.parametrize(
    ("style", "begins"),
    [((), "\ufeffid,"), (("--csv", "excel"), "\ufeffid,"), (("--csv", "plain"), "id,")],
)
def test_the_table_of_an_export_is_for_spreadsheets_unless_told_otherwise(
    voicepost: Voicepost, company: str, tmp_path: Path, style: tuple[str, ...], begins: str
) -> None:
    voicepost("messages", "export", str(tmp_path / "out"), *style)

    assert (tmp_path / "out" / "manifest.csv").read_text("utf-8").startswith(begins)


def test_a_number_that_is_withheld_is_told_and_found(voicepost: Voicepost) -> None:
    message_id = receive(voicepost, COMPANY, "Restricted")
    receive(voicepost, COMPANY, "+79161234567", minute=1)

    (line,) = [
        line
        for line in voicepost("messages", "list", "--search", "номер скрыт").splitlines()
        if message_id[:13] in line
    ]
    assert "Number withheld" in line
    assert "caller:    Number withheld\n" in voicepost("messages", "show", message_id)
    assert ids(voicepost, "--search", "Number withheld") == [message_id]
    (told,) = voicepost.data("messages", "list", "--search", "withheld")
    assert told["caller"]["number"] == "Restricted", "as received, for programs"


def test_an_export_with_gaps_fails_and_names_them(
    voicepost: Voicepost, company: str, tmp_path: Path
) -> None:
    for audio in (voicepost.home / "audio").rglob("*.wav"):
        audio.unlink()

    complaint = voicepost.refused("messages", "export", str(tmp_path / "out"))

    assert company in complaint


def test_deleting_asks_first(voicepost: Voicepost, company: str) -> None:
    voicepost.refused("messages", "delete", company)
    assert ids(voicepost) == [company]

    voicepost("messages", "delete", company, "--yes")
    assert ids(voicepost) == []
    assert ids(voicepost, "--trash") == [company]

    voicepost("messages", "restore", company)
    assert voicepost.warnings == "1 message restored\n"
    assert ids(voicepost) == [company]
    voicepost("messages", "restore", company)
    assert voicepost.warnings == "0 messages restored\n"


def test_nothing_is_deleted_if_one_id_is_wrong(voicepost: Voicepost, company: str) -> None:
    voicepost.refused("messages", "delete", company, "01234567", "--yes")

    assert ids(voicepost) == [company]


def test_purging_waits_for_the_days_in_the_settings(voicepost: Voicepost, company: str) -> None:
    voicepost("messages", "delete", company, "--yes")

    voicepost("messages", "purge", "--yes")
    assert ids(voicepost, "--trash") == [company]

    voicepost("messages", "purge", "--older-than", "0", "--yes")
    assert ids(voicepost, "--trash") == []
    voicepost.refused("messages", "show", company)


def test_a_database_that_cannot_be_opened_is_one_sentence(voicepost: Voicepost) -> None:
    voicepost.home.mkdir()
    (voicepost.home / "voicepost.db").write_text("these are letters " * 100)

    complaint = voicepost.refused("messages", "list")

    assert complaint.startswith("Error: the database cannot be used")
    assert complaint.count("\n") == 1
