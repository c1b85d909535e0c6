"""`voicepost serve`: the whole service, with its private Asterisk where one is wanted."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
import structlog

from commands.context import App
from commands.observability.logging import configure_logs
from commands.processes.first_links import first_links
from commands.processes.fork_server import FirstForkServer
from commands.processes.home_folder import close_home
from commands.processes.preload import first_fork_server
from commands.processes.supervisor import Role, fork_server
from commands.processes.systemd import Watcher
from storage.privacy import FILE, LOCK, UMASK, make_home
from telephony.errors import SandboxError

if TYPE_CHECKING:
    from storage.settings import Settings
    from telephony.sandbox.asterisk import Asterisk

ROLE_END_SECONDS = 10.0
"""What a role gets for ending beyond the time that its calls get."""
WATCH_SECONDS = 0.5
FALLBACK_WAIT_SECONDS = 1.0
PAGES_WAIT_SECONDS = 5.0
"""Without Asterisk, calls are never ready."""

log = structlog.get_logger()


@click.command()
@click.option("--sandbox", is_flag=True, help="Also run a private Asterisk, on 127.0.0.1 only.")
@click.pass_context
def serve(context: click.Context, sandbox: bool) -> None:
    """Run the service until SIGTERM or Ctrl-C.

    Starts and watches the roles `calls`, `agi`, `web` and `worker`; prints one line, "ready …",
    when calls can come in and pages can be asked for. Ending waits for calls in progress (setting
    calls.shutdown_seconds) and files what they recorded.
    """
    app: App = context.obj
    watcher = Watcher.taken_from(os.environ)
    os.umask(UMASK)
    first = first_fork_server(
        context
    )  # before anything is open, or locked, that a role would share
    with first.control:
        make_home(app.home)
        with only_service(app.home):
            asyncio.run(_serve(app, sandbox, watcher, first))


def _prepare(app: App, sandbox: bool) -> Asterisk | None:
    """Open the database (what is wrong with it is said here, once), and find the Asterisk to run.

    Alone, that speaks the language of the first company.
    """
    settings = app.settings
    configure_logs(settings.log.level, settings.log.format, "serve", settings.log_folder)
    close_home(settings)
    sites = app.offices.snapshot().offices.values()
    language = next((site.office.company.language for site in sites), "en")
    return sandbox_asterisk(app.settings, language) if sandbox else None


@contextmanager
def only_service(home: Path) -> Iterator[None]:
    """Hold the home's lock, which the system releases also when we are killed.

    Two services on one home would end each other's Asterisk and serve each other's calls.
    """
    with open(home / LOCK, "w", encoding="utf-8", opener=_private) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException(f"another service is running on the home {home}") from None
        yield


def _private(path: str, flags: int) -> int:
    """Open a file that others do not get at, whatever the umask: who can open it can hold it."""
    return os.open(path, flags, FILE)


def sandbox_asterisk(settings: Settings, language: str = "en") -> Asterisk:
    """The private Asterisk of this home; its program is installed if need be."""
    # Imported here: what it needs takes a moment to load, best beside the rest (`load`).
    from telephony.sandbox.asterisk import Asterisk, Ports
    from telephony.sandbox.build import find_build

    build = find_build(settings.sandbox.cache, lambda line: click.echo(line, err=True))
    ports = Ports(
        sip=settings.sandbox.sip_port,
        http=settings.sandbox.http_port,
        rtp_start=settings.sandbox.rtp_start,
        rtp_end=settings.sandbox.rtp_end,
    )
    agi = f"{settings.agi.host}:{settings.agi.port}"
    return Asterisk(
        build,
        settings.home / "asterisk",
        ports,
        agi,
        language=language,
        agi_secret=settings.agi.secret,
    )


async def _serve(app: App, sandbox: bool, watcher: Watcher, first: FirstForkServer) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    children = fork_server(app.home, first)
    roles = calls, agi, web, worker = [
        Role(name, children) for name in ("calls", "agi", "web", "worker")
    ]
    async with AsyncExitStack() as stack:
        raising = asyncio.create_task(children.run(), name="fork-server")
        stack.push_async_callback(_end, raising)
        calling: asyncio.Task[None] | None = None
        if first.callers_wait:  # so Asterisk runs, and all was well with the database
            calling = asyncio.create_task(calls.run(), name="calls")
            stack.push_async_callback(_end, calling)
        asterisk = await asyncio.to_thread(_prepare, app, sandbox)
        taken_over = asterisk is not None and asterisk.running()
        if asterisk is not None:
            stack.push_async_callback(asterisk.stop)
            if not taken_over:
                await asterisk.start()
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(calls.run() if calling is None else _wait_for(calling)),
                group.create_task(_run_after(calls, FALLBACK_WAIT_SECONDS, agi)),
                group.create_task(_run_after(calls, PAGES_WAIT_SECONDS, web)),
                group.create_task(_run_after(calls, PAGES_WAIT_SECONDS, worker)),
            ]
            if asterisk is not None:
                tasks.append(group.create_task(_keep_alive(asterisk, calls, taken_over)))
            tasks.append(group.create_task(_announce(app, roles, asterisk, watcher)))
            telling = watcher.keep_telling(lambda: all(role.is_well for role in roles))
            tasks.append(group.create_task(telling))
            await stop.wait()
            watcher.stopping()
            log.info("ending")
            # Calls first: while theirs end, new callers still reach the fallback.
            for role in roles:
                await role.end(2 * app.settings.calls.shutdown_seconds + ROLE_END_SECONDS)
            for task in tasks:
                task.cancel()


async def _run_after(calls: Role, seconds: float, role: Role) -> None:
    """All others can wait: callers may be in silence, and there is only so much CPU."""
    await _ready_within(seconds, calls)
    await role.run()


async def _ready_within(seconds: float, role: Role) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await role.ready.wait()


async def _wait_for(task: asyncio.Task[None]) -> None:
    await task


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _announce(
    app: App, roles: list[Role], asterisk: Asterisk | None, watcher: Watcher
) -> None:
    for role in roles:
        await role.ready.wait()
    sip = "" if asterisk is None else f" sip={asterisk.sip}"
    click.echo(f"ready{sip} web={app.settings.web_url}")
    watcher.ready("serving calls and pages")
    for sentence in await asyncio.to_thread(first_links, app):
        click.echo(sentence, err=True)


async def _keep_alive(asterisk: Asterisk, calls: Role, taken_over: bool) -> None:
    """Restart the private Asterisk when it dies; tell one that was taken over what has changed.

    Its callers are served meanwhile: they have been waiting since the last service died.
    """
    if taken_over:
        await _ready_within(PAGES_WAIT_SECONDS, calls)
        await _start(asterisk)
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        if not asterisk.running():
            log.error("Asterisk died and is restarted")
            await _start(asterisk)


async def _start(asterisk: Asterisk) -> None:
    try:
        await asterisk.start()
    except (SandboxError, OSError) as error:
        log.error("Asterisk cannot be started", why=error)
