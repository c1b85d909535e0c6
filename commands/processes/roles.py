"""The roles, each a process of its own: `voicepost calls`, `voicepost agi`, `voicepost web`."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading
from contextlib import suppress

import click
import structlog

from commands.calls import list_calls, show
from commands.context import App
from commands.loops.calls_lock import owner, serving
from commands.loops.housekeeping import keep_housekeeping
from commands.loops.lamps import keep_lamps
from commands.loops.reindexing import keep_reindexing
from commands.loops.settling import keep_settling
from commands.observability.logging import configure_logs
from commands.observability.metric_files import begin_metering
from commands.phone import ari_access
from commands.processes.home_folder import close_home
from commands.processes.systemd import SUPERVISED, Watcher
from dialplan.reception import Reception
from dialplan.strays import StrayRules
from storage.errors import ConfigError
from storage.files.fsync import make_folder
from storage.privacy import FOLDER, SPOOL, UMASK
from storage.settings import Settings
from telephony.agi.call import AgiCall
from telephony.agi.server import AgiServer
from telephony.ari.client import HttpAri
from telephony.ari.rescue import rescue_stranded
from telephony.ari.router import Router

STOP = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
ORPHAN_SECONDS = 30.0
"""How long calls are served on when the supervisor died; systemd starts the next in a second."""
SWITCH_SECONDS = 0.0005
PAGES_NICENESS = 10
"""Where there is not enough CPU for both, it is callers' before it is pages'."""

log = structlog.get_logger()


@click.group(invoke_without_command=True)
@click.pass_context
def calls(context: click.Context) -> None:
    """Serve calls: connect to Asterisk's ARI, run the call flows, settle what was left behind.

    Prints "ready" when calls can come in. With a command: what happened in calls.
    """
    if context.invoked_subcommand is None:
        app: App = context.obj
        watcher = start_role(app, "calls")
        with serving(app.home):
            asyncio.run(_serve_calls(app, watcher))


calls.add_command(list_calls)
calls.add_command(show)


@click.command()
@click.pass_obj
def agi(app: App) -> None:
    """Serve calls over FastAGI while `voicepost calls` is away.

    Prints "ready" when calls can come in.
    """
    watcher = start_role(app, "agi")
    settings = app.settings
    reception = _reception(app)

    async def take(call: AgiCall) -> None:
        await reception.take_outside_call(call)

    with AgiServer(
        settings.agi.host,
        settings.agi.port,
        take,
        allow=settings.agi.networks,
        secret=settings.agi_secret,
        recordings=settings.recordings,
        call_seconds=settings.calls.max_minutes * 60,
        shutdown_seconds=settings.calls.shutdown_seconds,
    ):
        click.echo("ready")
        watcher.ready("taking calls that nobody else takes")
        asyncio.run(_stand_by(settings, watcher))


@click.command()
@click.pass_obj
def web(app: App) -> None:
    """Serve the web page and its API.

    Prints "ready" when pages can be asked for.
    """
    # Imported here: it takes half a second, and no other command needs it.
    from commands.processes.web_server import listening, serve_pages

    os.nice(PAGES_NICENESS)
    watcher = start_role(app, "web")
    with listening(app.settings.web.host, app.settings.web.port) as listener:
        asyncio.run(serve_pages(app, listener, lambda: stop_signal(*STOP), watcher))


async def _stand_by(settings: Settings, watcher: Watcher) -> None:
    """Look after callers whose service is dead or frozen, until told to stop."""
    stop = stop_signal(*STOP)
    telling = asyncio.create_task(watcher.keep_telling())
    try:
        await _rescue_until(stop, settings)
    finally:
        watcher.stopping()
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


async def _rescue_until(stop: asyncio.Event, settings: Settings) -> None:
    try:
        access = ari_access(settings)
    except ConfigError as error:
        log.warning("callers of a dead service cannot be looked after", why=error)
        await stop.wait()
        return
    async with HttpAri.connect(access) as ari:
        rescuing = asyncio.create_task(rescue_stranded(ari, access.app))
        await stop.wait()
        rescuing.cancel()
        await asyncio.gather(rescuing, return_exceptions=True)


async def _serve_calls(app: App, watcher: Watcher) -> None:
    # Asked for the interpreter, a busy thread goes on for 5 ms otherwise: for each answer of
    # Asterisk, a caller would wait that long for others' messages to be kept.
    sys.setswitchinterval(SWITCH_SECONDS)
    settings = app.settings
    access = ari_access(settings)
    async with HttpAri.connect(access) as ari:
        stopping = asyncio.create_task(_time_to_stop())
        router = Router(
            ari,
            access.app,
            _reception(app).take,
            owner=owner(settings),
            call_seconds=settings.calls.max_minutes * 60,
        )
        tasks = [
            asyncio.create_task(router.run(), name="router"),
            asyncio.create_task(keep_settling(app, ari, router), name="settling"),
            asyncio.create_task(_announce(router.connected, watcher), name="announce"),
            asyncio.create_task(keep_housekeeping(app, "calls"), name="housekeeping"),
            asyncio.create_task(keep_reindexing(app), name="reindexing"),
            asyncio.create_task(keep_lamps(app, ari, router), name="lamps"),
            asyncio.create_task(watcher.keep_telling(), name="telling"),
        ]
        try:
            await asyncio.wait([*tasks[:2], stopping], return_when=asyncio.FIRST_COMPLETED)
            if stopping.done():
                watcher.stopping()
                await router.drain(settings.calls.shutdown_seconds)
        finally:
            stopping.cancel()
            for task in tasks:
                task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise _first_cause(result)


async def _time_to_stop() -> None:
    """Wait until told to stop.

    When the supervisor died its successor is on its way: until that takes the calls over they are
    served on.
    """
    orphaned = stop_signal(signal.SIGHUP)
    stop = stop_signal(signal.SIGTERM, signal.SIGINT)
    waits = [asyncio.create_task(event.wait()) for event in (stop, orphaned)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    waits[1].cancel()
    if not stop.is_set():
        log.warning("the supervisor is gone: serving on until its successor takes over")
        await asyncio.wait(waits[:1], timeout=ORPHAN_SECONDS)
    waits[0].cancel()


async def _announce(connected: asyncio.Event, watcher: Watcher) -> None:
    await connected.wait()
    click.echo("ready")
    watcher.ready("connected to Asterisk, serving calls")


def _reception(app: App) -> Reception:
    app.offices.snapshot()  # known from now on, whatever becomes of the database
    settings = app.settings.calls
    return Reception(
        offices=app.offices,
        intake=app.intake,
        messages=app.messages,
        mailboxes=app.mailboxes,
        pins=app.pins,
        prompts=app.prompts,
        unassigned=app.unassigned,
        outside=settings.outside,
        hearing=settings.ringing,
        strays=StrayRules(
            trunks=settings.trunks,
            per_caller=settings.unassigned_per_caller,
            per_day=settings.unassigned_per_day,
        ),
        recordings=app.settings.recordings,
    )


def start_role(app: App, name: str) -> Watcher:
    """What every role does first. Raises `DatabaseUnavailable`."""
    os.umask(UMASK)
    watcher = Watcher.taken_from(os.environ)
    settings = app.settings
    configure_logs(settings.log.level, settings.log.format, name, settings.log_folder)
    close_home(settings)
    _ = app.database
    begin_metering(name, settings.metrics_folder)
    make_folder(settings.recordings, SPOOL if settings.asterisk.url else FOLDER)
    if os.environ.get(SUPERVISED):
        threading.Thread(target=_end_with_parent, daemon=True, name="parent").start()
    # What is loaded stays: looking through it again and again for garbage takes 150 ms each time,
    # in which nobody is served.
    gc.freeze()
    return watcher


def _end_with_parent() -> None:
    """Wait for the end of standard input, which comes when the supervisor dies."""
    with suppress(OSError):
        # Not sys.stdin.read: holding its lock, this thread would abort the interpreter's own end.
        while os.read(sys.stdin.fileno(), 1):
            pass
    os.kill(os.getpid(), signal.SIGHUP)


def stop_signal(*numbers: signal.Signals) -> asyncio.Event:
    """Set when one of the signals comes."""
    stop = asyncio.Event()
    for number in numbers:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _first_cause(error: BaseException) -> BaseException:
    """The error inside a TaskGroup's ExceptionGroup that a person should read."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
