"""The prompts folder: whatever comes in, what Asterisk can play comes out."""

import math
import os
import shutil
import struct
import subprocess
import threading
import wave
from pathlib import Path

import pytest

from storage.audio.rendition import LOUDNESS
from storage.audio.text_to_speech import Voice, choose_voice, speak
from storage.errors import AudioError, NotFound
from storage.office import Office, Prompt, parse_office
from storage.office.prompts import PromptLibrary, render
from tests import speech
from tests.refusals import refuses
from tests.speech import RATE, silence, tone

OFFICE = """
[company]
name = "Ромашка"
[prompts.welcome]
say = "Здравствуйте!"
[prompts.address]
file = "sounds/address.wav"
"""


@pytest.fixture
def library(tmp_path: Path) -> PromptLibrary:
    return PromptLibrary(tmp_path / "home" / "prompts")


def write_wav(path: Path, samples: bytes, rate: int = RATE, channels: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", "not compressed"))
        file.writeframes(samples)
    return path


def loudness(path: Path) -> float:
    """RMS of a WAV file, in dBFS."""
    with wave.open(str(path)) as file:
        raw = file.readframes(file.getnframes())
    samples = struct.unpack(f"<{len(raw) // 2}h", raw)
    return 10 * math.log10(sum(s * s for s in samples) / len(samples) / 32768**2)


def peak(path: Path) -> int:
    with wave.open(str(path)) as file:
        raw = file.readframes(file.getnframes())
    return max(abs(int(s)) for s in struct.unpack(f"<{len(raw) // 2}h", raw))


@pytest.mark.parametrize("level", [0.01, 0.9])
def test_quiet_and_loud_sounds_become_equally_loud(
    library: PromptLibrary, tmp_path: Path, level: float
) -> None:
    digest = library.import_audio(write_wav(tmp_path / "a.wav", tone(1.0, level=level)))
    assert loudness(library.path(digest)) == pytest.approx(LOUDNESS, abs=1)


def test_a_click_in_silence_is_not_driven_into_distortion(
    library: PromptLibrary, tmp_path: Path
) -> None:
    click = write_wav(tmp_path / "a.wav", silence(2.0) + tone(0.01, level=0.8) + silence(2.0))
    kept = library.path(library.import_audio(click))
    assert 20_000 < peak(kept) < 32_000


@pytest.mark.parametrize("suffix", ["mp3", "ogg", "flac", "m4a", "webm", "aiff"])
def test_any_usual_format_becomes_a_telephone_wav(
    library: PromptLibrary, tmp_path: Path, suffix: str
) -> None:
    source = write_wav(tmp_path / "a.wav", tone(2.0, hertz=440) * 2, rate=16000)
    foreign = tmp_path / f"a.{suffix}"
    subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-i", str(source), "-ac", "2", str(foreign)], check=True
    )

    kept = library.path(library.import_audio(foreign))

    with wave.open(str(kept)) as file:
        assert file.getparams()[:3] == (1, 2, 8000)
        assert file.getnframes() / 8000 == pytest.approx(2.0, abs=0.1)
    assert kept.read_bytes()[36:40] == b"data"
    assert library.seconds(kept.stem) == pytest.approx(2.0, abs=0.1)
    # Asterisk may run as another user.
    assert kept.stat().st_mode & 0o444 == 0o444


def test_the_same_sound_is_kept_once(library: PromptLibrary, tmp_path: Path) -> None:
    one = library.import_audio(speech.speak("Здравствуйте!", path=tmp_path / "a.wav"))
    two = library.adopt(speech.speak("Здравствуйте!", path=tmp_path / "b.wav"))
    assert one == two
    assert len(list(library.folder.iterdir())) == 1
    assert (tmp_path / "b.wav").exists()


def test_what_is_doubtful_is_remembered(library: PromptLibrary, tmp_path: Path) -> None:
    music = library.import_audio(write_wav(tmp_path / "a.wav", tone(2.0)))
    spoken = library.adopt(speech.speak("Здравствуйте, вы позвонили в компанию."))
    said = library.say("Здравствуйте!", "ru")
    again = PromptLibrary(library.folder)
    assert [doubt.code for doubt in again.doubts(music)] == ["no-speech"]
    assert again.doubts(spoken) == again.doubts(said) == again.doubts(None) == ()
    assert again.doubts("0" * 64) == ()


