"""Two channels become one, and nothing of what is heard in them is lost."""

from __future__ import annotations

import audioop
from pathlib import Path

import pytest

from storage.audio.channels import mixed
from storage.audio.silence import find_silences
from storage.audio.wav import examine
from tests.bad_sounds import noise, upside_down
from tests.speech import silence, tone

TONE = tone(1.0, level=0.5)


def stereo(left: bytes, right: bytes) -> bytes:
    return audioop.add(audioop.tostereo(left, 2, 1, 0), audioop.tostereo(right, 2, 0, 1), 2)


def inverted(samples: bytes, factor: float = 1.0) -> bytes:
    return audioop.mul(samples, 2, -factor)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (TONE, TONE),
        (TONE, silence(1.0)),
        (silence(1.0), TONE),
        (TONE, tone(1.0, hertz=900, level=0.5)),
        (noise(1.0, -20), noise(1.0, -20)),
        (silence(1.0), silence(1.0)),
    ],
    ids=["the same", "only left", "only right", "different", "noise", "nothing"],
)
def test_what_does_not_cancel_is_mixed(left: bytes, right: bytes) -> None:
    samples, cancels = mixed(stereo(left, right))
    assert not cancels
    assert samples == audioop.tomono(stereo(left, right), 2, 0.5, 0.5)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (TONE, inverted(TONE)),
        (TONE, inverted(TONE, 0.7)),
        (TONE + TONE, TONE + inverted(TONE)),  # only in the second half
        (TONE + silence(20.0), inverted(TONE) + silence(20.0)),
        (TONE * 30, TONE * 29 + inverted(TONE)),
    ],
    ids=["whole", "nearly", "half of the time", "before a long pause", "the last word"],
)
def test_of_what_cancels_the_louder_channel_is_taken(left: bytes, right: bytes) -> None:
    for one, other in ((left, right), (right, left)):
        samples, cancels = mixed(stereo(one, other))
        assert cancels
        assert samples in (left, right)
        assert audioop.rms(samples, 2) == max(audioop.rms(left, 2), audioop.rms(right, 2))


def test_a_recording_that_cancels_is_neither_empty_nor_one_long_pause(tmp_path: Path) -> None:
    path = upside_down(tmp_path / "a.wav", "-bitexact")
    audio = examine(path)
    assert max(audio.peaks) > 50
    assert audioop.rms(audio.samples, 2) > 500
    longest = max((end - begin for begin, end in find_silences(audio.wav)), default=0.0)
    assert longest < audio.duration / 2
