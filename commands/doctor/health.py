"""The health of the service, as `/health` tells it: a few of doctor's checks, quick and bounded."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import structlog

from commands.context import App
from commands.doctor import data, disk, telephony
from commands.doctor.finding import Finding, broken
from commands.phone import ari_access
from telephony.ari.client import HttpAri
from web.monitoring import Health

log = structlog.get_logger()

PATIENCE_SECONDS: Final = 3.0
"""What all checks together get; who has not answered then is not well."""
FRESH_SECONDS: Final = 2.0
"""However often somebody asks, the checks are made no more often than this."""


@dataclass
class _Check:
    """A check that is never made twice at once: one that is stuck would else pile up."""

    name: str
    make: Callable[[], Finding]
    under_way: Future[Finding] | None = field(default=None)

    def finding(self, until: float) -> Finding:
        """What was found, waited for until then on the monotonic clock."""
        assert self.under_way
        try:
            return self.under_way.result(max(0.0, until - time.monotonic()))
        except TimeoutError:
            return Finding(self.name, "failure", f"no answer within {PATIENCE_SECONDS:.0f} s")
        except Exception as error:
            return broken(self.name, error)


class HealthCheck:
    """Asks the parts of this installation. Safe to use from many threads."""

    def __init__(self, app: App) -> None:
        self._checks = (
            _Check("database", lambda: data.database(app)),
            _Check("service", lambda: asyncio.run(_service(app))),
            _Check("fallback", lambda: asyncio.run(telephony.fallback(app))),
            _Check("disk", lambda: disk.space(app)),
            _Check("unsettled", lambda: data.oldest_unsettled(app)),
        )
        self._threads = ThreadPoolExecutor(len(self._checks), thread_name_prefix="health")
        self._one_at_a_time = threading.Lock()
        self._found: tuple[float, Health] | None = None
        self._failing: dict[str, tuple[str, str]] = {}

    def __call__(self) -> Health:
        """How things are, as of the last two seconds."""
        with self._one_at_a_time:
            now = time.monotonic()
            if self._found is None or now - self._found[0] > FRESH_SECONDS:
                health = self._examine(now + PATIENCE_SECONDS)
                self._found = (time.monotonic(), health)
            return self._found[1]

    def _examine(self, until: float) -> Health:
        for check in self._checks:
            if check.under_way is None or check.under_way.done():
                check.under_way = self._threads.submit(check.make)
        findings = {check.name: check.finding(until) for check in self._checks}
        return Health(
            is_well=all(finding.is_well for finding in findings.values()),
            details={
                name: {"ok": finding.is_well, "found": self._told(name, finding)}
                for name, finding in findings.items()
            },
        )

    def _told(self, name: str, finding: Finding) -> str:
        """What anybody on this machine may read; what names hosts and users is in the log."""
        if finding.is_well:
            self._failing.pop(name, None)
            return finding.what
        what, code = self._failing.get(name, ("", ""))
        if what != finding.what:
            code = secrets.token_hex(4)
            self._failing[name] = finding.what, code
            log.error("not well", check=name, reason=finding.what, code=code)
        return f"fails: {code} in log/web.jsonl, or voicepost doctor, says why"


async def _service(app: App) -> Finding:
    async with HttpAri.connect(ari_access(app.settings)) as ari:
        return await telephony.service(ari)
