"""The check of PINs: how many have one, and whether somebody is locked out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from commands.context import App
from commands.doctor.ages import ago
from commands.doctor.finding import Finding, ok

MOST_TOLD: Final = 5


def pins(app: App) -> Finding:
    """Whether wrong PINs have locked a mailbox."""
    name, now = "PINs", datetime.now(UTC)
    states = [
        (site.office.company.name, extension, state)
        for site in app.offices.snapshot().offices.values()
        for extension, state in app.pins.states(site.company_id).items()
    ]
    have = sum(state.is_set for _, _, state in states)
    what = f"{have} of {len(states)} employees have one"
    locked = [
        f"{extension} of {company} (for another {ago(state.locked_until - now)})"
        for company, extension, state in states
        if state.locked_until is not None
    ]
    if not locked:
        return ok(name, what)
    told = ", ".join(locked[:MOST_TOLD])
    more = f" and {len(locked) - MOST_TOLD} more" if len(locked) > MOST_TOLD else ""
    advice = (
        "See who tries (`voicepost audit list --action pin.`); `voicepost employees pin EXTENSION "
        "--unlock` lets the owner try again, whose own phone is let in all along."
    )
    return Finding(name, "warning", f"{what}; too many wrong ones: {told}{more}", advice)
