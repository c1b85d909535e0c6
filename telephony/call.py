"""A telephone call as the call flows see it.

The same flow runs over ARI, over AGI and over a script, because all three offer these few verbs.
Each verb waits for its own end or for the end of the call, whichever is first.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

Source = Literal["ari", "agi"]
Hearing = Literal["ringing", "music"]

ALL_KEYS = "0123456789*#"


@dataclass(frozen=True)
class Caller:
    """Who calls, as the network said it: both texts are a stranger's and prove nothing.

    ``charset`` is what the name was guessed to be written in, "" where nothing had to be guessed.
    """

    number: str
    name: str = ""
    charset: str = ""

    @property
    def marked_name(self) -> str:
        """The name as it is kept, with a mark where its charset was guessed."""
        return f"{self.name} [{self.charset}?]" if self.charset else self.name


class EndedBy(StrEnum):
    """What ended a recording of which the caller is still there."""

    KEY = "key"
    LIMIT = "limit"
    """Too long a silence, or too long a message. Asterisk does not say which."""


class Rang(StrEnum):
    """How ringing one or more phones came out."""

    ANSWERED = "answered"
    NO_ANSWER = "no answer"
    BUSY = "busy"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Listened:
    """How far somebody listened to a recording: the key that cut it short ("" where none did), and
    the second of it that had been reached by then.

    Of one that cannot be played that is the second where it was to begin, and it may be more than
    there is of one whose end was missed.
    """

    key: str
    at: float


async def _cannot_tell() -> bool:
    return False


@dataclass(frozen=True)
class Forwarded:
    """How ringing one phone came out that answered: call this number instead ("" for none)."""

    number: str

    def __str__(self) -> str:
        return f"forwarded to {self.number or 'nobody'}"


@dataclass(frozen=True)
class RecordingLimits:
    """When a recording ends by itself, in whole seconds (Asterisk counts no finer).

    A line has a noise of its own, which is no silence to Asterisk: ``only_noise`` is asked now and
    then whether what was recorded in the newest ``silence_seconds`` is nothing else.

    In the fallback ``max_seconds`` only: there Asterisk would cut off quiet speech as a silence.
    """

    max_seconds: int
    silence_seconds: int
    only_noise: Callable[[], Awaitable[bool]] = field(default=_cannot_tell, compare=False)


class Call(Protocol):
    """One caller on the line.

    Every verb raises `CallerLeft` when the caller leaves (or has left) and `CallLost` when Asterisk
    or the connection to it goes away. Sounds are Asterisk's names: ``vm-intro``, or the absolute
    path of an audio file without its extension.
    """

    @property
    def id(self) -> str:
        """Asterisk's id of the caller's channel."""

    @property
    def dialled(self) -> str:
        """The number that was called, as the network sent it."""

    @property
    def caller(self) -> Caller: ...

    @property
    def endpoint(self) -> str:
        """The endpoint of Asterisk's by which the call came, such as ``PJSIP/trunk``; "" where
        that is not known."""

    @property
    def source(self) -> Source:
        """The way by which Asterisk handed the call over."""

    @property
    def seen_before(self) -> bool:
        """Whether another flow may have served this very call already, and was lost."""

    async def answer(self, language: str) -> None:
        """Pick up (once; a second time changes nothing) and use ``language`` for bundled sounds.

        Asterisk may be asked for it together with the next verb.
        """

    async def play(self, *sounds: str, interrupt: str = "") -> str:
        """Play the sounds one after the other.

        Returns the key of ``interrupt`` that cut them short, or "". Other keys are not heard.
        Where one of them was pressed before, and waits, nothing is played.
        """

    async def digit(self, seconds: float) -> str:
        """Wait for a key: returns it, or "" when none was pressed within ``seconds``."""

    async def record(self, name: str, limits: RecordingLimits) -> EndedBy:
        """Beep, then record the caller under ``name`` until ``#``, silence or the time limit.

        On `CallerLeft` whatever was said up to then is in the file, and Asterisk has closed it. On
        `CallLost` Asterisk may still be writing.
        """

    async def record_on(self, name: str, limits: RecordingLimits) -> EndedBy | None:
        """Go on with the recording ``name`` that a lost flow began; as `record` in all else.

        None where it has ended already.
        """

    def is_whole(self, recording: str) -> bool:
        """Whether everything that came in is in a recording of this call, as far as is known."""

    async def replay(self, recording: str, interrupt: str = "") -> str:
        """Play a recording of this call to the caller; as `play` in all else."""

    async def listen(self, recording: str, at: float = 0.0, interrupt: str = ALL_KEYS) -> Listened:
        """Play a recording that lies in Asterisk's recording folder, from that second on; as `play`
        in all else.

        A second behind its end is its end. Whoever pauses, goes back or forward, listens again.
        There is no listening in the fallback: whoever comes there (``source``) is told so instead.
        """

    async def ring(
        self, endpoints: tuple[str, ...], seconds: float, hearing: Hearing = "ringing"
    ) -> Rang | Forwarded:
        """Ring the endpoints (Asterisk dial strings) at once; the first to answer is connected.

        ``ANSWERED`` is returned when the two have talked and the other side hung up. No phone's
        own forwarding is followed: of one that rings alone it is returned, and of several such a
        phone is unreachable.
        """

    async def hang_up(self) -> None:
        """End the call. Never raises: a call that is over already is what was wanted."""
