"""The caller of a scenario: knows what comes next, and does it when the time has come."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

from telephony.call import EndedBy
from tests.scenarios import (
    Beep,
    HangUp,
    Hear,
    PhoneDoes,
    Press,
    Rings,
    Scenario,
    Speak,
    Step,
    Talk,
    Wait,
)


@dataclass(frozen=True)
class Take:
    """What a caller did with a recording; ``ended_by`` None: hung up."""

    text: str
    ended_by: EndedBy | None


class Actor:
    """Plays the caller of one scenario. Told what happens on the line, it says what it does.

    A ``steadfast`` caller says the message at the first beep, even if the call went another way.
    """

    def __init__(self, scenario: Scenario, *, steadfast: bool = False) -> None:
        self.scenario = scenario
        self._steps = deque(scenario.steps)
        self._steadfast = steadfast

    @property
    def left_over(self) -> list[Step]:
        """The steps for which the call gave no occasion: none, in a call that went as told."""
        self._waited()
        return list(self._steps)

    def hears(self, *sounds: str) -> Press | HangUp | None:
        """These sounds begin to play."""
        heard = False
        for sound in sounds:
            heard = self._comes_to(Hear(sound)) or heard
        return self._reaction() if heard else None

    def beep(self) -> Take:
        """A recording begins."""
        self._waited()
        while self._steadfast and self._steps and not isinstance(self._steps[0], Beep | Speak):
            self._steps.popleft()
        if self._steadfast and not self._steps:
            return Take("", EndedBy.LIMIT)
        begins = self._steps.popleft() if self._steps else None
        assert isinstance(begins, Beep | Speak), f"a beep, where the caller expects {begins}"
        text = begins.text if isinstance(begins, Speak) else ""
        match self._steps[0] if self._steps else None:
            case HangUp():
                ended_by = None
            case Press("#"):
                ended_by = EndedBy.KEY
            case Wait():
                ended_by = EndedBy.LIMIT
            case _:
                return Take(text, EndedBy.LIMIT)
        self._steps.popleft()
        return Take(text, ended_by)

    def rings(self, phone: str) -> HangUp | None:
        """That phone rings."""
        return self._hangs_up() if self._comes_to(Rings(phone)) else None

    def talks(self, phone: str) -> HangUp | None:
        """Caller and phone are connected; None: the other side hangs up."""
        assert self._comes_to(Talk(phone)), f"connected to {phone}, where nobody expected it"
        return self._hangs_up()

    def phone(self, endpoint: str) -> tuple[str, PhoneDoes]:
        """Whose phone a dial string reaches, and what it does when it is called."""
        found = re.match(r"PJSIP/(\d+)", endpoint)
        assert found, endpoint
        return found[1], self.scenario.phones.get(found[1], "ring")

    def _comes_to(self, step: Step) -> bool:
        self._waited()
        if not self._steps or self._steps[0] != step:
            return False
        self._steps.popleft()
        return True

    def _reaction(self) -> Press | HangUp | None:
        if self._steps and isinstance(step := self._steps[0], Press | HangUp):
            self._steps.popleft()
            return step
        return None

    def _hangs_up(self) -> HangUp | None:
        return HangUp() if self._comes_to(HangUp()) else None

    def _waited(self) -> None:
        while self._steps and isinstance(self._steps[0], Wait):
            self._steps.popleft()
