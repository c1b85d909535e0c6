"""What telephony counts: calls, and the connection to Asterisk.

The metrics are made when they are first used, in a role's process: commands need none of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from telephony.call import Source
from telephony.errors import CallEnded, CallLost


class Metrics:
    """Telephony's metrics. Counting is a write to memory; it never fails and never waits."""

    def __init__(self) -> None:
        # Imported here: it takes a tenth of a second, and no command needs it.
        from prometheus_client import Counter, Gauge

        self.calls = Counter(
            "voicepost_calls",
            "Calls that ended, by who served them (ari, agi, or asterisk alone) and how.",
            ["source", "outcome"],
            registry=None,
        )
        self.in_progress = Gauge(
            "voicepost_calls_in_progress",
            "Calls being served.",
            multiprocess_mode="livesum",
            registry=None,
        )
        self.connected = Gauge(
            "voicepost_ari_connected",
            "1 while events come in from Asterisk.",
            multiprocess_mode="livesum",
            registry=None,
        )
        self.reconnects = Counter(
            "voicepost_ari_reconnects",
            "Connections to Asterisk made, after the first one.",
            registry=None,
        )
        self.beat = Gauge(
            "voicepost_calls_heartbeat_timestamp_seconds",
            "When the process that serves calls was last seen to do something.",
            multiprocess_mode="livemax",
            registry=None,
        )
        for gauge in (self.in_progress, self.connected):
            gauge.set(0)
        self.connections = 0


@cache
def metrics() -> Metrics:
    """The metrics of this process; no registry has them, for the files are read instead."""
    return Metrics()


@contextmanager
def counted(source: Source) -> Iterator[None]:
    """Around a call: counts it while it lasts, and how it came out."""
    count = metrics()
    count.in_progress.inc()
    outcome = "failed"
    try:
        yield
        outcome = "served"
    except CallLost:
        outcome = "lost"
        raise
    except CallEnded:
        outcome = "hung_up"
        raise
    finally:
        count.in_progress.dec()
        count.calls.labels(source, outcome).inc()


def note_connection(*, is_up: bool) -> None:
    """Events from Asterisk come in from now on, or no longer."""
    count = metrics()
    count.connected.set(int(is_up))
    if is_up:
        count.reconnects.inc(1 if count.connections else 0)
        count.connections += 1


def note_beat() -> None:
    """The process that serves calls is at work: its loop turns."""
    metrics().beat.set(time.time())
