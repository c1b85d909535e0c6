"""What the service removes by itself: old messages, old trash, and what nobody misses."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import count

import structlog

from commands.context import App
from storage.actor import SYSTEM
from storage.errors import StorageError
from storage.retention.report import Report

HOUR = 3600.0
"""Seconds between two runs: messages grow older by days."""
AT_ONCE = 15.0
"""Seconds between two runs where nothing stays in the trash: deleted messages go at once."""

log = structlog.get_logger()


async def keep_retention(app: App) -> None:
    """Remove what is due, at start and from time to time, until cancelled.

    Needs neither Asterisk nor calls. What fails is logged and tried again.
    """
    trash = timedelta(days=app.settings.messages.trash_days)
    interval = HOUR if trash else AT_ONCE
    for times in count():
        try:
            await run_once(app, trash)
            if times % int(HOUR / interval) == 0:
                await asyncio.to_thread(app.retention.tidy, trash)
        except StorageError as error:
            log.warning("removing old messages is put off", why=error)
        except Exception:
            # Whatever nobody foresaw here must not end the calls of this process.
            log.exception("removing old messages failed")
        await asyncio.sleep(interval)


async def run_once(app: App, trash: timedelta) -> Report:
    """Do what is due, step by step: a service that ends waits for one batch at most."""
    steps, report = app.retention.steps(trash, by=SYSTEM), Report()
    while (step := await asyncio.to_thread(next, steps, None)) is not None:
        report += step
    done = report.total
    if done.moved or done.removed or report.failed:
        log.info(
            "old messages removed",
            to_trash=done.moved,
            for_good=done.removed,
            bytes=done.removed_bytes,
            failed=report.failed,
            failures=report.failures,
        )
    return report
