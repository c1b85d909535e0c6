"""Legal hold: an administrator keeps a message from being deleted, by anybody and by time."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from storage.errors import Refused
from web.pages.messages import message_page
from web.pages.recordings import message_of
from web.visit import Visit, page
from web.ways_back import list_behind, own_page


def hold(visit: Visit) -> Response:
    """Put the message on hold, for the reason given."""
    message = message_of(visit)
    reason = str(visit.form.get("reason", ""))
    try:
        visit.services.messages.hold([message.id], reason=reason, by=visit.actor, scope=visit.scope)
    except Refused as error:
        wrong = visit.mistakes(error.problems, "", ("reason",))
        return message_page(visit, message, 422, reason=reason, wrong=wrong)
    return visit.redirect(_here(visit), visit.text("The message is on hold now."))


def release(visit: Visit) -> Response:
    """End the hold."""
    message = message_of(visit)
    visit.services.messages.release([message.id], by=visit.actor, scope=visit.scope)
    return visit.redirect(_here(visit), visit.text("The message is released."))


def show(visit: Visit) -> Response:
    """Where somebody comes who logs in after having sent one of the forms."""
    return visit.redirect(f"/messages/{message_of(visit).id}")


def _here(visit: Visit) -> str:
    """The message's page, with the way back that it had."""
    return own_page(visit.path["id"], list_behind(str(visit.form.get("back", ""))))


routes = [
    Route("/messages/{id}/hold", page(show, role="administrator"), methods=["GET"]),
    Route("/messages/{id}/hold", page(hold, role="administrator"), methods=["POST"]),
    Route("/messages/{id}/release", page(show, role="administrator"), methods=["GET"]),
    Route("/messages/{id}/release", page(release, role="administrator"), methods=["POST"]),
]
