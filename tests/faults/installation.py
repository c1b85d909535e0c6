"""The installation that is broken, and everybody's telephones, for as long as a fault is tried."""

from __future__ import annotations

import asyncio
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from commands.context import App
from telephony.ari.client import Event, HttpAri
from telephony.errors import AriError
from telephony.sandbox.asterisk import Asterisk, Ports
from telephony.sandbox.telephones import APP
from tests.asterisk.house import House, Process
from tests.asterisk.rig import one_asterisk
from tests.faults.caller import Caller
from tests.faults.company import NUMBER, office
from tests.faults.drafts import tell_of_fallback
from tests.faults.plans import Plan, State
from tests.faults.wire import wire


@dataclass
class Installation:
    """The house under test with its processes, and the telephones that call it."""

    house: House
    phones: Asterisk
    supervised: bool = True
    """Run as `voicepost serve --sandbox`; otherwise each role alone, as under systemd."""
    call_seconds: int = 14400
    """After so long Asterisk itself ends a call (of an installation that is not supervised)."""
    patience: float = 25.0
    """Seconds after which a caller who hears nothing hangs up, and is counted as left alone."""
    processes: dict[str, Process] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)
    """By caller's number."""
    ari: HttpAri = field(init=False)
    inside: HttpAri = field(init=False)
    _here: dict[str, Caller] = field(default_factory=dict)
    _there: dict[str, Caller] = field(default_factory=dict)
    _ringing: set[asyncio.Task[None]] = field(default_factory=set)

    @cached_property
    def app(self) -> App:
        """The installation's storage, as its commands see it."""
        return App(self.house.home)

    async def start(self) -> None:
        """Start all of ours, and say so once calls can come in."""
        if self.supervised:
            self.processes["serve"] = service = await self.house.start("serve", "--sandbox")
            await self.house.ready(service, "serve")
            return
        asterisk = self.house.asterisk.site
        await Asterisk(
            *(asterisk.build, asterisk.folder, asterisk.ports, asterisk.agi),
            max_seconds=self.call_seconds,
        ).start()
        for role in ("agi", "calls"):
            await self.start_role(role)

    async def start_role(self, role: str) -> None:
        """Start one role alone; returns when it says that it is ready."""
        self.processes[role] = await self.house.serve(role)

    async def kill(self, name: str) -> None:
        """kill -9 one of the processes that we started."""
        self.processes[name].kill()
        await self.processes[name].wait()

    async def stop(self) -> None:
        for process in self.processes.values():
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            await asyncio.wait_for(process.wait(), 120)

    def pid(self, role: str) -> int:
        """The process of a role. Raises LookupError where there is none now."""
        if role in self.processes:
            return self.processes[role].pid
        return self.house.role_pid(self.processes["serve"], role)

    def caller(self, plan: Plan, number: str) -> Caller:
        """Somebody who will call."""
        endpoint = f"PJSIP/trunk/sip:{NUMBER}@{self.house.asterisk.sip}"
        caller = Caller(plan, number, endpoint, self.ari, self.patience)
        self.callers[number] = self._here[caller.id] = caller
        return caller

    def hear_phones(self, event: Event) -> None:
        """An event of the telephones' Asterisk."""
        channel = event.get("channel", {})
        if (caller := self._here.get(_channel_of(event))) is not None:
            caller.at_the_phone(event)
        elif event["type"] == "StasisStart" and event["args"] != ["h"]:
            # An employee's telephone rings, and nobody answers it.
            task = asyncio.create_task(self._ring(str(channel["id"])))
            self._ringing.add(task)
            task.add_done_callback(self._ringing.discard)
            caller = self.callers.get(str(channel["caller"]["number"]))
            if caller is not None and caller.state is not State.FALLBACK:
                caller.enter(State.RINGING)

    def hear_inside(self, event: Event) -> None:
        """An event of the company's Asterisk."""
        if event["type"] == "ChannelCreated" and event["channel"]["dialplan"]["exten"] == NUMBER:
            if caller := self.callers.get(str(event["channel"]["caller"]["number"])):
                self._there[str(event["channel"]["id"])] = caller
        elif caller := self._there.get(_channel_of(event)):
            caller.inside(event)

    def by_channel(self, channel: str) -> Caller | None:
        """Who is on a channel of the company's Asterisk."""
        return self._there.get(channel)

    async def all_are_gone(self) -> None:
        """Wait until every caller of this round has called and hung up."""
        while any(caller.state is not State.GONE for caller in self.callers.values()):
            await asyncio.sleep(0.1)

    async def _ring(self, channel: str) -> None:
        with suppress(AriError):  # the caller gave up meanwhile
            await self.ari.request("POST", f"/channels/{channel}/ring")


@asynccontextmanager
async def open_installation(
    settings: str = "",
    *,
    prepare: Callable[[Path], None] = lambda home: None,
    knows_ports: Callable[[Ports], None] = lambda ports: None,
    **arrangement: Any,
) -> AsyncIterator[Installation]:
    """An installation of its own, running, with all its state in a folder that goes with it.

    ``settings`` are more lines of its voicepost.toml, ``prepare`` is called with the home before
    anything is in it, ``knows_ports`` with Asterisk's ports before it runs, and the
    ``arrangement`` is `Installation`'s.
    """
    # Short: Asterisk's console socket must fit into 108 bytes.
    folder = Path(tempfile.mkdtemp(prefix="vpf-"))
    try:
        prepare(folder / "house")
        async with (
            one_asterisk(folder / "phones", "phones") as phones,
            House(folder / "house", settings) as house,
        ):
            knows_ports(house.ports)
            await house.apply(office(phones.sip))
            installation = Installation(house, phones, **arrangement)
            await installation.start()
            async with (
                wire(phones, APP, installation.hear_phones) as installation.ari,
                wire(
                    house.asterisk, "onlooker", installation.hear_inside, everything=True
                ) as installation.inside,
            ):
                fallback = asyncio.create_task(tell_of_fallback(installation))
                yield installation
                fallback.cancel()
                await asyncio.gather(fallback, return_exceptions=True)
            await installation.stop()
            installation.app.database.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _channel_of(event: Event) -> str:
    if channel := event.get("channel"):
        return str(channel["id"])
    subject = event.get("playback") or event.get("recording") or {}
    return str(subject.get("target_uri", "")).removeprefix("channel:")
