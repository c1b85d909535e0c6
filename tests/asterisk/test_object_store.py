"""Recordings in an object store that is down while people call."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.conftest import open_telephony
from tests.asterisk.house import House, end, until_async
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.offices import office
from tests.asterisk.test_review import at_the_beep
from tests.speech import speak
from tests.storage.object_store import ObjectStore, object_store
from tests.waiting import until

pytestmark = pytest.mark.asterisk

SPEECH = "Это Пётр. Ваше хранилище не отвечает, а сообщение я всё-таки оставлю."


def settings(s3: ObjectStore) -> str:
    audio = s3.settings()
    return f"""
    [audio]
    url = "{audio.url}"
    endpoint = "{audio.endpoint}"
    region = "{audio.region}"
    access_key = "{audio.access_key}"
    secret_key = "{audio.secret_key}"
    """


async def test_a_message_waits_here_and_is_heard_until_the_store_is_back(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    with object_store() as s3:
        async with House(short_folder / "s3", settings(s3)) as house:
            s3.stop()
            service = await house.serve("serve", "--sandbox")
            async with open_telephony(house, phones_asterisk) as telephony:
                await house.apply(office(telephony.phones.sip))
                caller = await at_the_beep(telephony, caller="79160000041")
                await caller.say(speak(SPEECH))
                await caller.hang_up()
                (message,) = await until_async(house.messages)

            heard = await house.audio(message)
            assert likeness(speak(SPEECH), heard) > SAME
            assert [path.stem for path in (house.home / "outbox").rglob("*.wav")] == [message["id"]]
            await until(lambda: "recordings wait to be uploaded" in house.log)

            s3.start()
            await until(lambda: not list((house.home / "outbox").rglob("*.wav")))
            ((key, audio),) = s3.objects().items()
            assert key.startswith("home/") and key.endswith(f"/{message['id']}.wav")
            assert hashlib.sha256(audio).hexdigest() == message["sha256"]
            assert (await house.audio(message)).read_bytes() == audio
            await end(service)
