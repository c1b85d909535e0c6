"""People on real SIP phones: callers, and employees whose phones ring.

A second private Asterisk is their telephone; this module is their hands, mouth and ears, over
ARI. The demo and the tests call the company with it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from telephony.ari.client import Event, HttpAri, new_id
from telephony.errors import AriError
from telephony.sandbox.asterisk import Asterisk
from telephony.sandbox.ears import Ears, hearing_all

__all__ = ["APP", "Ears", "Person", "Telephones", "hearing_all"]

Behaviour = Literal["ring", "answer", "busy", "unreachable"]
"""What an employee's phone does when it is called."""

APP = "phones"


@dataclass
class Person:
    """Somebody on a connected telephone."""

    ari: HttpAri
    ears: Ears
    id: str
    spool: Path
    _recordings: list[tuple[str, str]] = field(default_factory=list)
    _playback: str = ""

    async def say(self, audio: Path) -> None:
        """Speak (play ``audio``) from beginning to end, a second after the beep, as people do."""
        await self._play(_after_a_breath(audio))

    async def breathe(self) -> None:
        """Say nothing for a second."""
        await self._play(["sound:silence/1"])

    async def start_saying(self, audio: Path) -> None:
        """Begin to speak, without waiting for the end."""
        await self.connected()
        await self._begin(_after_a_breath(audio))
        await self.be_silent()

    def is_speaking(self) -> bool:
        """Whether what was begun last is not said to its end yet."""
        return not any(self._ends_playback(event) for event in self.ears.events)

    async def connected(self) -> None:
        """Wait until somebody, or something, has answered."""
        await self.ears.wait(self._is_answer)

    def has_been_answered(self) -> bool:
        return any(self._is_answer(event) for event in self.ears.events)

    def _is_answer(self, event: Event) -> bool:
        return event["type"] == "StasisStart" and bool(event["channel"]["id"] == self.id)

    async def _play(self, media: list[str]) -> None:
        await self.connected()
        await self._begin(media)
        await self.ears.wait(self._ends_playback, seconds=300)
        await self.be_silent()

    async def _begin(self, media: list[str]) -> None:
        self._playback = new_id()
        path = f"/channels/{self.id}/play/{self._playback}"
        await self.ari.request("POST", path, {"media": media})

    def _ends_playback(self, event: Event) -> bool:
        ends: bool = (
            event["type"] == "PlaybackFinished" and event["playback"]["id"] == self._playback
        )
        return ends

    async def press(self, keys: str, *, milliseconds: int = 120, between: int = 150) -> None:
        """Press the keys as a person does: so long each, and so long between."""
        await self.connected()
        await self.ari.request(
            "POST",
            f"/channels/{self.id}/dtmf",
            {"dtmf": keys, "duration": milliseconds, "between": between},
        )
        # Sending keys ends the silence that the phone sent, and a phone never falls mute.
        await self.be_silent()

    async def be_silent(self) -> None:
        """Send silence until something else is sent, as a phone does whose owner only listens."""
        await self.go_mute()
        await self._silence("POST")

    async def go_mute(self) -> None:
        """Send nothing at all until something is sent again: a phone that is muted, or lost."""
        await self._silence("DELETE")

    async def _silence(self, method: str) -> None:
        try:
            await self.ari.request(method, f"/channels/{self.id}/silence")
        except AriError as error:
            if error.status not in (404, 409):  # hung up meanwhile
                raise

    async def cancel(self) -> None:
        """Give up before anybody has answered: a CANCEL, where hanging up is a BYE."""
        assert not self.has_been_answered()
        await self.hang_up()

    async def hang_up(self) -> None:
        try:
            await self.ari.request("DELETE", f"/channels/{self.id}")
        except AriError as error:
            if error.status != 404:  # the other side was faster
                raise

    async def start_listening(self) -> None:
        """Begin to record what this person hears."""
        snoop, name = new_id(), f"heard-{new_id()}"
        await self.ari.request(
            "POST",
            f"/channels/{self.id}/snoop/{snoop}",
            {"spy": "in", "app": self.ari.access.app, "appArgs": "snoop"},
        )
        await self.ears.wait(lambda e: e["type"] == "StasisStart" and e["channel"]["id"] == snoop)
        await self.ari.request("POST", f"/channels/{snoop}/record", {"name": name, "format": "wav"})
        self._recordings.append((snoop, name))

    async def stop_listening(self) -> Path:
        """What was heard since `start_listening`, as a WAV file."""
        snoop, name = self._recordings.pop()
        try:
            await self.ari.request("POST", f"/recordings/live/{name}/stop")
            await self.ari.request("DELETE", f"/channels/{snoop}")
        except AriError as error:
            assert error.status == 404, error  # ended with the call already
        await self.ears.wait(
            lambda e: e["type"] == "RecordingFinished" and e["recording"]["name"] == name
        )
        return self.spool / "recording" / f"{name}.wav"

    async def gone(self, seconds: float = 30) -> None:
        """Wait until the other side has hung up."""
        await self.ears.wait(
            lambda e: (
                e["type"] in ("StasisEnd", "ChannelDestroyed") and e["channel"]["id"] == self.id
            ),
            seconds=seconds,
        )

    def is_connected(self) -> bool:
        """Whether the other side has not hung up yet."""
        return not any(
            e["type"] in ("StasisEnd", "ChannelDestroyed") and e["channel"]["id"] == self.id
            for e in self.ears.events
        )


