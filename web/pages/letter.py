"""Letters in the company's own words: writing them, and seeing how they read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from storage.errors import Refused
from storage.letters.names import SAMPLE
from storage.letters.rendering import PARTS, LetterFailed
from storage.office import Office, make_part
from storage.office.edit import with_letter
from storage.office.model import LetterTemplate
from web.forms.fields import typed
from web.forms.office_changes import edit_office, fingerprint, form_status, refuse_if_changed
from web.http.headers import CONTENT_SECURITY_POLICY
from web.http.hosts import own_address
from web.language.telling import Mistakes
from web.letters.letter import Letter
from web.letters.preview import preview
from web.visit import Visit, page

ADDRESS: Final = "/mailbox/letter"
FRAMED: Final = {"Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"}
"""The page may show the letter, in a frame."""
ISOLATED: Final = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "style-src 'unsafe-inline'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
            "sandbox",
        )
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
"""The letter itself is a stranger there: it runs nothing, loads nothing, and is of no site."""


def show_letter(visit: Visit) -> Response:
    """What is written, and how it reads."""
    wording = visit.office.voicemail.letter
    return _form(visit, wording.model_dump() if wording else dict.fromkeys(PARTS, ""))


def change_letter(visit: Visit) -> Response:
    """Have letters read so from now on."""
    form = {name: text.replace("\r\n", "\n") for name, text in typed(visit.form).items()}
    values = {name: form.get(name, "") for name in PARTS}

    def with_wording(office: Office) -> Office:
        refuse_if_changed(visit, office.voicemail.letter)
        return with_letter(office, make_part(LetterTemplate, **values))

    try:
        edit_office(visit, with_wording)
    except Refused as error:
        found = [
            problem.at(problem.where.removeprefix("voicemail.letter").removeprefix("."))
            for problem in error.problems
        ]
        return _form(visit, values, visit.mistakes(found, "", PARTS), form_status(error))
    return visit.redirect(ADDRESS, visit.text("Saved."))


def remove_letter(visit: Visit) -> Response:
    """Have letters read as usual again."""
    edit_office(visit, lambda office: with_letter(office, None))
    return visit.redirect(ADDRESS, visit.text("Letters read as usual again."))


def show_preview(visit: Visit) -> Response:
    """The letter as HTML, for the frame."""
    made = _preview(visit)
    return HTMLResponse(made.html if made else "", headers=ISOLATED)


def show(visit: Visit) -> Response:
    """Where somebody comes who logs in after having sent one of the forms."""
    return visit.redirect(ADDRESS)


def _preview(visit: Visit) -> Letter | None:
    """None where what was right once cannot be made now."""
    office = visit.office
    address = own_address(visit.request, visit.services.hosts)
    try:
        return preview(office.company, office.voicemail.letter, address)
    except LetterFailed:
        return None


def _form(
    visit: Visit,
    values: Mapping[str, str],
    wrong: Mistakes | None = None,
    status: int = 200,
) -> Response:
    response = visit.render(
        "mailbox/letter.html",
        status,
        values=values,
        wrong=wrong or {},
        seen=fingerprint(visit.office.voicemail.letter),
        is_own=visit.office.voicemail.letter is not None,
        made=_preview(visit),
        names=tuple(SAMPLE),
    )
    response.headers.update(FRAMED)
    return response


routes = [
    Route(ADDRESS, page(show_letter, role="administrator"), methods=["GET"]),
    Route(ADDRESS, page(change_letter, role="administrator"), methods=["POST"]),
    Route(f"{ADDRESS}/remove", page(show, role="administrator"), methods=["GET"]),
    Route(f"{ADDRESS}/remove", page(remove_letter, role="administrator"), methods=["POST"]),
    Route(f"{ADDRESS}/preview", page(show_preview, role="administrator"), methods=["GET"]),
]
