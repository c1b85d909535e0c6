"""Letters in the company's own words: writing them, and seeing how they read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from storage.errors import ConfigError, Refused
from storage.letters.names import SAMPLE
from storage.letters.rendering import PARTS, LetterFailed, problems
from storage.office import Office, make_part
from storage.office.edit import with_letter
from storage.office.model import LetterTemplate
from web.forms.fields import typed
from web.forms.office_changes import (
    SEEN,
    edit_office,
    fingerprint,
    form_status,
    refuse_if_changed,
)
from web.http.headers import CONTENT_SECURITY_POLICY
from web.http.hosts import own_address
from web.language.telling import Mistakes
from web.letters.letter import Letter
from web.letters.preview import preview
from web.visit import Visit, page

ADDRESS: Final = "/mailbox/letter"
FRAMED: Final = {"Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"}
"""The page may show the letter, in a frame."""
UNSAVED: Final = {
    "Content-Security-Policy": FRAMED["Content-Security-Policy"].replace(
        "style-src 'self'", "style-src 'self' 'unsafe-inline'"
    )
}
"""What is not saved has no address: it stands in the page itself, goes by its policy, and letters
have their styles in them. Nothing else is allowed, and the frame runs no scripts."""
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
    values = _typed(visit)

    def with_wording(office: Office) -> Office:
        refuse_if_changed(visit, office.voicemail.letter)
        return with_letter(office, make_part(LetterTemplate, **values))

    try:
        edit_office(visit, with_wording)
    except Refused as error:
        return _refused(visit, values, error)
    return visit.redirect(ADDRESS, visit.text("Saved."))


def try_letter(visit: Visit) -> Response:
    """See how it would read what is typed; nothing is saved."""
    values = _typed(visit)
    try:
        wording = make_part(LetterTemplate, **values)
        if found := problems(values):
            raise ConfigError.of(found)
    except Refused as error:
        return _refused(visit, values, error)
    return _form(visit, values, tried=_preview(visit, wording))


def remove_letter(visit: Visit) -> Response:
    """Have letters read as usual again."""
    edit_office(visit, lambda office: with_letter(office, None))
    return visit.redirect(ADDRESS, visit.text("Letters read as usual again."))


def show_preview(visit: Visit) -> Response:
    """The letter as HTML, for the frame."""
    made = _preview(visit, visit.office.voicemail.letter)
    return HTMLResponse(made.html if made else "", headers=ISOLATED)


def show(visit: Visit) -> Response:
    """Where somebody comes who logs in after having sent one of the forms."""
    return visit.redirect(ADDRESS)


def _typed(visit: Visit) -> dict[str, str]:
    form = {name: text.replace("\r\n", "\n") for name, text in typed(visit.form).items()}
    return {name: form.get(name, "") for name in PARTS}


def _preview(visit: Visit, wording: LetterTemplate | None) -> Letter | None:
    """None where what was right once cannot be made now."""
    address = own_address(visit.request, visit.services.hosts)
    try:
        return preview(visit.office.company, wording, address)
    except LetterFailed:
        return None


def _refused(visit: Visit, values: Mapping[str, str], error: Refused) -> Response:
    found = [
        problem.at(problem.where.removeprefix("voicemail.letter").removeprefix("."))
        for problem in error.problems
    ]
    return _form(visit, values, visit.mistakes(found, "", PARTS), form_status(error))


def _form(
    visit: Visit,
    values: Mapping[str, str],
    wrong: Mistakes | None = None,
    status: int = 200,
    tried: Letter | None = None,
) -> Response:
    saved = visit.office.voicemail.letter
    seen = fingerprint(saved)
    response = visit.render(
        "mailbox/letter.html",
        status,
        values=values,
        wrong=wrong or {},
        seen=visit.form.get(SEEN, seen) if tried else seen,
        is_own=saved is not None,
        is_tried=tried is not None,
        made=tried or _preview(visit, saved),
        names=tuple(SAMPLE),
    )
    response.headers.update(UNSAVED if tried else FRAMED)
    return response


routes = [
    Route(ADDRESS, page(show_letter, role="administrator"), methods=["GET"]),
    Route(ADDRESS, page(change_letter, role="administrator"), methods=["POST"]),
    Route(f"{ADDRESS}/remove", page(show, role="administrator"), methods=["GET"]),
    Route(f"{ADDRESS}/remove", page(remove_letter, role="administrator"), methods=["POST"]),
    Route(f"{ADDRESS}/try", page(show, role="administrator"), methods=["GET"]),
    Route(f"{ADDRESS}/try", page(try_letter, role="administrator"), methods=["POST"]),
    Route(f"{ADDRESS}/preview", page(show_preview, role="administrator"), methods=["GET"]),
]
