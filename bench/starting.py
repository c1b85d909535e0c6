"""From starting the service to the first call that is answered, with very much stored.

A million messages are kept, and of a thousand callers only the drafts and recordings are left.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Final

from bench.crowd import fill
from bench.drafts import begun
from bench.figure import Figure, within
from bench.part import Size
from bench.rehearsal import rehearsal
from commands.context import App
from storage.intake.mailboxes import company_mailbox
from tests.speech import speak

SAYING: Final = "Здравствуйте, это Иван. Перезвоните мне, пожалуйста, завтра утром."
SETTLED_SECONDS: Final = 300


def measure(size: Size) -> list[Figure]:
    """Start it some times, and kill it; each time with as many drafts."""
    runs, kept, drafts = (1, 10_000, 100) if size == "quick" else (2, 1_000_000, 1_000)
    first_call: list[float] = []
    settled: list[float] = []
    with rehearsal() as stage:
        app = App(stage.home)
        fill(app.database, app.offices.site(), [], kept)
        for run in range(runs):
            _leave_drafts(app, stage.home / "spool/recording", run, drafts)
            began = time.monotonic()
            with stage.begun("serve") as serve:
                stage.order("calls", "menu", 1, 1)
                first_call.append(time.monotonic() - began)
                _wait_for_settling(app)
                settled.append(time.monotonic() - began)
                serve.terminate()
                serve.wait()
        app.database.close()
    told = f"{kept:,} messages and {drafts:,} drafts"
    return [
        within(2, f"start to the end of a first call, {told}", "s", first_call),
        Figure(
            f"start to the last draft settled, {told}", "the first call", "s", settled, first_call
        ),
    ]


def _leave_drafts(app: App, spool: Path, run: int, count: int) -> None:
    """What is left of so many callers of a service that died."""
    site = app.offices.site()
    box = company_mailbox(site, next(iter(site.office.numbers)))
    said = speak(SAYING)
    spool.mkdir(parents=True, exist_ok=True)
    for draft in begun(app.intake, box, run, count):
        shutil.copyfile(said, spool / f"{draft.id}.wav")


def _wait_for_settling(app: App) -> None:
    deadline = time.monotonic() + SETTLED_SECONDS
    while app.intake.drafts.open():
        assert time.monotonic() < deadline, "drafts were not settled"
        time.sleep(0.2)
