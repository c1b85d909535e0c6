"""The PIN of an employee's own mailbox: by it they hear their messages by phone."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from storage.errors import Refused
from web.forms import confirming
from web.forms.own_account import account_page, go_to_account, own_voicemail, settled
from web.visit import Visit, page


def set_pin(visit: Visit) -> Response:
    """Choose another PIN; the present password is asked for."""
    own = own_voicemail(visit)
    part = f"pin-{own.extension}"
    if why := confirming.refusal(visit, "pin_current"):
        return account_page(visit, **{part: {"pin_current": [why]}})
    pin = str(visit.form.get("pin", ""))
    try:
        visit.services.pins.change(own.employee_id, pin, by=visit.actor)
    except Refused as error:
        return account_page(visit, **{part: visit.mistakes(error.problems, "", ("pin",))})
    return visit.redirect("/account", visit.text("The PIN is set."))


routes = [
    Route("/account/pin/{extension}", page(go_to_account), methods=["GET"]),
    Route("/account/pin/{extension}", page(settled(set_pin)), methods=["POST"]),
]
