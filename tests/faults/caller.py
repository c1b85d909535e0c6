"""A caller: dials, listens, presses keys, speaks after the beep, and goes on when things break.

Where the caller is comes from events of two Asterisks: the caller's own telephone, and the
company's, which only an onlooker's application reports. What the service thinks is not asked.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from telephony.ari.client import Event, HttpAri, new_id
from telephony.errors import AriError
from tests.faults.ears import Ears
from tests.faults.plans import TELLS, Plan, State
from tests.faults.voices import voice

PATIENCE_SECONDS = 2.0
"""After a key that changed nothing, it is pressed again."""
CALL_SECONDS = 120.0
COUNT_SECONDS = 1.0
"""So often the packets are counted that reach a telephone which is not known to hear anything.

More often, a hundred callers in silence would keep from the service the CPU to end that."""
FINGER_SECONDS = 0.4
"""From the last word to the key: Asterisk's Record() cuts off the quarter second before a `#`."""

SOUNDS = {
    "vm-instructions": State.MENU,
    "vm-whichbox": State.GREETING,
    "vm-nobodyavail": State.GREETING,
    "vm-nonumber": State.GREETING,
    "vm-review": State.REVIEW,
    "vm-tooshort": State.TOO_SHORT,
    "vm-msgsaved": State.SAVED,
    "vm-goodbye": State.GOODBYE,
}
"""What the company plays, as `tests.faults.company` configures it, and what it means."""


@dataclass(frozen=True)
class Moment:
    """Where a caller was when the blow fell, and for how long already, in seconds."""

    state: State
    offset: float


@dataclass
class Take:
    """What a caller said after one beep: when, and for which box."""

    speech: Path
    box: str
    began: float
    stopped: float | None = None

    @property
    def seconds(self) -> float:
        """How long it is, so far."""
        return (self.stopped or _now()) - self.began


