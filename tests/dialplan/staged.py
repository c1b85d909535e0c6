"""A call whose caller is an actor, with no Asterisk between them and the call flow."""

from __future__ import annotations

from collections.abc import Callable

from telephony.call import (
    ALL_KEYS,
    Caller,
    EndedBy,
    Hearing,
    Listened,
    Rang,
    RecordingLimits,
    Source,
)
from telephony.errors import CallerLeft
from tests.dialplan.actor import Actor
from tests.scenarios import HangUp, Press

_RANG = {
    "ring": Rang.NO_ANSWER,
    "busy": Rang.BUSY,
    "unreachable": Rang.UNREACHABLE,
    "answer": Rang.ANSWERED,
}


class StagedCall:
    """Implements `telephony.call.Call`; ``record_speech`` writes what the actor says."""

    source: Source = "ari"
    endpoint = "PJSIP/trunk"
    seen_before = False

    def __init__(self, actor: Actor, record_speech: Callable[[str, str], None]) -> None:
        self.id = "staged"
        self.dialled = actor.scenario.dialled
        self.caller = Caller("79161112233", "Иван")
        self.over = False
        self._actor = actor
        self._record_speech = record_speech
        self._typed = ""

    async def answer(self, language: str) -> None:
        self._check()

    async def play(self, *sounds: str, interrupt: str = "") -> str:
        self._check()
        match self._actor.hears(*sounds):
            case HangUp():
                self._leave()
            case Press(keys):
                assert keys[0] in interrupt, f"{keys} is not listened for during {sounds}"
                self._typed = keys[1:]
                return keys[0]
        return ""

    async def replay(self, recording: str, interrupt: str = "") -> str:
        self._check()
        return ""

    async def listen(self, recording: str, at: float = 0.0, interrupt: str = ALL_KEYS) -> Listened:
        self._check()
        return Listened("", at)

    async def digit(self, seconds: float) -> str:
        self._check()
        key, self._typed = self._typed[:1], self._typed[1:]
        return key

    async def record(self, name: str, limits: RecordingLimits) -> EndedBy:
        self._check()
        take = self._actor.beep()
        if take.text:
            self._record_speech(name, take.text)
        return take.ended_by or self._leave()

    async def record_on(self, name: str, limits: RecordingLimits) -> EndedBy | None:
        return None

    def is_whole(self, recording: str) -> bool:
        return True

    async def ring(
        self, endpoints: tuple[str, ...], seconds: float, hearing: Hearing = "ringing"
    ) -> Rang:
        self._check()
        outcomes: dict[Rang, str] = {}
        for endpoint in endpoints:
            phone, does = self._actor.phone(endpoint)
            outcomes[_RANG[does]] = phone
            if does != "unreachable" and self._actor.rings(phone):
                self._leave()
        if (phone := outcomes.get(Rang.ANSWERED, "")) and self._actor.talks(phone):
            self._leave()
        return next(rang for rang in Rang if rang in outcomes)

    async def hang_up(self) -> None:
        self.over = True

    def _check(self) -> None:
        if self.over:
            raise CallerLeft("The caller hung up.")

    def _leave(self) -> EndedBy:
        self.over = True
        raise CallerLeft("The caller hung up.")
