"""How a call stands: whether its caller is still there, and whether the service is.

The one place where that is kept, and the words in which it is told and asked. What was said first
counts: who has hung up cannot be moved on afterwards.
"""

from __future__ import annotations

from enum import Enum

from telephony.errors import CallEnded, CallerLeft, CallLost, MovedOn


class _Caller(Enum):
    HERE = "here"
    HUNG_UP = "hung up"
    MOVED_ON = "moved on"


class _Service(Enum):
    SERVES = "serves"
    DRAINS = "drains"
    STOPS = "stops"


class LineState:
    """How one call stands; new ones are served, and their callers are there."""

    def __init__(self) -> None:
        self._caller = _Caller.HERE
        self._service = _Service.SERVES
        self._hears_music = False
        self.talks_on = False
        """Whether two people talk on while the service goes: nothing of theirs is touched."""

    @property
    def is_left(self) -> bool:
        """Whether the caller is gone, so that nothing more can be done for them."""
        return self._caller is not _Caller.HERE

    @property
    def may_record(self) -> bool:
        """Whether a recording may begin. While the service drains it might be cut short, so it is
        left to the fallback; what runs already is recorded to its end."""
        return self._service is _Service.SERVES

    def caller_left(self, *, moved_on: bool = False) -> None:
        """The caller hung up, or (``moved_on``) somebody else gave them to the dialplan."""
        if not self.is_left:
            self._caller = _Caller.MOVED_ON if moved_on else _Caller.HUNG_UP

    def service_drains(self) -> None:
        """The service is to end: calls that run go on, and nothing new begins."""
        if self._service is _Service.SERVES:
            self._service = _Service.DRAINS

    def service_stops(self) -> None:
        """The service ends now: the caller is left to the dialplan."""
        self._service = _Service.STOPS

    def conversation_goes_on(self) -> None:
        """Two people talk, and go on when we are gone: the next service finds and watches them."""
        self.talks_on = True

    def found_alone(self) -> None:
        """The caller was alone before us, and may hear `telephony.ari.music`."""
        self._hears_music = True

    def take_music(self) -> bool:
        """Whether music is to be ended before something else is heard; asked once only."""
        heard, self._hears_music = self._hears_music, False
        return heard

    def check(self) -> None:
        """Raise how the call ended, if it did: `CallerLeft`, `MovedOn`, or `CallLost`.

        An ended call stays ended.
        """
        if self.is_left:
            raise self.why_over()
        if self._service is _Service.STOPS:
            raise CallLost("The service is stopping.")

    def why_over(self) -> CallEnded:
        """Why nothing more can be done for the caller, who is gone."""
        if self._caller is _Caller.MOVED_ON:
            return MovedOn("The caller was moved on.")
        return CallerLeft("The caller hung up.")
