"""A call over ARI: each verb is one request and the wait for the event that ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from telephony.ari import ringing
from telephony.ari.client import Event, new_id
from telephony.ari.line import CHECK_SECONDS, RECONNECTED, Line
from telephony.ari.recording import Recorder
from telephony.call import (
    ALL_KEYS,
    Caller,
    EndedBy,
    Forwarded,
    Hearing,
    Listened,
    Rang,
    RecordingLimits,
    Source,
)
from telephony.errors import AriError
from telephony.identity import (
    FROM_VARIABLE,
    REPLACED,
    called_number,
    named_by,
    plain_number,
)

log = structlog.get_logger()


class AriCall:
    """One caller's channel in the ARI application. Implements `telephony.call.Call`."""

    source: Source = "ari"

    def __init__(
        self, line: Line, channel: Event, dialled: str, *, seen_before: bool = False
    ) -> None:
        self.line = line
        self._clock = asyncio.get_running_loop()
        self.seen_before = seen_before
        self.id = line.id
        self.dialled = called_number(dialled)
        self.endpoint = str(channel.get("name", "")).rpartition("-")[0]
        number, name = str(channel["caller"]["number"]), str(channel["caller"]["name"])
        self.caller = Caller(plain_number(number), name)
        self._up = channel["state"] == "Up"
        self._to_answer = False
        self._language = "en"
        self._recorder = Recorder(line)

    async def read_name(self) -> None:
        """Read the caller's name anew where it is no UTF-8, of which Asterisk tells nothing else.

        The dialplan keeps the From header for that.
        """
        if REPLACED not in self.caller.name:
            return
        try:
            kept = await self.line.look(f"/channels/{self.id}/variable?variable={FROM_VARIABLE}")
        except AriError:
            return
        if kept:  # an older dialplan has no such variable
            self.caller = named_by(self.caller, str(kept["value"]))

    async def answer(self, language: str) -> None:
        # Asked for together with what is heard first, which would else come a request later.
        self._language = language
        self._to_answer = not self._up

    async def play(self, *sounds: str, interrupt: str = "") -> str:
        return (await self._play([f"sound:{sound}" for sound in sounds], interrupt)).key

    async def replay(self, recording: str, interrupt: str = "") -> str:
        parts = self._recorder.parts(recording)
        return (await self._play([f"recording:{part}" for part in parts], interrupt)).key

    async def listen(self, recording: str, at: float = 0.0, interrupt: str = ALL_KEYS) -> Listened:
        if key := await self._typed_ahead(interrupt):
            return Listened(key, at)
        if not await self.line.exists(f"/recordings/stored/{recording}"):
            # Asterisk would say that it begins, and nothing ever after.
            log.warning("a recording is not there", recording=recording)
            return Listened("", at)
        return await self._play([f"recording:{recording}"], interrupt, at)

    async def digit(self, seconds: float) -> str:
        await self._answer_now()
        clock = self._clock
        end = clock.time() + seconds
        while (event := await self.line.next_event(end - clock.time())) is not None:
            if key := self.line.key(event):
                return key
            if event["type"] == RECONNECTED:
                end = clock.time() + seconds  # a key may have been missed: it is pressed again
        return ""

    async def record(self, name: str, limits: RecordingLimits) -> EndedBy:
        await self._answer_now()
        return await self._recorder.record(name, limits)

    async def record_on(self, name: str, limits: RecordingLimits) -> EndedBy | None:
        return await self._recorder.record_on(name, limits)

    def is_whole(self, recording: str) -> bool:
        return self._recorder.is_whole(recording)

    async def ring(
        self, endpoints: tuple[str, ...], seconds: float, hearing: Hearing = "ringing"
    ) -> Rang | Forwarded:
        line = self.line
        legs = ringing.new_legs(endpoints)
        tone = ringing.tone(hearing, self.id)
        for leg in legs:
            line.watch(leg)
        if hearing == "music":
            await self.answer(self._language)  # before that, Asterisk sends no music
        await self._answer_now()
        try:
            await line.command("POST", tone)
            answer = await ringing.first_answer(line, self.caller, legs, seconds)
            await line.forgive("DELETE", tone)
            if isinstance(answer, Rang | Forwarded):
                return answer
            await ringing.hang_up(line, legs.keys() - {answer}, "answered_elsewhere")
            await self._talk(answer)
            return Rang.ANSWERED
        finally:
            if not line.state.talks_on:
                await ringing.hang_up(line, legs)
            for leg in legs:
                line.unwatch(leg)

    async def hang_up(self) -> None:
        await self.line.hang_up()

    async def rejoin_talk(self, bridge: str, legs: Sequence[str]) -> None:
        """Go on with a conversation that runs already; the legs are being watched."""
        try:
            for leg in legs:
                await ringing.talk(self.line, leg)
        finally:
            if not self.line.state.talks_on:
                await ringing.hang_up(self.line, legs)
                await self.line.forgive("DELETE", bridge)
            for leg in legs:
                self.line.unwatch(leg)

    async def _talk(self, leg: str) -> None:
        """Connect caller and leg until either hangs up."""
        bridge = f"/bridges/{new_id()}"
        line = self.line
        await self.answer(self._language)
        await self._answer_now()
        await line.command("POST", bridge, {"type": "mixing"})
        try:
            await line.attempt("POST", f"{bridge}/addChannel", {"channel": [self.id, leg]})
            await ringing.talk(line, leg)
        finally:
            if not line.state.talks_on:
                await line.forgive("DELETE", bridge)

    def _answering(self) -> str:
        """The path of the request to pick up, where that is still to be made, and is made now."""
        if not self._to_answer:
            return ""
        self._to_answer, self._up = False, True
        return f"/channels/{self.id}/answer"

    async def _answer_now(self) -> None:
        if path := self._answering():
            await self.line.command("POST", path)

    async def _typed_ahead(self, keys: str) -> str:
        """A key that waits already, and counts. Who pressed it is answered all the same."""
        if key := await self.line.typed_ahead(keys):
            await self._answer_now()
        return key

    async def _play(self, media: list[str], interrupt: str, at: float = 0.0) -> Listened:
        """Play, from second ``at`` of the first on, until a key of ``interrupt`` or the end."""
        if key := await self._typed_ahead(interrupt):
            return Listened(key, at)
        playback = new_id()
        offset = {"offsetms": round(at * 1000)} if at else {}
        await self.line.command(
            "POST",
            f"/channels/{self.id}/play/{playback}",
            {"media": media, "lang": self._language, **offset},
            first=self._answering(),
        )
        key, begun = await self._played(playback, media, interrupt)
        return Listened(key, at + self._clock.time() - begun)

    async def _played(self, playback: str, media: list[str], interrupt: str) -> tuple[str, float]:
        """Wait for the end of what plays: the key that cut it short, or "", and when it began.

        No event of Asterisk's tells how far it came. What plays before may still have to end.
        """
        line, path = self.line, f"/playbacks/{playback}"
        begun = self._clock.time()
        while True:
            event = await line.next_event(CHECK_SECONDS)
            if event is None or event["type"] == RECONNECTED:
                if not await line.exists(path):
                    return "", begun
            elif event.get("playback", {}).get("id") == playback:
                if event["type"] == "PlaybackStarted":
                    begun = self._clock.time()
                elif event["type"] == "PlaybackFinished":
                    if event["playback"]["state"] == "failed":
                        log.warning("a sound cannot be played", media=media)
                    return "", begun
            elif (key := line.key(event)) and key in interrupt:
                line.end(path)
                return key, begun
