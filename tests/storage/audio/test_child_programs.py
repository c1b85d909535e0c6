"""What strangers sent may ask for gigabytes: programs that work on it get what is sensible."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.audio import child_programs, ffmpeg
from storage.audio.child_programs import MEMORY, Turns, run
from storage.audio.ffmpeg import decode_recording
from storage.audio.text_to_speech import Voice, speak
from storage.errors import AudioError, Busy
from storage.office.prompts import PromptLibrary
from tests.flac import flac
from tests.refusals import refuses
from tests.speech import tone, write_wav
from tests.storage.old_voicemail import record
from tests.waiting import until

ROOT = Path(__file__).parents[3]
ENOUGH = 256 * 1024
"""kB that a child may use: ffmpeg takes 57,000 for any honest file."""
REST = ("ffprobe", "prlimit")
WAV = ("-f", "wav")
# In a process of its own: the greatest use of all children is what the kernel counts.
IMPORT = """
import resource, sys
from pathlib import Path
from storage.errors import AudioError
from storage.office.prompts import PromptLibrary
from web.language.problems import whole
try:
    print(len(PromptLibrary(Path(sys.argv[1])).import_audio(Path(sys.argv[2]))))
except AudioError as error:
    print(whole(error))
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def imported(folder: Path, content: bytes) -> tuple[str, int]:
    """What importing a file says, and how many kB the greediest child used."""
    path = folder / "sound.flac"
    path.write_bytes(content)
    told = subprocess.run(
        [sys.executable, "-c", IMPORT, str(folder / "prompts"), str(path)],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=True,
    )  # fmt: skip
    sentence, used = told.stdout.splitlines()
    return sentence, int(used)


def test_a_sound_of_one_sample_a_second_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    bomb = flac(1)
    assert len(bomb) == 55
    sentence, used = imported(tmp_path, bomb)
    assert sentence == "sound.flac has a rate of 1 Hz: at least 4000 are needed for speech"
    assert used < ENOUGH


def test_a_sound_that_becomes_slow_later_gets_no_gigabytes(tmp_path: Path) -> None:
    sentence, used = imported(tmp_path, flac(8000, *[8000] * 9, 1))
    assert sentence == "sound.flac is not a sound file that can be read"
    assert used < ENOUGH


@pytest.mark.parametrize("rate", [4000, 8000, 192_000])
def test_an_honest_rate_is_taken(tmp_path: Path, rate: int) -> None:
    sentence, used = imported(tmp_path, flac(rate))
    # It was decoded, and found to be the same sample all over.
    assert sentence == "there is no sound in sound.flac"
    assert used < ENOUGH


def test_a_voicemail_that_claims_one_sample_a_second_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "msg0000.WAV"
    record(path, tone(1.0))
    wav = bytearray(path.read_bytes())
    assert wav[24:28] == (8000).to_bytes(4, "little")
    assert decode_recording(path, WAV) is not None
    wav[24:28] = (1).to_bytes(4, "little")
    path.write_bytes(wav)
    with refuses(AudioError, r"msg0000\.WAV has a rate of 1 Hz"):
        decode_recording(path, WAV)


@pytest.mark.parametrize(
    ("program", "code"),
    [
        (("dd", "if=/dev/zero", "of=/dev/null", f"bs={MEMORY}", "count=1"), 1),
        (("yes",), -signal.SIGXFSZ),
        (("sh", "-c", "while :; do :; done"), -signal.SIGKILL),
    ],
    ids=["memory", "output", "time"],
)
def test_a_child_gets_no_more_than_its_limit(
    monkeypatch: pytest.MonkeyPatch, program: tuple[str, ...], code: int
) -> None:
    monkeypatch.setattr(child_programs, "CPU_SECONDS", 1)
    with pytest.raises(subprocess.CalledProcessError) as refused:
        run(program, most_bytes=100_000)
    assert refused.value.returncode == code


def test_what_is_given_comes_back_whole() -> None:
    assert run(("cat",), given=b"0123" * 1000, most_bytes=4001) == b"0123" * 1000


def test_a_limit_of_our_own_is_not_raised() -> None:
    script = (
        "import resource\nfrom storage.audio.child_programs import run\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "print(run(('echo', 'said'), most_bytes=100_000))"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout == "b'said\\n'\n"


def test_the_synthesiser_is_limited_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.audio.text_to_speech.MOST_BYTES", 1000)
    with refuses(AudioError, "espeak-ng cannot speak"):
        speak("Здравствуйте!", Voice("espeak-ng", "ru"))


@pytest.mark.parametrize(
    ("there", "missing"), [((), "ffprobe"), (("ffprobe",), "prlimit"), (REST, "ffmpeg")]
)
def test_a_program_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...], missing: str
) -> None:
    path = tmp_path / "sound.flac"
    path.write_bytes(flac(8000))
    for program in there:
        found = shutil.which(program)
        assert found
        (tmp_path / program).symlink_to(found)
    monkeypatch.setenv("PATH", str(tmp_path))
    with refuses(AudioError, f"^{missing} is not installed$"):
        PromptLibrary(tmp_path / "prompts").import_audio(path)


async def test_two_go_on_at_once_some_wait_and_the_others_are_sent_away() -> None:
    turns, end = Turns(at_once=2, waiting=3, patience=30.0), threading.Event()
    inside, refused = [], []

    def have_a_turn() -> None:
        try:
            with turns.turn():
                inside.append(1)
                assert end.wait(30)
        except Busy:
            refused.append(1)

    crowd = [threading.Thread(target=have_a_turn) for _ in range(6)]
    try:
        for thread in crowd:
            thread.start()
        await until(lambda: len(inside) == 2 and len(refused) == 1)
    finally:
        end.set()
        for thread in crowd:
            thread.join(30)
    assert (len(inside), len(refused)) == (5, 1)
    with turns.turn():
        pass


def test_nobody_waits_for_ever() -> None:
    turns = Turns(at_once=1, waiting=1, patience=0.05)
    with (
        turns.turn(),
        refuses(Busy, "too many sounds are being converted"),
        turns.turn(),
    ):
        pass


def test_decoding_and_speaking_wait_for_their_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = Turns(at_once=1, waiting=0)
    monkeypatch.setattr(ffmpeg, "TURNS", turns)
    monkeypatch.setattr("storage.audio.text_to_speech.TURNS", turns)
    path = write_wav(tmp_path / "sound.wav", tone(1.0))
    works: list[Callable[[], object]] = [
        lambda: PromptLibrary(tmp_path / "prompts").import_audio(path),
        lambda: speak("Да.", Voice("espeak-ng", "ru")),
    ]
    for work in works:
        with turns.turn(), pytest.raises(Busy):
            work()
        work()
