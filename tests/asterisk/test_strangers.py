"""What strangers send: hostile caller-IDs, as text and nothing else."""

from __future__ import annotations

import pytest

from tests.asterisk.conftest import Telephony
from tests.asterisk.house import until_async
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.offices import office
from tests.asterisk.test_review import recording_started
from tests.speech import speak

pytestmark = pytest.mark.asterisk

SPEECH = "Я незнакомец, но сообщение у меня самое обычное."

STRANGERS = {
    "markup": ("79160000041", "<script>alert(1)</script>"),
    "SQL": ("1' OR '1'='1", "Robert'); DROP TABLE messages;--"),
    "a path": ("../../etc/passwd", "../../../tmp/x"),
    "line feeds": ("1\nagi_evil: yes\n\n", "Иван\nagi_evil: yes"),
    "dial strings": ("${SHELL(id)}", "&PJSIP/102,60"),
    "much": ("7" * 200, "Y" * 1500),
}


@pytest.mark.parametrize("kind", STRANGERS)
async def test_a_hostile_caller_leaves_an_ordinary_message(telephony: Telephony, kind: str) -> None:
    number, name = STRANGERS[kind]
    company = f"Незнакомцы: {kind}"
    dialled = f"7495000010{list(STRANGERS).index(kind)}"
    await telephony.house.apply(office(telephony.phones.sip, company=company, number=dialled))

    now = len(telephony.inside.events)
    caller = await telephony.phones.call(
        dialled, caller="", variables={"CALLERID(num)": number, "CALLERID(name)": name}
    )
    await caller.press("1")
    await recording_started(telephony, now)
    await caller.say(speak(SPEECH))
    await caller.hang_up()

    (message,) = await until_async(
        lambda: telephony.house.json("messages", "list", "--company", company)
    )
    # SIP carries a part of it, in its own spelling; what arrived is text in the right columns.
    assert message["box"] == "employee"
    assert message["addressee"]["number"] == "101"
    assert len(message["caller"]["number"]) <= 300
    assert likeness(speak(SPEECH), await telephony.house.audio(message)) > SAME
    table = await telephony.house.voicepost("messages", "list", "--company", company)
    assert len([line for line in table.splitlines() if message["id"][:13] in line]) == 1
    folder = telephony.house.home / "export"
    await telephony.house.voicepost("messages", "export", str(folder), "--company", company)
    assert all(path.resolve().is_relative_to(folder.resolve()) for path in folder.rglob("*"))
    assert telephony.house.asterisk.running()
