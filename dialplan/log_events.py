"""The lines of the log that tell a call's story, as call flows write them.

Declared once, for the code that logs them and for whoever reads old logs: names and fields stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

GOING_ON: Final = "going on with a message"
LEFT_ALREADY: Final = "the call had left a message already"
NUMBER: Final = "number"
NOBODYS_NUMBER: Final = "a number that no company has"
NO_MESSAGE_FOR_NOBODY: Final = "no message for a number that no company has"
MENU: Final = "menu"
KEY: Final = "key"
WRONG_KEY: Final = "wrong key"
NO_KEY: Final = "no key"
ACTION: Final = "action"
FORWARDED_ALWAYS: Final = "forwarded always"
RANG: Final = "rang"
NO_PLACE: Final = "no message can be taken"
BEEP: Final = "beep"
RECORDING_OVER: Final = "recording over"
KEPT: Final = "message kept"
KEPT_ASIDE: Final = "message kept aside"
NO_SOUND: Final = "take without a sound"
WAITS: Final = "a message waits to be filed"
LISTENING: Final = "message played to a listener"
NOT_PLAYABLE: Final = "a message cannot be played"
PIN_REFUSED: Final = "a PIN was refused"

FIELDS: Final[Mapping[str, frozenset[str]]] = {
    GOING_ON: frozenset({"takes", "employee"}),
    LEFT_ALREADY: frozenset(),
    NUMBER: frozenset({"dialled", "company"}),
    NOBODYS_NUMBER: frozenset({"dialled"}),
    NO_MESSAGE_FOR_NOBODY: frozenset({"why"}),
    MENU: frozenset({"menu"}),
    KEY: frozenset({"key"}),
    WRONG_KEY: frozenset({"key"}),
    NO_KEY: frozenset(),
    ACTION: frozenset({"action"}),
    FORWARDED_ALWAYS: frozenset({"employee"}),
    RANG: frozenset({"employee", "number", "outcome"}),  # a number where one outside was rung
    NO_PLACE: frozenset({"why"}),
    BEEP: frozenset({"message"}),
    RECORDING_OVER: frozenset({"message", "ended_by"}),
    KEPT: frozenset({"message", "seconds"}),
    KEPT_ASIDE: frozenset({"message", "seconds"}),
    NO_SOUND: frozenset({"message"}),
    WAITS: frozenset({"message", "why"}),
    LISTENING: frozenset({"message"}),
    NOT_PLAYABLE: frozenset({"message", "why"}),
    PIN_REFUSED: frozenset(),  # what was typed for an extension may be a PIN
}
"""What each carries at most; the call's id, the role and the level stand on every line."""
