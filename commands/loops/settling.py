"""Settling: what was recorded, but not filed, becomes a message after all.

At start and every few seconds: drafts whose call is over, files that
Asterisk recorded alone while the service was away, and recordings that nobody knows.
"""

from __future__ import annotations

import asyncio

import structlog

from commands.context import App
from storage.errors import StorageError
from storage.intake.reconcile import Settled, settle, take_in_fallback, take_in_orphans
from telephony.ari.client import Ari
from telephony.ari.router import Router
from telephony.errors import AriError
from telephony.metrics import metrics

INTERVAL_SECONDS = 15.0
CALLERS_FIRST_SECONDS = 5.0
"""Callers of a service that died are taken up before what it left behind is settled."""

log = structlog.get_logger()


async def keep_settling(app: App, ari: Ari, router: Router) -> None:
    """Settle whenever Asterisk can be asked which calls are alive, until cancelled."""
    await router.connected.wait()
    if router.live_calls:
        await asyncio.sleep(CALLERS_FIRST_SECONDS)
    while True:
        await router.connected.wait()
        try:
            await settle_once(app, ari, router.live_calls)
        except (AriError, StorageError) as error:
            log.warning("settling is put off", why=error)
        except Exception:
            # One file that nobody foresaw must not end the calls of this process.
            log.exception("settling failed")
        await asyncio.sleep(INTERVAL_SECONDS)


async def settle_once(app: App, ari: Ari, served: frozenset[str]) -> Settled:
    """Settle all that belongs to no live call. Raises `AriError`, `StorageError`."""
    drafts = await asyncio.to_thread(app.intake.drafts.open)  # first: see `settle`
    live = served | {str(channel["id"]) for channel in await ari.request("GET", "/channels")}
    directory = await asyncio.to_thread(app.offices.snapshot)

    def work() -> Settled:
        alone = take_in_fallback(
            app.intake, app.settings.fallback_spool, directory, live, asterisk_alive=True
        )
        metrics().calls.labels("asterisk", "served").inc(len(alone.kept) + alone.empty)
        return (
            settle(app.intake, drafts, live)
            + alone
            + take_in_orphans(app.intake, app.database, asterisk_alive=True)
        )

    settled = await asyncio.to_thread(work)
    if settled.kept or settled.failures:
        log.info(
            "settled",
            kept=settled.kept,
            empty=settled.empty,
            failures=settled.failures,
        )
    return settled
