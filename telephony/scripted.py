"""A call that follows a script: for `voicepost try`, and for tests of call flows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from telephony.call import (
    ALL_KEYS,
    Caller,
    EndedBy,
    Forwarded,
    Hearing,
    Listened,
    Rang,
    RecordingLimits,
    Source,
)
from telephony.errors import CallerLeft

SILENT = "."
"""In a script's keys: the caller lets one wait for a key pass."""
LISTENED_SECONDS = 3.0
"""So much is heard of each message, where a script does not say."""
MAX_STEPS = 200
"""A script whose call still goes on after this many steps goes round in a circle."""


@dataclass(frozen=True)
class Script:
    """What the caller does, and what the phones that ring do.

    ``keys`` are pressed one by one, each when a key is next listened for (`SILENT` skips one
    wait). When they are used up the caller presses nothing more. ``phones`` tells how ringing an
    endpoint comes out; the others answer. ``hang_up_at`` is the number of the step, from 1, in
    which the caller hangs up. ``speak`` is called with each recording's name when the caller has
    heard the beep, and tells what ended it (None: the caller hung up). ``listens`` has the seconds
    of a message that are heard before each key that cuts one short.
    """

    keys: str = ""
    phones: Mapping[str, Rang | Forwarded] = field(default_factory=dict)
    hang_up_at: int | None = None
    speak: Callable[[str], EndedBy | None] = lambda _: None
    listens: Sequence[float] = ()


class ScriptedCall:
    """A caller who follows a `Script`. Implements `telephony.call.Call`.

    ``steps`` collects what happened, one readable line each; ``tell`` hears each at once.
    """

    source: Source = "ari"

    def __init__(
        self,
        dialled: str,
        script: Script,
        *,
        caller: Caller | None = None,
        endpoint: str = "PJSIP/trunk",
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.id = "scripted"
        self.dialled = dialled
        self.caller = caller or Caller("79990000000", "")
        self.endpoint = endpoint
        self.seen_before = False
        self.steps: list[str] = []
        self._script = script
        self._keys = list(script.keys)
        self._listens = list(script.listens)
        self._tell = tell
        self._left = False
        self._answered = False

    async def answer(self, language: str) -> None:
        if not self._answered:
            self._step(f"answer ({language})")
            self._answered = True

    async def play(self, *sounds: str, interrupt: str = "") -> str:
        self._step(f"play {' + '.join(sounds)}")
        return self._interrupted_by(interrupt)

    async def replay(self, recording: str, interrupt: str = "") -> str:
        self._step("play the recording")
        return self._interrupted_by(interrupt)

    async def listen(self, recording: str, at: float = 0.0, interrupt: str = ALL_KEYS) -> Listened:
        self._step(f"play the message from {round(at, 1):g} s" if at else "play the message")
        key = self._interrupted_by(interrupt)
        seconds = self._listens.pop(0) if key and self._listens else LISTENED_SECONDS
        return Listened(key, at + seconds)

    async def digit(self, seconds: float) -> str:
        key = self._keys.pop(0) if self._keys else SILENT
        if key == SILENT:
            self._step(f"no key within {seconds:g} s")
            return ""
        self._step(f"key {key}")
        return key

    async def record(self, name: str, limits: RecordingLimits) -> EndedBy:
        self._step(f"record up to {limits.max_seconds} s")
        ended_by = self._script.speak(name)
        if ended_by is None:
            self._leave()
            raise CallerLeft("The caller hung up.")
        self._step(f"recording ended by {ended_by}")
        return ended_by

    async def record_on(self, name: str, limits: RecordingLimits) -> EndedBy | None:
        return None

    def is_whole(self, recording: str) -> bool:
        return True

    async def ring(
        self, endpoints: tuple[str, ...], seconds: float, hearing: Hearing = "ringing"
    ) -> Rang | Forwarded:
        self._step(f"ring {' and '.join(endpoints)} for {seconds:g} s, the caller hears {hearing}")
        outcomes = [self._script.phones.get(endpoint, Rang.ANSWERED) for endpoint in endpoints]
        result: Rang | Forwarded = outcomes[0]
        if len(outcomes) > 1:
            result = next((o for o in Rang if o in outcomes), Rang.UNREACHABLE)
        self._step(str(result))
        return result

    async def hang_up(self) -> None:
        if not self._left:
            self._tell_step("hang up")
            self._left = True

    def _interrupted_by(self, interrupt: str) -> str:
        if self._keys and self._keys[0] in interrupt:
            key = self._keys.pop(0)
            self._step(f"key {key}")
            return key
        return ""

    def _step(self, what: str) -> None:
        if self._left:
            raise CallerLeft("The caller hung up.")
        self._tell_step(what)
        if len(self.steps) == self._script.hang_up_at:
            self._leave()
            raise CallerLeft("The caller hung up.")
        if len(self.steps) >= MAX_STEPS:
            self._tell_step("… and so on: the call goes round in a circle")
            raise CallerLeft("The script is over.")

    def _leave(self) -> None:
        self._tell_step("the caller hangs up")
        self._left = True

    def _tell_step(self, what: str) -> None:
        self.steps.append(what)
        self._tell(what)
