"""The check of notifications: whether what is to be sent arrives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from commands.context import App
from commands.doctor.ages import ago
from commands.doctor.finding import Finding, ok
from storage.companies.allowance import usual_allowance
from storage.companies.bounds import refusal
from storage.text import shown
from storage.words.mail_addresses import as_written
from web.language.problems import message

LATE: Final = timedelta(minutes=10)
"""What waits longer than that should have arrived."""
LATELY: Final = timedelta(days=1)
"""So long it is told what did not arrive, or not in a company's own words."""


def notifications(app: App) -> Finding:
    """Whether anything waits that should have arrived, and whether letters can be sent at all."""
    name, now = "notifications", datetime.now(UTC)
    backlog = app.deliveries.backlog()
    if (one := backlog.failing) is not None and now - (since := one.due_at or one.made_at) > LATE:
        what = f"{one.kind} to {shown(as_written(one.address))} has failed for {ago(now - since)}"
        advice = "See `voicepost deliveries list --state waiting`, and try `voicepost notify test`."
        return Finding(name, "warning", f"{what}: {shown(one.answer, 200)}", advice)
    if backlog.oldest is not None and now - backlog.oldest > LATE:
        what = f"{backlog.waiting} wait, the oldest for {ago(now - backlog.oldest)}"
        return Finding(name, "warning", what, "Is `voicepost worker` running?")
    sites = app.offices.snapshot().offices.values()
    odd = app.deliveries.without_own_letter(now - LATELY)
    if odd is not None:
        to = shown(as_written(odd.address))
        what = f"a letter to {to} went as usual: {shown(odd.answer, 200)}"
        advice = "See `voicepost mailbox letter --preview` (docs/configuration.md)."
        return Finding(name, "warning", what, advice)
    told = [each for site in sites for each in site.office.destinations]
    keys = {each.key for each in told}
    failed = app.deliveries.failed_since(now - LATELY)
    if lost := [each for each in failed if each.destination in keys]:
        one = lost[0]
        last = f"the last {one.kind} to {shown(as_written(one.address))}"
        what = f"{len(lost)} did not arrive since yesterday, {last}"
        advice = "See `voicepost deliveries list --state failed`, and `deliveries retry`."
        return Finding(name, "warning", f"{what}: {shown(one.answer, 200)}", advice)
    allowed = usual_allowance(app.settings)
    refused = ((each.address, refusal(each, allowed)) for each in told)
    for address, problem in refused:
        if problem is not None:
            what = f"nothing is sent to {shown(address)}: {message(problem)}"
            return Finding(name, "warning", what, "Allow it there, or remove it.")
    kinds = {each.kind for each in told}
    if app.own_addresses.any_confirmed():
        kinds.add("mail")
    if "mail" in kinds and app.settings.mail.server is None:
        what = "somebody is to be told by mail, and there is no mail server"
        return Finding(name, "warning", what, "Set mail.url (docs/configuration.md).")
    return ok(name, "nothing waits that should have arrived" if kinds else "nobody is to be told")
