"""What was sent to whom, whether it arrived, and sending it once more."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from storage.errors import Ended, NotFound
from storage.identifiers import is_id
from storage.notifications.delivery import STATES, Delivery, State
from web.language.answer_words import answer_in_words
from web.language.words import capital
from web.visit import Visit, page

PER_PAGE: Final = 50


def show_deliveries(visit: Visit) -> Response:
    """A page of them, newest first."""
    asked, below = visit.query.get("state", ""), visit.query.get("before", "")
    state: State | None = next((each for each in STATES if each == asked), None)
    found = visit.services.deliveries.list(
        visit.user.company_id,
        state=state,
        below=below if is_id(below) else None,
        limit=PER_PAGE + 1,
    )
    kept = {"state": state} if state else {}
    last = found[PER_PAGE - 1].id if len(found) > PER_PAGE else ""
    return _list(
        visit,
        found[:PER_PAGE],
        state=state,
        newest=f"/deliveries?{urlencode(kept)}" if kept else "/deliveries",
        is_first=not below,
        here={**kept, "before": below} if is_id(below) else kept,
        older=f"/deliveries?{urlencode({**kept, 'before': last})}" if last else "",
    )


def show_delivery(visit: Visit) -> Response:
    """One of them, by itself: letters about it lead there."""
    one = visit.services.deliveries.get(_asked(visit), visit.user.company_id)
    address = "/deliveries"
    return _list(visit, [one], state=None, newest=address, is_first=False, here={}, older="")


def _list(visit: Visit, found: Sequence[Delivery], **context: object) -> Response:
    return visit.render(
        "deliveries/list.html",
        deliveries=found,
        people=visit.services.deliveries.people_of([each for each in found if each.is_of_mailbox]),
        in_words=partial(answer_in_words, language=visit.language),
        states=STATES,
        **context,
    )


def retry(visit: Visit) -> Response:
    """Have one sent now."""
    queue = visit.services.deliveries
    queue.retry(_asked(visit), by=visit.actor, company_id=visit.user.company_id)
    return visit.redirect(_back(visit), visit.text("It is being sent again."))


def cancel(visit: Visit) -> Response:
    """Do not send one any more."""
    queue = visit.services.deliveries
    try:
        queue.cancel(_asked(visit), by=visit.actor, company_id=visit.user.company_id)
    except Ended as over:  # meanwhile: the page had no button for it else
        return visit.redirect(_back(visit), capital(visit.tell(over.problem)))
    return visit.redirect(_back(visit), visit.text("It is not sent any more."))


def _back(visit: Visit) -> str:
    """The page that the button was on, with what it was narrowed to."""
    asked = {name: str(visit.form.get(name, "")) for name in ("state", "before")}
    kept = {name: value for name, value in asked.items() if value in STATES or is_id(value)}
    return f"/deliveries?{urlencode(kept)}" if kept else "/deliveries"


def show(visit: Visit) -> Response:
    """Where somebody comes who logs in after having sent one of the forms."""
    return visit.redirect("/deliveries")


def _asked(visit: Visit) -> str:
    if not is_id(asked := visit.path["id"]):
        raise NotFound("no-delivery", id=asked)
    return asked


routes = [
    Route("/deliveries", page(show_deliveries, role="administrator"), methods=["GET"]),
    Route("/deliveries/{id}", page(show_delivery, role="administrator"), methods=["GET"]),
    Route("/deliveries/{id}/retry", page(show, role="administrator"), methods=["GET"]),
    Route("/deliveries/{id}/retry", page(retry, role="administrator"), methods=["POST"]),
    Route("/deliveries/{id}/cancel", page(show, role="administrator"), methods=["GET"]),
    Route("/deliveries/{id}/cancel", page(cancel, role="administrator"), methods=["POST"]),
]
