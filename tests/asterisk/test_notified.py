"""A caller leaves a message on a real Asterisk, and a real mail server gets a letter with it."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.conftest import open_telephony
from tests.asterisk.house import House, end
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.offices import office
from tests.asterisk.test_review import at_the_beep
from tests.notifications.mail_server import mail_server
from tests.speech import speak
from tests.waiting import until

pytestmark = pytest.mark.asterisk

SPEECH = "Это Вера. Пришлите мне, пожалуйста, счёт за сентябрь."


async def test_what_was_said_is_in_the_letter(
    short_folder: Path, phones_asterisk: Asterisk, tmp_path: Path
) -> None:
    async with mail_server() as server:
        settings = f'[mail]\nurl = "smtp://127.0.0.1:{server.port}"\nfrom = "office@example.com"'
        async with House(short_folder / "notified", settings) as house:
            service = await house.serve("serve", "--sandbox")
            async with open_telephony(house, phones_asterisk) as telephony:
                await house.apply(office(telephony.phones.sip))
                await house.voicepost("mailbox", "notify", "--mail", "a@example.com")
                await house.voicepost(
                    "mailbox", "notify", "--mail", "b@example.com", "--attach", "wav"
                )
                caller = await at_the_beep(telephony, caller="79160000043")
                await caller.say(speak(SPEECH))
                await caller.hang_up()
                await until(lambda: len(server.letters) == 2, seconds=60)

            letters = {one.to[0]: one for one in server.letters}
            assert "+7 916 000-00-43" in letters["a@example.com"].text()
            assert list(letters["a@example.com"].mail.iter_attachments()) == []
            (attached,) = letters["b@example.com"].mail.iter_attachments()
            assert isinstance(attached, EmailMessage)
            heard = tmp_path / "attached.wav"
            heard.write_bytes(attached.get_content())
            assert likeness(speak(SPEECH), heard) > SAME
            deliveries = await house.json("deliveries", "list")
            assert {each["state"] for each in deliveries} == {"sent"}
            await end(service)
