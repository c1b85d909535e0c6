"""What only a real telephone can do, or wait for, as steps of a call; see `tests.scenarios`."""

from __future__ import annotations

from dataclasses import dataclass

from tests.scenarios import Expected, Step


@dataclass(frozen=True)
class Answered:
    """Wait until the call is answered, and begin to send sound."""


@dataclass(frozen=True)
class Heard:
    """Wait until this sound has been played to its end."""

    sound: str


@dataclass(frozen=True)
class Replayed:
    """Wait until the caller begins to hear what he said."""


@dataclass(frozen=True)
class Typed:
    """Wait until Asterisk has noticed this key."""

    key: str


@dataclass(frozen=True)
class Storm:
    """Press these keys as fast as a telephone can."""

    keys: str


@dataclass(frozen=True)
class Breathe:
    """Say nothing for a second."""


@dataclass(frozen=True)
class Say:
    """Say this text, in Russian, to its end, whether or not there was a beep."""

    text: str


@dataclass(frozen=True)
class Cancel:
    """Give up before anybody answered."""


@dataclass(frozen=True)
class Mute:
    """Send no sound for so many seconds, then send silence again."""

    seconds: float


@dataclass(frozen=True)
class DropOut:
    """Send no sound until the recording was ended for that, and another was begun."""


@dataclass(frozen=True)
class MuteForGood:
    """Send no sound any more, and stay on the line."""


@dataclass(frozen=True)
class PicksUp:
    """The phone that rings is answered."""

    phone: str


@dataclass(frozen=True)
class OtherHangsUp:
    """The phone that the caller talks to is hung up."""

    phone: str


@dataclass(frozen=True)
class TwoParts(Expected):
    """One message, of which the second part was spoken after a time without any sound."""

    then_said: str


RealStep = (
    Step
    | Answered
    | Heard
    | Replayed
    | Typed
    | Storm
    | Breathe
    | Say
    | Cancel
    | DropOut
    | Mute
    | MuteForGood
    | PicksUp
    | OtherHangsUp
)
"""A step that only a real telephone can take, or one of everybody's."""
