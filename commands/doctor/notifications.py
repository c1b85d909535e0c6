"""The check of notifications: whether what is to be sent arrives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from commands.context import App
from commands.doctor.ages import ago
from commands.doctor.finding import Finding, ok
from storage.office.notify import AnyDestination, WebhookDestination
from storage.text import shown
from storage.words.chats import scheme_of

LATE: Final = timedelta(minutes=10)
"""What waits longer than that should have arrived."""
LATELY: Final = timedelta(days=1)
"""So long it is told what did not arrive, or not in a company's own words."""


def notifications(app: App) -> Finding:
    """Whether anything waits that should have arrived, and whether letters can be sent at all."""
    name, now = "notifications", datetime.now(UTC)
    backlog = app.deliveries.backlog()
    if (one := backlog.failing) is not None and now - (since := one.due_at or one.made_at) > LATE:
        what = f"{one.kind} to {shown(one.address)} has failed for {ago(now - since)}"
        advice = "See `voicepost deliveries list --state waiting`, and try `voicepost notify test`."
        return Finding(name, "warning", f"{what}: {shown(one.answer, 200)}", advice)
    if backlog.oldest is not None and now - backlog.oldest > LATE:
        what = f"{backlog.waiting} wait, the oldest for {ago(now - backlog.oldest)}"
        return Finding(name, "warning", what, "Is `voicepost worker` running?")
    sites = app.offices.snapshot().offices.values()
    odd = app.deliveries.without_own_letter(now - LATELY)
    if odd is not None:
        what = f"a letter to {shown(odd.address)} went as usual: {shown(odd.answer, 200)}"
        advice = "See `voicepost mailbox letter --preview` (docs/configuration.md)."
        return Finding(name, "warning", what, advice)
    told = [each for site in sites for each in site.office.destinations]
    keys = {each.key for each in told}
    failed = app.deliveries.failed_since(now - LATELY)
    if lost := [each for each in failed if each.destination in keys]:
        one = lost[0]
        last = f"the last {one.kind} to {shown(one.address)}"
        what = f"{len(lost)} did not arrive since yesterday, {last}"
        advice = "See `voicepost deliveries list --state failed`, and `deliveries retry`."
        return Finding(name, "warning", f"{what}: {shown(one.answer, 200)}", advice)
    if refused := _not_allowed(app, told):
        what = f"webhooks.allow lets nothing be sent to {shown(refused)}"
        return Finding(name, "warning", what, "Name its host there, or remove the webhook.")
    kinds = {each.kind for site in sites for each in site.office.destinations}
    if app.own_addresses.any_confirmed():
        kinds.add("mail")
    if "mail" in kinds and app.settings.mail.server is None:
        what = "somebody is to be told by mail, and there is no mail server"
        return Finding(name, "warning", what, "Set mail.url (docs/configuration.md).")
    chats = {scheme_of(each.sent_to) for site in sites for each in site.office.destinations}
    if others := sorted(chats - {"", *app.settings.chat.schemes}):
        what = f"somebody is to be told by chats that are not allowed: {', '.join(others)}"
        return Finding(name, "warning", what, "Name them in chat.allow, or remove them.")
    return ok(name, "nothing waits that should have arrived" if kinds else "nobody is to be told")


def _not_allowed(app: App, told: Sequence[AnyDestination]) -> str:
    """A webhook that the operator does not allow, as far as its address tells; "" if none is."""
    hooks = [each.webhook for each in told if isinstance(each, WebhookDestination)]
    if hooks:
        # Imported here: it takes a while, and most have none.
        from notifications.outcome import Refused
        from notifications.webhooks import check

        for hook in hooks:
            try:
                check(hook, app.settings.webhooks)
            except Refused:
                return hook
    return ""
