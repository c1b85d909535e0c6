"""The lease on an Asterisk: of all services that could serve its calls, exactly one does.

It is a global variable in Asterisk itself, ``OWNER INSTANCE COUNT``, whose count the holder raises
every second. Nobody compares clocks: who wants the lease watches the variable, and takes it once it
has not changed for `STALE_SECONDS` by its own monotonic clock. A successor of the same owner (one
installation, restarted) takes it at once.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import structlog

from telephony.ari import LEASE_VARIABLE
from telephony.ari.client import Ari, Event, Params
from telephony.errors import AriError, AriUnavailable, LeaseLost

RENEW_SECONDS = 1.0
STALE_SECONDS = 3.0
"""Three renewals missed: the holder is dead or frozen. Its callers wait in silence meanwhile."""
LOOKS_SECONDS = 1.5
"""Who looks more seldom than this has stood still."""
SETTLE_SECONDS = 0.2
"""Of two who take a stale lease at the same moment, the one who wrote last has it after this."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Entry:
    """What the variable says."""

    owner: str
    instance: str
    count: str

    @classmethod
    def parse(cls, text: str) -> Entry | None:
        """The entry, None for an empty variable or one that is not ours."""
        words = text.split()
        return cls(*words) if len(words) == 3 else None


async def read(ari: Ari) -> Entry | None:
    """Who holds the lease, or held it last. Raises `AriError`."""
    try:
        answer: Any = await ari.request("GET", "/asterisk/variable", {"variable": LEASE_VARIABLE})
    except AriError as error:
        if error.status == 404:  # never set since Asterisk was started
            return None
        raise
    return Entry.parse(str(answer["value"]))


class Watch:
    """Watches the lease from outside: is it being renewed?"""

    def __init__(self, ari: Ari) -> None:
        self._ari = ari
        self._clock = asyncio.get_running_loop()
        self._seen: Entry | None = None
        self._changed = self._looked = self._clock.time()

    async def look(self) -> Entry | None:
        """The entry as it is now. Raises `AriError`; what was not seen did not stand still.

        Nor did it while we stood still ourselves: a machine that was frozen as a whole, or had no
        time for us, had none for the holder either.
        """
        now = self._clock.time()
        self._changed += max(0.0, now - self._looked - LOOKS_SECONDS)
        self._looked = now
        try:
            entry = await read(self._ari)
        except AriError:
            self._changed = self._clock.time()
            raise
        if entry != self._seen:
            self._seen = entry
            self._changed = self._clock.time()
        return entry

    @property
    def is_stale(self) -> bool:
        """Whether it has stood still for too long."""
        return self._clock.time() - self._changed >= STALE_SECONDS


class Lease:
    """One service's claim. ``owner`` names the installation, the same after each restart."""

    def __init__(self, ari: Ari, owner: str) -> None:
        self._ari = ari
        self._owner = owner
        self._instance = uuid.uuid4().hex
        self._count = 0
        self._held = False
        self._before = ""
        """The instance that had it when we took it."""
        self.lost = False
        """Set for good when somebody else took it."""

    def lose(self) -> None:
        """Somebody else has it, as Asterisk itself said."""
        self.lost = True

    async def take(self) -> None:
        """Wait until nobody else holds it, and take it.

        Raises `AriError`; `LeaseLost` where it was ours before and is somebody else's now.
        """
        watch = Watch(self._ari)
        told = False
        while True:
            entry = await watch.look()
            if self._held:
                self._check(entry)
            if entry is not None and not self._held:
                self._before = entry.instance
            if entry is None or entry.owner == self._owner:
                await self._write()
                return
            if watch.is_stale:
                await self._write()
                await asyncio.sleep(SETTLE_SECONDS)
                if self._is_ours(await read(self._ari)):
                    return
                self._held = False
            elif not told:
                told = True
                log.info("standing by: another service serves this Asterisk", owner=entry.owner)
            await asyncio.sleep(RENEW_SECONDS)

    async def keep(self) -> None:
        """Renew it while it is ours; raises `LeaseLost` when it is not any more.

        An Asterisk that does not answer takes it from nobody, and one that was restarted forgot it.
        """
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            if not self._held:
                continue
            try:
                self._check(await read(self._ari))
                await self._write()
            except AriError as error:
                log.debug("the lease cannot be renewed", why=error.message)

    def _check(self, entry: Entry | None) -> None:
        """That it is ours still.

        Who had it before may just have been renewing it when we took it: that takes nothing back,
        and is what they find out when they look next.
        """
        if not (self._is_ours(entry) or (entry and entry.instance == self._before)):
            self.lose()
            raise LeaseLost("Another service serves this Asterisk now.")

    def _is_ours(self, entry: Entry | None) -> bool:
        return entry is None or entry.instance == self._instance

    async def _write(self) -> None:
        self._count += 1
        value = f"{self._owner} {self._instance} {self._count}"
        params = {"variable": LEASE_VARIABLE, "value": value}
        await self._ari.request("POST", "/asterisk/variable", params)
        self._held = True


class LeasedAri:
    """ARI for as long as the lease is ours: afterwards nothing is asked of Asterisk any more.

    What flows do as they end, such as hanging up phones, would disturb the calls of our successor.
    """

    def __init__(self, ari: Ari, lease: Lease) -> None:
        self._ari = ari
        self._lease = lease

    async def request(
        self, method: str, path: str, params: Params | None = None, *, first: str = ""
    ) -> Any:
        """As `Ari.request`."""
        if self._lease.lost:
            raise AriUnavailable("Another service serves this Asterisk now.")
        return await self._ari.request(method, path, params, first=first)

    def events(self) -> AsyncIterator[Event]:
        """As `Ari.events`."""
        return self._ari.events()