class Telephones:
    """The telephone network around the company: places calls, answers employees' phones."""

    def __init__(self, asterisk: Asterisk, ari: HttpAri, ears: Ears, dial: Callable[[str], str]):
        self._asterisk = asterisk
        self.ari = ari
        self.ears = ears
        self._dial = dial
        self.behaviours: dict[str, Behaviour] = {}
        self._served = 0

    @property
    def sip(self) -> str:
        """Where these telephones are called, such as 127.0.0.1:5071."""
        return self._asterisk.sip

    async def call(
        self,
        number: str,
        *,
        caller: str = "79161112233",
        name: str = "",
        variables: dict[str, str] | None = None,
    ) -> Person:
        """Dial a number; returns once somebody (or something) has answered."""
        person = await self.start_call(number, caller=caller, name=name, variables=variables)
        await person.connected()
        await person.be_silent()
        return person

    async def start_call(
        self,
        number: str,
        *,
        caller: str = "79161112233",
        name: str = "",
        variables: dict[str, str] | None = None,
    ) -> Person:
        """Dial a number, without waiting for an answer."""
        channel = new_id()
        params = {
            "endpoint": self._dial(number),
            "app": APP,
            "appArgs": "caller",
            "callerId": f'"{name}" <{caller}>',
            "timeout": 60,
            "variables": variables or {},
        }
        await self.ari.request("POST", f"/channels/{channel}", params)  # type: ignore[arg-type]
        return Person(self.ari, self.ears, channel, self._asterisk.spool)

    async def serve_employees(self) -> None:
        """Let the employees' phones behave as ``behaviours`` says, until cancelled."""
        while True:
            event = await self.ears.wait(_is_employee, after=self._served, seconds=86400)
            self._served = self.ears.events.index(event, self._served) + 1
            channel, extension = event["channel"]["id"], event["args"][0]
            with suppress(AriError):  # the caller gave up meanwhile
                await self._behave(channel, self.behaviours.get(extension, "ring"))

    async def answered(self, extension: str, *, after: int = 0) -> Person:
        """The employee at ``extension``, once the phone was answered."""
        event = await self.ears.wait(
            lambda e: _is_employee(e) and e["args"][0] == extension, after=after
        )
        return Person(self.ari, self.ears, event["channel"]["id"], self._asterisk.spool)

    async def picks_up(self, extension: str) -> None:
        """The employee at ``extension`` answers the phone, which has rung so far."""
        event = await self.rang(extension)
        await self._behave(event["channel"]["id"], "answer")

    async def rang(self, extension: str, *, after: int = 0) -> Event:
        """Wait until the phone of ``extension`` was rung."""
        return await self.ears.wait(
            lambda e: _is_employee(e) and e["args"][0] == extension, after=after
        )

    async def _behave(self, channel: str, behaviour: Behaviour) -> None:
        path = f"/channels/{channel}"
        if behaviour == "ring":
            await self.ari.request("POST", f"{path}/ring")
        elif behaviour == "answer":
            await self.ari.request("POST", f"{path}/answer")
            await self.ari.request("POST", f"{path}/silence")
        elif behaviour == "busy":
            await self.ari.request("DELETE", path, {"reason": "busy"})
        else:
            assert behaviour == "unreachable", behaviour
            await self.ari.request("DELETE", path, {"reason": "congestion"})


def _after_a_breath(audio: Path) -> list[str]:
    return ["sound:silence/1", f"sound:{audio.with_suffix('')}"]


def _is_employee(event: Event) -> bool:
    return event["type"] == "StasisStart" and event["args"][0] not in ("caller", "snoop")
