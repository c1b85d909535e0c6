"""A call's inbox, while nobody reads it."""

from __future__ import annotations

from telephony.ari.line import KEYS_KEPT, Inbox, deliver


async def test_a_storm_of_keys_fills_no_memory_and_hides_no_hang_up() -> None:
    """Fifty keys a second, for as long as the caller likes, and the hang-up at last."""
    inbox = Inbox()
    for n in range(10_000):
        deliver(inbox, {"type": "ChannelDtmfReceived", "digit": str(n % 10)})
    deliver(inbox, {"type": "ChannelHangupRequest"})

    events = [inbox.get_nowait() for _ in range(inbox.qsize())]

    assert len(events) == KEYS_KEPT + 1
    assert [event["digit"] for event in events[:12]] == list("012345678901")
    assert events[-1]["type"] == "ChannelHangupRequest"
