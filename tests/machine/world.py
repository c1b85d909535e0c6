"""A whole installation on a fake Asterisk, to which anything may happen; and what was said there.

The router, the call flows, the storage and the settling are the real ones. Callers, Asterisk's
faults, the database's absences and the deaths of the service are told by methods.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import shutil
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from commands.context import App
from commands.loops.settling import settle_once
from commands.processes.roles import _reception
from storage.actor import Actor
from storage.audio.wav import HEADER_BYTES
from storage.database.engine import Database
from storage.errors import DatabaseUnavailable, StorageError
from storage.messages.query import Query
from storage.office import parse_office
from telephony.ari.client import Ari, Event, HttpAri, Params
from telephony.ari.router import Router
from telephony.errors import AriError, AriUnavailable
from tests.quiet_voices import quiet_voice
from tests.speech import samples, silence, speak, write_wav
from tests.telephony.exchange import Channel, Refused
from tests.telephony.fake_ari import AnswerLost, FakeAri, NoAnswer, Request
from tests.waiting import until

OFFICE = """
[company]
name = "Ромашка"
[numbers]
"74951234567" = { menu = "main" }
"74951234568" = { employee = "101" }
[menus.main]
greeting = "sound:hello-world"
timeout = 0.1
repeats = 0
default = { action = "voicemail" }
[menus.main.keys]
1 = { action = "menu", menu = "more" }
2 = { action = "voicemail" }
[menus.more]
greeting = "sound:hello-world"
timeout = 0.1
repeats = 0
default = { action = "voicemail" }
[employees.101]
name = "Анна Петрова"
endpoint = "PJSIP/101"
ring_timeout = 0.1
"""
BOXES = {"74951234567": "company", "74951234568": "employee"}
"""Whose box the messages for each number are for, whatever is pressed on the way."""

PHRASES = (
    "Здравствуйте, это Иван. Перезвоните мне завтра утром.",
    "Добрый день, я по поводу вчерашнего заказа, он не пришёл.",
    "Это Мария. Встреча переносится на пятницу, на три часа.",
)
WHISPERS = ("whisper", "-46 dBFS", "two words")
"""Voices that the detector does not hear."""
SOON = 0.5
"""Seconds that the service gets for what it does about an event, before it is disturbed."""
SOUNDS = 5
"""That come before the beep, at most."""
PATIENT = 30.0

TROUBLES: dict[str, Refused | NoAnswer | AnswerLost] = {
    "404": Refused(404, "Channel not found"),
    "409": Refused(409, "Channel not in Stasis application"),
    "412": Refused(412, "Channel not in a valid state"),
    "500": Refused(500, "Allocation failed"),
    "no answer": NoAnswer(),
    "answer lost": AnswerLost(),
}


class Away(Database):
    """A database that is away when it is told to be."""

    away = False

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Session]:
        if self.away:
            raise DatabaseUnavailable("the database is away")
        with super()._transaction(write=write) as session:
            yield session


class Cable:
    """The connection of one process to Asterisk; cut when the process is dead."""

    def __init__(self, ari: Ari) -> None:
        self._ari = ari
        self.cut = False

    async def request(
        self, method: str, path: str, params: Params | None = None, *, first: str = ""
    ) -> Any:
        if self.cut:
            raise AriUnavailable("this process is dead")
        return await self._ari.request(method, path, params, first=first)

    def events(self) -> AsyncIterator[Event]:
        return self._ari.events()


@dataclass
class Said:
    """Audio that Asterisk stored; ``taken_back``: its caller then asked to speak again.

    ``whispered`` is what the voice detector does not hear.
    """

    caller: str
    box: str
    samples: bytes
    whispered: bool = False
    taken_back: bool = False


async def soon(condition: Callable[[], bool]) -> None:
    """Wait for a condition that, after all that went wrong, may never come true."""
    with suppress(TimeoutError):
        await until(condition, SOON)


def prepare(home: Path) -> None:
    """An installation with an office, as each world begins with."""
    app = App(home)
    app.offices.apply(parse_office(OFFICE), by=Actor("test", "cli"))
    app.settings.recordings.mkdir(parents=True)
    app.settings.fallback_spool.mkdir()
    app.database.close()


class World:
    """One installation in a folder of its own, made of a prepared home."""

    def __init__(self, folder: Path, prepared: Path) -> None:
        shutil.copytree(prepared, folder, dirs_exist_ok=True)
        self._home = folder
        self.said: list[Said] = []
        self.asterisk = FakeAri(App(folder).settings.recordings)
        self._database = Away(App(folder).settings.database_url)
        self._order = random.Random(0)
        self._numbers = itertools.count(1)
        self._process: AsyncExitStack | None = None
        self._router: Router

    async def begin(self) -> None:
        await self.asterisk.__aenter__()
        await self.start_service()

    async def end(self) -> None:
        await self.kill_service()
        await self.asterisk.__aexit__()
        self._database.close()

    # -- callers -------------------------------------------------------------------------------

    @property
    def callers(self) -> list[Channel]:
        """Those who are on the line."""
        return [c for c in self.asterisk.exchange.channels.values() if not c.originator]

    async def call(self, dialled: str) -> None:
        """Somebody calls; with the service away, Asterisk keeps the call in its dialplan."""
        exchange = self.asterisk.exchange
        served = self.asterisk.connected
        channel_id = exchange.call("call", dialled)
        if not served:
            exchange.channels[channel_id].stasis = False
            exchange.in_dialplan.append(channel_id)
        await self.calm()

    async def hear_out(self, caller: Channel) -> None:
        """What plays to the caller comes to its end."""
        for playback in list(self.asterisk.exchange.playbacks.values()):
            if playback.channel == caller.id:
                self.asterisk.exchange.finish_playback(playback.id)
        await self.calm()

    async def press(self, caller: Channel, key: str) -> None:
        if key == "3" and not self._recording_of(caller):
            for said in self.said:
                said.taken_back = said.taken_back or said.caller == caller.id
        self.asterisk.exchange.press(caller.id, key)
        await self.calm()

    async def speak(self, caller: Channel, *, whisper: bool = False) -> None:
        """Say something, once in a recording; without one, to Asterisk alone in the dialplan."""
        exchange = self.asterisk.exchange
        if name := self._recording_of(caller):
            self._say(caller, exchange.recordings / f"{name}.wav", whisper=whisper)
        elif caller.id in exchange.in_dialplan:
            words = (str(int(time.time())), caller.args[1], caller.number, caller.id)
            spool = App(self._home).settings.fallback_spool
            self._say(caller, spool / f"{'_'.join(words)}.wav", whisper=whisper)
        await self.calm()

    async def leave_message(self, dialled: str, then: str) -> None:
        """Call, and do one thing after the other: speak or whisper once the beep has come."""
        await self.call(dialled)
        caller = self.callers[-1]
        while then and caller.id in self.asterisk.exchange.channels:
            act = next((act for act in ACTS if then.startswith(act)), "")
            then = then.removeprefix(act).strip()
            if act in ("speak", "whisper"):
                await self._speak_at_the_beep(caller, whisper=act == "whisper")
            else:
                await ACTS[act](self, caller)

    async def _speak_at_the_beep(self, caller: Channel, *, whisper: bool) -> None:
        for _ in range(SOUNDS):
            await soon(lambda: not self._is_idle(caller))
            if self._recording_of(caller) or not caller.stasis:
                break
            await self.hear_out(caller)
        await self.speak(caller, whisper=whisper)

    async def pause(self, caller: Channel) -> None:
        """Say nothing for as long as may end a message."""
        self.asterisk.exchange.pause(caller.id)
        await self.calm()

    async def fall_mute(self, caller: Channel) -> None:
        """No sound comes in any more, and Asterisk ends the recording."""
        if name := self._recording_of(caller):
            self.asterisk.exchange.finish_recording(name, seconds=0)
        await self.calm()

    async def hang_up(self, caller: Channel) -> None:
        self.asterisk.exchange.hang_up(caller.id)
        await self.calm()

    def _is_idle(self, caller: Channel) -> bool:
        """Whether nothing is played to the caller, or recorded."""
        exchange = self.asterisk.exchange
        playing = any(playback.channel == caller.id for playback in exchange.playbacks.values())
        return (
            caller.stasis
            and caller.id in exchange.channels
            and not (playing or self._recording_of(caller))
        )

    def _recording_of(self, caller: Channel) -> str:
        live = self.asterisk.exchange.live.values()
        return next((recording.name for recording in live if recording.channel == caller.id), "")

    def _say(self, caller: Channel, path: Path, *, whisper: bool) -> None:
        if path.exists():
            return
        number = next(self._numbers)
        mark = number.to_bytes(2, "little") * 400  # no two are the same
        if whisper:
            voice = quiet_voice(WHISPERS[number % len(WHISPERS)])
        else:
            voice = speak(PHRASES[number % len(PHRASES)])
        sound = samples(voice) + mark + silence(0.1)
        write_wav(path, sound)
        self.said.append(Said(caller.id, BOXES[caller.args[1]], sound, whisper))

    # -- what goes wrong -----------------------------------------------------------------------

    async def trouble(self, kind: str) -> None:
        """The next request goes wrong."""

        def once(_: Request) -> Refused | NoAnswer | AnswerLost | None:
            self.asterisk.fault = lambda _: None
            return TROUBLES[kind]

        self.asterisk.fault = once

    async def drop_connection(self) -> None:
        self.asterisk.drop_connection()
        await self.calm()

    async def release_events(self, kind: str) -> None:
        """Events that were held back come, doubled or out of order."""

        def order(events: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
            if kind == "doubled":
                return [event for event in events for _ in range(2)]
            mixed = list(events)
            if kind == "mixed":
                self._order.shuffle(mixed)
            return mixed

        self.asterisk.release_events(order)
        await self.calm()

    async def kill_service(self) -> None:
        """Everything that the process was doing is over, where it was."""
        if self._process:
            process, self._process = self._process, None
            await process.aclose()

    async def start_service(self) -> None:
        await self.kill_service()
        app = self._app()
        process = self._process = AsyncExitStack()
        cable = Cable(await process.enter_async_context(HttpAri.connect(self.asterisk.access)))
        try:
            reception = _reception(app)
        except StorageError:
            await self.kill_service()  # it cannot start without a database
            return
        router = self._router = Router(
            cable, self.asterisk.access.app, reception.take, owner="us", call_seconds=60
        )
        running = asyncio.create_task(router.run())

        async def die() -> None:
            cable.cut = True
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

        process.push_async_callback(die)
        await soon(router.connected.is_set)

    async def settle(self) -> None:
        if self._process is None or not self._router.connected.is_set():
            return
        try:
            async with HttpAri.connect(self.asterisk.access) as ari:
                await settle_once(self._app(), ari, self._router.live_calls)
        except (AriError, StorageError):
            pass  # put off, as the service does

    async def calm(self) -> None:
        """Wait until the service asks Asterisk for nothing more, or for a while."""
        asked: list[int] = []

        def is_calm() -> bool:
            asked.append(len(self.asterisk.requests))
            return asked[-2:] == 2 * asked[-1:]

        await soon(is_calm)

    async def take_database(self, *, away: bool) -> None:
        self._database.away = away

    async def hold_events(self) -> None:
        self.asterisk.hold_events()

    # -- and in the end ------------------------------------------------------------------------

    async def recover(self) -> None:
        """Whatever was wrong is over, so are the calls, and what was left behind is settled."""
        await self.take_database(away=False)
        self.asterisk.fault = lambda _: None
        await self.release_events("in order")
        if self._process is None:
            await self.start_service()
        await until(self._router.connected.is_set, PATIENT)
        for channel in self.callers:
            self.asterisk.exchange.hang_up(channel.id)
        await until(lambda: not self._router.live_calls, PATIENT)
        for path in App(self._home).settings.spool.rglob("*.wav"):
            os.utime(path, (time.time() - 60,) * 2)  # nobody writes to it now
        await self.settle()

    def problems(self) -> list[str]:
        """What was said and is not in exactly one message, in the box that the call was in."""
        app = self._app()
        ordinary, aside = (
            [
                (m.box, app.messages.read(m)[HEADER_BYTES:])
                for m in app.messages.each(Query(limit=None, quiet=quiet))
            ]
            for quiet in (False, True)
        )
        found = []
        for number, said in enumerate(self.said):
            # Where something that is heard was said in the same breath, a whisper is not aside.
            heard, unheard = (
                [box for box, audio in kept if said.samples in audio] for kept in (ordinary, aside)
            )
            right = heard + unheard == [said.box] and (said.whispered or not unheard)
            gone = not heard and not unheard
            if not right and not (gone and self._was_said_again(number, ordinary)):
                found.append(f"{number}: said for {said.box}, found in {heard}, aside {unheard}")
        found += [
            f"a message of {len(audio)} bytes that nobody left"
            for _, audio in ordinary + aside
            if not any(said.samples in audio for said in self.said)
        ]
        left = [path.name for path in app.settings.spool.rglob("*.*")]
        return found + [f"{name} is left" for name in left]

    def _was_said_again(self, number: int, ordinary: Sequence[tuple[str, bytes]]) -> bool:
        """Whether the caller took it back, and what came later is an ordinary message."""
        said = self.said[number]
        later = [other for other in self.said[number + 1 :] if other.caller == said.caller]
        return said.taken_back and any(o.samples in audio for o in later for _, audio in ordinary)

    def _app(self) -> App:
        app = App(self._home)
        app.database = self._database
        return app


ACTS: dict[str, Callable[[World, Channel], Coroutine[None, None, None]]] = {
    "hear out": World.hear_out,
    "speak": World.speak,
    "whisper": partial(World.speak, whisper=True),
    "pause": World.pause,
    "mute": World.fall_mute,
    "hang up": World.hang_up,
    **{key: partial(World.press, key=key) for key in "#1239"},
}
MISHAPS: dict[str, Callable[[World], Coroutine[None, None, None]]] = {
    **{kind: partial(World.trouble, kind=kind) for kind in TROUBLES},
    "events are late": World.hold_events,
    **{
        f"late events come {how}": partial(World.release_events, kind=how)
        for how in ("in order", "doubled", "mixed")
    },
    "the connection breaks": World.drop_connection,
    "the database goes": partial(World.take_database, away=True),
    "the database comes": partial(World.take_database, away=False),
    "the service is killed": World.kill_service,
    "the service starts": World.start_service,
    "settling": World.settle,
}
