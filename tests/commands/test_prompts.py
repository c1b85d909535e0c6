"""`voicepost prompts`: sounds of the company's own."""

import wave
from pathlib import Path

import pytest

import commands.prompts
from storage.audio.speech import speech_seconds
from storage.audio.wav import examine
from storage.settings import Settings
from tests.bad_sounds import noise_file, upside_down
from tests.commands.conftest import OFFICE, Voicepost
from tests.speech import speak, tone, write_wav
from web.language.codes.sounds import SOUNDS


def test_a_prompt_is_said_imported_listed_and_written_to_a_file(
    office: Voicepost, tmp_path: Path
) -> None:
    office("prompts", "say", "hello", "Здравствуйте!")
    office("prompts", "import", "address", str(speak("Садовая, дом пять.")))
    said, imported = office.data("prompts", "list")
    assert (said["name"], said["say"]) == ("hello", "Здравствуйте!")
    assert (imported["name"], imported["file"][-4:]) == ("address", ".wav")
    assert "says: Здравствуйте!" in office("prompts", "list")

    out = tmp_path / "address.wav"
    office("prompts", "export", "address", "--out", str(out))
    with wave.open(str(out)) as file:
        assert file.getnframes() / 8000 == pytest.approx(imported["seconds"], abs=0.1)


def test_a_bad_sound_is_put_right_and_told(office: Voicepost, tmp_path: Path) -> None:
    cancelling = upside_down(tmp_path / "a.wav", "-ar", "44100")
    office("prompts", "import", "address", str(cancelling))
    assert f"Warning: prompts.address: {SOUNDS['cancels']}\n" in office.warnings
    (prompt,) = office.data("prompts", "list")
    assert prompt["doubts"] == [SOUNDS["cancels"]]
    out = tmp_path / "out.wav"
    office("prompts", "export", "address", "--out", str(out))
    assert speech_seconds(examine(out)) > 2

    hiss = noise_file(tmp_path / "hiss.wav", 2.0, -90.0)
    assert office.refused("prompts", "import", "hiss", str(hiss)) == (
        "Error: there is no sound in hiss.wav\n"
    )


def test_a_file_of_the_configuration_is_doubted_too(office: Voicepost, tmp_path: Path) -> None:
    write_wav(office.home / "music.wav", tone(2.0))
    office.apply(f'{OFFICE}[prompts.music]\nfile = "music.wav"\n')
    assert f"Warning: prompts.music: {SOUNDS['no-speech']}\n" in office.warnings


def test_a_prompt_can_be_played_from_the_next_call_on(office: Voicepost) -> None:
    office("prompts", "say", "hello", "Здравствуйте!", "--voice", "ru+f3")
    office("menus", "set", "main", "--greeting", "hello")
    assert office.data("prompts", "list")[0]["voice"] == "ru+f3"
    office("prompts", "say", "hello", "Добрый день!")
    assert office.data("prompts", "list")[0]["say"] == "Добрый день!"
    assert office.refused("prompts", "remove", "hello") == (
        "Error: menus.main.greeting: there is no prompt “hello”\n"
    )
    office("menus", "set", "main", "--greeting", "sound:hello-world")
    office("prompts", "remove", "hello")
    assert office.data("prompts", "list") == []


def test_what_cannot_be_made_is_told(office: Voicepost, tmp_path: Path) -> None:
    noise = tmp_path / "noise.bin"
    noise.write_bytes(b"noise")
    for words, sentence in (
        (("import", "x", str(noise)), "noise.bin is not a sound file that can be read"),
        (("import", "x", "/no/such.wav"), "such.wav is not a file"),
        (("say", "a b", "Привет"), "prompts.a b: “a b” is not a name"),
        (("say", "x", " "), "say: must not be empty"),
        (("say", "x", "Привет", "--voice", "../x"), "voice: “../x” is not the name of a voice"),
        (("say", "x", "Привет", "--voice", "nobody"), "prompts.x: espeak-ng cannot speak"),
        (("export", "x", "--out", str(noise)), "there is no prompt “x”"),
        (("remove", "x"), "there is no prompt “x”"),
        (("record", "a b", "--phone", "101"), "prompts.a b: “a b” is not a name"),
    ):
        assert office.refused("prompts", *words).startswith(f"Error: {sentence}")
    assert office.data("prompts", "list") == []


def test_recording_rings_the_phone_of_the_employee(
    office: Voicepost, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[tuple[str, ...]] = []

    def ring(settings: Settings, phone: str, *args: str) -> None:
        rung.append((phone, *args))

    monkeypatch.setattr(commands.prompts, "ring_phone", ring)
    office("employees", "set", "102", "--name", "Борис", "--endpoint", "PJSIP/boris")
    for phone in ("102", "PJSIP/guest"):
        office("prompts", "record", "welcome", "--phone", phone)

    assert [(phone, verb, name) for phone, verb, _, name in rung] == [
        ("PJSIP/boris", "record-prompt", "welcome"),
        ("PJSIP/guest", "record-prompt", "welcome"),
    ]
