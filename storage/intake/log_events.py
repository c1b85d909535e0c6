"""The lines of the log that tell what became of a call's recording later.

Declared once, for the code that logs them and for whoever reads old logs: names and fields stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SETTLED: Final = "message settled"
SETTLED_ASIDE: Final = "message settled aside"

FIELDS: Final[Mapping[str, frozenset[str]]] = {
    SETTLED: frozenset({"message", "seconds"}),
    SETTLED_ASIDE: frozenset({"message", "seconds"}),
}
"""What each carries; the call's id, the role and the level stand on every line."""
