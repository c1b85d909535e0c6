"""An administrator finds, exports and deletes what a real caller has left."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from datetime import datetime

import pytest

from tests.asterisk.conftest import Telephony
from tests.asterisk.house import seconds_of
from tests.asterisk.offices import office
from tests.asterisk.test_review import kept_from, recording_started
from tests.speech import speak

pytestmark = pytest.mark.asterisk

SPEECH = "Анна, здравствуйте! Это Мария из отдела доставки. Груз уже в пути."
CALLER = "79165550061"
COMPANY = "Доставка"
NUMBER = "74950000061"


async def test_from_the_list_to_the_trash_and_back(telephony: Telephony) -> None:
    house = telephony.house
    await house.apply(office(telephony.phones.sip, company=COMPANY, number=NUMBER))
    now = len(telephony.inside.events)
    caller = await telephony.phones.call(NUMBER, caller=CALLER, name="Мария")
    await caller.press("1")
    await recording_started(telephony, now)
    await caller.say(speak(SPEECH))
    await caller.hang_up()
    (message,) = await kept_from(telephony, CALLER)
    month = datetime.fromisoformat(message["received_at"]).strftime("%Y-%m")

    async def found(*selection: str) -> list[str]:
        messages = await house.json("messages", "list", "--company", COMPANY, *selection)
        return [m["id"] for m in messages]

    ours = [message["id"]]
    assert await found("--box", "employee", "--month", month) == ours
    assert await found("--employee", "101", "--search", "анна") == ours
    assert await found("--search", "8 (916) 555-00-61") == ours
    assert await found("--box", "company") == []
    assert await found("--month", "2020-01") == []

    bundle = house.home / "delivery.zip"
    for _ in range(2):  # the second time there is nothing left to do
        await house.voicepost("messages", "export", str(bundle), "--company", COMPANY)
    with zipfile.ZipFile(bundle) as archive:
        (recording,) = [name for name in archive.namelist() if name.endswith(".wav")]
        audio = archive.read(recording)
        (row,) = csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig")))
        assert json.loads(archive.read("manifest.json"))
    assert hashlib.sha256(audio).hexdigest() == message["sha256"] == row["sha256"]
    assert "employee" in recording
    assert len(audio) == message["bytes"]
    downloaded = await house.audio(message)
    assert abs(seconds_of(downloaded) - message["duration"]) < 0.1

    await house.voicepost("messages", "delete", message["id"], "--yes")
    assert await found() == []
    await house.voicepost("messages", "restore", message["id"])
    assert await found() == ours


async def test_a_company_is_set_up_piece_by_piece_and_called(telephony: Telephony) -> None:
    house = telephony.house
    ours = ("--company", "Ландыш")
    endpoint = f"PJSIP/trunk/sip:201@{telephony.phones.sip}"
    await house.voicepost("companies", "add", "Ландыш")
    await house.voicepost("prompts", "say", "hello", "Это Ландыш.", *ours)
    who = ("--name", "Вера", "--endpoint", endpoint, "--ring-timeout", "3")
    await house.voicepost("employees", "set", "201", *who, *ours)
    await house.voicepost("employees", "forward", "201", "no-answer", "voicemail", *ours)
    await house.voicepost("menus", "set", "main", "--greeting", "prompt:hello", *ours)
    await house.voicepost("menus", "key", "main", "5", "ring 201", *ours)
    await house.voicepost("numbers", "set", "74950000062", "menu main", *ours)
    steps = await house.voicepost("try", "74950000062", "--keys", "5", "--no-answer", "201")
    assert "a message for the employee: Вера (201)" in steps

    now = len(telephony.inside.events)
    caller = await telephony.phones.call("74950000062", caller="79165550062")
    await caller.press("5")
    await telephony.phones.rang("201")
    await recording_started(telephony, now)
    await caller.say(speak(SPEECH))
    await caller.hang_up()

    (message,) = await kept_from(telephony, "79165550062")
    assert message["addressee"] == {"name": "Вера", "number": "201"}
