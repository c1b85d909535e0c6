"""Listening to a recording on a real phone: from which second on it sounds, and to which.

The flow is the test itself, in an application of its own beside the service's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from telephony.ari.call import AriCall
from telephony.ari.client import AriAccess, Event, HttpAri, new_id
from telephony.ari.line import Inbox, Line, channel_of, deliver
from telephony.sandbox.asterisk import USER, Asterisk
from telephony.sandbox.telephones import Person
from tests.asterisk.conftest import Telephony
from tests.asterisk.listening import place_of, samples_of
from tests.speech import RATE, write_wav

pytestmark = pytest.mark.asterisk

SECONDS, BEGIN = 8.0, 2.5
"""How long the recording is, and from where on it is heard first."""
LOUD = 3000.0
PART = RATE // 2
EXACT, NEAR = 0.05, 0.15
"""Seconds: an offset, and what our own clock says of a playback."""


async def test_a_key_tells_the_second_that_was_heard_last(telephony: Telephony) -> None:
    recording = a_noise(telephony.house.asterisk.spool / "recording" / f"play-{new_id()}.wav")
    async with rung(telephony) as (call, listener):
        await listener.start_listening()
        before = len(telephony.inside.events)
        listening = asyncio.ensure_future(call.listen(recording.stem, BEGIN, interrupt="4"))
        await telephony.inside.wait(lambda e: _begins(e, recording), after=before)
        await listener.breathe()
        await listener.press("5")
        await listener.breathe()
        await listener.press("4")
        listened = await listening
        begun, ended = places(await listener.stop_listening(), recording)
        assert begun == pytest.approx(BEGIN, abs=EXACT)
        assert listened.key == "4"
        assert listened.at == pytest.approx(ended, abs=NEAR)
        assert ended > BEGIN + 2, "another key ends nothing"

        await listener.start_listening()
        rest = await call.listen(recording.stem, listened.at)
        begun, ended = places(await listener.stop_listening(), recording)
        assert begun == pytest.approx(listened.at, abs=EXACT)
        assert ended == pytest.approx(SECONDS, abs=NEAR)
        assert rest.key == ""
        assert rest.at == pytest.approx(SECONDS, abs=NEAR)

        behind = await call.listen(recording.stem, SECONDS)
        assert behind.at == pytest.approx(SECONDS, abs=NEAR)
    recording.unlink()


@asynccontextmanager
async def rung(telephony: Telephony) -> AsyncIterator[tuple[AriCall, Person]]:
    """A phone that is rung for us and answers: our call, and the person on that phone."""
    phones, channel, inbox = telephony.phones, new_id(), Inbox()
    phones.behaviours["101"] = "answer"
    before = len(phones.ears.events)
    async with HttpAri.connect(_access(telephony.house.asterisk)) as ari:
        connected = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            events = group.create_task(_deliver_all(ari, connected, channel, inbox))
            await connected.wait()
            endpoint = f"PJSIP/trunk/sip:101@{phones.sip}"
            params = {"endpoint": endpoint, "app": ari.access.app, "appArgs": "test"}
            await ari.request("POST", f"/channels/{channel}", params)
            listener = await phones.answered("101", after=before)
            while (event := await inbox.get())["type"] != "StasisStart":
                continue
            line = Line(
                ari,
                channel,
                app=ari.access.app,
                inbox=inbox,
                watch=lambda *_: None,
                spawn=group.create_task,
                seconds=60,
            )
            call = AriCall(line, event["channel"], "")
            yield call, listener
            await call.hang_up()
            events.cancel()


def _access(asterisk: Asterisk) -> AriAccess:
    return AriAccess(asterisk.ari_url, USER, asterisk.ari_secret, "listening")


async def _deliver_all(ari: HttpAri, connected: asyncio.Event, channel: str, inbox: Inbox) -> None:
    async for event in ari.events():
        if not event:
            connected.set()
        elif channel_of(event) == channel:
            deliver(inbox, event)


def _begins(event: Event, recording: Path) -> bool:
    starts = event["type"] == "PlaybackStarted"
    return starts and bool(event["playback"]["media_uri"] == f"recording:{recording.stem}")


def a_noise(path: Path) -> Path:
    """A recording every part of which is loud, and is like no other part."""
    noise = np.random.default_rng(1).normal(0, LOUD, round(SECONDS * RATE))
    return write_wav(path, noise.clip(-32768, 32767).astype("<i2").tobytes())


def places(heard: Path, recording: Path) -> tuple[float, float]:
    """The seconds of the recording at which what was heard begins, and ends."""
    sound = samples_of(heard)
    loud: NDArray[np.int64] = np.flatnonzero(np.abs(sound) > LOUD / 3)
    first, last = int(loud[0]), int(loud[-1])
    begun = place_of(sound[first : first + PART], recording)
    return begun, place_of(sound[last - PART : last], recording) + PART / RATE