def test_a_doubt_that_is_none_any_more_is_forgotten(library: PromptLibrary, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(2.0))
    digest = library.import_audio(path)
    (library.folder / f"{digest}.doubts").write_text("cancels no-speech and what a later one notes")
    assert [doubt.code for doubt in library.doubts(digest)] == ["cancels", "no-speech"]
    assert library.import_audio(path) == digest
    assert [doubt.code for doubt in library.doubts(digest)] == ["no-speech"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is not a sound file"),
        (b"\0" * 5000, "is not a sound file"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff", "is not a sound file"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "is not a sound file"),
        (b"ffconcat version 1.0\nfile good.wav\n", "is not a sound file"),
        (b"<?xml version='1.0'?><svg/>", "is not a sound file"),
    ],
    ids=["empty", "zeros", "header", "playlist", "concat", "xml"],
)
def test_hostile_files_are_refused_in_a_sentence(
    library: PromptLibrary, tmp_path: Path, content: bytes, sentence: str
) -> None:
    write_wav(tmp_path / "good.wav", tone(0.5))
    path = tmp_path / "hostile.wav"
    path.write_bytes(content)
    with refuses(AudioError, f"hostile.wav {sentence}"):
        library.import_audio(path)
    assert not library.folder.exists()


def test_what_is_silent_missing_or_endless_is_refused(
    library: PromptLibrary, tmp_path: Path
) -> None:
    for path, sentence in (
        (write_wav(tmp_path / "a.wav", silence(1.0)), "there is no sound in a.wav"),
        (write_wav(tmp_path / "b.wav", b""), "b.wav"),
        (tmp_path / "none.wav", "none.wav is not a file"),
        (tmp_path, "is not a file"),
        (write_wav(tmp_path / "c.wav", silence(605.0)), "longer than 600 seconds"),
    ):
        with refuses(AudioError, sentence):
            library.import_audio(path)


