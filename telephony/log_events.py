"""The lines of the log that tell a call's story, as the telephone side writes them.

Declared once, for the code that logs them and for whoever reads old logs: names and fields stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CALL: Final = "call"
TAKEN_UP_AGAIN: Final = "taking up a call again"
HUNG_UP: Final = "caller hung up"
OVER: Final = "call over"
LOST: Final = "call lost"
FAILED: Final = "call failed, leaving the caller to the dialplan"

FIELDS: Final[Mapping[str, frozenset[str]]] = {
    CALL: frozenset({"args", "caller"}),
    TAKEN_UP_AGAIN: frozenset({"call", "args"}),
    HUNG_UP: frozenset(),
    OVER: frozenset(),
    LOST: frozenset({"why"}),
    FAILED: frozenset(),
}
"""What each carries; the call's id, the role and the level stand on every line."""
