"""The role that does what may take long and must not be lost: `voicepost worker`."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

import click

from commands.context import App
from commands.loops.housekeeping import keep_housekeeping
from commands.processes.roles import STOP, start_role, stop_signal
from commands.processes.systemd import Watcher

SPARE_THREADS = 10
NICENESS = 10
"""Where there is not enough CPU for both, it is callers' before it is letters'."""


@click.command()
@click.pass_obj
def worker(app: App) -> None:
    """Send notifications until they arrive, upload recordings, remove what is old.

    Any number may run. Uploads and retention are one's of a home at a time; where no worker runs,
    `voicepost calls` does them. Prints "ready" when it has begun.
    """
    os.nice(NICENESS)
    watcher = start_role(app, "worker")
    asyncio.run(_work(app, watcher))


async def _work(app: App, watcher: Watcher) -> None:
    # Imported here: mail and pages' words take a while, and the other roles need neither.
    from notifications.sending import Sending
    from notifications.worker import Worker
    from storage.notifications.queue import AT_A_TIME

    sending = Sending(
        messages=app.messages,
        mail=app.settings.mail,
        webhooks=app.settings.webhooks,
        web_url=app.settings.web_url,
        own=app.own_addresses,
        chat=app.settings.chat,
    )
    # As many threads as deliveries in hand, and some for the queue: a slow one holds up no other.
    threads = ThreadPoolExecutor(AT_A_TIME + SPARE_THREADS, "worker")
    asyncio.get_running_loop().set_default_executor(threads)
    stop = stop_signal(*STOP)
    tasks = [
        asyncio.create_task(Worker(app.database, app.offices, app.deliveries, sending).run()),
        asyncio.create_task(stop.wait()),
    ]
    beside = [
        asyncio.create_task(keep_housekeeping(app, "worker"), name="housekeeping"),
        asyncio.create_task(watcher.keep_telling(), name="telling"),
    ]
    click.echo("ready")
    watcher.ready("sending notifications")
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        watcher.stopping()
    finally:
        for task in (*tasks, *beside):
            task.cancel()
        await asyncio.gather(*tasks, *beside, return_exceptions=True)
    for task in done:
        task.result()
