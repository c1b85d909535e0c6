"""A call over AGI: the same verbs as over ARI, each one or two AGI commands.

The verbs are coroutines because the flows are; underneath they block, and so each AGI call has a
thread and an event loop of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import structlog
from asterisk.agi import AGIAppError, AGIError, AGIHangup

from telephony.agi.protocol import COMMAND_SECONDS, BadAgi, SafeAgi
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
from telephony.errors import CallerLeft, CallLost, TelephonyError
from telephony.identity import (
    FROM_VARIABLE,
    REPLACED,
    called_number,
    forwarded_number,
    named_by,
)

_DIAL_STATUS: Mapping[str, Rang] = {
    "ANSWER": Rang.ANSWERED,
    "NOANSWER": Rang.NO_ANSWER,
    "CANCEL": Rang.NO_ANSWER,
    "BUSY": Rang.BUSY,
}

# The last two: pyst2 makes numbers and characters of whatever it is sent.
_BROKEN = (AGIError, BadAgi, OSError, OverflowError, ValueError)

FORWARDED_CONTEXT = "voicepost-forwarded"
"""The dialplan's context that only notes, in the next, where a phone is forwarded."""
FORWARDED_VARIABLE = "VOICEPOST_FORWARDED"

PLAY_SECONDS = 600.0
"""The longest sound there is: no prompt may be longer."""
KEYS = f"{ALL_KEYS}ABCD"

log = structlog.get_logger()


