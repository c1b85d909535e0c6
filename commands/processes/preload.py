"""Loading what calls need, once for all processes, and the fork server that is made of it.

Callers may be waiting for it in silence, so it is done as fast as one process can.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http.client import HTTPException
from importlib import import_module

import click
from setproctitle import setproctitle

from commands.context import App
from commands.processes.fork_server import FirstForkServer, raise_children
from commands.processes.systemd import SUPERVISED
from storage.audio.voice_detector import detector
from telephony.ari.music import play_music


def load(*meanwhile: Callable[[], object]) -> None:
    """Load what calls need, and do a few things meanwhile; no thread is left of it.

    Not what only pages need, which is half of all: calls would come in a second later.
    """
    gc.disable()  # loading makes no garbage, and looking for it takes a tenth of the time
    # These load outside of the interpreter, on another core: the detector, and the certificates
    # that aiohttp reads.
    work: list[Callable[[], object]] = [*meanwhile, detector, partial(import_module, "aiohttp")]
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for module in ("commands.processes.roles", "prometheus_client.values"):
        import_module(module)
    import_module("sqlalchemy.orm").configure_mappers()  # here once, or in each child
    for thread in threads:
        thread.join()  # a fork has only the thread that asked for it
    gc.freeze()  # looked at by the collector, it would be copied for each child
    gc.enable()


def first_fork_server(context: click.Context) -> FirstForkServer:
    """Load, and fork the first fork server: so the supervisor and the roles load only once.

    In each role this returns never: the role is lived, and the process ends as a command does.
    """
    app = context.find_object(App)
    assert app
    waiting: list[int] = []
    load(partial(_comfort_callers, App(app.home), waiting))
    first = FirstForkServer.fork(callers_wait=any(waiting))
    if first is None:
        os.environ[SUPERVISED] = "1"
        _raise_roles(context)
        context.exit()
    return first


def _comfort_callers(app: App, waiting: list[int]) -> None:
    """Have those whose service died hear music, and note their number.

    What is wrong is passed over: whoever serves them next tells of it. The App is one that nobody
    else has: each role reads the settings when it begins.
    """
    from commands.loops.calls_lock import is_served, owner
    from storage.errors import ConfigError

    with suppress(ConfigError, OSError, HTTPException, ValueError, KeyError):
        settings = app.settings
        if not is_served(app.home):
            asterisk = settings.asterisk
            access = (settings.ari_url, asterisk.user, settings.ari_password, asterisk.app)
            waiting.append(play_music(*access, owner(settings)))


@click.command("fork-server", hidden=True)
@click.pass_context
def fork_server(context: click.Context) -> None:
    """Load what calls need, and fork the roles that the supervisor asks for."""
    load()
    _raise_roles(context)


def _raise_roles(context: click.Context) -> None:
    from commands.processes.roles import agi, calls, web
    from commands.processes.worker import worker

    app = context.find_object(App)
    assert app
    setproctitle(f"voicepost --home {app.home} fork-server")

    def live(name: str) -> None:
        setproctitle(f"voicepost --home {app.home} {name}")
        context.invoke({"calls": calls, "agi": agi, "web": web, "worker": worker}[name])

    raise_children(live)
