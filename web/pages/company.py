"""The company itself: what it is called, which language it speaks, and where its days begin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from storage.errors import AudioError, Refused
from storage.office import Office
from storage.office.edit import with_fields
from web.forms.fields import typed
from web.forms.office_changes import (
    edit_office,
    fingerprint,
    form_status,
    refuse_if_changed,
)
from web.language.telling import Mistakes
from web.language.timezones import zones_beside
from web.visit import Visit, page

_FIELDS: Final = ("name", "language", "timezone")


def show_company(visit: Visit) -> Response:
    """The settings."""
    return _form(visit, dict(zip(_FIELDS, _settings(visit.office), strict=True)))


def change_company(visit: Visit) -> Response:
    """Change the settings; in another language, texts are spoken anew."""
    form = typed(visit.form)
    values = {name: form.get(name, "") for name in _FIELDS}

    def with_settings(office: Office) -> Office:
        refuse_if_changed(visit, *_settings(office))
        return with_fields(office, company=with_fields(office.company, **values))

    try:
        edit_office(visit, with_settings)
    except (Refused, AudioError) as error:
        taken = (one.at("name") if one.code == "company-exists" else one for one in error.problems)
        wrong = visit.mistakes(taken, "company", _FIELDS)
        return _form(visit, values, wrong, form_status(error))
    return visit.redirect("/company", visit.text("Saved."))


def _settings(office: Office) -> tuple[str, ...]:
    """What the form changes."""
    return tuple(getattr(office.company, name) for name in _FIELDS)


def _form(
    visit: Visit, values: Mapping[str, str], wrong: Mistakes | None = None, status: int = 200
) -> Response:
    return visit.render(
        "company/edit.html",
        status,
        values=values,
        seen=fingerprint(*_settings(visit.office)),
        # Only what may be chosen: another country is the operator's to set.
        zones=zones_beside(visit.language, visit.timezone, values["timezone"]),
        wrong=wrong or {},
        problems=[],
    )


routes = [
    Route("/company", page(show_company, role="administrator"), methods=["GET"]),
    Route("/company", page(change_company, role="administrator"), methods=["POST"]),
]