class AgiCall:
    """One caller whom the dialplan handed over with ``AGI(agi://…)``. Implements `Call`.

    ``recordings`` is the folder where recordings are to appear, the same as for ARI; ``seconds``
    limits the time that the call may spend with us. Each command also has a limit of its own, so
    that a peer who never answers does not keep its thread for the whole of that.
    """

    source: Source = "agi"
    seen_before = True
    """Callers come here also when the ARI service died in the middle of their call."""

    def __init__(self, agi: SafeAgi, recordings: Path, seconds: float) -> None:
        self._agi = agi
        self._recordings = recordings
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self.id = agi.env.get("agi_uniqueid", "")
        self.dialled = called_number(agi.env.get("agi_arg_1", ""))
        self.endpoint = agi.env.get("agi_channel", "").rpartition("-")[0]
        # The dialplan has taken out what could forge further lines of the environment.
        self.caller = Caller(_known(agi, "agi_callerid"), _known(agi, "agi_calleridname"))

    def read_name(self) -> None:
        """As `telephony.ari.call.AriCall.read_name`."""
        if REPLACED in self.caller.name:
            header = str(self._run(self._agi.get_variable, FROM_VARIABLE))
            self.caller = named_by(self.caller, header)

    async def answer(self, language: str) -> None:
        self._run(self._agi.answer)
        self._run(self._agi.set_variable, "CHANNEL(language)", language)

    async def play(self, *sounds: str, interrupt: str = "") -> str:
        for sound in sounds:
            if key := self._stream(sound, interrupt):
                return key
        return ""

    async def replay(self, recording: str, interrupt: str = "") -> str:
        return self._stream(str(self._recordings / recording), interrupt)

    async def listen(self, recording: str, at: float = 0.0, interrupt: str = ALL_KEYS) -> Listened:
        # What would be right to answer? Whoever asked would take it as heard, or play it for ever.
        raise TelephonyError("In the fallback nobody listens to messages.")

    async def digit(self, seconds: float) -> str:
        milliseconds = max(1, round(seconds * 1000))
        key = str(self._run(self._agi.wait_for_digit, milliseconds, takes=seconds))
        return key if key in KEYS else ""

    async def record(self, name: str, limits: RecordingLimits) -> EndedBy:
        try:
            result = self._record(name, limits)
        finally:
            # Asterisk answers RECORD FILE before it closes the file, and the next command after.
            self._agi.wait_until_done()
        return EndedBy.KEY if result["result"][1] == "dtmf" else EndedBy.LIMIT

    async def record_on(self, name: str, limits: RecordingLimits) -> EndedBy | None:
        return None  # a caller comes here only when nothing records any more

    def is_whole(self, recording: str) -> bool:
        return True  # AGI does not tell

    def _record(self, name: str, limits: RecordingLimits) -> Any:
        # No pause ends it: RECORD FILE goes by a level that whole whispers are below, and cuts off.
        return self._execute(
            "RECORD FILE",
            self._quoted(self._recordings / name),
            "wav",
            self._quoted("#"),
            limits.max_seconds * 1000,
            "0",
            "BEEP",
            takes=limits.max_seconds,
        )

    async def ring(
        self, endpoints: tuple[str, ...], seconds: float, hearing: Hearing = "ringing"
    ) -> Rang | Forwarded:
        # What a phone forwards itself would else be dialled as a call by nobody.
        self._run(self._agi.set_variable, "__FORWARD_CONTEXT", FORWARDED_CONTEXT)
        self._run(self._agi.set_variable, FORWARDED_VARIABLE, "")
        hears = "m" if hearing == "music" else "r"
        arguments = f"{'&'.join(endpoints)},{max(1, round(seconds))},g{hears}"
        # Who was reached talks as long as a call may last.
        takes = seconds + self._seconds
        self._execute("EXEC", "Dial", self._quoted(arguments), takes=takes)
        status = str(self._run(self._agi.get_variable, "DIALSTATUS"))
        rang = _DIAL_STATUS.get(status, Rang.UNREACHABLE)
        if rang is Rang.ANSWERED or len(endpoints) > 1:
            return rang
        forwarded = str(self._run(self._agi.get_variable, FORWARDED_VARIABLE))
        return Forwarded(forwarded_number(forwarded)) if forwarded else rang

    async def hang_up(self) -> None:
        try:
            self._run(self._agi.hangup)
        except (CallerLeft, CallLost):
            return

    def done(self) -> None:
        """Tell the dialplan that nothing is left to do for this caller.

        Without it the dialplan goes on to its last layer, which takes a message by itself.
        """
        self._run(self._agi.set_variable, "VOICEPOST_DONE", "1")

    def _stream(self, sound: str, interrupt: str) -> str:
        self._prepare(PLAY_SECONDS)
        try:
            return str(self._agi.stream_file(self._quoted(sound), interrupt))
        except AGIHangup:
            raise CallerLeft("The caller hung up.") from None
        except AGIAppError:
            # -1 means either "caller gone" or "no such sound": only the channel can tell.
            if self._run(self._agi.channel_status) < 0:
                raise CallerLeft("The caller hung up.") from None
            log.warning("a sound cannot be played", sound=sound)
            return ""
        except _BROKEN as error:
            raise CallLost(f"The AGI connection broke: {error}") from error

    def _quoted(self, value: object) -> str:
        return self._agi._quote(value)

    def _execute(self, command: str, *arguments: object, takes: float = 0.0) -> Any:
        return self._run(self._agi.execute, command, *arguments, takes=takes)

    def _run(self, command: Callable[..., Any], *arguments: object, takes: float = 0.0) -> Any:
        """Run a pyst2 command that takes so many seconds, with the errors of our tree."""
        self._prepare(takes)
        try:
            return command(*arguments)
        except (AGIHangup, AGIAppError):
            raise CallerLeft("The caller hung up.") from None
        except _BROKEN as error:
            raise CallLost(f"The AGI connection broke: {error}") from error

    def _prepare(self, takes: float) -> None:
        """Grant the next command its time. Raises `CallerLeft` once the call's own time is over."""
        self._agi.patience = takes + COMMAND_SECONDS
        if time.monotonic() > self._deadline:
            log.warning("the call lasted too long and is ended")
            self._deadline = float("inf")  # the hanging up itself is not to be stopped
            self._run(self._agi.hangup)
            raise CallerLeft("The call lasted too long.")


def _known(agi: SafeAgi, key: str) -> str:
    """A value of the environment, in which Asterisk writes "unknown" for nothing."""
    value = agi.env.get(key, "")
    return "" if value == "unknown" else value
