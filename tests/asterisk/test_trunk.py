"""What providers send: numbers with parameters, in other spellings, or of nobody; odd names.

Each of the layers that take messages, on one Asterisk, whose callers are SIP and RTP by hand.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.messages.query import Query
from storage.messages.repository import Message
from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.conftest import Telephony
from tests.asterisk.dialling import connected, listen_to_the_beep
from tests.asterisk.house import end
from tests.asterisk.lonely import telephony_alone
from tests.asterisk.rtp import Dialler
from tests.speech import speak
from tests.waiting import until

pytestmark = pytest.mark.asterisk

NUMBER, NOBODYS = "74951234567", "74959999999"
OFFICE = f"""
[company]
name = "Ромашка"
[numbers]
"{NUMBER}" = {{ voicemail = true }}
[voicemail]
greeting = "sound:beep"
"""
SPEECH = "Говорит Пётр. Перезвоните мне, пожалуйста."


@dataclass(frozen=True)
class Call:
    """Whom somebody calls, as whom, and what is known of the message afterwards."""

    dialled: str
    caller: str
    number: str
    """The caller's, in the message."""
    at: str
    """The number dialled, in the message."""
    is_ours: bool = True
    name: bytes = b""
    named: str = ""


CALLS = (
    Call(f"+{NUMBER};npdi;rn=+79390000000", "79160001001", "79160001001", f"+{NUMBER}"),
    Call("+7(495)123-45-67;ext=12;isub=9", "79160001002;oli=62", "79160001002", f"+{NUMBER}"),
    Call(f"00{NUMBER}", "79160001003", "79160001003", f"00{NUMBER}"),
    Call("(495)123-45-67", "79160001004", "79160001004", "4951234567"),
    Call(
        *("123-45-67;npdi;phone-context=+7-495;rn=5", "79160001011", "79160001011"),
        at=f"+{NUMBER}",
    ),
    Call(f"8{NUMBER[1:]};phone-context=+7", "79160001012", "79160001012", f"8{NUMBER[1:]}"),
    Call(f"{NUMBER};phone-context=example.org", "79160001013", "79160001013", NUMBER),
    Call(NOBODYS, "79160001005", "79160001005", NOBODYS, is_ours=False),
    Call("office", "79160001006", "79160001006", "", is_ours=False),
    Call(
        *(NUMBER, "79160001007", "79160001007", NUMBER),
        name="Иван".encode("cp1251"),
        named="Иван [cp1251?]",
    ),
    Call(
        *(NUMBER, "79160001008", "79160001008", NUMBER),
        name=b"J\xf6rg M\xfcller",
        named="Jörg Müller [latin-1?]",
    ),
)


EARLIER = (
    Call(NUMBER, "79160003001", "79160003001", NUMBER),
    Call(NOBODYS, "79160003002", "79160003002", NOBODYS, is_ours=False),
    Call(f"00{NUMBER}", "79160003003", "79160003003", f"00{NUMBER}"),
)
"""What an earlier dialplan lets through as it came."""
EARLIER_DIALPLAN = Path(__file__).parent / "earlier_extensions.conf"


@pytest.fixture(scope="module")
async def telephony(short_folder: Path, phones_asterisk: Asterisk) -> AsyncIterator[Telephony]:
    async with telephony_alone(short_folder / "trunk", phones_asterisk) as telephony:
        await telephony.house.apply(OFFICE)
        yield telephony


@asynccontextmanager
async def serving(telephony: Telephony, role: str) -> AsyncIterator[None]:
    process = await telephony.house.serve(role)
    yield
    await end(process)


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("role", "source"), [("calls", "ari"), ("agi", "agi"), ("", "asterisk")])
async def test_whoever_calls_by_the_trunk_leaves_a_message_where_it_should_be(
    telephony: Telephony, role: str, source: str
) -> None:
    messages = await _taken(telephony, role, CALLS)
    assert {message.source for message in messages} == {source}
    found = {m.caller_number: (m.company_id is not None, m.dialled) for m in messages}
    assert found == {call.number: (call.is_ours, call.at) for call in CALLS}
    if source != "asterisk":  # which knows no names
        names = {message.caller_number: message.caller_name for message in messages}
        assert names == {call.number: call.named for call in CALLS}


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("role", "source"), [("calls", "ari"), ("agi", "agi"), ("", "asterisk")])
async def test_with_an_earlier_dialplan_too(telephony: Telephony, role: str, source: str) -> None:
    """An installation's own copy of `asterisk-conf` stays until somebody copies it anew."""
    asterisk = telephony.house.asterisk
    dialplan = asterisk.folder / "etc/voicepost/extensions.conf"
    newest = dialplan.read_text()
    dialplan.write_text(EARLIER_DIALPLAN.read_text())
    await asterisk.rx("dialplan reload")
    try:
        messages = await _taken(telephony, role, EARLIER)
    finally:
        dialplan.write_text(newest)
        await asterisk.rx("dialplan reload")

    assert {message.source for message in messages} == {source}
    found = {m.caller_number: (m.company_id is not None, m.dialled) for m in messages}
    assert found == {call.number: (call.is_ours, call.at) for call in EARLIER}


async def _taken(telephony: Telephony, role: str, calls: Sequence[Call]) -> list[Message]:
    """Place the calls while that role serves, or nobody: the messages, once all are kept."""
    known = {message.id for message in _all(telephony)}

    def new() -> list[Message]:
        found = [message for message in _all(telephony) if message.id not in known]
        return found if len(found) >= len(calls) else []

    if role:
        async with serving(telephony, role):
            await asyncio.gather(*(_leave(telephony, call) for call in calls))
            return await until(new)
    await asyncio.gather(*(_leave(telephony, call) for call in calls))
    async with serving(telephony, "calls"):
        return await until(new)


async def _leave(telephony: Telephony, call: Call) -> None:
    """Call, leave a message after the beep, and hang up."""
    after = len(telephony.inside.events)
    dialler = Dialler(telephony.house.asterisk.sip, call.dialled, call.caller, name=call.name)
    channel = await connected(telephony, dialler, call.number, after=after)
    await listen_to_the_beep(telephony, dialler, channel, after=after)
    await dialler.say(speak(SPEECH))
    dialler.hang_up()


def _all(telephony: Telephony) -> list[Message]:
    return list(telephony.house.repository.list(Query()).messages)
