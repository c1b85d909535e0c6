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
        advice = (
            f"Does `voicepost calls` run? Is the context [{CONTEXT}] of asterisk-conf in "
            "Asterisk's extensions.conf (asterisk -rx 'dialplan reload')?"
        )
        what = f"do not show what is in the mailbox: {_listed(wrong)}"
        return Finding(NAME, "warning", what, advice)
    phones, silent = await _phones(app, ari)
    if silent:
        advice = (
            f"In Asterisk's pjsip.conf, on the phone's endpoint and on its aor: "
            f"mailboxes={silent[0]}, and so on; `voicepost lamps list` tells each, and "
            "docs/administrators.md, “Lamps”, the rest. A phone without a lamp needs it not."
        )
        what = f"{len(silent)} of {phones} phones name no mailbox: {_listed(silent)}"
        return Finding(NAME, "warning", what, advice)
    return ok(NAME, f"show what is in the mailboxes; phones that name theirs: {phones}")


async def _wrong(app: App, ari: Ari) -> list[str]:
    """The mailboxes of which Asterisk does not know, or knows something else."""
    there, counts = await asyncio.to_thread(lambda: (_there(app), app.lamps.counts()))
    return [
        lamp.mailbox
        for lamp in there
        if await is_lit(ari, lamp.mailbox) is not (lamp.count(counts).new > 0)
    ]


async def _phones(app: App, ari: Ari) -> tuple[int, list[str]]:
    """How many phones there are of which it can be told whether they name their mailbox, and the
    mailboxes of those that do not."""
    directory = app.offices.snapshot()
    phones, silent = 0, []
    for lamp in await asyncio.to_thread(_there, app):
        if not lamp.extension:
            continue
        employee = directory.offices[lamp.company_id].office.employees[lamp.extension]
        named = await naming(ari, employee.endpoint, lamp.mailbox)
        phones += named is not None
        if named is not None and not named:
            silent.append(lamp.mailbox)
    return phones, silent


def _listed(mailboxes: list[str]) -> str:
    more = len(mailboxes) - MOST_TOLD
    return ", ".join(mailboxes[:MOST_TOLD]) + (f" and {more} more" if more > 0 else "")


def _there(app: App) -> list[Lamp]:
    return [lamp for lamp in app.lamps.all(app.offices.snapshot()) if lamp.boxes]
