"""`voicepost nursery`: the process from which the supervisor has the roles forked.

Callers may be waiting for it in silence, so it loads as fast as one process can.
"""

from __future__ import annotations

import gc
import threading

import click
from setproctitle import setproctitle

from commands.context import App
from commands.nursery import raise_children
from storage.detector import detector


@click.command("nursery", hidden=True)
@click.pass_context
def raise_roles(context: click.Context) -> None:
    """Load what calls need, and fork the roles that the supervisor asks for.

    Not what only pages need, which is half of all: calls would come in a second later.
    """
    gc.disable()  # loading makes no garbage, and looking for it takes a tenth of the time
    loading = threading.Thread(target=detector)  # outside of the interpreter, on another core
    loading.start()
    from commands.roles import agi, calls, web

    loading.join()  # a fork has only the thread that asked for it
    app = context.find_object(App)
    assert app

    def live(name: str) -> None:
        gc.enable()
        setproctitle(f"voicepost --home {app.home} {name}")
        context.invoke({"calls": calls, "agi": agi, "web": web}[name])

    raise_children(live)
