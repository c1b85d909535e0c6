"""How long a caller waits for the database, in seconds: pauses that nobody takes for a broken line.

Healthy ones answer in milliseconds. What happens when they are over is in `worker_threads` (the
work goes on, nobody waits for it) and `message_taking` (a draft file stands in).
"""

from __future__ import annotations

from typing import Final

PATIENCE: Final = 0.5
"""Before the beep, for the office of the number dialled, and for the voice detector."""
FINISH_PATIENCE: Final = 2.0
"""After a recording: waiting is worth more here, as it may end in a promise."""
NEW_NUMBER_PATIENCE: Final = 5.0
"""For a number that was not known last: nobody is turned away before the database has said so."""
