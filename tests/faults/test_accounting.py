"""The harness counts right: what is missing, silences, and the figures in the table."""

from __future__ import annotations

import audioop
import random
from pathlib import Path

import pytest

from storage.audio import examine
from storage.speech import speech_seconds
from tests.faults.catalogue import FAULTS
from tests.faults.ears import Ears
from tests.faults.hearing import PIECE, RATE, heard_of
from tests.faults.plans import AIMS, plans
from tests.faults.table import WRONG, write
from tests.faults.voices import voice
from tests.speech import samples, silence, write_wav

SECOND = 2 * RATE  # bytes
ROOT = Path(__file__).parent.parent.parent


def over_the_line(caller: int) -> bytes:
    """What a caller says, as it comes out of G.711."""
    return audioop.ulaw2lin(audioop.lin2ulaw(samples(voice(caller)), 2), 2)


def test_a_whole_message_lacks_nothing(tmp_path: Path) -> None:
    recorded = write_wav(tmp_path / "x.wav", silence(1.3) + over_the_line(1) + silence(0.5))
    assert heard_of(voice(1), recorded).lost == 0


@pytest.mark.parametrize("begin", [0.0, 1.5, 3.0])
def test_two_seconds_cut_out_are_two_seconds_lost(tmp_path: Path, begin: float) -> None:
    said, at = over_the_line(2), int(begin * SECOND)
    recorded = write_wav(tmp_path / "x.wav", silence(1) + said[:at] + said[at + 2 * SECOND :])
    assert heard_of(voice(2), recorded).lost == pytest.approx(2, abs=PIECE / RATE)


@pytest.mark.parametrize("at", [1.1, 2.13, 3.375, 4.02])
def test_a_packet_that_came_late_is_not_missed(tmp_path: Path, at: float) -> None:
    said, place = over_the_line(2), int(at * RATE) * 2
    late = said[:place] + silence(0.04) + said[place:]
    assert heard_of(voice(2), write_wav(tmp_path / "x.wav", late)).lost == 0


@pytest.mark.parametrize("at", [1.1, 2.13, 3.375, 4.02])
def test_a_quarter_of_a_second_that_is_not_there_is_missed(tmp_path: Path, at: float) -> None:
    said, place = over_the_line(2), int(at * RATE) * 2
    short = said[:place] + silence(0.25) + said[place + SECOND // 4 :]
    assert heard_of(voice(2), write_wav(tmp_path / "x.wav", short)).lost > 0


@pytest.mark.parametrize("at", [1.1, 2.13, 3.375, 4.02])
def test_a_lost_packet_is_as_long_as_it_is(tmp_path: Path, at: float) -> None:
    said, place = over_the_line(2), int(at * RATE) * 2
    short = said[:place] + said[place + SECOND // 50 :]
    assert heard_of(voice(2), write_wav(tmp_path / "x.wav", short)).lost <= 0.02


def test_what_was_not_said_is_not_missed(tmp_path: Path) -> None:
    recorded = write_wav(tmp_path / "x.wav", over_the_line(3)[: 3 * SECOND])
    assert heard_of(voice(3), recorded, seconds=3).lost <= PIECE / RATE
    assert heard_of(voice(3), recorded).lost > 2


def test_another_callers_message_is_known_as_such(tmp_path: Path) -> None:
    recorded = write_wav(tmp_path / "x.wav", over_the_line(4))
    assert heard_of(voice(5), recorded).is_other
    assert not heard_of(voice(4), recorded).is_other


def test_what_callers_say_is_speech_to_the_detector() -> None:
    assert speech_seconds(examine(voice(6))) > 5


def test_a_phone_that_rings_is_no_silence_for_five_seconds() -> None:
    ears = Ears()
    ears.ring(1)
    ears.ring_no_more(4)
    assert ears.longest_silence(0, 6) == 2
    ears = Ears()
    ears.ring(0)
    ears.end(9)
    assert ears.longest_silence(0, 9) == 4


def test_the_longest_silence_is_between_sounds_of_all_kinds() -> None:
    ears = Ears()
    ears.hear({"type": "PlaybackStarted", "playback": {"id": "a"}}, 0)
    ears.hear({"type": "PlaybackFinished", "playback": {"id": "a"}}, 2)
    ears.count(100, 5.0)
    ears.count(100, 5.5)
    ears.count(125, 6.0)
    ears.note(6, 9)
    assert ears.longest_silence(0, 10) == 3.5
    assert ears.longest_silence(7, 10) == 1
    assert ears.longest_silence(7, 13) == 4
    ears.count(125, 11.0)
    ears.count(135, 12.0)
    assert ears.longest_silence(10, 13) == pytest.approx(1.8)


def test_a_playback_of_several_sounds_is_heard_from_its_first() -> None:
    ears = Ears()
    for moment in (1, 3):  # Asterisk tells of each
        ears.hear({"type": "PlaybackStarted", "playback": {"id": "a"}}, moment)
    ears.hear({"type": "PlaybackFinished", "playback": {"id": "a"}}, 4)
    assert ears.longest_silence(0, 4) == 1


def test_callers_are_spread_over_all_that_a_call_goes_through() -> None:
    made = plans(random.Random(1), 40, after=6)
    early = [plan.aim for plan in made if plan.begins < 0]
    assert {aim: early.count(aim) for aim in AIMS} == dict.fromkeys(AIMS, 5)
    assert len([plan for plan in made if plan.begins >= 0]) == 10
    assert made == plans(random.Random(1), 40, after=6)


def test_figures_go_into_their_line_and_no_other(tmp_path: Path) -> None:
    table = tmp_path / "reliability.md"
    table.write_text("| `a` | x | y | not yet | |\n| `b` | x | y | not yet | |\n")
    figures = dict.fromkeys(WRONG, 0)
    sizes = {"calls": 60, "rounds": 3, "seed": 5, "size": "short", "spoken": 55, "kept": 55}
    rest = {"right_box": 55, "lost_seconds_max": 0.25, "back_seconds_max": 0.3, "holds": True}
    write(table, {"fault": "b"} | figures | sizes | rest)
    first, second = table.read_text().splitlines()
    assert first == "| `a` | x | y | not yet | |"
    assert second == (
        "| `b` | x | y | **holds**: spoken 55 calls, kept 55, in the right box 55, lost seconds "
        "per call: max 0.25; nothing lost, doubled, misplaced, unplayable or left over; back "
        "within 0.3 s | `python -m tests.faults b --short --calls 20 --rounds 3 --seed 5` |"
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_its_line(fault: str) -> None:
    lines = (ROOT / "docs/reliability.md").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.startswith(f"| `{fault}` |")]) == 1
