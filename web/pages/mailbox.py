"""How messages are taken, and what employees may set themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from storage.errors import Problem, Refused
from storage.office import Office, VoicemailSettings, make_part
from storage.office.edit import with_fields
from web.errors import FormError
from web.forms.fields import number_in, seconds_in, typed, whole_in
from web.forms.office_changes import edit_office, fingerprint, form_status, refuse_if_changed
from web.forms.sounds import greetings
from web.language.telling import Mistakes
from web.language.texts import texts
from web.language.words import written
from web.visit import Visit, page

_SECONDS: Final = ("min_seconds", "max_seconds", "silence_seconds")
_LIMITS: Final = ("max_messages", "keep_days", "quiet_days")
"""Left empty, there is none."""
_FIELDS: Final = (*_SECONDS, "greeting", "review", "pin", *_LIMITS)


def show_mailbox(visit: Visit) -> Response:
    """The settings, with what is wrong with them."""
    voicemail, company = visit.office.voicemail, visit.office.company
    words = texts(visit.language)
    values = {name: written(getattr(voicemail, name), words) for name in (*_SECONDS, *_LIMITS)}
    values["greeting"] = voicemail.greeting or ""
    values["pin"] = voicemail.pin
    values["review"] = "yes" if voicemail.review else ""
    values["self_service"] = "yes" if company.self_service else ""
    return _form(visit, values)


def change_mailbox(visit: Visit) -> Response:
    """Change the settings."""
    form = typed(visit.form)

    def with_settings(office: Office) -> Office:
        refuse_if_changed(visit, *_settings(office))
        company = with_fields(office.company, self_service="self_service" in form)
        return with_fields(office, voicemail=_voicemail_in(form, office.voicemail), company=company)

    try:
        edit_office(visit, with_settings)
    except Refused as error:
        values = {name: form.get(name, "") for name in (*_FIELDS, "self_service")}
        wrong = visit.mistakes(error.problems, "voicemail", _FIELDS)
        return _form(visit, values, wrong, form_status(error))
    return visit.redirect("/mailbox", visit.text("Saved."))


def _settings(office: Office) -> tuple[object, ...]:
    """What the form changes."""
    return office.voicemail, office.company.self_service


def _voicemail_in(form: Mapping[str, str], before: VoicemailSettings) -> VoicemailSettings:
    """The settings that the form describes. FormError has each mistake."""
    problems: list[Problem] = []
    fields: dict[str, object] = {
        "greeting": form.get("greeting") or None,
        "review": "review" in form,
        "pin": form.get("pin", before.pin),
    }
    for name in _SECONDS:
        try:
            # Every message is kept where the shortest may be of no length.
            read = number_in if name == "min_seconds" else seconds_in
            fields[name] = read(form, name)
        except Refused as error:
            problems += error.problems
    for name in _LIMITS:
        try:
            fields[name] = whole_in(form, name)
        except Refused as error:
            problems += error.problems
    try:
        voicemail = make_part(VoicemailSettings, **{**vars(before), **fields})
    except Refused as error:
        problems += error.problems
    if problems:
        raise FormError.of(problems)
    return voicemail


def _form(
    visit: Visit, values: Mapping[str, str], wrong: Mistakes | None = None, status: int = 200
) -> Response:
    problems = [
        visit.tell(problem)
        for problem in visit.own_site.problems()
        if problem.where.startswith("voicemail.")
    ]
    return visit.render(
        "mailbox/edit.html",
        status,
        values=values,
        seen=fingerprint(*_settings(visit.office)),
        wrong=wrong or {},
        problems=problems,
        greetings=greetings(visit, values["greeting"]),
    )


routes = [
    Route("/mailbox", page(show_mailbox, role="administrator"), methods=["GET"]),
    Route("/mailbox", page(change_mailbox, role="administrator"), methods=["POST"]),
]