def test_a_name_that_looks_like_an_option_or_an_address_is_a_name(
    library: PromptLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("-y.wav", "http:x.wav", "a%d b'.wav"):
        write_wav(tmp_path / name, tone(0.5))
        assert library.has(library.import_audio(Path(name)))


def test_a_text_is_spoken_once(library: PromptLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = library.say("Здравствуйте!", "ru")
    assert library.seconds(digest) > 0.5
    assert loudness(library.path(digest)) == pytest.approx(LOUDNESS, abs=3)
    before = library.path(digest).stat().st_mtime_ns

    assert library.say("Здравствуйте!", "ru") == digest
    assert library.path(digest).stat().st_mtime_ns == before
    assert library.say("Здравствуйте!", "en") != digest
    assert library.say("До свидания!", "ru") != digest


def test_a_text_that_looks_like_an_option_is_spoken(library: PromptLibrary) -> None:
    assert library.seconds(library.say("--help -w /tmp/x", "en")) > 0.5


def test_many_may_say_the_same_at_once(library: PromptLibrary) -> None:
    said: list[str] = []
    threads = [
        threading.Thread(target=lambda: said.append(library.say("Один, два, три.", "ru")))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 6
    assert [path.stem for path in library.folder.iterdir()] == [said[0]]


def test_voices_belong_to_their_synthesisers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None)
    assert choose_voice("ru") == Voice("espeak-ng", "ru")
    assert choose_voice("ru", "ru+f3") == Voice("espeak-ng", "ru+f3")
    assert choose_voice("ru", "Elena") == Voice("RHVoice-test", "Elena")
    monkeypatch.setattr(shutil, "which", lambda program: f"/usr/bin/{program}")
    assert choose_voice("ru") == Voice("RHVoice-test", "anna")
    assert choose_voice("en") == Voice("RHVoice-test", "slt")


def test_a_voice_nobody_has_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with refuses(AudioError, "espeak-ng cannot speak with the voice “nobody”"):
        speak("Привет", choose_voice("ru", "nobody"))
    monkeypatch.setenv("PATH", "")
    with refuses(AudioError, "RHVoice-test is not installed"):
        speak("Привет", choose_voice("ru", "anna"))


def test_rhvoice_is_given_the_text_and_asked_for_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "RHVoice-test"
    program.write_text('#!/bin/sh\n{ echo "$1 $2 $3"; cat; } > "$4"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert speak("Привет", choose_voice("ru")).decode() == "-p anna -o\nПривет"


def test_sounds_are_named_as_asterisk_plays_them(library: PromptLibrary) -> None:
    digest = library.say("Здравствуйте!", "ru")
    office = parse_office('[company]\nname = "А"\n').model_copy(
        update={
            "prompts": {
                "welcome": Prompt(say="Здравствуйте!", audio=digest),
                "lost": Prompt(say="x", audio="0" * 64),
                "new": Prompt(say="x"),
            }
        }
    )
    assert library.sound(office, "sound:digits/1") == "digits/1"
    assert library.sound(office, "prompt:welcome") == str(library.folder / digest)
    for name in ("lost", "new", "other"):
        with refuses(NotFound, name):
            library.sound(office, f"prompt:{name}")


def test_rendering_makes_every_prompt(library: PromptLibrary, tmp_path: Path) -> None:
    write_wav(tmp_path / "sounds" / "address.wav", tone(0.5))
    office = render(parse_office(OFFICE), tmp_path, library)
    assert all(library.has(prompt.audio) for prompt in office.prompts.values())


def test_a_file_that_is_gone_keeps_the_sound_it_had(library: PromptLibrary, tmp_path: Path) -> None:
    write_wav(tmp_path / "sounds" / "address.wav", tone(0.5))
    earlier = render(parse_office(OFFICE), tmp_path, library)
    elsewhere = tmp_path / "elsewhere"

    again = render(parse_office(OFFICE), elsewhere, library, earlier)
    assert again == earlier
    with refuses(AudioError, r"prompts.address: there is no file .*/address.wav"):
        render(parse_office(OFFICE), elsewhere, library)
    other = parse_office(OFFICE.replace("address.wav", "other.wav"))
    with refuses(AudioError, r"other\.wav"):
        render(other, elsewhere, library, earlier)


def test_a_recording_has_to_be_there(library: PromptLibrary, tmp_path: Path) -> None:
    def office(digest: str) -> Office:
        return parse_office(f'[company]\nname = "А"\n[prompts.x]\nrecorded = "{digest}"')

    digest = library.adopt(write_wav(tmp_path / "a.wav", tone(0.5)))
    assert render(office(digest), None, library).prompts["x"].audio == digest
    with refuses(AudioError, r"prompts.x: its recording is not"):
        render(office("0" * 64), None, library)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "prompts").write_text("a file in the way")
    with refuses(AudioError, "the sound cannot be kept"):
        PromptLibrary(tmp_path / "prompts").say("Здравствуйте!", "ru")


def test_a_sound_is_on_the_disk_before_it_has_its_name_and_the_name_after(
    library: PromptLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flush = os.fsync
    steps: list[tuple[str, int, list[str]]] = []

    def watched(descriptor: int) -> None:
        flushed = Path(f"/proc/self/fd/{descriptor}").readlink()
        named = [path.name for path in library.folder.glob("*.wav")]
        if flushed == library.folder:
            steps.append(("folder", 0, named))
        elif flushed.parent == library.folder:
            steps.append(("file", os.fstat(descriptor).st_size, named))
        flush(descriptor)

    wav = speech.speak("Здравствуйте!", path=tmp_path / "a.wav")
    monkeypatch.setattr(os, "fsync", watched)
    kept = library.path(library.import_audio(wav))

    assert steps == [("file", kept.stat().st_size, []), ("folder", 0, [kept.name])]
    assert kept.stat().st_mode & 0o777 == 0o644
    assert list(library.folder.iterdir()) == [kept]


def test_a_sound_that_does_not_reach_the_disk_is_none(
    library: PromptLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise OSError(5, "Input/output error")

    wav = speech.speak("Здравствуйте!", path=tmp_path / "a.wav")
    library.folder.mkdir(parents=True)
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", broken)
        with refuses(AudioError, "the sound cannot be kept: Input/output error"):
            library.import_audio(wav)

    assert list(library.folder.iterdir()) == []
