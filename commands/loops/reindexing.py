"""The search index, made anew where it has to be, behind the calls."""

from __future__ import annotations

import asyncio
import time

import structlog

from commands.context import App
from storage.errors import StorageError
from storage.messages.reindexing import reindex

REST = 3.0
"""How much longer it rests after some messages than they took: callers come first."""
CALLERS_FIRST_SECONDS = 5.0
"""Before it begins: callers of a service that died are taken up meanwhile."""
IDLE_SECONDS = 15.0
"""Between two looks whether a company is of another country now, and after what failed."""

log = structlog.get_logger()


async def keep_reindexing(app: App) -> None:
    """Give messages the words that they are found by, until cancelled. Needs neither Asterisk nor
    calls; what fails is logged and tried again."""
    settled, renewed = -1, 0
    await asyncio.sleep(CALLERS_FIRST_SECONDS)
    while True:
        begun = time.monotonic()
        try:
            directory = await asyncio.to_thread(app.offices.snapshot)
            if directory.version != settled:
                zones = {
                    company_id: site.office.company.timezone
                    for company_id, site in directory.offices.items()
                }
                if done := await asyncio.to_thread(reindex, app.database, zones):
                    renewed += done
                    await asyncio.sleep(min(REST * (time.monotonic() - begun), IDLE_SECONDS))
                    continue
                if renewed:
                    log.info("search index renewed", messages=renewed)
                settled, renewed = directory.version, 0
        except StorageError as error:
            log.warning("renewing the search index is put off", why=error)
        except Exception:
            # Whatever nobody foresaw here must not end the calls of this process.
            log.exception("renewing the search index failed")
        await asyncio.sleep(IDLE_SECONDS)
