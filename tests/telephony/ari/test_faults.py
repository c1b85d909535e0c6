"""One whole call, in which each request in turn meets with trouble.

Whatever goes wrong, and wherever: nothing escapes the call, another call does not notice, the
caller is not left in silence, and what was said is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

import dialplan.voicemail
import telephony.ari.client
from dialplan.entry import take_call
from dialplan.sounds import MESSAGE_SAVED, NOBODY_AVAILABLE, REVIEW
from storage.office import parse_office
from telephony.ari.call import AriCall
from tests.dialplan.actor import Actor
from tests.dialplan.conftest import Found
from tests.scenarios import ANNA_BOX, HELLO, WELCOME, Hear, Press, Scenario, Speak
from tests.telephony.ari.test_scenarios_over_ari import hastened
from tests.telephony.conftest import serving
from tests.telephony.exchange import Refused
from tests.telephony.fake_ari import AnswerLost, FakeAri, NoAnswer, Request
from tests.waiting import until

WHOLE_CALL = Scenario(
    "nobody answers, a message with review",
    (
        *(Hear(WELCOME), Press("101"), Hear(NOBODY_AVAILABLE)),
        *(Hear(ANNA_BOX), Speak(HELLO), Press("#"), Hear(REVIEW), Press("2")),
        *(Hear(REVIEW), Press("1"), Hear(MESSAGE_SAVED)),
    ),
)
REQUESTS = 20
"""How many requests the whole call makes."""

Trouble = Callable[[FakeAri, str], Refused | NoAnswer | AnswerLost | None]
"""What befalls a request of this caller."""


def _hang_up(asterisk: FakeAri, caller: str) -> None:
    asterisk.exchange.hang_up(caller)


def _drop(asterisk: FakeAri, _: str) -> None:
    asterisk.drop_connection()


TROUBLES: dict[str, Trouble] = {
    "404": lambda *_: Refused(404, "Not found"),
    "409": lambda *_: Refused(409, "Conflict"),
    "412": lambda *_: Refused(412, "Precondition failed"),
    "500": lambda *_: Refused(500, "Internal Server Error"),
    "no answer": lambda *_: NoAnswer(),
    "answer lost": lambda *_: AnswerLost(),
    "hang-up": _hang_up,
    "connection lost": _drop,
}


@dataclass
class Nth:
    """Lets the trouble befall one request, counted from 1, and notes which."""

    number: int
    trouble: Trouble
    asterisk: FakeAri
    caller: str = ""
    befallen: Request | None = None
    count: int = 0

    def __call__(self, request: Request) -> Refused | NoAnswer | AnswerLost | None:
        self.count += 1
        if self.count != self.number:
            return None
        self.befallen = request
        return self.trouble(self.asterisk, self.caller)


@pytest.mark.parametrize("number", range(1, REQUESTS + 1))
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_no_trouble_goes_beyond_its_call(
    trouble: str,
    number: int,
    found: Found,
    asterisk: FakeAri,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telephony.ari.client, "REQUEST_SECONDS", 1.0)
    monkeypatch.setattr(dialplan.voicemail, "REVIEW_SECONDS", 0.1)
    company = found(hastened(parse_office(WHOLE_CALL.office()), {}))
    actor = Actor(WHOLE_CALL, steadfast=True)
    served: list[str] = []

    async def take(call: AriCall, args: Sequence[str]) -> None:
        served.append(call.id)
        if args[1] == "witness":
            await call.play("welcome")
        else:
            await take_call(call, company.services())

    async with serving(asterisk, take) as router:
        witness = asterisk.exchange.call("call", "witness")
        (playback,) = await until(lambda: list(asterisk.exchange.playbacks))
        asterisk.fault = nth = Nth(number, TROUBLES[trouble], asterisk)
        nth.caller = caller = asterisk.exchange.call(actor=actor)
        await until(lambda: caller in served and router.live_calls == {witness}, 10)

        assert nth.befallen, "the call makes fewer requests"
        still_there = asterisk.exchange.channels.get(caller)
        if still_there and still_there.stasis:
            # Only where Asterisk refused the very request that ends the call.
            assert nth.befallen.path in (f"/channels/{caller}", f"/channels/{caller}/continue")
        asterisk.exchange.finish_playback(playback)
        await until(lambda: witness in asterisk.exchange.ended)

    settled = company.settle()
    assert settled.failures == ()
    assert "recording" not in company.states()
    spoken = Speak(HELLO) not in actor.left_over
    assert len(company.kept()) == (1 if spoken else 0)
    assert not list(company.recordings.iterdir())


async def test_the_whole_call_makes_so_many_requests(found: Found, asterisk: FakeAri) -> None:
    company = found(hastened(parse_office(WHOLE_CALL.office()), {}))

    async def take(call: AriCall, args: Sequence[str]) -> None:
        await take_call(call, company.services())

    async with serving(asterisk, take):
        before = len(asterisk.requests)
        caller = asterisk.exchange.call(actor=Actor(WHOLE_CALL))
        await until(lambda: caller in asterisk.exchange.ended)
        assert len(asterisk.requests) - before == REQUESTS
