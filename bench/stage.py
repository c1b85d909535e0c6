"""A company on a real Asterisk that can also do without us, and a second Asterisk that calls it.

Beside our number there are others, which Asterisk's own dialplan and `VoiceMail()` answer with the
same sounds.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.usage import counted
from telephony.ari.client import AriAccess, HttpAri, Params, new_id
from telephony.errors import AriError
from telephony.sandbox.asterisk import USER, Asterisk
from tests.asterisk.house import House
from tests.asterisk.rig import build, free_ports
from tests.speech import samples, speak, write_wav

MENU, BOX = "74951234567", "74951234568"
"""Our numbers: a menu whose key 1 is another menu, and the company's box."""
PEERS: Final = {MENU: "native-menu", BOX: "native-box"}
"""What of Asterisk's own answers in the same way."""
GREETING, NEXT, BOX_GREETING = "vm-and", "vm-Old", "vm-and"
RATE: Final = 8000
SAYING = "Здравствуйте, это Иван. Перезвоните мне, пожалуйста, завтра утром по этому номеру."

OFFICE: Final = f"""
[company]
name = "Ромашка"
language = "en"
[numbers]
"{MENU}" = {{ menu = "main" }}
"{BOX}" = {{ voicemail = true }}
[menus.main]
greeting = "sound:{GREETING}"
timeout = 5.0
direct_dial = false
[menus.main.keys]
1 = {{ action = "menu", menu = "next" }}
[menus.next]
greeting = "sound:{NEXT}"
timeout = 5.0
direct_dial = false
[menus.next.keys]
9 = {{ action = "voicemail" }}
[voicemail]
greeting = "sound:{BOX_GREETING}"
silence_seconds = 8
"""

DIALPLAN: Final = f"""
[voicepost](+)
exten => native-menu,1,Goto(native,menu,1)
exten => native-box,1,Goto(native,box,1)
exten => native-owner,1,Goto(native,owner,1)
exten => bare,1,Stasis(bare)
 same => n,Hangup()

[native]
exten => menu,1,Answer()
 same => n,Background({GREETING})
 same => n,WaitExten(5)
exten => 1,1,Background({NEXT})
 same => n,WaitExten(5)
exten => t,1,Hangup()
exten => box,1,Answer()
 same => n,Playback({BOX_GREETING})
 same => n,VoiceMail(100@native,s)
exten => owner,1,Answer()
 same => n,VoiceMailMain(100@native,s)
"""
VOICEMAIL: Final = """
[general]
format=wav
maxmsg=9999
maxsecs=180
maxsilence=8
[native]
100 => 1234,Ромашка
"""


class Native(Asterisk):
    """An Asterisk with a dialplan and a voicemail of its own besides ours."""

    def write_configuration(self) -> set[str]:
        changed = super().write_configuration()
        etc = self.folder / "etc"
        for name, more in (
            ("extensions.conf", DIALPLAN),
            ("modules.conf", "[modules](+)\nload=app_voicemail.so\n"),
            ("voicemail.conf", VOICEMAIL),
        ):
            with (etc / name).open("a") as file:
                file.write(more)
        return changed


class Callers(Asterisk):
    """The Asterisk that calls: its callers speak, and hang up."""

    def write_configuration(self) -> set[str]:
        changed = super().write_configuration()
        with (self.folder / "etc/extensions.conf").open("a") as file:
            file.write(
                "[bench]\n"
                "exten => _X!,1,Wait(3)\n"
                f" same => n,Playback({self.folder}/said-${{EXTEN}})\n"
                " same => n,Hangup()\n"
            )
        return changed


@dataclass
class Stage:
    """The house with its Asterisk, the callers' Asterisk, and the way to have them call."""

    house: House
    server: Native
    callers: Callers
    ari: HttpAri
    calls_pid: int
    _calling: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def server_pid(self) -> int:
        pid = self.server.pid()
        assert pid
        return pid

    @property
    def callers_pid(self) -> int:
        pid = self.callers.pid()
        assert pid
        return pid

    def said(self, seconds: int) -> Path:
        """What somebody says who speaks for so long."""
        file = self.callers.folder / f"said-{seconds}.wav"
        if not file.exists():
            once = samples(speak(SAYING))
            whole = once * (seconds * RATE * 2 // len(once) + 1)
            write_wav(file, whole[: seconds * RATE * 2])
        return file

    async def call(self, number: str, seconds: int) -> str:
        """Have somebody call who, 3 s after the answer, speaks for so long and hangs up."""
        self.said(seconds)
        channel = new_id()
        call: Params = {
            "endpoint": f"PJSIP/trunk/sip:{number}@{self.server.sip}",
            "timeout": 60,
            "callerId": "79161112233",
            "context": "bench",
            "extension": str(seconds),
            "priority": 1,
        }
        await self.ari.request("POST", f"/channels/{channel}", call)
        return channel

    async def call_at_rate(self, number: str, seconds: int, rate: float, count: int) -> None:
        """So many of those calls, so many a second."""
        clock = asyncio.get_running_loop()
        begun = clock.time()
        for each in range(count):
            await asyncio.sleep(begun + each / rate - clock.time())
            await self.call(number, seconds)

    async def all_have_hung_up(self) -> None:
        """Wait until nobody calls any more."""
        async with asyncio.timeout(120):
            while await self.ari.request("GET", "/channels"):
                await asyncio.sleep(0.2)

    async def kept(self, expected: int = 0) -> int:
        """How many messages are kept, once there are as many as expected."""
        async with asyncio.timeout(60):
            while (count := await asyncio.to_thread(self._count)) < expected:
                await asyncio.sleep(0.2)
        return count

    def _count(self) -> int:
        with sqlite3.connect(f"file:{self.house.home}/voicepost.db?mode=ro", uri=True) as database:
            question = "select count(*) from messages where state = 'kept'"
            return int(database.execute(question).fetchone()[0])

    @asynccontextmanager
    async def busy(self, calls: int, seconds: int = 30) -> AsyncIterator[None]:
        """Meanwhile so many callers are leaving messages of so many seconds at any time."""
        task = asyncio.create_task(
            self.call_at_rate(BOX, seconds, calls / (seconds + 4), 1_000_000)
        )
        if calls:
            await asyncio.sleep(seconds + 4)
        else:
            task.cancel()
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            for channel in await self.ari.request("GET", "/channels"):
                try:
                    await self.ari.request("DELETE", f"/channels/{channel['id']}")
                except AriError:
                    continue  # has hung up meanwhile
            await self.all_have_hung_up()


@asynccontextmanager
async def open_stage(settings: str = "") -> AsyncIterator[Stage]:
    """All of it, running, each role a process of its own, in a folder that goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="vpb-"))  # short, as Asterisk's socket wants it
    callers = Callers(build(), folder / "callers", free_ports(), role="phones")
    try:
        async with House(folder / "house", settings, Native) as house:
            server = house.asterisk
            assert isinstance(server, Native)
            await server.start()
            await callers.start()
            await house.apply(OFFICE)
            calls = await house.serve("calls")
            access = AriAccess(callers.ari_url, USER, callers.ari_secret, "phones")
            async with HttpAri.connect(access) as ari:
                stage = Stage(house, server, callers, ari, calls.pid)
                with (
                    counted("the callers' Asterisk", stage.callers_pid),
                    counted("Asterisk", stage.server_pid),
                    counted("voicepost calls", calls.pid),
                ):
                    yield stage
    finally:
        await callers.stop()
        shutil.rmtree(folder, ignore_errors=True)
