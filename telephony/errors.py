"""What can go wrong on the telephone side, one small tree.

TelephonyError                  a sentence for the operator
├── CallEnded                   the call is over; flows let it pass through them
│   ├── CallerLeft                  the caller left: the ordinary end of a call
│   └── CallLost                Asterisk, or the connection to it, went away
│       └── MovedOn             somebody else has given the caller to the dialplan
├── AriError                    Asterisk refused a request (carries its HTTP status)
│   └── AriUnavailable          Asterisk cannot be reached, or did not answer in time
├── LeaseLost                   another service serves this Asterisk now
└── SandboxError                the private Asterisk cannot be installed or started
"""

from __future__ import annotations


class TelephonyError(Exception):
    """Root of the tree: its text is one plain sentence."""


class CallEnded(TelephonyError):
    """The call is over; nothing more can be played to it or recorded from it."""


class CallerLeft(CallEnded):
    """The caller hung up."""


class CallLost(CallEnded):
    """Asterisk, or the connection to it, went away in mid-call."""


class MovedOn(CallLost):
    """Somebody else has given the caller to the dialplan, and goes on with what was begun here."""


class AriError(TelephonyError):
    """Asterisk answered a request with an error.

    ``status`` is the HTTP status, 0 where there was no answer at all.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class AriUnavailable(AriError):
    """Asterisk cannot be reached, or did not answer in time."""

    def __init__(self, message: str) -> None:
        super().__init__(0, message)


class LeaseLost(TelephonyError):
    """Another service serves this Asterisk now: this one must not act any more."""


class SandboxError(TelephonyError):
    """The private Asterisk cannot be installed or started."""
