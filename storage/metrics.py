"""What storage counts: messages, how long it takes until they are kept, and notifications.

The metrics are made when they are first used, in a role's process: commands need none of it.
"""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

from storage.database.tables import MessageRow

FILING_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 600.0, 3600.0)
DELIVERY_KINDS = ("mail", "webhook", "chat")


class Metrics:
    """Storage's metrics. Counting is a write to memory; it never fails and never waits."""

    def __init__(self) -> None:
        # Imported here: it takes a tenth of a second, and no command needs it.
        from prometheus_client import Counter, Histogram

        self.messages = Counter(
            "voicepost_messages",
            "Recordings settled: kept, quiet (aside, as probably empty), or empty (no sound).",
            ["source", "outcome"],
            registry=None,
        )
        self.cut_off = Counter(
            "voicepost_messages_cut_off",
            "Messages kept that lack something of what was said.",
            registry=None,
        )
        self.seconds = Counter(
            "voicepost_messages_stored_seconds", "Seconds of messages kept.", registry=None
        )
        self.failures = Counter(
            "voicepost_filing_failures",
            "Attempts to file a recording that failed; it waits for the next one.",
            registry=None,
        )
        self.refused = Counter(
            "voicepost_messages_refused",
            "Messages that callers could not leave: no room, or a full mailbox.",
            ["why"],
            registry=None,
        )
        self.deliveries = Counter(
            "voicepost_deliveries",
            "Notifications that came to an end: sent, or failed (refused, or given up).",
            ["kind", "outcome"],
            registry=None,
        )
        for kind in DELIVERY_KINDS:  # from 0 on: of a first one no rise would be seen
            for outcome in ("sent", "failed"):
                self.deliveries.labels(kind, outcome)
        self.filing = Histogram(
            "voicepost_filing_seconds",
            "From the end of a recording to the message being kept.",
            buckets=FILING_SECONDS,
            registry=None,
        )


@cache
def metrics() -> Metrics:
    """The metrics of this process; no registry has them, for the files are read instead."""
    return Metrics()


def count_settled(row: MessageRow, recording: Path) -> None:
    """Count a draft that has just been settled; its recording is still there if there was one."""
    count = metrics()
    count.messages.labels(row.source, "quiet" if row.quiet else row.state).inc()
    if row.state != "kept":
        return
    count.seconds.inc(row.duration or 0.0)
    if row.cut_off:
        count.cut_off.inc()
    try:
        count.filing.observe(max(0.0, time.time() - recording.stat().st_mtime))
    except OSError:
        return  # somebody else settled it too, and was faster
