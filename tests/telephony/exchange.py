"""The telephone exchange inside the fake Asterisk: channels, sounds, recordings, bridges.

It behaves as a real one was measured to: the same events, in the same order, the same refusals.
Callers with an actor act by themselves; with the others nothing happens unless a test says so.
"""

from __future__ import annotations

import math
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from telephony.ari.lamps import MODULES as LAMP_MODULES
from telephony.call import EndedBy
from tests.dialplan.actor import Actor
from tests.scenarios import HangUp, Press
from tests.speech import RATE, samples, silence, speak, write_wav

Json = dict[str, Any]
APP = "voicepost"
BUSY, NORMAL = 17, 16
"""Q.850 causes."""


class Refused(Exception):
    """Asterisk's answer to a request that it will not do."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass
class Channel:
    """Somebody on the line: a caller, or (with an ``originator``) a phone that we ring."""

    id: str
    args: tuple[str, ...]
    endpoint: str = ""
    number: str = "79161112233"
    name: str = "Иван"
    state: str = "Ring"
    stasis: bool = False
    actor: Actor | None = None
    originator: str = ""
    hears: str = ""
    pause_seconds: float = 0.0
    source: int = 0
    """The number of the stream that comes from there; 0: Asterisk does not tell."""
    bytes_came: int = 0
    lost: int = 0

    def json(self) -> Json:
        app_data = "(Outgoing Line)" if self.originator else ",".join((APP, *self.args))
        return {
            "id": self.id,
            "name": f"PJSIP/trunk-{self.id[:8]}",
            "state": self.state,
            "caller": {"name": self.name, "number": self.number},
            "dialplan": {
                "context": "voicepost",
                # One that is only being rung is not inside yet.
                "app_name": "Stasis" if self.stasis or not self.originator else "AppDial2",
                "app_data": app_data,
            },
        }


@dataclass
class Playback:
    id: str
    channel: str
    media: list[str]
    at: float = 0.0
    """The second from which on it plays."""

    def json(self, state: str) -> Json:
        return {"id": self.id, "target_uri": f"channel:{self.channel}", "state": state}


@dataclass
class Recording:
    name: str
    channel: str

    def json(self, state: str) -> Json:
        return {"name": self.name, "target_uri": f"channel:{self.channel}", "state": state}


@dataclass
class Exchange:
    """``emit`` sends an event; ``recordings`` is where recordings appear."""

    emit: Callable[[Json], None]
    recordings: Path
    channels: dict[str, Channel] = field(default_factory=dict)
    playbacks: dict[str, Playback] = field(default_factory=dict)
    live: dict[str, Recording] = field(default_factory=dict)
    bridges: dict[str, set[str]] = field(default_factory=dict)
    played: list[str] = field(default_factory=list)
    """Every sound that was begun, as "sound:NAME" or "recording:NAME"."""
    in_dialplan: list[str] = field(default_factory=list)
    """Channels that were given back to the dialplan."""
    ended: dict[str, str] = field(default_factory=dict)
    """Channels that we were asked to hang up, and the reason given."""
    variables: dict[str, str] = field(default_factory=dict)
    """Those of every channel."""
    modules: set[str] = field(default_factory=lambda: {"func_talkdetect.so", *LAMP_MODULES})
    consequences: deque[Callable[[], None]] = field(default_factory=deque)
    """What is still to happen because of requests already accepted."""

    # -- what callers and phones do ------------------------------------------------------------

    def call(self, *args: str, actor: Actor | None = None, **caller: str) -> str:
        """Somebody calls, and the dialplan sends the channel into our application."""
        if actor is not None:
            args = ("call", actor.scenario.dialled)
        channel = Channel(str(uuid.uuid4()), args or ("call", "74951234567"), actor=actor, **caller)  # type: ignore[arg-type]
        self.channels[channel.id] = channel
        self._enter(channel)
        return channel.id

    def hang_up(self, channel_id: str, cause: int = NORMAL) -> None:
        """A caller, or a phone, hangs up (or is made to)."""
        if (channel := self.channels.pop(channel_id, None)) is None:
            return
        about = {"channel": channel.json()}
        if channel.stasis:
            self.emit({"type": "ChannelHangupRequest", "cause": cause, **about})
        for recording in [r for r in self.live.values() if r.channel == channel_id]:
            self.finish_recording(recording.name)
        for playback in [p for p in self.playbacks.values() if p.channel == channel_id]:
            self.finish_playback(playback.id)
        if channel.stasis:
            self.emit({"type": "StasisEnd", **about})
        if channel.originator:
            self.emit({"type": "ChannelDestroyed", "cause": cause, **about})

    def press(self, channel_id: str, keys: str) -> None:
        """Keys are pressed; ``#`` ends what is being recorded."""
        for key in keys:
            about = {"channel": self.channels[channel_id].json()}
            self.emit({"type": "ChannelDtmfReceived", "digit": key, **about})
            if key == "#":
                for recording in [r for r in self.live.values() if r.channel == channel_id]:
                    self.finish_recording(recording.name)

    def answer_phone(self, leg_id: str) -> None:
        """A phone that we ring is picked up."""
        leg = self.channels[leg_id]
        leg.state = "Up"
        self.emit({"type": "ChannelStateChange", "channel": leg.json()})
        self._enter(leg)

    def redirect(self, leg_id: str, forward: str, followed: str = "") -> None:
        """A phone answers that ``forward`` is to be called, and is over; ``followed`` is the
        channel by which Asterisk does so, where it can."""
        leg = self.channels[leg_id]
        dial: Json = {"type": "Dial", "peer": leg.json(), "dialstatus": "CANCEL"}
        if followed:
            self.channels[followed] = Channel(followed, (), originator=leg.originator)
            dial["forwarded"] = self.channels[followed].json()
        self.emit({**dial, "forward": forward})
        self.hang_up(leg_id)

    def finish_playback(self, playback_id: str, state: str = "done") -> None:
        if playback := self.playbacks.pop(playback_id, None):
            self.emit({"type": "PlaybackFinished", "playback": playback.json(state)})

    def finish_playbacks(self) -> None:
        """Everything that plays comes to its end."""
        for playback_id in list(self.playbacks):
            self.finish_playback(playback_id)

    def begin_to_talk(self, channel_id: str) -> None:
        """The caller is heard, after nothing was."""
        channel = self.channels[channel_id]
        if channel.pause_seconds:
            self.emit({"type": "ChannelTalkingStarted", "channel": channel.json()})

    def pause(self, channel_id: str) -> None:
        """The caller says something, and then nothing for as long as Asterisk was told to wait."""
        self.begin_to_talk(channel_id)
        self.stop_talking(channel_id)

    def stop_talking(self, channel_id: str) -> None:
        channel = self.channels[channel_id]
        if channel.pause_seconds:
            self.emit({"type": "ChannelTalkingFinished", "channel": channel.json()})

    def speak(self, channel_id: str, seconds: float, source: int = 1001) -> None:
        """So much sound comes in, perhaps of a new stream."""
        channel = self.channels[channel_id]
        if source != channel.source:
            channel.source, channel.bytes_came = source, 0
        channel.bytes_came += round(seconds * 8000)

    def rtp_statistics(self, channel_id: str) -> Json:
        channel = self._there(channel_id)
        if not channel.source:
            raise Refused(404, "No statistics")
        return {
            "remote_ssrc": channel.source,
            "rxoctetcount": channel.bytes_came,
            "rxploss": channel.lost,
        }

    def watch_for_pauses(self, channel_id: str, params: Mapping[str, Any]) -> None:
        if params["variable"] == "TALK_DETECT(remove)":
            self._ours(channel_id).pause_seconds = 0.0
            return
        assert params["variable"] == "TALK_DETECT(set)"
        milliseconds, _ = str(params["value"]).split(",")
        self._ours(channel_id).pause_seconds = int(milliseconds) / 1000

    def finish_recording(self, name: str, *, seconds: int | None = None) -> None:
        if recording := self.live.pop(name, None):
            data = recording.json("done")
            if seconds is not None:
                data["duration"] = seconds
            self.emit({"type": "RecordingFinished", "recording": data})

    def run_out(self) -> None:
        """Time passes: what plays to callers with an actor comes to its end."""
        for playback in list(self.playbacks.values()):
            if self.channels[playback.channel].actor:
                self.finish_playback(playback.id)

    def legs(self) -> list[Channel]:
        """The phones being rung or talked to."""
        return [channel for channel in self.channels.values() if channel.originator]

    # -- requests ------------------------------------------------------------------------------

    def application(self) -> Json:
        there = self.channels.values()
        present = [channel.id for channel in there if channel.stasis or channel.originator]
        return {"name": APP, "channel_ids": present}

    def channel(self, channel_id: str) -> Json:
        return self._there(channel_id).json()

    def variable(self, channel_id: str, name: str) -> Json:
        self._there(channel_id)
        if name not in self.variables:
            raise Refused(404, "Provided variable was not found")
        return {"value": self.variables[name]}

    def answer(self, channel_id: str) -> None:
        channel = self._ours(channel_id)
        if channel.state != "Up":
            channel.state = "Up"
            self.emit({"type": "ChannelStateChange", "channel": channel.json()})

    def hearing(self, channel_id: str, tone: str) -> None:
        self._ours(channel_id).hears = tone

    def give_back(self, channel_id: str) -> None:
        """``continue``: the channel leaves the application."""
        channel = self._ours(channel_id)
        channel.stasis = False
        self.in_dialplan.append(channel_id)
        self.emit({"type": "StasisEnd", "channel": channel.json()})

    def end(self, channel_id: str, reason: str) -> None:
        self._there(channel_id)
        self.ended[channel_id] = reason
        self.hang_up(channel_id)

    def play(self, channel_id: str, playback_id: str, params: Mapping[str, Any]) -> Json:
        channel = self._ours(channel_id)
        at = params.get("offsetms", 0) / 1000
        playback = Playback(playback_id, channel_id, list(params["media"]), at)
        self.playbacks[playback_id] = playback
        self.played += playback.media
        self.emit({"type": "PlaybackStarted", "playback": playback.json("playing")})
        if channel.actor:
            self.consequences.append(lambda: self._heard(channel, playback))
        elif at and at >= self._seconds(playback.media[0].removeprefix("recording:")):
            self.consequences.append(lambda: self.finish_playback(playback_id))
        return playback.json("queued")

    def stop_playback(self, playback_id: str) -> None:
        self._existing(self.playbacks, playback_id, "Playback")
        self.finish_playback(playback_id)

    def playback(self, playback_id: str) -> Json:
        found: Playback = self._existing(self.playbacks, playback_id, "Playback")
        return found.json("playing")

    def record(self, channel_id: str, params: Mapping[str, Any]) -> Json:
        channel = self._ours(channel_id)
        name = str(params["name"])
        if name in self.live or (self.recordings / f"{name}.wav").exists():
            raise Refused(409, "Recording already exists")
        recording = Recording(name, channel_id)
        self.live[name] = recording
        self.emit({"type": "RecordingStarted", "recording": recording.json("recording")})
        if channel.actor:
            self.consequences.append(lambda: self._spoken(channel, recording))
        return recording.json("queued")

    def stop_recording(self, name: str) -> None:
        self._existing(self.live, name, "Recording")
        self.finish_recording(name)

    def recording(self, name: str) -> Json:
        found: Recording = self._existing(self.live, name, "Recording")
        return found.json("recording")

    def stored(self, name: str) -> Json:
        if not (self.recordings / f"{name}.wav").exists():
            raise Refused(404, "Recording not found")
        return {"name": name, "format": "wav"}

    def originate(self, leg_id: str, params: Mapping[str, Any]) -> Json:
        caller = self.channels.get(str(params["originator"]))
        args = tuple(str(params["appArgs"]).split(","))
        leg = Channel(leg_id, args, str(params["endpoint"]), originator=str(params["originator"]))
        actor = caller.actor if caller else None
        if actor and actor.phone(leg.endpoint)[1] == "unreachable":
            raise Refused(500, "Allocation failed")
        leg.state = "Down"
        self.channels[leg_id] = leg
        if caller and actor:
            self.consequences.append(lambda: self._rung(caller, actor, leg))
        return leg.json()

    def all_bridges(self) -> list[Json]:
        there = {bridge: members & set(self.channels) for bridge, members in self.bridges.items()}
        return [{"id": bridge, "channels": sorted(members)} for bridge, members in there.items()]

    def bridge(self, bridge_id: str) -> Json:
        self.bridges[bridge_id] = set()
        return {"id": bridge_id}

    def join(self, bridge_id: str, channels: list[str]) -> None:
        self._existing(self.bridges, bridge_id, "Bridge")
        for channel_id in channels:
            if channel_id not in self.channels:
                raise Refused(400, "Channel not found")
            self._ours(channel_id)
        self.bridges[bridge_id] |= set(channels)
        for leg in [c for c in self.legs() if c.id in channels]:
            if actor := self.channels[leg.originator].actor:
                self.consequences.append(lambda leg=leg, actor=actor: self._talked(actor, leg))  # type: ignore[misc]

    def unbridge(self, bridge_id: str) -> None:
        self._existing(self.bridges, bridge_id, "Bridge")
        del self.bridges[bridge_id]

    # -- what actors do about it ---------------------------------------------------------------

    def _heard(self, channel: Channel, playback: Playback) -> None:
        assert channel.actor
        if channel.id not in self.channels:
            return
        match channel.actor.hears(*(media.removeprefix("sound:") for media in playback.media)):
            case Press(keys):
                self.press(channel.id, keys)
            case HangUp():
                self.hang_up(channel.id)
            case _:
                self.finish_playback(playback.id)

    def _seconds(self, recording: str) -> float:
        """How long a recording is; no end where it is only a name."""
        path = self.recordings / f"{recording}.wav"
        return len(samples(path)) / 2 / RATE if path.exists() else math.inf

    def _spoken(self, channel: Channel, recording: Recording) -> None:
        assert channel.actor
        if channel.id not in self.channels:
            return
        take = channel.actor.beep()
        path = self.recordings / f"{recording.name}.wav"
        if take.text:
            speak(take.text, path=path)
        elif take.ended_by is not None:
            # A key pressed at once leaves a header and no audio, a hang-up at the beep no file.
            seconds = 0.0 if take.ended_by is EndedBy.KEY else channel.pause_seconds
            write_wav(path, silence(seconds))
        match take.ended_by:
            case None:
                self.hang_up(channel.id)
            case EndedBy.KEY:
                self.press(channel.id, "#")
            case EndedBy.LIMIT:
                self.pause(channel.id)

    def _rung(self, caller: Channel, actor: Actor, leg: Channel) -> None:
        if leg.id not in self.channels:
            return
        phone, does = actor.phone(leg.endpoint)
        if does != "busy":
            leg.state = "Ringing"
            self.emit({"type": "ChannelStateChange", "channel": leg.json()})
        if actor.rings(phone):
            self.hang_up(caller.id)
        elif does == "busy":
            self.hang_up(leg.id, BUSY)
        elif does == "answer":
            self.answer_phone(leg.id)

    def _talked(self, actor: Actor, leg: Channel) -> None:
        if leg.id not in self.channels or leg.originator not in self.channels:
            return
        phone, _ = actor.phone(leg.endpoint)
        self.hang_up(leg.originator if actor.talks(phone) else leg.id)

    def _enter(self, channel: Channel) -> None:
        channel.stasis = True
        self.emit({"type": "StasisStart", "args": list(channel.args), "channel": channel.json()})

    def _there(self, channel_id: str) -> Channel:
        channel: Channel = self._existing(self.channels, channel_id, "Channel")
        return channel

    def _ours(self, channel_id: str) -> Channel:
        channel = self._there(channel_id)
        if not channel.stasis:
            raise Refused(409, "Channel not in Stasis application")
        return channel

    def _existing(self, things: Mapping[str, Any], name: str, what: str) -> Any:
        if name not in things:
            raise Refused(404, f"{what} not found")
        return things[name]