@dataclass
class Caller:
    """One call from beginning to end."""

    plan: Plan
    number: str
    endpoint: str
    ari: HttpAri
    patience: float
    id: str = field(default_factory=new_id)
    state: State = State.WAITING
    ears: Ears = field(default_factory=Ears)
    was_told_too_short: bool = False
    was_told_saved: bool = False
    gave_up: bool = False
    by_asterisk_alone: bool = False
    """Recorded by the dialplan's last layer, which knows no keys."""
    _serial: int = 0
    _since: float = 0.0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _struck: asyncio.Event = field(default_factory=asyncio.Event)
    _playback: str = ""
    _saying: Path | None = None
    _speech_ended: asyncio.Event = field(default_factory=asyncio.Event)
    takes: list[Take] = field(default_factory=list)
    """What this caller has said, each once more where it was too short."""
    dialled_at: float | None = None
    connected_at: float | None = None
    gone_at: float | None = None
    at_blow: Moment = Moment(State.WAITING, 0)
    last: State = State.WAITING
    """Where the caller was before the end of the call."""
    diary: list[tuple[float, str]] = field(default_factory=list)
    """What the company's Asterisk did with this call, and the keys pressed: when, and what."""

    @property
    def began_speaking(self) -> bool:
        """Whether this caller got to speak."""
        return bool(self.takes)

    @property
    def box(self) -> str:
        """Where the message belongs."""
        asked_for_employee = self.plan.key == "1" and not self.by_asterisk_alone
        return "employee" if asked_for_employee else "company"

    @property
    def all_is_said(self) -> bool:
        """Whether there is nothing left to say to a beep."""
        again = self.was_told_too_short and self.plan.says_again
        return len(self.takes) >= (2 if again else 1)

    def blow(self) -> None:
        """The moment has come: remember where this caller is."""
        self.at_blow = Moment(self.state, _now() - self._since if self._since else 0.0)
        self._struck.set()

    def silence_since(self, moment: float) -> float:
        """The longest silence that this caller heard after a moment, in seconds.

        Waiting for an answer is silence, too, unless it rings meanwhile.
        """
        if self.dialled_at is None:
            return 0.0
        end = self.gone_at or _now()
        return self.ears.longest_silence(max(moment, self.dialled_at), end)

    # -- what happens to the caller ------------------------------------------------------------

    def enter(self, state: State) -> None:
        """Be somewhere else from now on (or there once more)."""
        if self.state is State.GONE:
            return
        now = _now()
        if self.state is State.RINGING:
            self.ears.note(self._since, now)
        if state is State.RECORDING:
            self.ears.note(now, now + 1)  # a breath before speaking
        self.was_told_saved |= state is State.SAVED
        self.was_told_too_short |= state is State.TOO_SHORT
        if state is State.GONE:
            self.last = self.state
        self.state, self._since, self._serial = state, now, self._serial + 1
        self._changed.set()

    def inside(self, event: Event) -> None:
        """The company's Asterisk does something with this call."""
        kind = event["type"]
        self.ears.hear(event, _now())
        self.diary.append((_now(), _told(event)))
        if kind == "PlaybackStarted":
            name = str(event["playback"]["media_uri"]).rpartition(":")[2].rpartition("/")[2]
            if (state := SOUNDS.get(name)) is not None:
                self.enter(state)
        elif kind == "RecordingStarted":
            self.enter(State.RECORDING)
        elif kind == "RecordingFinished":
            self.enter(State.FILING)
        elif kind == "ChannelDialplan" and event["dialplan_app"] == "AGI":
            self.enter(State.FALLBACK)
        elif kind == "ChannelDialplan" and event["dialplan_app"] == "Record":
            self.by_asterisk_alone = True
            self.enter(State.RECORDING)

    def at_the_phone(self, event: Event) -> None:
        """The caller's own telephone reports something."""
        now, kind = _now(), event["type"]
        if kind == "ChannelStateChange" and event["channel"]["state"] == "Ringing":
            self.ears.ring(now)
        elif kind == "StasisStart":
            self.connected_at = now
            self.ears.ring_no_more(now)
        elif kind in ("StasisEnd", "ChannelDestroyed") and self.gone_at is None:
            self.hung_up()
        elif kind in ("PlaybackStarted", "PlaybackContinuing"):
            said = event["playback"]
            media = said["media_uri"] if kind == "PlaybackStarted" else said["next_media_uri"]
            if self.gone_at is None and self._saying and media == _sound(self._saying):
                self.takes.append(Take(self._saying, self.box, now))
                self._saying = None  # told of twice: the one sound goes on, the other begins
        elif kind == "PlaybackFinished" and event["playback"]["id"] == self._playback:
            self._speech_ends()

    def hung_up(self) -> None:
        """The call is over, whoever ended it."""
        self.gone_at = _now()
        self.ears.end(self.gone_at)
        self._speech_ends()
        self.enter(State.GONE)

    def line_is_dead(self) -> None:
        """Nobody records what is spoken from now on."""
        self._speech_ends()

    def _speech_ends(self) -> None:
        if self.takes and self.takes[-1].stopped is None:
            said = self.takes[-1]
            said.stopped = _now()
            self.ears.note(said.began, said.stopped)
        self._speech_ended.set()

    # -- what the caller does ------------------------------------------------------------------

    async def live(self) -> None:
        """The call, once its time has come; returns when it is over."""
        listening = asyncio.create_task(self._count_packets())
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await self._dial()
                while self.state is not State.GONE:
                    await self._act()
        except TimeoutError:
            self.gave_up = True
        finally:
            await self.hang_up()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _count_packets(self) -> None:
        """After the blow, listen closely whenever nothing is known to be heard."""
        await self._struck.wait()
        while True:
            await asyncio.sleep(COUNT_SECONDS)
            speaking = self.state is State.RECORDING and not (self.takes and self.takes[-1].stopped)
            hears = self.ears.hears_something or self.state is State.RINGING
            if self.connected_at is None or speaking or hears:
                self.ears.count(None, _now())
                continue
            with suppress(AriError):
                path = f"/channels/{self.id}/rtp_statistics"
                statistics = await self.ari.request("GET", path)
                self.ears.count(int(statistics["rxcount"]), _now())

    async def _dial(self) -> None:
        self.enter(State.DIALLING)
        self.dialled_at = _now()
        dial = {
            "endpoint": self.endpoint,
            "app": self.ari.access.app,
            "appArgs": "caller",
            "callerId": f'"Caller {self.plan.index}" <{self.number}>',
            "timeout": 60,
        }
        await self.ari.request("POST", f"/channels/{self.id}", dial)  # type: ignore[arg-type]

    async def _act(self) -> None:
        """Do what a person does here, or wait for what comes."""
        before = self._serial
        all_is_said = self.all_is_said
        match self.state:
            case State.RECORDING if not all_is_said:
                await self._speak()
            case State.MENU | State.GREETING | State.RECORDING | State.TOO_SHORT if all_is_said:
                await self.hang_up()
            case State.FALLBACK if all_is_said:
                await self._changes(before, PATIENCE_SECONDS)
                await self.hang_up()
            case State.MENU | State.REVIEW | State.FALLBACK:
                if not await self._changes(before, self.plan.thinks):
                    await self._press("1" if all_is_said else self.plan.key)
                    await self._changes(before, PATIENCE_SECONDS)
            case State.SAVED | State.GOODBYE | State.TURNED_AWAY:
                await self._changes(before, TELLS)
                await self.hang_up()
            case _:
                if not await self._changes(before, self.patience):
                    self.gave_up = True
                    await self.hang_up()

    async def _changes(self, before: int, seconds: float) -> bool:
        """Whether, within the time, the caller is somewhere else than before."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._serial == before:
                    self._changed.clear()
                    await self._changed.wait()
        return self._serial != before

    async def _speak(self) -> None:
        """Say it all, then hang up or press #."""
        self._playback, before = new_id(), self._serial
        self._speech_ended.clear()
        self._saying = voice(self.plan.index, self.plan.voice, len(self.takes) + 1)
        media = ["sound:silence/1", _sound(self._saying)]
        if not await self._do("POST", f"/play/{self._playback}", {"media": media}):
            return
        await self._speech_ended.wait()
        await self._send_silence()
        await asyncio.sleep(FINGER_SECONDS)
        if self._serial == before and self.plan.presses_hash:
            await self._press("#")
            await self._changes(before, PATIENCE_SECONDS)
        elif self._serial == before:
            await self.hang_up()

    async def _press(self, key: str) -> None:
        self.diary.append((_now(), f"presses {key}"))
        await self._do("POST", "/dtmf", {"dtmf": key, "duration": 120})
        await self._send_silence()

    async def _send_silence(self) -> None:
        """A telephone never falls mute; playing a sound, or sending a key, ended the silence."""
        await self._do("DELETE", "/silence")
        await self._do("POST", "/silence")

    async def hang_up(self) -> None:
        if self.gone_at is None and self.state is not State.WAITING:
            await self._do("DELETE", "")
            self.hung_up()

    async def _do(self, method: str, path: str, params: dict[str, object] | None = None) -> bool:
        """Ask the telephone for something; False when the call is over."""
        try:
            await self.ari.request(method, f"/channels/{self.id}{path}", params)  # type: ignore[arg-type]
        except AriError as error:
            if error.status not in (404, 409, 412):
                raise
            return False
        return True


def _now() -> float:
    """As the event loop's clock, which the harness's threads have none of."""
    return time.monotonic()


def _sound(audio: Path) -> str:
    return f"sound:{audio.with_suffix('')}"


def _told(event: Event) -> str:
    """An event in a few words."""
    about = event.get("playback", {}).get("media_uri") or event.get("dialplan_app", "")
    return f"{event['type']} {about}".rstrip()
