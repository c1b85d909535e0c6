"""The check of lamps: whether Asterisk can set them, and shows what is in the mailboxes."""

from __future__ import annotations

import asyncio
from typing import Final

from commands.context import App
from commands.doctor.finding import Finding, ok
from storage.notifications.lamps import Lamp
from telephony.ari.client import Ari
from telephony.ari.lamps import CONTEXT, is_lit, missing_modules, naming

NAME: Final = "lamps"
SETTLE_SECONDS: Final = 1.5
"""A lamp is set within a second."""
MOST_TOLD: Final = 5


async def lamps(app: App, ari: Ari) -> Finding:
    """Whether phones' lamps are on where something new waits."""
    if missing := await missing_modules(ari):
        advice = (
            f"In Asterisk's modules.conf: {' '.join(f'load={name}' for name in missing)}; then "
            f"asterisk -rx 'module load {missing[0]}', and so on. Without them no phone's lamp "
            "is lit; everything else works."
        )
        return Finding(NAME, "warning", f"not running: {', '.join(missing)}", advice)
    if wrong := await _wrong(app, ari):
        await asyncio.sleep(SETTLE_SECONDS)
        still = await _wrong(app, ari)
        wrong = [mailbox for mailbox in wrong if mailbox in still]
    if wrong:
        more = f" and {len(wrong) - MOST_TOLD} more" if len(wrong) > MOST_TOLD else ""
        advice = (
            f"Does `voicepost calls` run? Is the context [{CONTEXT}] of asterisk-conf in "
            "Asterisk's extensions.conf (asterisk -rx 'dialplan reload')?"
        )
        what = f"do not show what is in the mailbox: {', '.join(wrong[:MOST_TOLD])}{more}"
        return Finding(NAME, "warning", what, advice)
    named, phones = await _named(app, ari)
    return ok(NAME, f"show what is in the mailboxes; {named} of {phones} phones name theirs")


async def _wrong(app: App, ari: Ari) -> list[str]:
    """The mailboxes of which Asterisk does not know, or knows something else."""
    there, counts = await asyncio.to_thread(lambda: (_there(app), app.lamps.counts()))
    return [
        lamp.mailbox
        for lamp in there
        if await is_lit(ari, lamp.mailbox) is not (lamp.count(counts).new > 0)
    ]


async def _named(app: App, ari: Ari) -> tuple[int, int]:
    """How many phones name their mailbox, and of how many that can be told."""
    directory = app.offices.snapshot()
    found = [
        await naming(
            ari,
            directory.offices[lamp.company_id].office.employees[lamp.extension].endpoint,
            lamp.mailbox,
        )
        for lamp in await asyncio.to_thread(_there, app)
        if lamp.extension
    ]
    known = [each for each in found if each is not None]
    return sum(map(bool, known)), len(known)


def _there(app: App) -> list[Lamp]:
    return [lamp for lamp in app.lamps.all(app.offices.snapshot()) if lamp.boxes]
