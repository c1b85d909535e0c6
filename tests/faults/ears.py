"""What one caller's telephone hears: sounds and silences.

The company's Asterisk tells when it plays something over ARI. Of what the fallback or Asterisk
alone plays nobody tells; there the packets that reach the telephone are counted: one that only
listens gets none.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from telephony.ari.client import Event

Span = tuple[float, float]

PACKET_SECONDS = 0.02
"""The sound in one packet, of G.711 as telephones send it."""
RINGS_SECONDS = 5.0
"""So long somebody hears the company's phone ring and waits; from then on it counts as silence."""


@dataclass
class Ears:
    """Spans of sound, by the event loop's clock. What the caller says counts as sound too."""

    spans: list[Span] = field(default_factory=list)
    _playing: dict[str, float] = field(default_factory=dict)
    _packets: tuple[int, float] | None = None
    _rings_since: float | None = None

    @property
    def hears_something(self) -> bool:
        """Whether a sound is known to be played just now."""
        return bool(self._playing)

    def hear(self, event: Event, now: float) -> None:
        """An event of the company's Asterisk."""
        if event["type"] == "PlaybackStarted":
            self._playing.setdefault(event["playback"]["id"], now)  # once for each sound of it
        elif event["type"] == "PlaybackFinished":
            began = self._playing.pop(event["playback"]["id"], None)
            if began is not None:
                self.spans.append((began, now))

    def count(self, packets: int | None, now: float) -> None:
        """So many packets have come in all: more than when they were counted last is sound.

        None where nobody needed to count.
        """
        if packets is not None and self._packets is not None and packets > self._packets[0]:
            before, counted = self._packets
            sound = (packets - before) * PACKET_SECONDS
            self.spans.append((max(counted, now - sound), now))
        self._packets = None if packets is None else (packets, now)

    def ring(self, now: float) -> None:
        """The company's phone begins to ring."""
        self._rings_since = now

    def ring_no_more(self, now: float) -> None:
        """It was answered, or nobody waits for that any more."""
        if self._rings_since is not None:
            self.spans.append((self._rings_since, min(now, self._rings_since + RINGS_SECONDS)))
            self._rings_since = None

    def note(self, begin: float, end: float) -> None:
        """A span in which nobody expects to hear anything."""
        self.spans.append((begin, end))

    def end(self, now: float) -> None:
        """The call is over."""
        self.ring_no_more(now)
        self.spans += [(began, now) for began in self._playing.values()]
        self._playing.clear()

    def longest_silence(self, begin: float, end: float) -> float:
        """The longest time without a sound, in seconds, between two moments."""
        longest, silent_since = 0.0, begin
        for starts, ends in sorted(self.spans):
            longest = max(longest, min(starts, end) - silent_since)
            silent_since = max(silent_since, ends)
        return max(longest, end - silent_since)
