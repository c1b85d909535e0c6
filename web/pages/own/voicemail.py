"""An employee's own greeting, and what else they may set of their voicemail."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from storage.errors import AudioError, NotFound, Refused
from storage.office.own import own_greeting, with_own_settings, with_recording, without_own_greeting
from web.errors import PhoneUnavailable
from web.forms.fields import number_in, typed
from web.forms.office_changes import edit_office
from web.forms.own_account import account_page, go_to_account, own_voicemail, settled
from web.forms.uploads import sound_in
from web.http.ranges import audio_response
from web.visit import Visit, page


def hear_greeting(visit: Visit) -> Response:
    """The greeting's audio."""
    own = own_voicemail(visit)
    if own.digest is None or not visit.services.prompts.has(own.digest):
        raise NotFound("no-own-greeting")
    path = visit.services.prompts.path(own.digest)
    return audio_response(visit.request, path.open("rb"), etag=own.digest)


def send_greeting(visit: Visit) -> Response:
    """A sound file, or what the browser recorded, becomes the greeting."""
    extension = own_voicemail(visit).extension
    try:
        digest = sound_in(visit, "sound")
        edit_office(visit, lambda office: with_recording(office, own_greeting(extension), digest))
    except (Refused, AudioError) as error:
        # Whatever is wrong with a sound, it is the file's.
        told = [one.at("sound") if isinstance(error, AudioError) else one for one in error.problems]
        wrong = visit.mistakes(told, "", ("sound",))
        return account_page(visit, **{f"greeting-{extension}": wrong})
    return visit.redirect("/account", visit.text("This is your greeting now."))


def record_greeting(visit: Visit) -> Response:
    """Ring the employee's phone: what is said there becomes the greeting."""
    extension = own_voicemail(visit).extension
    name = own_greeting(extension)
    try:
        visit.services.ring(visit.office, extension, "record-prompt", visit.user.company_id, name)
    except PhoneUnavailable as error:
        return account_page(visit, **{f"greeting-{extension}": {"": [visit.tell(error.problem)]}})
    return visit.redirect(
        "/account",
        visit.text("Your phone is ringing. What you say after the tone becomes the greeting."),
    )


def drop_greeting(visit: Visit) -> Response:
    """Back to the usual greeting."""
    extension = own_voicemail(visit).extension
    edit_office(visit, lambda office: without_own_greeting(office, extension))
    return visit.redirect("/account", visit.text("Callers hear the usual greeting now."))


def change_settings(visit: Visit) -> Response:
    """Switch one's voicemail and set the ring timeout, where the company lets employees."""
    extension, form = own_voicemail(visit).extension, typed(visit.form)
    if not visit.office.company.self_service:
        raise HTTPException(403)
    try:
        seconds = number_in(form, "ring_timeout")
        edit_office(
            visit,
            lambda office: with_own_settings(
                office, extension, voicemail="voicemail" in form, ring_timeout=seconds
            ),
        )
    except Refused as error:
        place = f"employees.{extension}"
        wrong = visit.mistakes(error.problems, place, ("ring_timeout",))
        return account_page(visit, **{f"settings-{extension}": wrong})
    return visit.redirect("/account", visit.text("Saved."))


routes = [
    Route("/account/greeting/{extension}/audio", page(settled(hear_greeting)), methods=["GET"]),
    Route("/account/greeting/{extension}", page(go_to_account), methods=["GET"]),
    Route("/account/greeting/{extension}", page(settled(send_greeting)), methods=["POST"]),
    Route("/account/greeting/{extension}/phone", page(go_to_account), methods=["GET"]),
    Route("/account/greeting/{extension}/phone", page(settled(record_greeting)), methods=["POST"]),
    Route("/account/greeting/{extension}/remove", page(settled(drop_greeting)), methods=["POST"]),
    Route("/account/voicemail/{extension}", page(go_to_account), methods=["GET"]),
    Route("/account/voicemail/{extension}", page(settled(change_settings)), methods=["POST"]),
]
