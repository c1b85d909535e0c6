"""The probe: a call from Asterisk to itself, in which the service records what it hears.

It goes the way of every caller, through the service's ARI application and Asterisk's recorder, but
to no mailbox: nothing is kept. What is played is known, and has to be in the recording.
"""

from __future__ import annotations

import array
import asyncio
import math
import uuid
import wave
from contextlib import suppress
from pathlib import Path
from typing import Final

from commands.context import App
from commands.doctor.finding import Finding, ok
from telephony.ari.client import HttpAri
from telephony.errors import AriError

RATE: Final = 8000
TONES: Final = (440.0, 620.0, 1040.0)
"""Hertz, half a second each: no speech, line or beep of Asterisk has these three in this order."""
TONE_SECONDS: Final = 0.5
WINDOW: Final = RATE // 10
CLEAR: Final = 0.5
"""Part of a window's energy that is its tone's: a tone through G.711 has 0.9, noise 0.01."""
CALL_SECONDS: Final = 20.0
NAME: Final = "probe"


async def probe(app: App, ari: HttpAri) -> Finding:
    """Place the call, wait for its end, and listen to the recording; leave nothing behind."""
    call_id = str(uuid.uuid4())
    sound = app.settings.prompts_folder / f"probe-{call_id}.wav"
    recording = app.settings.recordings / f"probe-{call_id}.wav"
    try:
        await asyncio.to_thread(_write_tones, sound)
        if failure := await _call(app, ari, call_id, sound):
            return failure
        return await asyncio.to_thread(_judge, recording)
    finally:
        for path in (sound, recording):
            with suppress(OSError):
                path.unlink()


async def _call(app: App, ari: HttpAri, call_id: str, sound: Path) -> Finding | None:
    """Place the call and wait until it is over; a finding if it does not come to that."""
    channel = f"/channels/probe-{call_id}"
    try:
        await ari.request(
            "POST",
            channel,
            {
                "endpoint": "Local/probe@voicepost-probe/n",
                "app": app.settings.asterisk.app,
                "appArgs": f"probe,{call_id}",
                "callerId": '"Voicepost doctor" <>',
                "timeout": 5,
                "variables": {"__VOICEPOST_PROBE": str(sound.with_suffix(""))},
            },
        )
    except AriError as error:
        advice = (
            "The context voicepost-probe is in asterisk-conf/extensions.conf: copy that file to "
            "Asterisk's folder again, and asterisk -rx 'dialplan reload'."
        )
        return Finding(NAME, "failure", f"the call cannot be placed: {error.message}", advice)
    try:
        async with asyncio.timeout(CALL_SECONDS):
            while await _is_there(ari, channel):  # noqa: ASYNC110
                await asyncio.sleep(0.2)
    except TimeoutError:
        with suppress(AriError):
            await ari.request("DELETE", channel)
        advice = "The service took the call and did not end it: restart it, and look in its log."
        return Finding(NAME, "failure", f"the call lasts over {CALL_SECONDS:.0f} s", advice)
    return None


async def _is_there(ari: HttpAri, channel: str) -> bool:
    try:
        await ari.request("GET", channel)
    except AriError as error:
        if error.status == 404:
            return False
        raise
    return True


def _judge(recording: Path) -> Finding:
    advice = (
        "Is asterisk.spool the folder in which this Asterisk records, and do both users may write "
        "there? Is voicepost-probe in Asterisk's dialplan (asterisk-conf/extensions.conf)? The "
        "service's log (log/calls.jsonl) and Asterisk's tell more."
    )
    try:
        with wave.open(str(recording), "rb") as file:
            samples = array.array("h", file.readframes(file.getnframes()))
    except FileNotFoundError:
        what = f"nothing was recorded: {recording.parent} has no file of this call"
        return Finding(NAME, "failure", what, advice)
    except (OSError, EOFError, wave.Error) as error:
        return Finding(NAME, "failure", f"what was recorded cannot be read: {error}", advice)
    if not hears_tones(samples):
        what = f"{len(samples) / RATE:.1f} s were recorded, without what was played"
        more = f"Asterisk's user must be able to read the home's prompts folder. {advice}"
        return Finding(NAME, "failure", what, more)
    return ok(NAME, f"a call was placed, recorded ({len(samples) / RATE:.1f} s) and read back")


def hears_tones(samples: array.array[int]) -> bool:
    """Whether the three tones are in a recording, one after the other."""
    wanted = list(TONES)
    for start in range(0, len(samples) - WINDOW + 1, WINDOW):
        if wanted and _share(samples[start : start + WINDOW], wanted[0]) > CLEAR:
            wanted.pop(0)
    return not wanted


def _share(window: array.array[int], hertz: float) -> float:
    """The part of the energy that is at this frequency (Goertzel)."""
    turn = 2 * math.pi * hertz / RATE
    energy = sum(sample * sample for sample in window)
    if energy < WINDOW * 100 * 100:
        return 0.0
    real = sum(sample * math.cos(turn * n) for n, sample in enumerate(window))
    imaginary = sum(sample * math.sin(turn * n) for n, sample in enumerate(window))
    return 2 * (real * real + imaginary * imaginary) / (WINDOW * energy)


def _write_tones(path: Path) -> None:
    length = int(RATE * TONE_SECONDS)
    samples = array.array(
        "h",
        (
            int(9000 * math.sin(2 * math.pi * hertz * n / RATE))
            for hertz in TONES
            for n in range(length)
        ),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
